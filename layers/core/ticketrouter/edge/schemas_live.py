"""Shapes of what moves: changes, and how the router is doing."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from ticketrouter.domain.access import Scope
from ticketrouter.domain.pulse import ModelState, Pulse, QueuesState
from ticketrouter.domain.record import Condition
from ticketrouter.edge.schemas import TicketResource
from ticketrouter.edge.schemas_deliveries import DeliveryResource
from ticketrouter.edge.schemas_incidents import IncidentResource
from ticketrouter.edge.schemas_stats import InFlight, OldestWait
from ticketrouter.edge.shapes import Shape, Time, rfc3339

DestinationState = Literal["ok", "failing", "disabled"]


class SummaryResource(Shape):
    """The figures of now. What ends in `_1h` is of the last hour, as `GET /stats?window=1h` counts."""

    accepted_per_min: int = Field(description="Tickets accepted within the last 60 s.")
    in_flight: InFlight
    oldest_wait_ms: OldestWait
    urgent_1h: int = Field(description="Tickets scored above 0.8.")
    total_p95_ms: float | None = Field(
        description="Of the last hour's tickets, 95 of 100 were scored within so many milliseconds of their "
        "acceptance; null without a score."
    )
    delivered_1h: int
    exhausted_1h: int
    pending_deliveries: int = Field(description="Alerts that are neither delivered nor given up, now.")
    dead_letters: int = Field(description="What could not be finished and waits for an operator, now.")
    open_incidents: int = Field(description="Incidents that are not over, acknowledged and muted ones included.")

    @classmethod
    def of(cls, pulse: Pulse, open_incidents: int) -> Self:
        """Translate."""
        return cls(
            accepted_per_min=pulse.accepted_per_min,
            in_flight=pulse.backlog.in_flight,
            oldest_wait_ms=pulse.backlog.oldest_wait_ms,
            urgent_1h=pulse.total("urgent"),
            total_p95_ms=pulse.total_p95_ms,
            delivered_1h=pulse.total("delivered"),
            exhausted_1h=pulse.total("exhausted"),
            pending_deliveries=pulse.pending_deliveries,
            dead_letters=pulse.dead_letters,
            open_incidents=open_incidents,
        )


class DestinationHealth(Shape):
    """How well one destination takes alerts."""

    id: str
    state: DestinationState | None = Field(
        description="failing: the last try failed. disabled: it answered 410. null: the store did not say."
    )
    since: Time | None = Field(description="Since when it is failing or disabled; null for one that is ok.")

    @classmethod
    def of(cls, destination_id: str, condition: Condition | None) -> Self:
        """Translate."""
        since_ms = condition.since_ms if condition else None
        return cls(
            id=destination_id,
            state=condition.state if condition else None,
            since=None if since_ms is None else rfc3339(since_ms),
        )


class RouterHealth(Shape):
    """How each part is doing. The figures say how many; this says where to look."""

    status: Literal["ok", "degraded"] = Field(
        description="degraded when any part is neither ok nor unknown, and when the destinations cannot be read."
    )
    store: Literal["ok"] = Field(description="Always ok: without the store there is no answer but a 503.")
    queues: QueuesState = Field(description="behind: a ticket has been in flight for more than 60 s.")
    model: ModelState = Field(
        description="Of the newest minute of the last hour in which a ticket was scored. degraded: the word list "
        "stood in for some. unknown: none was."
    )
    destinations: list[DestinationHealth] = Field(description="Empty, too, when their list cannot be read.")


class ChangesPage(Shape):
    """What changed since a cursor, oldest first, and the figures of now."""

    as_of: Time = Field(description="The store's time of this answer; the ETag leaves it out.")
    tickets: list[TicketResource] = Field(description="The changed tickets as they are now.")
    removed: list[str] = Field(description="Ids of tickets that were deleted.")
    incidents: list[IncidentResource] = Field(description="The changed incidents as they are now.")
    deliveries: list[DeliveryResource] = Field(
        description="The changed deliveries as they are now; not those of deleted tickets."
    )
    summary: SummaryResource
    health: RouterHealth
    cursor: str = Field(description="Send it as `since` in the next call.")
    more: bool = Field(description="There is more already: call again at once.")
    poll_after_ms: int = Field(description="When the next call is worth while.")


class KeyResource(Shape):
    """What the key of the call is."""

    key_id: str = Field(description="The public part of the key, which limits and the audit trail name.")
    name: str = Field(description="For people; empty if the document of keys has none.")
    scopes: list[Scope] = Field(description="What it may do.")


class HealthResource(Shape):
    """Always a 200: a router without its store still accepts tickets."""

    status: Literal["ok", "degraded"]
    store: Literal["ok", "unavailable"]
