"""What the generator saw of each request, and the figures that come of it.

Every sample is kept and percentiles are exact: ten minutes at 100 requests a second are 60,000 numbers, which is less
than an HDR histogram of them would take, and the router's own buckets (`domain/stats`, 10 % wide) could not tell a
drift of 5 %.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

LATE_MS = 100.0  # a generator whose 99th percentile starts later than this was too slow for its load


class Sample(NamedTuple):
    """One request.

    Attributes:
        due_s: When it was scheduled, from the beginning of the run.
        late_ms: How much later it was sent: the generator's own fault.
        latency_ms: From `due_s` to the whole answer.
        service_ms: From the sending to the whole answer: what a closed loop would have seen.
        status: HTTP status; 0 where no answer came.
        retry_after: Whether the answer said when to come again.
        ticket_id: Of the ticket.
    """

    due_s: float
    late_ms: float
    latency_ms: float
    service_ms: float
    status: int
    retry_after: bool
    ticket_id: str


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Exact percentiles of durations in milliseconds; zeros of none."""

    count: int
    p50: float
    p95: float
    p99: float
    highest: float

    def as_json(self) -> dict[str, float]:
        """Return them with their unit."""
        return {
            "count": self.count,
            "p50_ms": self.p50,
            "p95_ms": self.p95,
            "p99_ms": self.p99,
            "max_ms": self.highest,
        }


def percentiles(durations_ms: Sequence[float]) -> Percentiles:
    """Return the percentiles: the smallest duration that so many do not exceed."""
    ordered = sorted(durations_ms)
    if not ordered:
        return Percentiles(0, 0.0, 0.0, 0.0, 0.0)

    def at(share: float) -> float:
        return round(ordered[max(0, -(-round(share * 100 * len(ordered)) // 100) - 1)], 2)

    return Percentiles(len(ordered), at(0.50), at(0.95), at(0.99), round(ordered[-1], 2))


def drift(samples: Sequence[Sample], *, parts: int = 3) -> tuple[list[float], float]:
    """Return the median latency of each part of the run in ms, and how much the last exceeds the first (0.05: 5 %)."""
    end_s = max(sample.due_s for sample in samples)
    split: list[list[float]] = [[] for _ in range(parts)]
    for sample in samples:
        split[min(parts - 1, int(sample.due_s * parts / end_s))].append(sample.latency_ms)
    medians = [round(statistics.median(part), 2) for part in split]
    return medians, round(medians[-1] / medians[0] - 1, 4)


def kept_up(samples: Sequence[Sample]) -> bool:
    """Tell whether the generator itself was fast enough for the figures to count."""
    return percentiles([sample.late_ms for sample in samples]).p99 <= LATE_MS


def summary(samples: Sequence[Sample]) -> dict[str, Any]:
    """Return the figures of a run as JSON; latencies are of requests that were answered 202."""
    taken = [sample for sample in samples if sample.status == 202]
    refused = [sample for sample in samples if sample.status in (429, 503)]
    return {
        "requests": len(samples),
        "statuses": {str(status): count for status, count in sorted(Counter(s.status for s in samples).items())},
        "refused_with_retry_after": sum(sample.retry_after for sample in refused),
        "latency": percentiles([sample.latency_ms for sample in taken]).as_json(),
        "uncorrected": percentiles([sample.service_ms for sample in taken]).as_json(),
        "generator_late": percentiles([sample.late_ms for sample in samples]).as_json(),
        "generator_kept_up": kept_up(samples),
    }
