"""Working on tickets: messages, models, records, alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ticketrouter.domain.alert import Alert, Destination
from ticketrouter.domain.message import Received, WorkItem
from ticketrouter.domain.record import Outcome, TicketRecord
from ticketrouter.domain.score import Score


class Visibility(Protocol):
    """When a failed message comes back."""

    def delay(self, message: Received, delay_s: int) -> None:
        """Hide the message for `delay_s` (0 to 43,200) from now on; best effort: else the queue's own time."""


class Scorer(Protocol):
    """The models."""

    @property
    def model_version(self) -> str:
        """Return the version of the loaded bundle."""

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Score all texts at once; the result has their order.

        Raises:
            InferenceError: At least one of them could not be scored.
        """


class Begin(StrEnum):
    """What a worker is to do with a message."""

    SCORE = "score"  # this attempt counts
    ALREADY_SCORED = "already-scored"  # but look whether its alerts are out
    ALREADY_FAILED = "already-failed"
    EXHAUSTED = "exhausted"  # too many attempts died: fail it
    CONFLICT = "conflict"  # accepted while the store was away, under an id of other content
    DELETED = "deleted"  # while the message was on its way: drop it


@dataclass(frozen=True, slots=True)
class Begun:
    """The answer to `begin`, with the record as it then is (of a deleted ticket: what the message says)."""

    verdict: Begin
    record: TicketRecord


class TicketStore(Protocol):
    """Records of tickets. Every method may raise CacheUnavailableError."""

    def begin(self, items: Sequence[WorkItem], *, max_attempts: int) -> list[Begun]:
        """Count an attempt at each ticket, in one round trip; make what is missing (more work, never less).

        Items of one call have different ids.
        """

    def commit(self, outcomes: Sequence[Outcome]) -> list[TicketRecord | None]:
        """Make each ticket `scored` unless it is final already; return the records as they then are.

        None where the ticket was deleted: nothing is written, and nobody is to be alerted. Who owes alerts keeps the
        deadline until they are queued: should the message be lost, the reconciler finds it.
        """

    def forgive(self, ticket_ids: Sequence[str]) -> None:
        """Take back one counted attempt of each ticket that is still queued: our outage ended it, not the ticket."""

    def mark_alerts_enqueued(self, ticket_ids: Sequence[str]) -> None:
        """Note that all alerts of these tickets are on the alert queue, and forget their deadlines.

        What is not scored is another ticket, posted under the id of one that was deleted: it owes its own alerts.
        """

    def link(self, incidents: Mapping[str, str]) -> None:
        """Note the incident of tickets, given by ticket; what is gone stays gone."""

    def fail(self, item: WorkItem, reason: str) -> bool:
        """Make the ticket `failed` and list it among the dead letters; False if it was final or deleted already."""

    def count_resend(self, ticket_id: str, *, due_at_ms: int) -> int:
        """Count a resend of a ticket that is not final and move its deadline; return the count (0: none counted)."""

    def reopen(self, ticket_id: str) -> TicketRecord | None:
        """Take a failed ticket back to `queued` with the next epoch (redrive); None unless it is failed."""

    def get(self, ticket_id: str) -> TicketRecord | None:
        """Return the record; None if there is none."""

    def get_many(self, ticket_ids: Sequence[str]) -> list[TicketRecord | None]:
        """Return the records in the order of the ids."""

    def delete(self, ticket_id: str) -> bool:
        """Remove record, embedding, index entries, deliveries, feedback and dead letter; False if there was none.

        While its message may still be in a lane, nothing but a new claim makes the record again.
        """

    def check(self) -> None:
        """Find out whether records can be written, without writing any.

        Raises:
            CacheUnavailableError: They cannot.
        """

    def overdue(self, now_ms: int, limit: int) -> list[str]:
        """Return ids whose deadline has passed, oldest first; the records may be final or gone."""

    def postpone(self, ticket_id: str, due_at_ms: int) -> None:
        """Set the deadline of a ticket."""

    def settle(self, ticket_ids: Sequence[str]) -> None:
        """Forget the deadlines of tickets that need none any more."""


class AlertQueue(Protocol):
    """The queue to the dispatcher."""

    def send(self, alerts: Sequence[Alert], *, delays_s: Sequence[int] = ()) -> list[int]:
        """Send alerts; return the positions of those that are not known to be queued. Never raises.

        Args:
            alerts: What to send.
            delays_s: For each, after how many seconds (0 to 900) it may be received; empty for at once.
        """


class Destinations(Protocol):
    """Where alerts go."""

    def all(self) -> Sequence[Destination]:
        """Return every destination (cached for minutes).

        Raises:
            MissingSettingError: The document is not readable.
        """
