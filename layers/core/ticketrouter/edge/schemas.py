"""Shapes of the answers about tickets, made from the domain.

The others are in `schemas_*.py`, what all are made of in `shapes.py`; what clients send is in `edge/requests.py`, and
both for ingest in `edge/tickets.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, Self

from pydantic import Field

from ticketrouter.domain.feedback import Feedback
from ticketrouter.domain.record import Delivery, TicketRecord
from ticketrouter.domain.score import Score
from ticketrouter.domain.status import DeliveryStatus, Lane
from ticketrouter.domain.urgency import Contribution, band
from ticketrouter.edge.schemas_deliveries import DeliveryResource, DigestId
from ticketrouter.edge.schemas_feedback import FeedbackResource
from ticketrouter.edge.shapes import Cursor, Shape, Share, Time, rfc3339, rfc3339_or_none, shortened

# The domain's words are told to clients, not checked once more on the way out.
Status = Annotated[str, Field(json_schema_extra={"enum": ["accepted", "scored", "failed"]})]
Band = Annotated[str, Field(json_schema_extra={"enum": ["critical", "high", "normal", "low"]})]
Sentiment = Annotated[str, Field(json_schema_extra={"enum": ["negative", "neutral", "positive"]})]
LISTED_DESCRIPTION_CHARS = 500  # so that a page of 200 tickets stays well below the 6 MB that Lambda can answer

_VERDICT = (
    "category",
    "category_confidence",
    "needs_review",
    "urgency_score",
    "sentiment",
    "sentiment_score",
    "model_version",
)


class TermResource(Shape):
    """What one term added to S; all of a ticket's terms add up to it."""

    term: str
    value: float

    @classmethod
    def of(cls, contributions: Iterable[Contribution]) -> list[Self]:
        """Translate, in the given order."""
        return [cls(term=part.term, value=part.value) for part in contributions]


class AlertResource(Shape):
    """One alert of an urgent ticket."""

    destination: str
    status: DeliveryStatus
    attempts: int
    fallback: str | None = Field(description="Destination that was told, too, because this one did not take it.")
    fallback_for: str | None = Field(description="Destination that did not take it; null for one told first.")
    digest_id: DigestId


class TimingsResource(Shape):
    """Milliseconds of each stage; null until it is over."""

    queue_ms: int | None = Field(description="Accepted until a worker began.")
    scoring_ms: float | None = Field(description="The scoring of its batch.")
    dispatch_ms: int | None = Field(description="Scored until the first webhook was answered with a 2xx.")
    total_ms: int | None = Field(description="Accepted until scored.")


class TicketResource(Shape):
    """A ticket of a list, flat; what scoring says is null until `status` is scored."""

    ticket_id: str
    status: Status
    subject: str
    description: str = Field(
        description=f"At most {LISTED_DESCRIPTION_CHARS} characters, with … at the end of one that was cut: "
        "`GET /tickets/{ticket_id}` has it whole."
    )
    customer: str
    channel: str
    category: str | None = Field(description="One of `labels.category` of `GET /model`: the bundle's, or your own.")
    category_confidence: Share | None = Field(description="Calibrated probability of `category`.")
    needs_review: bool | None = Field(
        description="A person should look: low confidence, or a language that the model does not read."
    )
    urgency_score: Share | None = Field(description="S; above 0.8 the ticket is alerted.")
    urgency_band: Band | None
    sentiment: Sentiment | None
    sentiment_score: float | None = Field(ge=-1, le=1, description="P(positive) - P(negative).")
    lane: Lane
    accepted_at: Time
    scored_at: Time | None
    timings: TimingsResource
    latency_ms: int | None = Field(description="The same as `timings.total_ms`.")
    cold_start: bool = Field(description="Whether the worker that scored it had just started.")
    attempts: int
    model_version: str | None
    degraded: bool = Field(description="The model did not answer and the word list stood in.")
    incident_id: str | None = Field(description="The incident that it belongs to; null as long as it stands alone.")
    alerts: list[AlertResource]
    webhook_triggered: bool = Field(description="True only after a 2xx.")
    failure: str | None = Field(description="Why it failed; null unless it did.")

    @classmethod
    def of(cls, record: TicketRecord, deliveries: Sequence[Delivery]) -> Self:
        """Translate a record and those deliveries of its alerts that exist."""
        identity = _identity(record)
        identity["description"] = shortened(identity["description"], LISTED_DESCRIPTION_CHARS)
        return cls(**identity, **_verdict(record.score), **_course(record, deliveries))


