"""Shapes of the answers about incidents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import Field

from ticketrouter.domain.alert import IncidentFacts, IncidentPhase
from ticketrouter.domain.incident import Incident, IncidentStatus
from ticketrouter.domain.joiner import Member
from ticketrouter.domain.record import Delivery
from ticketrouter.edge.schemas_deliveries import DeliveryResource
from ticketrouter.edge.shapes import Cursor, Shape, Share, Time, rfc3339, shortened

TITLE_CHARS = 80
IncidentId = Annotated[str, Field(pattern="^inc_[0-9a-z]{26}$")]


class IncidentResource(Shape):
    """Tickets that tell of the same thing."""

    incident_id: IncidentId
    status: IncidentStatus = Field(
        description="open. acknowledged: no more messages but the summary. muted: none at all. resolved, by an "
        "operator, and closed, after a quiet time: the next such ticket opens a new one."
    )
    title: str = Field(description="The first words of its first sample, at most 80 characters; empty without one.")
    category: str = Field(description="Of most of its tickets.")
    max_urgency: Share = Field(description="The highest S of its tickets.")
    count: int = Field(description="Tickets that have joined.")
    urgent_count: int = Field(description="Those with S above 0.8.")
    first_seen: Time
    last_seen: Time
    announced_at: Time | None = Field(
        description="When people were first told of it; null while its urgent tickets are few."
    )
    samples: list[str] = Field(description="Excerpts of at most 3 tickets, without personal data.")
    destinations: list[str] = Field(description="Those that were sent a message about it.")
    updates: int = Field(description="Messages about it, the first one included.")

    @classmethod
    def of(cls, incident: Incident) -> Self:
        """Translate."""
        announced_at_ms = incident.announced_at_ms
        return cls(
            incident_id=incident.id,
            status=incident.status,
            title=shortened(next(iter(incident.samples.values()), ""), TITLE_CHARS),
            category=incident.category,
            max_urgency=incident.top_urgency,
            count=incident.count,
            urgent_count=incident.urgent_count,
            first_seen=rfc3339(incident.first_seen_ms),
            last_seen=rfc3339(incident.last_seen_ms),
            announced_at=None if announced_at_ms is None else rfc3339(announced_at_ms),
            samples=list(incident.samples.values()),
            destinations=[name for name, update in incident.told.items() if update],
            updates=incident.update,
        )


class MemberResource(Shape):
    """A ticket of an incident."""

    ticket_id: str
    similarity: float = Field(
        description="Cosine with the ticket that was most like it when it joined; 0 for the first."
    )
    urgency_score: Share
    accepted_at: Time

    @classmethod
    def of(cls, member: Member) -> Self:
        """Translate."""
        return cls(
            ticket_id=member.ticket_id,
            similarity=member.similarity,
            urgency_score=member.urgency_score,
            accepted_at=rfc3339(member.accepted_at_ms),
        )


class MessageResource(Shape):
    """A message about an incident to one destination, and what came of it."""

    update: int = Field(description="Its number; the same for all destinations.")
    phase: IncidentPhase = Field(
        description="opened: the destination heard of it for the first time. grown. closed: the summary."
    )
    count: int = Field(description="Tickets that had joined when it was written.")
    urgent_count: int = Field(description="Those of them with S above 0.8.")
    delivery: DeliveryResource

    @classmethod
    def of(cls, delivery: Delivery, facts: IncidentFacts, kinds: Mapping[str, str]) -> Self:
        """Translate."""
        return cls(
            update=facts.update,
            phase=facts.phase,
            count=facts.count,
            urgent_count=facts.urgent_count,
            delivery=DeliveryResource.of(delivery, kinds),
        )


class IncidentDetail(IncidentResource):
    """An incident with its tickets, and what people were told of it."""

    tickets: list[MemberResource] = Field(default=[], description="The newest 100, newest first.")
    messages: list[MessageResource] = Field(
        default=[], description="Those that were tried; of the newest 20 numbers, newest first."
    )

    @classmethod
    def whole(
        cls, incident: Incident, members: Sequence[Member], messages: Sequence[Delivery], kinds: Mapping[str, str]
    ) -> Self:
        """Translate."""
        return cls(
            **IncidentResource.of(incident).model_dump(),
            tickets=[MemberResource.of(member) for member in members],
            messages=[MessageResource.of(each, each.alert.incident, kinds) for each in messages if each.alert.incident],
        )


class IncidentPage(Shape):
    """Incidents, by their first ticket, newest first."""

    incidents: list[IncidentResource]
    cursor: Cursor
