"""Lists of tickets: what a filter keeps, how they are ordered, and cursors that name a place in that order."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from typing import Any

from ticketrouter.domain.errors import FieldProblem, InvalidQueryError
from ticketrouter.domain.record import DeadLetter, Delivery, TicketRecord
from ticketrouter.domain.urgency import band, band_bounds

SORTS = ("-accepted_at", "accepted_at", "-urgency_score", "urgency_score", "-total_ms", "total_ms")
HIGHEST_RANK = 1 << 53  # what a double, the score of a Redis list, holds exactly

# A rank by urgency has the time of acceptance below it, so that ties are few and pages of equal scores stay in order:
# 14 bits of urgency over 39 of time fill the 53 that a double (a score of Redis) holds exactly; good until 2042.
_TIME_SPAN = 1 << 39
_TIME_ZERO_MS = 1_735_689_600_000  # 2025-01-01


@dataclass(frozen=True, slots=True)
class TicketQuery:
    """A filter over tickets; None and "" mean any.

    Attributes:
        text: Words that must all appear in subject or description, case folded.
        band: Word for the urgency: critical, high, normal or low.
        min_urgency: Of S, or of the provisional one until there is an S.
        max_urgency: The same.
        incident: Id of the incident that it belongs to.
        needs_review: Whether a person should look, by its score.
        since_ms: Accepted at or after, Unix time in milliseconds.
        until_ms: Accepted before.
        sort: One of `SORTS`; by `total_ms` only what is scored has a place.
        limit: Tickets a page, 1 to 200.
        cursor: Opaque, of the page before.
    """

    text: str = ""
    status: str = ""
    category: str = ""
    sentiment: str = ""
    customer: str = ""
    channel: str = ""
    incident: str = ""
    needs_review: bool | None = None
    band: str = ""
    min_urgency: float | None = None
    max_urgency: float | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    sort: str = "-accepted_at"
    limit: int = 50
    cursor: str | None = None

    def keeps(self, record: TicketRecord) -> bool:
        """Tell whether a ticket passes the filter."""
        score, ticket, accepted_at_ms = record.score, record.item.ticket, record.item.accepted_at_ms
        if self.status and record.state.status != self.status:
            return False
        if self.category and (score is None or score.category != self.category):
            return False
        if self.sentiment and (score is None or score.sentiment != self.sentiment):
            return False
        if self.customer and ticket.customer != self.customer:
            return False
        if self.channel and ticket.channel != self.channel:
            return False
        if self.incident and record.incident_id != self.incident:
            return False
        if self.needs_review is not None and (score is None or score.needs_review is not self.needs_review):
            return False
        urgency = urgency_of(record)
        if self.band and band(urgency) != self.band:
            return False
        if self.min_urgency is not None and urgency < self.min_urgency:
            return False
        if self.max_urgency is not None and urgency > self.max_urgency:
            return False
        if self.since_ms is not None and accepted_at_ms < self.since_ms:
            return False
        if self.until_ms is not None and accepted_at_ms >= self.until_ms:
            return False
        return not self.text or _has_words(ticket.text.casefold(), self.text.casefold())

    @property
    def is_a_range(self) -> bool:
        """Tell whether all that passes lies in one piece of the list that is walked, so that it can be counted."""
        unbounded = replace(
            self, **(_NO_TIME if self.order == "accepted_at" else _NO_URGENCY), limit=1, cursor=None, sort=""
        )
        return self.order != "total_ms" and unbounded == TicketQuery(limit=1, sort="")

    @property
    def order(self) -> str:
        """Return what the list is ordered by: accepted_at, urgency_score or total_ms."""
        return self.sort.removeprefix("-")


_NO_TIME: dict[str, Any] = {"since_ms": None, "until_ms": None}
_NO_URGENCY: dict[str, Any] = {"min_urgency": None, "max_urgency": None}


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """A filter over deliveries; None and "" mean any.

    Attributes:
        destination: Id of the destination.
        category: Of the alert.
        since_ms: Last changed at or after, Unix time in milliseconds.
        until_ms: Last changed before.
    """

    destination: str = ""
    category: str = ""
    since_ms: int | None = None
    until_ms: int | None = None

    def keeps(self, delivery: Delivery) -> bool:
        """Tell whether a delivery passes the filter."""
        if self.destination and delivery.alert.destination != self.destination:
            return False
        if self.category and delivery.alert.category != self.category:
            return False
        if self.since_ms is not None and delivery.updated_at_ms < self.since_ms:
            return False
        return self.until_ms is None or delivery.updated_at_ms < self.until_ms


ANY_DELIVERY = DeliveryFilter()


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """A filter over dead letters; None and "" mean any.

    Attributes:
        reason: Why it was given up.
        since_ms: Given up at or after, Unix time in milliseconds.
        until_ms: Given up before.
    """

    reason: str = ""
    since_ms: int | None = None
    until_ms: int | None = None

    def keeps(self, letter: DeadLetter) -> bool:
        """Tell whether a dead letter passes the filter."""
        if self.reason and letter.reason != self.reason:
            return False
        if self.since_ms is not None and letter.at_ms < self.since_ms:
            return False
        return self.until_ms is None or letter.at_ms < self.until_ms


ANY_LETTER = LetterFilter()


def _has_words(text: str, words: str) -> bool:
    return all(word in text for word in words.split())


def urgency_of(record: TicketRecord) -> float:
    """Return S, or the provisional one until there is an S."""
    return record.item.provisional_score if record.score is None else record.score.urgency_score


def urgency_rank(urgency: float, accepted_at_ms: int) -> int:
    """Return the place of a ticket in the order by urgency, an integer below 2^53."""
    elapsed_ms = min(_TIME_SPAN - 1, max(0, accepted_at_ms - _TIME_ZERO_MS))
    return round(min(1.0, max(0.0, urgency)) * 10_000) * _TIME_SPAN + elapsed_ms


def rank_bounds(query: TicketQuery) -> tuple[int, int]:
    """Return the lowest and the highest rank, both included, that the filter can keep in its order."""
    if query.order == "accepted_at":
        until_ms = HIGHEST_RANK if query.until_ms is None else query.until_ms - 1
        return (query.since_ms or 0), until_ms
    if query.order == "total_ms":
        return 0, HIGHEST_RANK
    low, high = band_bounds(query.band) if query.band else (0.0, 1.0)
    low = low if query.min_urgency is None else max(low, query.min_urgency)
    high = high if query.max_urgency is None else min(high, query.max_urgency)
    return urgency_rank(low, 0), urgency_rank(high, 1 << 53)


def encode_cursor(order: str, rank: int, member: str) -> str:
    """Return the cursor that continues behind `member` at `rank` in `order`."""
    return base64.urlsafe_b64encode(f"{order}\n{rank}\n{member}".encode()).decode().rstrip("=")


def decode_cursor(order: str, cursor: str, *, pointer: str = "/cursor") -> tuple[int, str]:
    """Return rank and member of a cursor.

    Raises:
        InvalidQueryError: Not a cursor of ours, or one of another order.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        made_for, rank, member = base64.b64decode(padded, altchars=b"-_", validate=True).decode().split("\n")
        if made_for != order:
            raise ValueError(made_for)
        return int(rank), member
    except (ValueError, binascii.Error) as error:
        raise InvalidQueryError(FieldProblem(pointer, "is not a cursor of this list")) from error
