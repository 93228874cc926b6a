"""The report on our own tickets: every ticket is counted, and what train and dev share is found."""

from __future__ import annotations

import re

import numpy as np
import pytest

from models.data_report import Row, cells, groups, kinds, leakage, likeness, read_rows, report
from models.tickets import CATEGORIES, Ticket, read_rubric


def row(text: str, group: str = "", *, held_out: bool = False, language: str = "en", urgency: float = 0.5) -> Row:
    return Row(Ticket(text, "Billing", urgency, "neutral", group), "a", language, held_out)


def vectors(*angles: float) -> np.ndarray:
    return np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)


def figures(markdown: str, line: str) -> list[str]:
    """The cells of the line that begins with `line`."""
    (found,) = [one for one in markdown.splitlines() if one.startswith(f"| {line}")]
    return [cell.strip() for cell in found.strip("|").split("|")][1:]


def test_all_our_tickets_are_read_on_the_side_that_training_gives_them() -> None:
    rows = read_rows()
    train, dev = read_rubric()
    assert [r.ticket for r in rows if r.held_out] == dev
    assert [r.ticket for r in rows if not r.held_out] == train
    assert len(rows) >= 4_000
    assert {"de", "es", "fr", "it", "nl", "pt"} <= {r.language for r in rows}


def test_every_ticket_is_in_one_cell() -> None:
    rows = read_rows()
    table = cells(rows)
    counts = [int(figures(table, category)[-1]) for category in CATEGORIES]
    assert sum(counts) == int(figures(table, "all")[-1]) == len(rows)
    for category in CATEGORIES:
        for cell in figures(table, category)[:-1]:
            total, *tones = map(int, re.findall(r"\d+", cell))
            assert total == sum(tones)


def test_languages_and_lengths_are_counted() -> None:
    table = kinds([row("short one"), row("lang " * 40), row("kaputt", language="de"), row("w " * 500)])
    assert figures(table, "en")[:6] == ["3", "1", "0", "1", "0", "1"]
    assert figures(table, "de")[:2] == ["1", "1"]


def test_groups_are_counted_by_size_and_their_pairs() -> None:
    rows = [row("a", "x-g01"), row("b", "x-g01"), row("c", "x-g01"), row("d", "x-g01n1"), row("e")]
    table = groups(rows)
    assert figures(table, "3") == ["1", "3"]
    assert figures(table, "1") == ["1", "1"]
    assert "2 groups in 1 stems" in table
    assert "3 pairs of tellings; 1 tickets stand alone" in table


def test_likeness_finds_the_closest_pair_of_strangers() -> None:
    rows = [
        row("one telling", "x-g01"),
        row("the same told again", "x-g01"),
        row("a stranger", "x-g02"),
        row("far off"),
    ]
    table = likeness(rows, vectors(0.0, 0.01, 0.2, 1.5))
    assert "“a stranger” and “the same told again”" in table or "“the same told again” and “a stranger”" in table
    assert figures(table, "all")[-1] == "0.750"


@pytest.mark.parametrize(
    ("dev", "line", "expected"),
    [
        (row("Totally different words are in this one", "y-g02", held_out=True), "texts on both", "0"),
        (row("THE export  is stuck since nine", "y-g02", held_out=True), "texts on both", "1"),
        (row("The export is stuck since nine", "x-g01n1", held_out=True), "stems on both", "1"),
        (row("ours: the export is stuck since Monday", "y-g02", held_out=True), "dev tickets with a run", "1.000"),
        (row("Totally different words are in this one", "y-g02", held_out=True), "dev tickets with a run", "0.000"),
        (row("Totally different words are in this one", "y-g02", held_out=True), "dev tickets whose nearest", "1.000"),
    ],
)
def test_leakage_is_found(dev: Row, line: str, expected: str) -> None:
    train = row("The export is stuck since nine", "x-g01")
    assert figures(leakage([train, dev], vectors(0.0, 0.1)), line) == [expected]


def test_the_report_has_all_parts() -> None:
    rows = [row("The export is stuck", "x-g01"), row("It hangs", "x-g01"), row("Dev ticket", "y-g01", held_out=True)]
    text = report(rows, vectors(0.0, 0.1, 1.0))
    assert text.startswith("3 tickets in 1 files.")
    assert all(
        word in text for word in ("negative/neutral/positive", "language", "tellings", "types/words", "train and dev")
    )
