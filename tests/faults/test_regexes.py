"""Which regular expressions are found, and that one which takes for ever is told by its looks alone: no clock here."""

from __future__ import annotations

import re

import pytest

from tests.faults.harness.pattern_walk import nested_quantifiers, patterns
from tests.faults.regexes import NORMALISERS, filled, texts_against


def test_every_regular_expression_of_the_package_repeats_no_repetition() -> None:
    found = patterns()

    assert {name: nested for name, it in found.items() if (nested := nested_quantifiers(it.pattern))} == {}


def test_patterns_are_found_wherever_they_stand() -> None:
    found = patterns()

    for place in (
        "domain.egress._HTTPS",
        "domain.lexicon._TERMS[0][1]",
        "usecases.score._CLAUSE",
        "edge.requests:call 1",
    ):
        assert f"ticketrouter.{place}" in found
    assert "functions.query.docs_page:call 0" in found
    assert len(found) > 80


def test_what_is_looked_for_all_over_a_text_is_told_from_what_stands_at_one_place() -> None:
    found = patterns()

    assert found["ticketrouter.domain.redaction.numbers._RUN"].scans
    assert not found["ticketrouter.domain.egress._HTTPS"].scans


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|b+)*c", "(?:x*y*)*", "(?:[ab]+,?)+", "(?:(a)+b*)+", "(?:a*?)+", "((?:ab*)?)*"]
)
def test_a_repetition_of_a_repetition_is_told(pattern: str) -> None:
    assert nested_quantifiers(re.compile(pattern))


@pytest.mark.parametrize(
    "pattern", ["a+b*", "(?:,a+)*", r"[^\W\d_]+(?:['-][^\W\d_]+)*", "(?:ab){2,5}", "(?:a{1,3})+", "(?>a+)b"]
)
def test_what_takes_linear_time_is_none(pattern: str) -> None:
    assert nested_quantifiers(re.compile(pattern)) == []


def test_texts_are_made_of_what_nearly_matches() -> None:
    texts = texts_against(re.compile("ab+c"), 60)

    assert filled("ab", 60) in texts
    assert all(len(text) == 60 and text.endswith("\x01") for text in texts)


@pytest.mark.parametrize("name", NORMALISERS)
def test_every_normaliser_comes_back_from_long_texts(name: str) -> None:
    normalise, chars = NORMALISERS[name]
    for piece in (" ", "a", "1 ", "a@", '",'):
        try:
            normalise(filled(piece, chars))
        except Exception as error:  # what it refuses, it refuses in our words
            assert type(error).__module__ == "ticketrouter.domain.errors", error
