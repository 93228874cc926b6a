"""Reading what is known, and the keys that may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ticketrouter.domain.access import ApiKey
from ticketrouter.domain.listing import ANY_LETTER, LetterFilter, TicketQuery
from ticketrouter.domain.pulse import Backlog, Pulse
from ticketrouter.domain.record import DeadLetter, TicketRecord


@dataclass(frozen=True, slots=True)
class TicketPage:
    """A page of tickets. It may be short and still have a next one.

    Attributes:
        records: The tickets.
        cursor: Of the next page; None on the last one.
        matched: How many there are on all pages; None where that would take a search.
    """

    records: list[TicketRecord]
    cursor: str | None
    matched: int | None = None


@dataclass(frozen=True, slots=True)
class ChangePage:
    """What changed, oldest first.

    Attributes:
        records: The changed tickets as they are now.
        removed: Ids of tickets that were deleted.
        cursor: For the next call.
        more: Whether there is more already.
    """

    records: list[TicketRecord]
    removed: list[str]
    cursor: str
    more: bool


class Views(Protocol):
    """Lists and figures: projections of the records, never the truth. Every method may raise CacheUnavailableError."""

    def find(self, query: TicketQuery) -> TicketPage:
        """Return a page of tickets.

        Raises:
            InvalidQueryError: The cursor is not one of ours.
        """

    def changes(self, since: str | None, limit: int) -> ChangePage:
        """Return what changed after the cursor; without one, nothing but the cursor of now.

        Raises:
            CursorExpiredError: The cursor is older than what is kept.
            InvalidQueryError: The cursor is not one of ours.
        """

    def stats(self, window_s: int) -> Mapping[str, Any]:
        """Return counters and latency percentiles of the last `window_s`, as `domain.stats` shapes them."""

    def backlog(self) -> Backlog:
        """Return what is in flight."""

    def pulse(self) -> Pulse:
        """Return the figures of now."""

    def ids_of_customer(self, customer: str, limit: int) -> list[str]:
        """Return ids of the customer's tickets."""


class DeadLetters(Protocol):
    """What could not be finished. Every method may raise CacheUnavailableError."""

    def keep(self, letter: DeadLetter) -> None:
        """Keep it for 14 days; the same id again replaces it."""

    def find(
        self, *, limit: int, cursor: str | None, where: LetterFilter = ANY_LETTER
    ) -> tuple[list[DeadLetter], str | None]:
        """Return dead letters, newest first, and the cursor of the next page. A page may be short."""

    def get_many(self, ids: Sequence[str]) -> list[DeadLetter | None]:
        """Return dead letters in the order of the ids."""

    def of_customer(self, customer: str) -> list[str]:
        """Return ids of the letters that are messages with a customer's words."""

    def remove(self, ids: Sequence[str]) -> None:
        """Forget them (after a redrive)."""


class ApiKeys(Protocol):
    """The keys that may call."""

    def get(self, key_id: str) -> ApiKey | None:
        """Return the key with this public id (cached for seconds)."""
