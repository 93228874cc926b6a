"""What the twins remember: the Redis of the memory adapters."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock
from typing import Generic, TypeVar

from ticketrouter.domain.audit import AuditEntry
from ticketrouter.domain.errors import CacheUnavailableError
from ticketrouter.domain.feedback import Feedback
from ticketrouter.domain.message import LAST_COPY_S, WorkItem
from ticketrouter.domain.record import DeadLetter, Delivery, TicketRecord
from ticketrouter.domain.stats import Tally, of_accepted
from ticketrouter.ports import Clock
from ticketrouter.ports.incidents import Embedded

K = TypeVar("K")


@dataclass(slots=True)
class TicketRow:
    """A record and its claim."""

    record: TicketRecord
    token: str = ""
    lease_until_ms: int = 0
    counted: bool = False  # as accepted, in the figures


@dataclass(slots=True)
class DeliveryRow:
    """A delivery and its lease."""

    delivery: Delivery
    epoch: int
    token: str = ""
    lease_until_ms: int = 0
    replays: set[str] = field(default_factory=set)


@dataclass(slots=True)
class TurnRow:
    """What a destination was told of an incident, and who tells it now."""

    told: int = 0
    token: str = ""
    lease_until_ms: int = 0
    fallback: str = ""


@dataclass(slots=True)
class HealthRow:
    """What is held against a destination."""

    failures: int = 0
    open_until_ms: int = 0
    probe: str = ""
    probe_until_ms: int = 0
    gone_print: str = ""
    gone_at_ms: int = 0
    failing_since_ms: int = 0


@dataclass(slots=True)
class BudgetRow:
    """A destination's budget and its digests, as `RedisBudgets` keeps them."""

    paid: dict[tuple[str, int], int] = field(default_factory=dict)  # (about, epoch) of an alert -> time in ms
    held: dict[tuple[str, int], tuple[int, float]] = field(default_factory=dict)  # -> beginning of its digest, S
    open_ms: int | None = None
    due_ms: int = 0
    closed_ms: int | None = None
    closed_at_ms: int = 0
    gap_ms: int = 0
    newest_ms: int = 0
    told_ms: int = 0

    def forget(self, about: str) -> None:
        """Take a deleted ticket's name out: what was paid for it stays paid, and no digest counts it any more."""
        self.held = {name: place for name, place in self.held.items() if name[0] != about}
        paid = [
            (name if name[0] != about else (f"~{n}", 0), at_ms) for n, (name, at_ms) in enumerate(self.paid.items())
        ]
        self.paid = dict(paid)


class Changed(Generic[K]):
    """Names in the order of their last change."""

    def __init__(self) -> None:
        self._numbers: dict[K, int] = {}
        self._last = 0

    def note(self, name: K) -> None:
        """Put a name behind all others."""
        self._last += 1
        self._numbers.pop(name, None)
        self._numbers[name] = self._last

    def newer(self, since: int | None, limit: int) -> tuple[list[K], int, bool]:
        """Return names behind a number, the number for the next call, and whether there are more already."""
        if since is None:
            return [], self._last, False
        later = [(name, number) for name, number in self._numbers.items() if number > since]
        page = later[:limit]
        return [name for name, _ in page], page[-1][1] if page else since, len(later) > limit


class MemoryState:
    """Shared memory of the store's twins.

    Args:
        clock: The store's own clock.
        deadline_s: After how long a ticket without a final status is overdue.
        changes_kept: How many changes are kept.

    Attributes:
        available: Set it to False and every call raises CacheUnavailableError.
    """

    def __init__(self, clock: Clock, *, deadline_s: int = 3_600, changes_kept: int = 100_000) -> None:
        self.clock = clock
        self.deadline_ms = deadline_s * 1000
        self.changes_kept = changes_kept
        self.available = True
        self.rows: dict[str, TicketRow] = {}
        self.tombstones: dict[str, int] = {}  # id of a deleted ticket -> when nobody asks any more, in milliseconds
        self.deadlines: dict[str, int] = {}
        self.deliveries: dict[tuple[str, str], DeliveryRow] = {}
        self.turns: dict[tuple[str, str], TurnRow] = defaultdict(TurnRow)  # by incident and destination
        self.health: dict[str, HealthRow] = {}
        self.letters: dict[str, DeadLetter] = {}
        self.feedback: dict[str, Feedback] = {}
        self.audit: dict[str, AuditEntry] = {}
        self.budgets: dict[str, BudgetRow] = {}
        self.rates: dict[str, float] = {}
        self.changes: dict[str, int] = {}  # id, or ~id of a deleted ticket -> sequence number, oldest first
        self.sequence = 0
        self.floor = 0  # the newest sequence number that was dropped
        self.delivery_changes: Changed[tuple[str, str]] = Changed()
        self.incident_changes: Changed[str] = Changed()
        self.vectors: list[tuple[str, Embedded]] = []  # of the window, each with its model
        self.bags: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self._lock = RLock()

    @contextmanager
    def open(self) -> Iterator[int]:
        """Hold everybody else off; gives the store's time in milliseconds.

        Raises:
            CacheUnavailableError: The test has switched the store off.
        """
        if not self.available:
            raise CacheUnavailableError("the store is switched off")
        with self._lock:
            yield self.clock.now_ms()

    def create(self, item: WorkItem, row: TicketRow) -> None:
        """Add a record and its deadline."""
        self.tombstones.pop(item.ticket.ticket_id, None)
        self.rows[item.ticket.ticket_id] = row
        self.deadlines.setdefault(item.ticket.ticket_id, item.accepted_at_ms + self.deadline_ms)

    def bury(self, ticket_id: str) -> None:
        """Remove a record, and remember for a while that it was deleted."""
        del self.rows[ticket_id]
        self.tombstones[ticket_id] = self.clock.now_ms() + LAST_COPY_S * 1000

    def is_deleted(self, ticket_id: str) -> bool:
        """Tell whether the ticket was deleted while a message of it was on its way."""
        return self.tombstones.get(ticket_id, 0) > self.clock.now_ms()

    def accept(self, row: TicketRow) -> None:
        """Show an accepted ticket in lists and figures; counted once however often it is called."""
        if not row.counted:
            row.counted = True
            self.add(of_accepted(row.record.item))
        self.change(row.record.item.ticket.ticket_id)

    def change(self, ticket_id: str, *, removed: bool = False) -> None:
        """Note that a ticket changed, or is gone."""
        self.changes.pop(ticket_id, None)
        self.changes.pop(f"~{ticket_id}", None)
        self.sequence += 1
        self.changes[f"~{ticket_id}" if removed else ticket_id] = self.sequence
        while len(self.changes) > self.changes_kept:
            self.floor = self.changes.pop(next(iter(self.changes)))

    def add(self, tally: Tally) -> None:
        """Count an event."""
        self.bags[tally.minute].update(tally.counts)
