"""Labelled tickets: public ones with our labels, and long reports cut in two."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import tickets
from models.tickets import Ticket, by_rubric, cut_in_two, text_hash


def test_urgency_and_sentiment_of_ours_replace_those_of_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Ticket("My card was stolen", "General", 0.25, source="banking77")
    (tmp_path / "train.csv").write_text(
        "text_sha256,source,urgency,sentiment\n"
        f"{text_hash(known.text)},banking77,0.75,neutral\n"
        "0123456789abcdef,banking77,1,neutral\n"
    )
    monkeypatch.setattr(tickets, "PUBLIC_LABELS", tmp_path)
    found = by_rubric([known, Ticket("not labelled", source="clinc150")], "train")
    assert found == [Ticket("My card was stolen", "General", 0.75, "neutral", source="by_rubric")]


def test_our_labels_of_public_texts_hold_no_text() -> None:
    for path in tickets.PUBLIC_LABELS.glob("*.csv"):
        header, *rows = path.read_text().splitlines()
        assert header == "text_sha256,source,urgency,sentiment"
        assert max(map(len, rows)) < 80, path


@pytest.mark.parametrize(
    ("text", "first_words"),
    [
        ("One two three four five six seven eight. A b c d e f g h i.", ("One", "A")),
        ("Version 2.5 of the app stops at once on my phone! After that it will not start any more, whatever I do.",
         ("Version", "After")),
    ],
)  # fmt: skip
def test_a_report_is_cut_at_a_sentence_end(text: str, first_words: tuple[str, str]) -> None:
    parts = cut_in_two(text)
    assert parts is not None
    assert tuple(part.split()[0] for part in parts) == first_words
    assert " ".join(parts) == text


@pytest.mark.parametrize("text", ["", "Too short. Both of them.", "no sentence end " * 20])
def test_what_has_no_two_halves_stays_whole(text: str) -> None:
    assert cut_in_two(text) is None
