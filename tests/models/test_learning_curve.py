"""The learning curve's shares and its part of the card."""

from __future__ import annotations

import pytest

from models.learning_curve import FIGURES, section, share_of
from models.tickets import read_rubric


def test_a_share_holds_whole_stems_and_lies_within_the_next() -> None:
    train, _ = read_rubric()
    quarter, half, whole = (share_of(train, share) for share in (0.25, 0.5, 1.0))
    assert whole == train
    assert set(quarter) < set(half) < set(whole)
    assert len(quarter) == pytest.approx(len(train) / 4, rel=0.12)
    assert len(half) == pytest.approx(len(train) / 2, rel=0.12)
    left_out = {ticket.stem for ticket in set(train) - set(half)}
    assert not left_out & {ticket.stem for ticket in half}


def test_the_section_has_a_line_a_share() -> None:
    rows = [{"share": share, "tickets": n, **dict.fromkeys(FIGURES, 0.5)} for share, n in ((0.25, 1000), (1.0, 4000))]
    text = section(rows, 4)
    assert "| 25% | 1000 | 0.500 |" in text
    assert "| 100% | 4000 | 0.500 |" in text
    assert "img/learning_curve.svg" in text
