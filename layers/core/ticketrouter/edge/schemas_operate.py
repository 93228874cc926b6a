"""Shapes of the answers to an operator: destinations, replays, dead letters, redrives, deletions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field

from ticketrouter.domain.alert import Destination
from ticketrouter.domain.record import Condition, DeadLetter, Delivery
from ticketrouter.edge.schemas_deliveries import AttemptResource, DeliveryResource
from ticketrouter.edge.shapes import Cursor, Shape, Time, rfc3339, rfc3339_or_none, shortened

LISTED_BODY_CHARS = 2_000  # so that a page of 200 letters stays well below the 6 MB that Lambda can answer

Outcome = Annotated[
    str,
    Field(
        json_schema_extra={
            "enum": ["sent", "delayed", "not-sent", "not-failed", "not-found", "store-unavailable", "would-send"]
        },
        description="sent: on its queue again. delayed: the ticket is open again, the queue did not take it, and the "
        "reconciler will send it. not-sent, store-unavailable: still a dead letter, try again. not-failed: the ticket "
        "is not failed (any more). would-send: what a call without `dry_run` would do.",
    ),
]


class ReceivedReply(AttemptResource):
    """One try to deliver, with what the receiver answered."""

    reply: str = Field(description="The first 200 characters that the receiver answered; empty if there were none.")


class DeliveryDetail(DeliveryResource):
    """How one alert fared with one destination, as operators see it."""

    log: list[ReceivedReply] = Field(description="The last tries, oldest first, at most 10.")  # type: ignore[assignment]

    @classmethod
    def of(cls, delivery: Delivery, kinds: Mapping[str, str]) -> Self:
        """Translate."""
        whole = DeliveryResource.of(delivery, kinds).model_dump()
        replies = [attempt.reply for attempt in delivery.log]
        return cls(**{**whole, "log": [{**t, "reply": r} for t, r in zip(whole["log"], replies, strict=True)]})


class ReplayedDelivery(Shape):
    """The 202 of a replay or a test."""

    delivery_id: str
    webhook_id: str = Field(description="The same as before: a receiver that kept the first one drops this one.")
    status: Literal["queued"] = "queued"


class ReplayResult(Shape):
    """What became of one delivery."""

    delivery_id: str
    outcome: Annotated[
        str,
        Field(
            json_schema_extra={"enum": ["queued", "not-sent", "would-send"]},
            description="not-sent: the queue did not take it, and nothing has changed. would-send: a dry run.",
        ),
    ]


class ReplayReport(Shape):
    """What became of each delivery, in the order in which they go out."""

    dry_run: bool
    results: list[ReplayResult]
    spread_s: int = Field(description="When the last one goes out, in seconds from now.")
    more: bool = Field(
        description="A call takes 200, and no more than go out within 15 minutes: call again with `cursor`."
    )
    cursor: str | None


class DestinationResource(Shape):
    """Where alerts go; its address and keys are nobody's business."""

    id: str
    kind: str
    threshold: float = Field(description="S must lie strictly above it; at least 0.8.")
    categories: list[str] = Field(description="Only these; empty means all.")
    languages: list[str] = Field(description="Only tickets in these (`en`, `other`); empty means all.")
    budget_used: int | None = Field(
        description="Messages that it was sent within the last hour out of its budget; null without a budget, and "
        "when the store did not say."
    )
    hourly_budget: int | None = Field(description="Messages in any hour; digests gather the rest. Null: no limit.")
    fallback: str | None = Field(description="Id of the destination that is told, too, when this one takes no alert.")
    state: Literal["ok", "failing", "disabled"] | None = Field(
        description="failing: the last try failed. disabled: it answered 410, and gets nothing until its secret "
        "changes or an operator's test or replay is answered. null: the store did not say."
    )
    since: Time | None = Field(description="Since when it is failing or disabled; null for one that is ok.")
    failures: int | None = Field(description="Failed tries in a row, of all alerts together.")
    paused_until: Time | None = Field(description="Its alerts wait until then, and use up none of their tries.")
    disabled_at: Time | None

    @classmethod
    def of(cls, destination: Destination, condition: Condition | None, budget_used: int | None) -> Self:
        """Translate."""
        since_ms = condition.since_ms if condition else None
        paused_until_ms = condition.paused_until_ms if condition else None
        disabled_at_ms = condition.disabled_at_ms if condition else None
        return cls(
            id=destination.id,
            kind=destination.kind,
            threshold=destination.threshold,
            categories=list(destination.categories),
            languages=list(destination.languages),
            budget_used=budget_used,
            hourly_budget=destination.hourly_budget,
            fallback=destination.fallback or None,
            state=condition.state if condition else None,
            since=rfc3339_or_none(since_ms),
            failures=condition.failures if condition else None,
            paused_until=rfc3339(paused_until_ms) if paused_until_ms else None,
            disabled_at=rfc3339(disabled_at_ms) if disabled_at_ms else None,
        )


class DestinationList(Shape):
    """Every destination."""

    destinations: list[DestinationResource]


class DeadLetterResource(Shape):
    """Something accepted that could not be finished."""

    id: str = Field(description="Of the ticket, or of the message that could not be read.")
    reason: str
    at: Time
    ticket_id: str | None
    body: str | None = Field(
        description=f"The unreadable message, at most {LISTED_BODY_CHARS:,} characters, with … at the end of one "
        "that was cut (a redrive sends it whole); null for a ticket, whose record has it all."
    )
    source: str | None = Field(description="The queue that the message came from.")

    @classmethod
    def of(cls, letter: DeadLetter) -> Self:
        """Translate."""
        return cls(
            id=letter.id,
            reason=letter.reason,
            at=rfc3339(letter.at_ms),
            ticket_id=letter.ticket_id,
            body=None if letter.body is None else shortened(letter.body, LISTED_BODY_CHARS),
            source=letter.source,
        )


class DeadLetterPage(Shape):
    """Dead letters, newest first."""

    dead_letters: list[DeadLetterResource]
    cursor: Cursor


class RedriveResult(Shape):
    """What became of one dead letter."""

    id: str
    outcome: Outcome


class RedriveReport(Shape):
    """What became of each dead letter, in the order in which they go out."""

    dry_run: bool
    matched: int = Field(description="How many were looked at.")
    sent: int = Field(description="How many are queued now; of a dry run, how many would be.")
    results: list[RedriveResult]
    spread_s: int = Field(description="When the last one goes out, in seconds from now.")
    more: bool = Field(
        description="A call takes 500, and no more than go out within 15 minutes: call again with `cursor`."
    )
    cursor: str | None


class DeletedTickets(Shape):
    """How many tickets of a customer were deleted."""

    deleted: int
    more: bool = Field(description="A call deletes at most 500: others are left, call again.")
