"""Digests: one message for the alerts that a destination's hourly budget held back.

The first digest goes out at once (with the next minute's run), so that people hear immediately that single messages
have stopped; after it, one every ten minutes while there is something to tell. An alert with S >= 0.95 cuts that to
five. Nothing passes the budget: whoever can write "we can see other customers' invoices" once can write it
all night, so a free passage for high S would be no budget at all. And a calm report of a breach waits five minutes at
most, at the top of a list that people who have just had a full hour's messages are reading anyway.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

MAX_LINES = 10  # of a digest; the count tells how many alerts it stands for
BUDGET_WINDOW_MS = 3_600_000  # a budget is one of messages in any hour, not from one full hour to the next
# Between two digests of a destination. With the reconciler's minute, no alert is on its queue for the fifteen minutes
# after which AlertsWaitAlarm (infra/observability.yaml) calls somebody.
DIGEST_GAP_MS = 600_000
CRITICAL_S, CRITICAL_GAP_MS = 0.95, 300_000  # the same, when the second one holds an alert of this S


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One alert as a digest tells it; the words are a stranger's, as they are in an alert.

    Attributes:
        ticket_id: The ticket.
        category: As scored.
        urgency_score: S.
        subject: As the customer wrote it.
        excerpt: The first 140 characters of the description.
    """

    ticket_id: str
    category: str
    urgency_score: float
    subject: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """What a digest tells.

    Attributes:
        digest_id: `dig_<26 lower-case base32>`, also the `ticket_id` of the alert that carries it.
        count: Alerts that this digest stands for, and no other message does.
        since_ms: When the first of them was held back, Unix time in milliseconds.
        until_ms: When the digest was closed.
        next_at_ms: What is held back from now on follows no later than then.
        lines: The most urgent ones, at most `MAX_LINES`; a ticket that was deleted meanwhile has none.
    """

    digest_id: str
    count: int
    since_ms: int
    until_ms: int
    next_at_ms: int
    lines: tuple[DigestLine, ...] = ()


def digest_id(destination: str, since_ms: int) -> str:
    """Return the name of the digest that was begun at this time; a destination has one open digest at most."""
    digest = hashlib.sha256(f"{destination}\0{since_ms}".encode()).digest()
    return f"dig_{base64.b32encode(digest[:16]).decode().rstrip('=').lower()}"


def gap_ms(urgency_score: float) -> int:
    """Return how long after the digest before an alert of this S may be told, in milliseconds."""
    return CRITICAL_GAP_MS if urgency_score >= CRITICAL_S else DIGEST_GAP_MS
