"""How the router is doing now: the few figures that a person looks at first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ticketrouter.domain import stats

HOUR_S = 3_600
RATE_WINDOW_MS = 60_000
# A ticket that has waited so long is behind something: its worker needs milliseconds, and a cold start some seconds.
BEHIND_MS = 60_000

QueuesState = Literal["ok", "behind"]
ModelState = Literal["ok", "degraded", "unknown"]


@dataclass(frozen=True, slots=True)
class Backlog:
    """Tickets that were accepted and are neither scored nor failed.

    Attributes:
        in_flight: How many.
        oldest_wait_ms: How long ago the oldest of them was accepted; None without one.
    """

    in_flight: int
    oldest_wait_ms: int | None


@dataclass(frozen=True, slots=True)
class Pulse:
    """The figures of now.

    Attributes:
        at_ms: The store's time, Unix milliseconds.
        accepted_per_min: Tickets accepted within the last 60 s.
        backlog: What is in flight.
        pending_deliveries: Alerts that are neither delivered nor given up.
        dead_letters: What could not be finished.
        minutes: Counts of the last hour by minute, as `domain.stats` names them.
    """

    at_ms: int
    accepted_per_min: int
    backlog: Backlog
    pending_deliveries: int
    dead_letters: int
    minutes: Mapping[int, Mapping[str, int]]

    @property
    def queues(self) -> QueuesState:
        """Return whether tickets wait longer than they should."""
        return "behind" if (self.backlog.oldest_wait_ms or 0) > BEHIND_MS else "ok"

    @property
    def model(self) -> ModelState:
        """Return how the newest minute was scored in which any ticket was."""
        scored = [minute for minute, counts in self.minutes.items() if counts.get("scored", 0) > 0]
        if not scored:
            return "unknown"
        return "degraded" if self.minutes[max(scored)].get("degraded", 0) > 0 else "ok"

    def total(self, name: str) -> int:
        """Return a counter of the last hour."""
        return sum(counts.get(name, 0) for counts in self.minutes.values())

    @property
    def total_p95_ms(self) -> float | None:
        """Return the 95th percentile of the last hour's times from acceptance to score; None without a score."""
        return stats.latency(stats.merge(self.minutes.values()), "total_ms")["p95"]
