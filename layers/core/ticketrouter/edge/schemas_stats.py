"""Shapes of the figures of a window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field

from ticketrouter.domain.pulse import Backlog
from ticketrouter.domain.status import Lane
from ticketrouter.edge.shapes import Shape, Time, rfc3339

InFlight = Annotated[
    int,
    Field(
        description="Tickets accepted and neither scored nor failed, now. Exact up to 128 of them; above that it may "
        "count tickets that were posted again after their score."
    ),
]
OldestWait = Annotated[
    int | None,
    Field(description="How long ago the oldest ticket in flight was accepted, in milliseconds; null without one."),
]


class Counters(Shape):
    """How often each thing happened in the window."""

    accepted: int
    scored: int
    urgent: int
    degraded: int = Field(description="Tickets that the word list scored.")
    failed: int
    delivered: int
    exhausted: int
    suppressed: int


class LatencyResource(Shape):
    """Milliseconds, null without a measurement. Percentiles come from one merged histogram, off by at most 5 %."""

    count: int
    mean: float | None
    p50: float | None
    p95: float | None
    p99: float | None


class StageLatencies(Shape):
    """Latency of each stage, and of all."""

    queue_ms: LatencyResource
    scoring_ms: LatencyResource
    dispatch_ms: LatencyResource = Field(description="Scored until delivered, of each delivery but replays.")
    total_ms: LatencyResource = Field(description="Accepted until scored.")


class StageMeans(Shape):
    """Mean of each stage in milliseconds; null where nothing was measured. Means add up, percentiles do not."""

    queue: float | None
    scoring: float | None
    dispatch: float | None


class Percentiles(Shape):
    """Milliseconds from the step's own histogram; null without a ticket."""

    p50: float | None
    p95: float | None
    p99: float | None


class StepResource(Shape):
    """Figures of one step of the series."""

    at: Time = Field(description="Its start.")
    accepted: int
    scored: int
    urgent: int
    failed: int
    degraded: int
    cold_starts: int = Field(description="Tickets scored by a worker that had just started.")
    delivered: int
    exhausted: int
    by_category: dict[str, int] = Field(description="Scored tickets; a category without one is absent.")
    mean_ms: StageMeans
    total_ms: Percentiles


class BandCounts(Shape):
    """Scored tickets by band of urgency."""

    critical: int
    high: int
    normal: int
    low: int


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
    in_flight: InFlight
    oldest_wait_ms: OldestWait
    by_category: dict[str, int]
    by_category_band: dict[str, BandCounts] = Field(description="A category without a scored ticket is absent.")
    by_urgency: list[int] = Field(
        min_length=20,
        max_length=20,
        description="Scored tickets by S in bins 0.05 wide: bin i holds what lies above 0.05 i, up to and with "
        "0.05 (i + 1); bin 0 also S = 0. So the tickets above 0.8 are bins 16 to 19.",
    )
    by_lane: dict[Lane, int]
    latency: StageLatencies
    series: list[StepResource] = Field(
        description="One entry a step, oldest first, at most 120. Steps begin at whole multiples of their length."
    )
    queues: dict[Lane, QueueResource] | None = Field(description="Null when SQS did not say.")

    @classmethod
    def of(cls, stats: Mapping[str, Any], backlog: Backlog, queues: dict[Lane, QueueResource] | None) -> Self:
        """Translate what `domain.stats.shape` returns: its times in milliseconds become texts."""
        series = [{**step, "at": rfc3339(step["at_ms"])} for step in stats["series"]]
        return cls.model_validate(
            {
                **stats,
                "until": rfc3339(stats["until_ms"]),
                "series": series,
                "in_flight": backlog.in_flight,
                "oldest_wait_ms": backlog.oldest_wait_ms,
                "queues": queues,
            }
        )
