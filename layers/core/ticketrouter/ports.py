"""What the use cases need from the world.

Each port has a real adapter and a twin in memory; one contract suite holds both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from ticketrouter.domain.access import ApiKey
from ticketrouter.domain.alert import Alert, Destination, DestinationSecret
from ticketrouter.domain.listing import TicketQuery as TicketQuery
from ticketrouter.domain.message import Received as Received
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.record import Attempt, DeadLetter, Delivery, Outcome, TicketRecord
from ticketrouter.domain.score import Score
from ticketrouter.domain.status import DeliveryStatus, Lane, State


class Clock(Protocol):
    """Time."""

    def now_ms(self) -> int:
        """Return Unix time in milliseconds."""

    def monotonic_ms(self) -> float:
        """Return milliseconds that never go back, for durations."""


class Randomness(Protocol):
    """Chance, so that tests can take it away."""

    def token(self) -> str:
        """Return a new unguessable id of 26 lower-case characters."""

    def uniform(self) -> float:
        """Return a number in [0, 1)."""


# --- accepting -------------------------------------------------------------------------------------------------------


class ClaimOutcome(StrEnum):
    """What became of the attempt to accept a ticket."""

    NEW = "new"  # ours: send it
    TAKEN_OVER = "taken-over"  # its first owner died before the send was confirmed: ours now, send it
    DUPLICATE = "duplicate"  # accepted before, same content
    IN_PROGRESS = "in-progress"  # somebody is sending it right now
    CONFLICT = "conflict"  # the id is taken by other content


@dataclass(frozen=True, slots=True)
class Claim:
    """The answer to one claim; of an earlier acceptance where there was one.

    Attributes:
        outcome: What became of it.
        item: The work item as the record holds it: the first acceptance's time, lane and provisional score.
        token: Proof of ownership, for `confirm` and `release`.
        state: State of the record after the claim.
        retry_after_s: For IN_PROGRESS, when the lease ends.
    """

    outcome: ClaimOutcome
    item: WorkItem
    token: str
    state: State
    retry_after_s: int | None = None

    @property
    def owned(self) -> bool:
        """Tell whether the caller must send the item."""
        return self.outcome in (ClaimOutcome.NEW, ClaimOutcome.TAKEN_OVER)


class Claims(Protocol):
    """The one record per ticket id: first come, first accepted."""

    def claim(self, items: Sequence[WorkItem], *, key_id: str, token: str) -> list[Claim]:
        """Claim every item in one round trip, rate limit included; `sending` with a lease where it is ours.

        Items of one call have different ids. The lease is judged by the store's clock.

        Raises:
            RateLimitedError: The key has no rate left for so many items; nothing stays claimed.
            CacheUnavailableError: No answer in time, or the breaker is open.
        """

    def confirm(self, claims: Sequence[Claim]) -> None:
        """Move owned claims from `sending` to `queued`; a claim that is no longer ours is left alone.

        Raises:
            CacheUnavailableError: The records stay `sending`; a retry, the worker or the reconciler moves them on.
        """


class WorkQueue(Protocol):
    """The two lanes."""

    def send(self, items: Sequence[WorkItem]) -> list[int]:
        """Send each item to its lane; return the positions of those that are not known to be queued.

        Never raises: an outage is all positions. An item whose outcome is unknown may be queued all the same.
        """

    def send_raw(self, lane: Lane, body: str) -> bool:
        """Put a body on a lane as it is (redrive of an unreadable message); tell whether it is known to be queued."""

    def depths(self) -> dict[Lane, QueueDepth]:
        """Return what waits in each lane.

        Raises:
            QueueUnavailableError: SQS did not say.
        """


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """Approximate counts, as SQS gives them."""

    waiting: int
    in_flight: int


# --- working ---------------------------------------------------------------------------------------------------------


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

        None where the ticket was deleted: nothing is written, and nobody is to be alerted.
        """

    def forgive(self, ticket_ids: Sequence[str]) -> None:
        """Take back one counted attempt of each ticket that is still queued: our outage ended it, not the ticket."""

    def mark_alerts_enqueued(self, ticket_ids: Sequence[str]) -> None:
        """Note that all alerts of these tickets are on the alert queue."""

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
        """Remove record, embedding, index entries, deliveries and dead letter; False if there was none.

        While its message may still be in a lane, nothing but a new claim makes the record again.
        """

    def overdue(self, now_ms: int, limit: int) -> list[str]:
        """Return ids whose deadline has passed, oldest first; the records may be final or gone."""

    def postpone(self, ticket_id: str, due_at_ms: int) -> None:
        """Set the deadline of a ticket."""

    def settle(self, ticket_ids: Sequence[str]) -> None:
        """Forget the deadlines of tickets that need none any more."""


