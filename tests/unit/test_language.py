"""Which texts are taken for another language than English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketrouter.domain.language import LanguageRule, prose, signs

RULE = LanguageRule(bias=-3.4, unknown=13.7, english=-43.0)
VOCABULARY = " the site is down since this morning and nobody can order wrong amount on my an die "


def knows(word: str) -> bool:
    return f" {word} " in VOCABULARY


@pytest.mark.parametrize(
    "text",
    [
        "The site is down since this morning, and nobody can order!",
        "wrong amount",
        "",
        "   ",
        "🔥🔥 500 10.0.0.1",
        "VPN?",
    ],
)
def test_english_is_not_foreign(text: str) -> None:
    assert not RULE.is_foreign(text, knows)


@pytest.mark.parametrize("text", ["nie działa logowanie", "Die Seite ist seit heute Morgen kaputt.", "无法登录"])
def test_words_that_the_vocabulary_cuts_are_foreign(text: str) -> None:
    assert RULE.is_foreign(text, knows)


def test_misspelt_english_is_still_english() -> None:
    assert not RULE.is_foreign("teh siet is donw, adn my amonut on the invocie", knows)


def test_what_is_no_prose_says_nothing_about_the_language() -> None:
    text = "at com.acme.InvoiceService.render(InvoiceService.java:214) NullPointerException /srv/app.py VPN x1"
    assert prose(text) == ["at"]


def test_words_are_read_without_their_marks_and_in_lower_case() -> None:
    assert prose("«Hello», I CAN’T log-in… URGENT! “Now”") == ["hello", "i", "can't", "log-in", "urgent", "now"]


def test_a_word_of_parts_is_known_by_its_parts() -> None:
    assert signs("down-site", knows)[0] == 0
    assert signs("down-seite", knows)[0] > 0


def test_short_forms_of_english_words_in_capitals_count() -> None:
    assert signs("MY SSO", knows)[1] > 0


@given(st.text())
def test_shares_stay_below_one(text: str) -> None:
    unknown, english = signs(text, knows)
    assert 0 <= unknown < 1
    assert 0 <= english < 1
