"""`categories.toml`: what it may say, and the guess by its words."""

from __future__ import annotations

from pathlib import Path

import pytest

from ticketrouter.domain.categories import Category, guess_by_words, parse
from ticketrouter.domain.errors import MissingSettingError

EXAMPLE = Path(__file__).parents[2] / "models" / "categories.example.toml"
TWO = '[[category]]\nname = "A"\ndescription = "first"\n[[category]]\nname = "B"\nexamples = ["one", "two"]\n'


def test_a_category_has_a_description_or_examples() -> None:
    own = parse(f"review_below = 0.7\n{TWO}".encode())

    assert own.names == ["A", "B"]
    assert own.categories == (Category("A", "first"), Category("B", "", ("one", "two")))
    assert [category.phrases for category in own.categories] == [("first", "A: first"), ()]
    assert (own.review_below, own.temperature) == (0.7, parse(TWO.encode()).temperature)


def test_a_description_is_what_it_lists_and_its_whole() -> None:
    phrases = Category("Money", "cards: refunds,  fees; and,").phrases
    assert phrases == ("cards", "refunds", "fees", "and", "Money: cards: refunds,  fees; and,")


def test_the_example_can_be_read() -> None:
    own = parse(EXAMPLE.read_bytes())
    assert len(own.names) == 8
    assert all(category.description and len(category.examples) == 3 for category in own.categories)


def test_a_name_has_one_spelling() -> None:
    assert parse(TWO.replace("A", " Gera\u0308te ").encode()).names[0] == "Ger\u00e4te"


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("", "2 to 50"),
        ('category = "A"', "2 to 50"),
        ("category = [1, 2]", "category 1 is no table"),
        ('[[category]]\nname = "A"\ndescription = "one"', "2 to 50"),
        ("category = [[", "Invalid|Unclosed|Expected|line"),
        (TWO + '[[category]]\ndescription = "no name"', "category 3 needs a name"),
        (TWO.replace('"A"', '"\\n"'), "category 1 needs a name"),
        (TWO.replace('"A"', '"b"'), "twice"),
        (TWO.replace('"A"', f'"{"x" * 61}"'), "category 1 needs a name"),
        (TWO.replace('"A"', "5"), "category 1: 5 is no text"),
        (TWO.replace('"first"', '" "'), r"category 1 \(A\) needs a description or examples"),
        (TWO.replace('["one", "two"]', '"one"'), r"category 2 \(B\): examples must be a list"),
        (TWO.replace('"two"', '""'), r"category 2 \(B\): examples must be a list"),
        (TWO.replace('"two"', ", ".join(['"x"'] * 200)), "200 examples at most"),
        (TWO + 'threshold = 0.5', "category 2 must not hold threshold"),
        ("reviewbelow = 0.5\n" + TWO, "the file must not hold reviewbelow"),
        ("review_below = 0\n" + TWO, "review_below must be a number"),
        ("temperature = true\n" + TWO, "temperature must be a number"),
    ],
)  # fmt: skip
def test_what_is_against_the_rules_is_named(document: str, says: str) -> None:
    with pytest.raises(MissingSettingError, match=says) as caught:
        parse(document.encode(), "models/categories.toml")
    assert str(caught.value).startswith("models/categories.toml: ")


def test_what_is_not_utf_8_is_refused() -> None:
    with pytest.raises(MissingSettingError):
        parse(TWO.replace("A", "ä").encode("latin-1"))


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("The COURIER lost my parcel", "Orders"),
        ("Our subpoena went to your lawyers", "Legal process"),
        ("gibberish", "Payments"),  # nothing speaks for any: the first
    ],
)
def test_without_a_model_the_words_of_the_categories_decide(text: str, category: str) -> None:
    assert guess_by_words(parse(EXAMPLE.read_bytes()).categories)(text) == category
