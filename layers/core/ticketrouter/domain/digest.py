"""Digests: one message for the alerts that a destination's hourly budget held back.

The first digest goes out at once (with the next minute's run), so that people hear immediately that single messages
have stopped. The next one follows a minute later, and then each gap is twice the one before, up to ten minutes: a
short storm is told while it is news, and a long night brings six digests an hour. An alert with S >= 0.95 waits for
five minutes at most; an hour without a digest starts anew.

Nothing passes the budget: whoever can write "we can see other customers' invoices" once can write it all night, so a
free passage for high S would be no budget at all. A calm report of a breach waits for minutes, at the top of a list
that people who have just had a full hour's messages are reading anyway.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

MAX_LINES = 10  # of a digest; the count tells how many alerts it stands for
BUDGET_WINDOW_MS = 3_600_000  # a budget is one of messages in any hour, not from one full hour to the next
FIRST_GAP_MS = 60_000  # between the first digest of a destination and its second one
# The longest. With the reconciler's minute, no alert is on its queue for the fifteen minutes after which
# AlertsWaitAlarm (infra/observability.yaml) calls somebody.
MAX_GAP_MS = 600_000
CRITICAL_S, CRITICAL_GAP_MS = 0.95, 300_000  # the longest before a digest that holds an alert of this S


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


def max_gap_ms(urgency_score: float) -> int:
    """Return how long after the digest before an alert of this S may be told at most, in milliseconds."""
    return CRITICAL_GAP_MS if urgency_score >= CRITICAL_S else MAX_GAP_MS


def following_gap_ms(since_digest_ms: int, last_gap_ms: int) -> int:
    """Return the gap after a digest: twice that after the digest before, if it was closed less than an hour ago.

    Args:
        since_digest_ms: Time since the digest before was closed.
        last_gap_ms: The gap after that one; 0 if there was none.
    """
    recent = last_gap_ms and since_digest_ms < BUDGET_WINDOW_MS
    return min(2 * last_gap_ms, MAX_GAP_MS) if recent else FIRST_GAP_MS