def _identity(record: TicketRecord) -> dict[str, Any]:
    ticket = record.item.ticket
    return {
        "ticket_id": ticket.ticket_id,
        "subject": ticket.subject,
        "description": ticket.description,
        "customer": ticket.customer,
        "channel": ticket.channel,
        "lane": record.item.lane,
        "accepted_at": rfc3339(record.item.accepted_at_ms),
    }


def _verdict(score: Score | None) -> dict[str, Any]:
    if score is None:
        return dict.fromkeys((*_VERDICT, "urgency_band")) | {"degraded": False}
    verdict = {name: getattr(score, name) for name in _VERDICT}
    return verdict | {"urgency_band": band(score.urgency_score), "degraded": score.degraded}


def _course(record: TicketRecord, deliveries: Sequence[Delivery]) -> dict[str, Any]:
    fared = {delivery.alert.destination: delivery for delivery in deliveries}
    delivered_ms = [at_ms for delivery in deliveries if (at_ms := delivery.delivered_at_ms) is not None]
    return {
        "status": record.state.status,
        "scored_at": rfc3339_or_none(record.scored_at_ms),
        "timings": _timings(record, delivered_ms),
        "latency_ms": record.total_ms,
        "cold_start": record.cold_start,
        "attempts": record.attempts,
        "incident_id": record.incident_id,
        "alerts": [
            *(_alert(name, fared) for name in dict.fromkeys([*(a.destination for a in record.alerts), *fared])),
            *(_untried(name, DeliveryStatus.SUPPRESSED) for name in record.suppressed if name not in fared),
        ],
        "webhook_triggered": bool(delivered_ms),
        "failure": record.failure,
    }


def _timings(record: TicketRecord, delivered_ms: Sequence[int]) -> TimingsResource:
    dispatched = delivered_ms and record.scored_at_ms is not None
    return TimingsResource(
        queue_ms=record.queue_ms,
        scoring_ms=record.scoring_ms,
        dispatch_ms=max(0, min(delivered_ms) - (record.scored_at_ms or 0)) if dispatched else None,
        total_ms=record.total_ms,
    )


def _untried(destination: str, status: DeliveryStatus) -> AlertResource:
    return AlertResource(
        destination=destination, status=status, attempts=0, fallback=None, fallback_for=None, digest_id=None
    )


def _alert(destination: str, fared: Mapping[str, Delivery]) -> AlertResource:
    delivery = fared.get(destination)
    if delivery is None:  # on its way to the dispatcher
        return _untried(destination, DeliveryStatus.PENDING)
    return AlertResource(
        destination=destination,
        status=delivery.status,
        attempts=delivery.attempts,
        fallback=delivery.fallback or None,
        fallback_for=delivery.alert.fallback_for or None,
        digest_id=delivery.digest_id,
    )


class SimilarResource(Shape):
    """A ticket that is like another."""

    ticket_id: str
    similarity: float = Field(description="Cosine of their embeddings.")


class TicketDetail(TicketResource):
    """A ticket, with what `include` asks for; a part that was not asked for is absent."""

    description: str = Field(description="Whole, as the customer wrote it.")
    explanation: list[TermResource] = Field(default=[], description="With `include=explanation`: what S is made of.")
    deliveries: list[DeliveryResource] = Field(default=[], description="With `include=deliveries`.")
    similar: list[SimilarResource] = Field(default=[], description="With `include=similar`, nearest first.")
    feedback: list[FeedbackResource] = Field(default=[], description="With `include=feedback`, oldest first.")

    @classmethod
    def of(
        cls,
        record: TicketRecord,
        deliveries: Sequence[Delivery],
        near: Iterable[tuple[str, float]] = (),
        kinds: Mapping[str, str] = MappingProxyType({}),
        feedback: Iterable[Feedback] = (),
    ) -> Self:
        """Translate all parts; the route leaves out what was not asked for."""
        return cls(
            **_identity(record),
            **_verdict(record.score),
            **_course(record, deliveries),
            explanation=TermResource.of(record.score.contributions) if record.score else [],
            deliveries=[DeliveryResource.of(delivery, kinds) for delivery in deliveries],
            similar=[SimilarResource(ticket_id=ticket_id, similarity=cosine) for ticket_id, cosine in near],
            feedback=[FeedbackResource.of(row) for row in feedback],
        )


class TicketPage(Shape):
    """A page of tickets. It may be short and still have a next one."""

    tickets: list[TicketResource]
    cursor: Cursor
    matched: int | None = Field(
        description="How many there are on all pages. Null where only a search would tell: with other filters than the "
        "range that it is sorted by, or an incident."
    )
