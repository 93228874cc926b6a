"""Categories of your own: what `categories.toml` says, and a guess by their words when no model can answer."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ticketrouter.domain.errors import MissingSettingError

MAX_CATEGORIES = 50
MAX_NAME_CHARS = 60
MAX_EXAMPLES = 200  # of all categories together: each is one run of the model at every cold start
_BETWEEN = re.compile(r"[,;:]")
_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True, slots=True)
class Category:
    """One category: a description, examples, or both.

    Attributes:
        name: As clients see it and filter by it.
        description: What belongs to it, in the words of customers.
        examples: Whole tickets that belong to it.
    """

    name: str
    description: str = ""
    examples: tuple[str, ...] = ()

    @property
    def phrases(self) -> tuple[str, ...]:
        """Return what its description lists, each by itself, then name and description as a whole."""
        parts = (part.strip() for part in _BETWEEN.split(self.description))
        return (*filter(None, parts), f"{self.name}: {self.description}") if self.description else ()


@dataclass(frozen=True, slots=True)
class OwnCategories:
    """The categories that replace the bundle's own.

    Attributes:
        categories: At least two, each name once.
        review_below: Below this confidence a ticket asks for a person.
        temperature: Divides the cosines, [-1, 1], before the softmax: lower is surer of itself.
    """

    categories: tuple[Category, ...]
    review_below: float = 0.5
    temperature: float = 0.14  # Source: `python -m models.categories_eval`, the middle of what fits best there

    @property
    def names(self) -> list[str]:
        """Return the names in their order."""
        return [category.name for category in self.categories]


def parse(document: bytes, place: str = "categories.toml") -> OwnCategories:
    """Read `categories.toml`; `place` names it in errors.

    Raises:
        MissingSettingError: Not TOML in UTF-8, or against the rules; says what and where.
    """
    try:
        fields = tomllib.loads(document.decode())
        entries = fields.pop("category", [])
        numbers = {name: _share(name, fields.pop(name)) for name in ("review_below", "temperature") if name in fields}
        _refuse(fields, "the file")
        if not isinstance(entries, list) or not 2 <= len(entries) <= MAX_CATEGORIES:
            raise ValueError(f"2 to {MAX_CATEGORIES} [[category]] entries are needed")
        categories = tuple(_category(entry, f"category {at}") for at, entry in enumerate(entries, 1))
        if len({category.name.casefold() for category in categories}) < len(categories):
            raise ValueError("a name stands there twice")
        if sum(len(category.examples) for category in categories) > MAX_EXAMPLES:
            raise ValueError(f"{MAX_EXAMPLES} examples at most: each costs a run of the model at every start")
    except ValueError as error:  # those of tomllib and of decoding are, too
        raise MissingSettingError(f"{place}: {error}") from error
    return OwnCategories(categories, **numbers)


def _category(entry: Any, place: str) -> Category:
    if not isinstance(entry, dict):
        raise ValueError(f"{place} is no table")
    fields = dict(entry)
    name, description = _text(fields.pop("name", ""), place), _text(fields.pop("description", ""), place)
    examples = fields.pop("examples", [])
    _refuse(fields, place)
    if not name or len(name) > MAX_NAME_CHARS or not name.isprintable():
        raise ValueError(f"{place} needs a name of at most {MAX_NAME_CHARS} printable characters")
    if not isinstance(examples, list) or not all(_text(example, place) for example in examples):
        raise ValueError(f"{place} ({name}): examples must be a list of texts")
    category = Category(name, description, tuple(_text(example, place) for example in examples))
    if not description and not examples:
        raise ValueError(f"{place} ({name}) needs a description or examples")
    return category


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{place}: {value!r} is no text")
    return unicodedata.normalize("NFC", value).strip()  # one spelling, so that a filter finds it


def _share(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise ValueError(f"{name} must be a number above 0, at most 1")
    return float(value)


def _refuse(fields: dict[str, Any], place: str) -> None:
    if fields:
        raise ValueError(f"{place} must not hold {', '.join(sorted(fields))}")


def guess_by_words(categories: Sequence[Category]) -> Callable[[str], str]:
    """Return a guess at a text's category by the words that the categories are told with; the first of equals."""
    words = {
        category.name: set(_words(" ".join((category.name, category.description, *category.examples))))
        for category in categories
    }

    def guess(text: str) -> str:
        found = set(_words(text))
        return max(words, key=lambda name: len(words[name] & found))

    return guess


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
