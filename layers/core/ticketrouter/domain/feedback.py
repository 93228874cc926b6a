"""Feedback: what people say of a ticket's labels, for those who train the next model."""

from __future__ import annotations

from dataclasses import dataclass

URGENCY_LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the rubric, models/README.md
MAX_NOTE_CHARS = 1_000
MAX_OF_TICKET = 100  # rows; who has more to say of one ticket says it elsewhere


@dataclass(frozen=True, slots=True)
class Said:
    """What the model had said of the ticket by then."""

    category: str
    urgency_score: float
    sentiment: str
    model_version: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """One row: what one caller said at one time. Never changed; what is said later counts more.

    The ticket's words are not in it: they are read from its record, so that its deletion takes them away.

    Attributes:
        id: `fb_` and a token.
        ticket_id: The ticket.
        at_ms: When, Unix time in milliseconds.
        key_id: Public id of the caller's key.
        key_name: The key's name in the document of keys; may be empty.
        category: What would have been right; empty where that is not said.
        urgency: One of `URGENCY_LEVELS`, or None.
        sentiment: negative, neutral or positive, or empty.
        note: For people; may be empty.
        said: What the model had said; None of a ticket that was not scored.
    """

    id: str
    ticket_id: str
    at_ms: int
    key_id: str
    key_name: str = ""
    category: str = ""
    urgency: float | None = None
    sentiment: str = ""
    note: str = ""
    said: Said | None = None
