"""Tickets: cleaning, limits, identity."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketrouter.domain.errors import InvalidTicketError
from ticketrouter.domain.ticket import (
    CONTENT_WINDOW_MS,
    MAX_DESCRIPTION_CHARS,
    MAX_METADATA_KEYS,
    TICKET_ID,
    Ticket,
    TicketIds,
    check_lengths,
    clean,
)

IDS = TicketIds(b"a secret")


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  hello \r\nworld\r", "hello \nworld"),
        ("a\x00b\x1b[31m", "ab[31m"),
        ("safe\u202etxt.exe", "safetxt.exe"),
        ("e\u0301", "é"),
        ("\ufeffmark", "mark"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
    ],
)
def test_cleaning_takes_out_what_deceives_and_keeps_what_is_meant(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_cleaning_composes_a_letter_and_its_mark_across_what_it_takes_out() -> None:
    assert clean("e\u200e\u0301") == "\u00e9"


def test_a_pile_of_marks_is_cut_before_it_is_sorted() -> None:
    # Sorting takes quadratic time: 30,000 marks, which a body of 64 KiB holds, keep a core busy for a second and more.
    cleaned = clean("a" + "\u0327\u0301" * 100 + "b\u0301")
    assert cleaned.startswith("\u00e1") and cleaned.endswith("b\u0301")
    assert len(cleaned) <= 33


def test_every_field_at_fault_is_named() -> None:
    with pytest.raises(InvalidTicketError) as caught:
        check_lengths("s" * 301, "", {"customer": "c" * 201}, {str(n): "" for n in range(MAX_METADATA_KEYS + 1)})
    assert [problem.pointer for problem in caught.value.problems] == [
        "/description",
        "/subject",
        "/customer",
        "/metadata",
    ]


def test_the_longest_description_is_accepted() -> None:
    check_lengths("", "x" * MAX_DESCRIPTION_CHARS, {}, {"key": "value"})


def test_the_fingerprint_tells_contents_apart_and_ignores_the_id() -> None:
    ticket = Ticket("1", "text", "subject", "customer")
    assert ticket.fingerprint == Ticket("2", "text", "subject", "customer", channel="email").fingerprint
    assert ticket.fingerprint != Ticket("1", "text", "subject", "other").fingerprint
    assert ticket.fingerprint == Ticket("1", " TEXT\n", "Subject", "customer").fingerprint
    assert Ticket("1", "b", subject="a").fingerprint != Ticket("1", "", subject="ab").fingerprint


def test_the_subject_is_scored_with_the_description() -> None:
    assert Ticket("1", "text").text == "text"
    assert Ticket("1", "text", "subject").text == "subject\ntext"


def test_a_key_determines_the_id() -> None:
    assert IDS.from_idempotency_key("k") == IDS.from_idempotency_key("k")
    assert IDS.from_idempotency_key("k") != IDS.from_idempotency_key("l")
    assert IDS.from_idempotency_key("k") != TicketIds(b"another").from_idempotency_key("k")
    assert TICKET_ID.fullmatch(IDS.from_idempotency_key("k"))


def test_words_of_a_customer_determine_the_id_within_the_window() -> None:
    first = IDS.from_content("acme", "It does  NOT work", 0)
    assert IDS.from_content("acme", "it does not\nwork", CONTENT_WINDOW_MS - 1) == first
    assert IDS.from_content("acme", "it does not work", CONTENT_WINDOW_MS) != first
    assert IDS.from_content("other", "it does not work", 0) != first
