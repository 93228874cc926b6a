"""Shapes of what moves: changes, figures, health."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field

from ticketrouter.domain.status import Lane
from ticketrouter.edge.schemas import Shape, TicketResource, Time, rfc3339


class ChangesPage(Shape):
    """What changed since a cursor, oldest first."""

    tickets: list[TicketResource] = Field(description="The changed tickets as they are now.")
    removed: list[str] = Field(description="Ids of tickets that were deleted.")
    cursor: str = Field(description="Send it as `since` in the next call.")
    more: bool = Field(description="There is more already: call again at once.")
    poll_after_ms: int = Field(description="When the next call is worth while.")


class Counters(Shape):
    """How often each thing happened in the window."""

    accepted: int
    scored: int
    urgent: int
    degraded: int
    failed: int
    delivered: int
    exhausted: int
    suppressed: int


class LatencyResource(Shape):
    """Percentiles in milliseconds from one merged histogram, off by at most 5 %; null without a measurement."""

    count: int
    p50: float | None
    p95: float | None
    p99: float | None


class StageLatencies(Shape):
    """Latency of each stage, and of all."""

    queue_ms: LatencyResource
    scoring_ms: LatencyResource
    dispatch_ms: LatencyResource
    total_ms: LatencyResource


class StepResource(Shape):
    """Counters of one step of the series."""

    at: Time = Field(description="Its start.")
    accepted: int
    scored: int
    urgent: int
    failed: int


class QueueResource(Shape):
    """What waits in a lane; approximate, as SQS counts."""

    waiting: int
    in_flight: int


class StatsResource(Shape):
    """Figures of a window that ends now."""

    window_s: int
    step_s: int = Field(description="Length of a step of the series: 60, 120, 300 or 900.")
    until: Time
    counters: Counters
    by_category: dict[str, int]
    by_lane: dict[Lane, int]
    latency: StageLatencies
    series: list[StepResource] = Field(
        description="One entry a step, oldest first, at most 120. Steps begin at whole multiples of their length."
    )
    queues: dict[Lane, QueueResource] | None = Field(description="Null when SQS did not say.")

    @classmethod
    def of(cls, stats: Mapping[str, Any], queues: dict[Lane, QueueResource] | None) -> Self:
        """Translate what `domain.stats.shape` returns: its times in milliseconds become texts."""
        series = [{**step, "at": rfc3339(step["at_ms"])} for step in stats["series"]]
        return cls.model_validate({**stats, "until": rfc3339(stats["until_ms"]), "series": series, "queues": queues})


class HealthResource(Shape):
    """Always a 200: a router without its store still accepts tickets."""

    status: Literal["ok", "degraded"]
    store: Literal["ok", "unavailable"]
