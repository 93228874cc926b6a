"""Words and times as people read them, and a stranger's words made harmless."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from ticketrouter.domain.alert import excerpt
from ticketrouter.domain.redaction import redact

Json = dict[str, Any]

LABEL_CHARS = 200  # subject, customer, reasons
CATEGORY_CHARS = 60

_MODEL, _TONE = "what the text says, as the model reads it", "its tone"
_REASONS = {"model": _MODEL, "sentiment": _TONE, "words": "the word list"}

# Where a reader would see a mention, a link, markup or a formula. None of them survives a space of no width inside.
_ACTIVE = re.compile(
    r"<(?=[\w/!@#?&])|@(?=\w)|\](?=\()|:(?=//)|\bwww(?=\.)|[a-z]:(?=[^\s\d])|\w\.(?=[^\W\d_])|[{$](?=\{)", re.I
)
_NO_WIDTH = "\u200b"


def safe_words(text: str, chars: int = LABEL_CHARS) -> str:
    """Return a stranger's words for people outside: redacted, on one line, cut."""
    return excerpt(redact(text), chars)


def inert(text: str) -> str:
    """Return the text as it was to the eye, with nothing in it that a reader could take for more than text."""
    return _ACTIVE.sub(lambda found: f"{found[0]}{_NO_WIDTH}", text)


def reasons(terms: tuple[str, ...]) -> list[str]:
    """Return what raised S, in words that need no knowledge of the model."""
    return [_REASONS.get(term) or safe_words(_of_list(term)) for term in terms]


def _of_list(term: str) -> str:
    words = term.removeprefix("words: ")
    return f"the words “{words}”" if words != term else words


def page(public_url: str, *path: str) -> str:
    """Return the address of a page of the dashboard; nothing without a site."""
    return "/".join([public_url.rstrip("/"), "app", *(quote(part, safe="") for part in path)]) if public_url else ""


def iso(time_ms: int, timespec: str = "milliseconds") -> str:
    """Return a time by ISO 8601, in UTC."""
    return datetime.fromtimestamp(time_ms / 1_000, UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def age_s(since_ms: int, now_ms: int) -> int:
    """Return an age in whole seconds; clocks differ, but nothing is older than now."""
    return max(0, now_ms - since_ms) // 1_000


def age(since_ms: int, now_ms: int) -> str:
    """Return an age in its largest unit."""
    seconds = age_s(since_ms, now_ms)
    for unit, length_s in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length_s:
            return f"{seconds // length_s} {unit}"
    return f"{seconds} s"
