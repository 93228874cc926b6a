"""Shared runs of words and nearest neighbours."""

from __future__ import annotations

import numpy as np
import pytest

from models import overlap
from models.overlap import commonest_runs, nearest_elsewhere, runs, shares_a_run

TEXTS = [
    "The export has been stuck since nine this morning.",
    "Since nine this morning the export hangs.",
    "THE EXPORT HAS BEEN STUCK, again!",
    "Nothing in common here at all, not a word.",
    "stuck since nine this morning, all of us",
]
STEMS = ["a-1", "a-1", "b-1", "c-1", "d-1"]


def test_runs_ignore_case_and_punctuation_and_need_five_words() -> None:
    assert runs("It's DOWN, for all users!") == {("it's", "down", "for", "all", "users")}
    assert runs("only four words here") == set()


def test_a_run_counts_only_when_another_group_has_it_too() -> None:
    assert shares_a_run(TEXTS, STEMS).tolist() == [True, False, True, False, True]
    assert not shares_a_run(TEXTS, ["one"] * 5).any()


def test_the_commonest_runs_are_those_of_most_groups() -> None:
    assert commonest_runs(TEXTS, STEMS, 2) == [
        ("stuck since nine this morning", 2),
        ("the export has been stuck", 2),
    ]


@pytest.mark.parametrize("rows", [2, 512])
def test_the_nearest_neighbour_lies_outside_the_group(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(overlap, "ROWS", rows)
    angles = np.array([0.0, 0.1, 0.5, 2.0, 2.2])
    vectors = np.column_stack([np.cos(angles), np.sin(angles)])
    cosine, place = nearest_elsewhere(vectors, STEMS)
    assert place.tolist() == [2, 2, 1, 4, 3]
    assert cosine == pytest.approx(np.cos([0.5, 0.4, 0.4, 0.2, 0.2]), abs=1e-6)
