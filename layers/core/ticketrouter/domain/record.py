"""What the router knows of one ticket, and the small things that are read beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ticketrouter.domain.alert import Alert
from ticketrouter.domain.errors import MalformedMessageError
from ticketrouter.domain.message import Received, WorkItem
from ticketrouter.domain.score import Score
from ticketrouter.domain.status import DeliveryStatus, State


@dataclass(frozen=True, slots=True)
class TicketRecord:
    """The record of one ticket: claim, work and outcome in one place.

    Attributes:
        item: The ticket as it was accepted.
        state: Where it is.
        attempts: How often a worker has begun it (since the last redrive).
        resends: How often the reconciler has put it back on its queue (since the last redrive).
        epoch: 1, and one more after each redrive.
        started_at_ms: When the worker that scored it began.
        scored_at_ms: When it was scored.
        scoring_ms: How long the scoring of its batch took.
        cold_start: Whether that worker had just started.
        score: The verdict.
        alerts: The alerts that are due, at most one for each destination.
        suppressed: Destinations that hear of the ticket through its incident alone.
        incident_id: The incident that it belongs to.
        similar: Tickets that were most like it when it was scored, with their cosines, nearest first.
        alerts_enqueued: Whether all of `alerts` are on the alert queue.
        failure: Why it failed.
    """

    item: WorkItem
    state: State
    attempts: int = 0
    resends: int = 0
    epoch: int = 1
    started_at_ms: int | None = None
    scored_at_ms: int | None = None
    scoring_ms: float | None = None
    cold_start: bool = False
    score: Score | None = None
    alerts: tuple[Alert, ...] = ()
    alerts_enqueued: bool = False
    failure: str | None = None
    suppressed: tuple[str, ...] = ()
    incident_id: str | None = None
    similar: tuple[tuple[str, float], ...] = ()

    @property
    def queue_ms(self) -> int | None:
        """Return the time from acceptance to the worker's start."""
        return None if self.started_at_ms is None else max(0, self.started_at_ms - self.item.accepted_at_ms)

    @property
    def total_ms(self) -> int | None:
        """Return the time from acceptance to the score."""
        return None if self.scored_at_ms is None else max(0, self.scored_at_ms - self.item.accepted_at_ms)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the worker found out about one ticket, to be committed once."""

    item: WorkItem
    score: Score
    started_at_ms: int
    scored_at_ms: int
    scoring_ms: float
    cold_start: bool
    alerts: tuple[Alert, ...]
    suppressed: tuple[str, ...] = ()
    incident_id: str | None = None
    similar: tuple[tuple[str, float], ...] = ()

    @property
    def total_ms(self) -> int:
        """Return the time from acceptance to the score."""
        return max(0, self.scored_at_ms - self.item.accepted_at_ms)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver.

    Attributes:
        at_ms: When, Unix time in milliseconds.
        latency_ms: How long the receiver took.
        status: Its HTTP status; None if there was none.
        error: Code of our error; None on success.
        reply: What it answered, its first characters (`reply_excerpt`); for operators alone, and never logged.
    """

    at_ms: int
    latency_ms: float
    status: int | None = None
    error: str | None = None
    reply: str = ""


OVERTAKEN = "overtaken"  # `error` of what was not sent: its destination knows something newer of the incident
REPLY_CHARS = 200


def reply_excerpt(raw: bytes) -> str:
    """Return the first characters of a receiver's answer, on one line: no control characters, nothing that is none."""
    text = raw[: REPLY_CHARS * 8].decode("utf-8", errors="replace")
    shown = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(shown.split())[:REPLY_CHARS]


@dataclass(frozen=True, slots=True)
class Delivery:
    """How one alert fared with one destination.

    Attributes:
        alert: The alert.
        status: How far it got.
        attempts: How many tries there were.
        log: The last tries, oldest first (at most 10).
        updated_at_ms: Unix time in milliseconds.
        next_at_ms: When the next try is due; None when none is.
        fallback: Id of the destination that was told, too, because this one did not take it; empty for none.
        digest_id: The digest that tells the alert; None if none does.
    """

    alert: Alert
    status: DeliveryStatus
    attempts: int
    log: tuple[Attempt, ...]
    updated_at_ms: int
    next_at_ms: int | None = None
    fallback: str = ""
    digest_id: str | None = None

    @property
    def id(self) -> str:
        """Return its name in the API: `<ticket_id>~<destination>`, or `<incident_id>~<update>~<destination>`."""
        return f"{self.alert.about}~{self.alert.destination}"

    @property
    def delivered_at_ms(self) -> int | None:
        """Return when a 2xx came back; None if none has."""
        return next((attempt.at_ms for attempt in self.log if attempt.error is None), None)


@dataclass(frozen=True, slots=True)
class Condition:
    """What is held against a destination.

    Attributes:
        failures: In a row.
        paused_until_ms: Its breaker is open until then, Unix time in milliseconds; None if it is closed.
        disabled_at_ms: When it answered 410; None if it has not.
        failing_since_ms: When the first of the failures was; None without one.
    """

    failures: int = 0
    paused_until_ms: int | None = None
    disabled_at_ms: int | None = None
    failing_since_ms: int | None = None

    @property
    def since_ms(self) -> int | None:
        """Return since when its state is what it is; None for one that is ok."""
        return self.failing_since_ms if self.disabled_at_ms is None else self.disabled_at_ms

    @property
    def state(self) -> Literal["ok", "failing", "disabled"]:
        """Return ok, failing or disabled."""
        if self.disabled_at_ms is not None:
            return "disabled"
        return "failing" if self.failures else "ok"


# Above the largest message of ours, so that a ticket which was kept can be sent again as it was.
MAX_LETTER_BYTES = 262_144


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Something accepted that could not be finished, kept for an operator.

    Attributes:
        id: The ticket's id, or the id of a message that could not be read.
        reason: Stable word: poison, dead-lettered, overdue, malformed-message, id-conflict.
        at_ms: When it was given up, Unix time in milliseconds.
        ticket_id: Set when the ticket is known.
        body: The message, at most 256 KiB; None for a ticket, whose record has it all.
        source: Name of the queue that it came from; None for a ticket.
    """

    id: str
    reason: str
    at_ms: int
    ticket_id: str | None = None
    body: str | None = None
    source: str | None = None

    @classmethod
    def of_message(cls, message: Received, reason: str, at_ms: int, *, ticket_id: str | None = None) -> DeadLetter:
        """Return the letter that keeps a queue message; half a surrogate pair in it becomes a question mark."""
        body = message.body.encode(errors="replace")[:MAX_LETTER_BYTES].decode(errors="ignore")
        return cls(message.message_id, reason, at_ms, ticket_id, body, message.source_arn.rpartition(":")[2])

    @property
    def customer(self) -> str:
        """Return the customer whose words the message holds; nothing if that cannot be read."""
        try:
            return WorkItem.from_json(self.body or "").ticket.customer
        except MalformedMessageError:
            return ""
