"""Labelled tickets: public ones with our labels, long reports cut in two, and what people said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.labelled import labelled_row, merged
from models import tickets
from models.tickets import Ticket, by_rubric, cut_in_two, read_feedback, text_hash


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


def opinion(ticket_id: str, **labels: object) -> dict[str, object]:
    return {"ticket_id": ticket_id, "category": None, "urgency": None, "sentiment": None, "note": "", **labels}


def test_of_several_opinions_each_label_that_was_said_last_counts() -> None:
    newest_first = [
        opinion("a", urgency=0.0),
        opinion("b", note="odd"),
        opinion("a", category="Legal", urgency=1.0),
        opinion("a", category="Billing", sentiment="neutral"),
    ]
    assert merged(newest_first) == {"a": {"urgency": 0.0, "category": "Legal", "sentiment": "neutral"}, "b": {}}


def test_what_is_exported_is_learned_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given tickets that were spoken of: fully, with a category of one's own, in a note alone, and one that is held out
    told = {
        ("Bill", "Charged twice"): {"category": "Billing", "urgency": 0.5, "sentiment": "negative"},
        ("", "Where is my parcel?\u2028Thanks"): {"category": "Delivery", "urgency": 0.25},
        ("", "Noted"): {},
        ("", "Held out"): {"urgency": 1.0},
        ("", "Only a label of theirs"): {"category": "Delivery"},
    }
    rows = [
        labelled_row({"subject": subject, "description": description}, labels)
        for (subject, description), labels in told.items()
    ]
    file = tmp_path / "feedback.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows if row), encoding="utf-8")
    monkeypatch.setenv("FEEDBACK", str(file))

    # When training reads the file
    found = read_feedback([Ticket("Held out")])

    # Then what is not held out is there as the model reads it, without labels that the rubric does not know
    assert found == [
        Ticket("Bill\nCharged twice", "Billing", 0.5, "negative"),
        Ticket("Where is my parcel?\u2028Thanks", None, 0.25, None),
    ]


def test_without_a_file_there_is_no_feedback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FEEDBACK", raising=False)
    assert read_feedback([]) == []
