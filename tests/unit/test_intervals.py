"""Bootstrap: the weighted figures are the plain ones of the drawn sample, and the intervals cover."""

from __future__ import annotations

import numpy as np
import pytest

from models.intervals import draw_figures, figures, interval, intervals, spearman, stem_draws
from models.metrics import report
from models.outputs import Outputs
from models.tickets import CATEGORIES, SENTIMENTS, Ticket

N = 90
LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)
FIGURES = {
    "category_macro_f1",
    "urgency_spearman",
    "urgency_auroc",
    "urgency_mae",
    "alert_precision",
    "alert_recall",
    "alerts_per_1000",
    "sentiment_accuracy",
}


@pytest.fixture
def tickets() -> list[Ticket]:
    """Stems of two incidents, three tellings each; some labels are missing, some tickets have no group."""
    rng = np.random.default_rng(4)
    return [
        Ticket(
            text=f"ticket {i}",
            category=str(rng.choice(CATEGORIES)) if i % 7 else None,
            alt_category="Legal" if i % 5 == 0 else None,
            urgency=float(rng.choice(LEVELS)) if i % 11 else None,
            sentiment=str(rng.choice(SENTIMENTS)) if i % 3 else None,
            group=f"a-c{i // 6:02}{'ab'[i // 3 % 2]}" if i < 72 else "",
        )
        for i in range(N)
    ]


@pytest.fixture
def outputs() -> Outputs:
    rng = np.random.default_rng(6)
    vectors = np.repeat(rng.normal(size=(N // 3, 16)), 3, axis=0) + 0.7 * rng.normal(size=(N, 16))
    return Outputs(
        rng.dirichlet(np.ones(4), N).astype(np.float32),
        rng.dirichlet(np.ones(3), N).astype(np.float32),
        np.round(rng.random(N), 1).astype(np.float32),
        (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32),
    )


def test_with_each_ticket_once_they_are_the_reported_figures(tickets: list[Ticket], outputs: Outputs) -> None:
    plain = report(tickets, outputs, 0.6)
    once = figures(tickets, outputs, np.ones((1, N)), 0.6)
    assert once.keys() == FIGURES | {"pair_f1"}
    assert {name: float(values[0]) for name, values in once.items()} == pytest.approx(
        {name: plain[name] for name in once}, abs=6e-5
    )


def test_a_draw_has_the_figures_of_its_sample(tickets: list[Ticket], outputs: Outputs) -> None:
    weights = stem_draws([ticket.stem for ticket in tickets], 3)
    drawn = figures(tickets, outputs, weights)
    for number, times in enumerate(weights.astype(int)):
        rows = np.repeat(np.arange(N), times)
        sample = Outputs(outputs.category[rows], outputs.sentiment[rows], outputs.urgency[rows], outputs.vectors[rows])
        plain = report([tickets[i] for i in rows], sample)
        for name in FIGURES:
            assert drawn[name][number] == pytest.approx(plain[name], abs=6e-5), name


def test_copies_of_a_stem_are_different_incidents(tickets: list[Ticket], outputs: Outputs) -> None:
    weights = stem_draws([ticket.stem for ticket in tickets], 1)
    copies, rows = [], []
    for number in range(int(weights.max())):
        for row in np.flatnonzero(weights[0] > number):
            ticket = tickets[row]
            copies.append(Ticket(ticket.text, group=ticket.group and f"{ticket.group}-{number}"))
            rows.append(row)
    # Given the sample with its copies renamed, and the similarities between copies of one stem taken out:
    vectors, stems = outputs.vectors[rows], np.array([tickets[row].stem for row in rows])
    similarity, groups = vectors @ vectors.T, np.array([copy.group for copy in copies])
    copy_of_itself = (stems[:, None] == stems) & (weights[0][rows] > 1)
    number_of = np.concatenate([np.full(int((weights[0] > k).sum()), k) for k in range(int(weights.max()))])
    similarity[copy_of_itself & (number_of[:, None] != number_of)] = -1.0
    first, second = np.triu_indices(len(rows), 1)
    guess = similarity[first, second] >= 0.6
    same = (groups[first] == groups[second]) & (groups[first] != "")
    # then the F1 counted pair by pair is that of the draw.
    expected = 2 * (guess & same).sum() / (guess.sum() + same.sum())
    assert 0 < expected < 1
    assert figures(tickets, outputs, weights, 0.6)["pair_f1"][0] == pytest.approx(expected)


def test_a_stem_is_drawn_whole_and_each_draw_has_as_many_stems(tickets: list[Ticket]) -> None:
    stems = [ticket.stem for ticket in tickets]
    weights = stem_draws(stems, 20)
    assert len({tuple(draw) for draw in weights}) == 20
    for stem in set(stems):
        columns = weights[:, [i for i, s in enumerate(stems) if s == stem]]
        assert (columns == columns[:, :1]).all()
    firsts = [stems.index(stem) for stem in set(stems)]
    assert (weights[:, firsts].sum(axis=1) == len(firsts)).all()


def test_the_interval_of_a_mean_is_as_wide_as_theory_says() -> None:
    rng = np.random.default_rng(8)
    tickets = [Ticket(str(i), urgency=0.0) for i in range(400)]
    score = rng.random(400).astype(np.float32)
    outputs = Outputs(
        np.zeros((400, 4), np.float32), np.zeros((400, 3), np.float32), score, np.zeros((400, 1), np.float32)
    )
    low, high = intervals(draw_figures(tickets, outputs))["urgency_mae"]
    error = 1.96 * score.std() / 20
    assert (low, high) == pytest.approx((score.mean() - error, score.mean() + error), abs=0.006)


def test_a_figure_that_most_draws_lack_has_no_interval() -> None:
    assert interval(np.array([np.nan] * 200 + [1.0] * 800)) is None
    assert interval(np.array([np.nan] * 50 + [1.0] * 950)) == (1.0, 1.0)
    assert np.isnan(spearman(np.zeros(4), np.arange(4.0), np.ones((1, 4))))[0]
