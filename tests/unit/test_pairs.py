"""Pair F1 on random sets of whole stems, and the threshold that suits them."""

from __future__ import annotations

import numpy as np
import pytest

from models.metrics import pair_f1, pair_labels, pair_similarities
from models.pairs import (
    THRESHOLDS,
    cross_fitted_f1,
    f1_curve,
    fit_threshold,
    mean_f1_curve,
    pairs_of,
    random_sets,
)
from models.tickets import Ticket

rng = np.random.default_rng(5)


def incidents(count: int, tellings: int, spread: float) -> tuple[list[Ticket], np.ndarray]:
    """Tickets of `count` incidents, told `tellings` times each, and unit vectors that scatter around each incident."""
    centres = np.repeat(rng.normal(size=(count, 32)), tellings, axis=0)
    vectors = centres + spread * rng.normal(size=centres.shape)
    tickets = [Ticket(f"{i}-{j}", group=f"a-g{i:03}") for i in range(count) for j in range(tellings)]
    return tickets, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_a_set_holds_whole_stems_and_about_the_size_asked_for() -> None:
    tickets = [
        Ticket(f"{stem}{part}{n}", group=f"a-c{stem:02}{part}") for stem in range(30) for part in "ab" for n in (1, 2)
    ]
    sets = random_sets(tickets, size=20, count=15)
    assert len(sets) == 15
    assert len({tuple(sorted(one)) for one in sets}) > 1
    for one in sets:
        assert 20 <= len(set(one)) == len(one) < 24
        stems = {tickets[i].stem for i in one}
        assert sorted(one) == [i for i, ticket in enumerate(tickets) if ticket.stem in stems]


def test_sets_are_the_same_each_time() -> None:
    tickets, _ = incidents(20, 3, 0.1)
    assert [one.tolist() for one in random_sets(tickets, 12)] == [one.tolist() for one in random_sets(tickets, 12)]


def test_the_curve_agrees_with_the_f1_of_each_threshold() -> None:
    tickets, vectors = incidents(12, 3, 0.6)
    similarity, same = pair_similarities(vectors), pair_labels([ticket.group for ticket in tickets])
    curve = f1_curve(similarity, same)
    assert curve == pytest.approx([pair_f1(similarity, same, threshold) for threshold in THRESHOLDS])
    assert curve.max() - curve.min() > 0.2


def test_the_fitted_threshold_parts_incidents_that_can_be_parted() -> None:
    tickets, vectors = incidents(60, 3, 0.3)
    pairs, sets = pairs_of(tickets, vectors), random_sets(tickets, size=60)
    threshold, best = fit_threshold(pairs, sets)
    assert best > 0.95
    assert mean_f1_curve(pairs, sets, np.array([threshold]))[0] == pytest.approx(best)
    assert cross_fitted_f1(tickets, vectors, np.arange(180) // 3 % 5) > 0.9


def test_larger_sets_ask_for_a_higher_threshold() -> None:
    tickets, vectors = incidents(200, 2, 0.9)
    pairs = pairs_of(tickets, vectors)
    small, large = (fit_threshold(pairs, random_sets(tickets, size, 40))[0] for size in (20, 400))
    assert small < large


def test_pairs_across_languages_can_be_left_out() -> None:
    tickets = [Ticket(text, group="a-g01") for text in ("down", "kaputt", "outage")]
    vectors = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    everything, at = [np.arange(3)], np.array([0.5])
    assert mean_f1_curve(pairs_of(tickets, vectors), everything, at)[0] == pytest.approx(0.5)
    assert mean_f1_curve(pairs_of(tickets, vectors, ["en", "de", "en"]), everything, at)[0] == pytest.approx(1.0)


def test_sets_with_nothing_to_find_do_not_count() -> None:
    tickets = [Ticket("a", group="a-g01"), Ticket("b", group="a-g01"), Ticket("c"), Ticket("d")]
    vectors = np.eye(4)
    vectors[1] = vectors[0]
    curve = mean_f1_curve(pairs_of(tickets, vectors), [np.array([0, 1]), np.array([2, 3])], np.array([0.9]))
    assert curve[0] == pytest.approx(1.0)
