"""The word list: whole words, negation, resolution."""

from __future__ import annotations

import pytest

from ticketrouter.domain.lexicon import CRITICAL, HIGH, MEDIUM, QUIET, assess, guess_category

# Each of these made a prior system page somebody, or miss somebody (research: prior systems).
QUIET_TEXTS = [
    "Where can I download my invoice?",
    "Nothing is broken, just curious",
    "This is not urgent",
    "I lost my charger and some photos, rapidly",
    "We had no outage at all",
]


@pytest.mark.parametrize("text", QUIET_TEXTS)
def test_words_inside_words_and_negated_words_do_not_count(text: str) -> None:
    assert assess(text).score <= QUIET


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("URGENT: security hole in production, losing customers", CRITICAL),
        ("we can see invoices of other companies", CRITICAL),
        ("the site is down", CRITICAL),
        ("nobody in the company can log in", CRITICAL),
        ("none of our 4,000 teachers can sign in", CRITICAL),
        ("please answer asap", HIGH),
        ("I see an error", MEDIUM),
        ("my charge was wrong", MEDIUM),
    ],
)
def test_the_highest_level_decides(text: str, score: float) -> None:
    assert assess(text).score == score


@pytest.mark.parametrize("text", ["The outage is over", "Problem solved, thanks", "False alarm about the breach"])
def test_what_is_over_is_quiet(text: str) -> None:
    result = assess(text)
    assert result.score <= QUIET
    assert result.resolved


def test_the_deciding_terms_are_named() -> None:
    assert [term.text for term in assess("Outage! A total OUTAGE after the breach").terms] == [
        "outage",
        "outage",
        "breach",
    ]


def test_words_outside_the_scanned_part_do_not_count() -> None:
    assert assess("x " * 5_000 + "outage").score == QUIET


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("refund my invoice", "Billing"),
        ("the api is slow", "Technical"),
        ("a subpoena from the court", "Legal"),
        ("do you have jobs?", "General"),
    ],
)
def test_a_category_by_words_stands_in_for_the_model(text: str, category: str) -> None:
    assert guess_category(text) == category
