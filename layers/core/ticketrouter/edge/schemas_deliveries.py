"""Shapes of the answers about deliveries, made from the domain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field

from ticketrouter.domain.record import Delivery
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.edge.shapes import Cursor, Shape, Share, Time, rfc3339, rfc3339_or_none

DigestId = Annotated[
    str | None, Field(description="The digest that tells it, as its destination's budget was spent; null if none does.")
]


class AttemptResource(Shape):
    """One try to deliver."""

    at: Time
    latency_ms: float
    status: int | None = Field(description="HTTP status of the receiver; null if there was none.")
    error: str | None = Field(description="Code of the failure; null on success.")


class DeliveryResource(Shape):
    """How one alert fared with one destination."""

    id: str = Field(description="`<ticket_id>~<destination>`, or `<incident_id>~<update>~<destination>`.")
    ticket_id: str = Field(description="Of an update of an incident: the ticket that passed the limit.")
    incident_id: str | None = Field(description="The incident that the message is about; null for a single ticket.")
    destination: str
    kind: str | None = Field(description="Of the destination, as it is now; null when it is no longer one.")
    webhook_id: str = Field(description="The same on every attempt and replay: receivers drop repetitions by it.")
    category: str
    urgency_score: Share
    status: DeliveryStatus
    attempts: int
    last_status: int | None = Field(description="HTTP status of the last try; null without one.")
    log: list[AttemptResource] = Field(description="The last tries, oldest first, at most 10.")
    updated_at: Time
    next_at: Time | None = Field(description="When the next try is due.")
    delivered_at: Time | None
    replayable: bool = Field(description="Whether an operator may send it once more: it is over.")
    digest_id: DigestId

    @classmethod
    def of(cls, delivery: Delivery, kinds: Mapping[str, str]) -> Self:
        """Translate; `kinds` are those of the destinations by id."""
        return cls(
            id=delivery.id,
            ticket_id=delivery.alert.ticket_id,
            incident_id=delivery.alert.incident.incident_id if delivery.alert.incident else None,
            destination=delivery.alert.destination,
            kind=kinds.get(delivery.alert.destination),
            webhook_id=delivery.alert.webhook_id,
            category=delivery.alert.category,
            urgency_score=delivery.alert.urgency_score,
            status=delivery.status,
            attempts=delivery.attempts,
            last_status=delivery.log[-1].status if delivery.log else None,
            log=[
                AttemptResource(at=rfc3339(t.at_ms), latency_ms=t.latency_ms, status=t.status, error=t.error)
                for t in delivery.log
            ],
            updated_at=rfc3339(delivery.updated_at_ms),
            next_at=rfc3339_or_none(delivery.next_at_ms),
            delivered_at=rfc3339_or_none(delivery.delivered_at_ms),
            replayable=delivery.status is not DeliveryStatus.PENDING,
            digest_id=delivery.digest_id,
        )


class DeliveryPage(Shape):
    """Recent deliveries, newest first."""

    deliveries: list[DeliveryResource]
    cursor: Cursor