class AlertQueue(Protocol):
    """The queue to the dispatcher."""

    def send(self, alerts: Sequence[Alert]) -> list[int]:
        """Send alerts; return the positions of those that are not known to be queued. Never raises."""


class Destinations(Protocol):
    """Where alerts go."""

    def all(self) -> Sequence[Destination]:
        """Return every destination (cached for minutes).

        Raises:
            MissingSettingError: The document is not readable.
        """


# --- delivering ------------------------------------------------------------------------------------------------------


class DeliveryVerdict(StrEnum):
    """What a dispatcher is to do with an alert."""

    SEND = "send"  # the lease is ours
    DONE = "done"  # delivered, exhausted or suppressed before; or its ticket was deleted
    BUSY = "busy"  # another dispatcher is at it
    LATER = "later"  # the next try is not due yet


@dataclass(frozen=True, slots=True)
class DeliveryClaim:
    """The answer to a claim on a delivery.

    Attributes:
        verdict: What to do.
        attempts: Tries so far.
        wait_s: For BUSY and LATER, how long to leave it alone.
    """

    verdict: DeliveryVerdict
    attempts: int
    wait_s: int = 0


class Deliveries(Protocol):
    """Records of deliveries, one per ticket and destination. Every method may raise CacheUnavailableError."""

    def claim(self, alert: Alert, *, token: str, lease_ms: int) -> DeliveryClaim:
        """Take the lease on this delivery; makes the record if it is missing. Judged by the store's clock.

        A replay (`alert.replay` set and not seen before) opens a finished delivery for one more try.
        """

    def record(
        self,
        alert: Alert,
        attempt: Attempt,
        status: DeliveryStatus,
        *,
        token: str,
        retry_in_ms: int | None,
    ) -> bool:
        """Write the outcome of a try and end the lease; False if the lease is no longer ours (nothing is written)."""

    def close(self, alert: Alert, status: DeliveryStatus) -> bool:
        """Give a pending delivery its final status without a try; False if it was final already."""

    def of_ticket(self, ticket_id: str, destinations: Sequence[str]) -> list[Delivery]:
        """Return the deliveries of a ticket that exist."""

    def of_tickets(self, records: Sequence[TicketRecord]) -> list[list[Delivery]]:
        """Return the deliveries of each record's alerts, in one round trip."""

    def find(
        self, *, status: DeliveryStatus | None, limit: int, cursor: str | None
    ) -> tuple[list[Delivery], str | None]:
        """Return recent deliveries, newest first, and the cursor of the next page."""


class DestinationSecrets(Protocol):
    """Addresses and signing keys; the dispatcher's alone."""

    def get(self, destination_id: str) -> DestinationSecret | None:
        """Return the secret of a destination (cached for minutes)."""


@dataclass(frozen=True, slots=True)
class WebhookReply:
    """A 2xx.

    Attributes:
        status: HTTP status.
        latency_ms: From connect to the end of the reply.
    """

    status: int
    latency_ms: float


class WebhookSender(Protocol):
    """The way out of the account."""

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookReply:
        """POST once: no redirect, no retry, a deadline over all of it.

        Raises:
            UnsafeWebhookUrlError: The address is one that must not be called; nothing was sent.
            WebhookGoneError: 410.
            WebhookRejectedError: Another 3xx or 4xx but 408, 425 and 429.
            WebhookUnavailableError: Time-out, connection error, 408, 425, 429, 5xx.
        """


# --- reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TicketPage:
    """A page of tickets; `cursor` is None on the last one. A page may be short and still have a next one."""

    records: list[TicketRecord]
    cursor: str | None


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

    def ids_of_customer(self, customer: str, limit: int) -> list[str]:
        """Return ids of the customer's tickets."""


class DeadLetters(Protocol):
    """What could not be finished. Every method may raise CacheUnavailableError."""

    def keep(self, letter: DeadLetter) -> None:
        """Keep it for 14 days; the same id again replaces it."""

    def find(self, *, limit: int, cursor: str | None) -> tuple[list[DeadLetter], str | None]:
        """Return dead letters, newest first, and the cursor of the next page."""

    def get_many(self, ids: Sequence[str]) -> list[DeadLetter | None]:
        """Return dead letters in the order of the ids."""

    def remove(self, ids: Sequence[str]) -> None:
        """Forget them (after a redrive)."""


class ApiKeys(Protocol):
    """The keys that may call."""

    def get(self, key_id: str) -> ApiKey | None:
        """Return the key with this public id (cached for seconds)."""
