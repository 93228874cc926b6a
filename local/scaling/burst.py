"""A simulation of a burst against the scaling of an event source mapping: how far the queue falls behind, for how long.

Deterministic, in steps of a tenth of a second. A mapping begins with five batches at once and gains up to 300 a minute
while there is more to do (Source: services-sqs-scaling.html, see infra/limits.toml); a new process takes its start.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

_STEP_S = 0.1
_LIMIT_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a queue is worked on.

    Attributes:
        maximum: Batches at once, at most.
        first: Batches at once when the queue becomes active.
        growth_per_min: How many more in a minute.
        ticket_s: How long a worker is busy with a ticket.
        start_s: How long a new process takes before its first batch.
    """

    maximum: float
    first: float
    growth_per_min: float
    ticket_s: float
    start_s: float


@dataclass(frozen=True, slots=True)
class Burst:
    """What a burst came to.

    Attributes:
        most_waiting: Tickets in the queue, at most.
        median_wait_s: Of all tickets of the burst.
        longest_wait_s: The same.
        drained_s: From the first ticket until none is left.
        workers: Batches at once, at most.
    """

    most_waiting: float
    median_wait_s: float
    longest_wait_s: float
    drained_s: float
    workers: float


def simulate(rate_per_s: float, seconds: float, mapping: Mapping) -> Burst:
    """Let tickets arrive at a rate for so long, and work on them, first come first served."""
    waiting: deque[tuple[float, float]] = deque()  # (arrived at, how many)
    waits: list[tuple[float, float]] = []  # (waited, how many)
    now_s, queued, most = 0.0, 0.0, 0.0
    workers, ready, starting = 0.0, 0.0, deque[tuple[float, float]]()
    highest = 0.0
    while (now_s < seconds or queued > 1e-6) and now_s < _LIMIT_S:
        if now_s < seconds:
            waiting.append((now_s, rate_per_s * _STEP_S))
            queued += rate_per_s * _STEP_S
        allowed = min(mapping.maximum, mapping.first + mapping.growth_per_min * now_s / 60)
        wanted = queued * mapping.ticket_s / _STEP_S  # as many as would empty the queue at once
        if (more := min(allowed, wanted) - workers) > 0:
            workers += more
            starting.append((now_s + mapping.start_s, more))
        while starting and starting[0][0] <= now_s:
            ready += starting.popleft()[1]
        highest = max(highest, workers)
        queued -= _work(waiting, waits, min(queued, ready * _STEP_S / mapping.ticket_s), now_s)
        most = max(most, queued)
        now_s += _STEP_S
    return Burst(most, _median(waits), max((wait for wait, _ in waits), default=0.0), round(now_s, 1), highest)


def _work(waiting: deque[tuple[float, float]], waits: list[tuple[float, float]], count: float, now_s: float) -> float:
    done = 0.0
    while waiting and done < count - 1e-9:
        arrived_s, there = waiting.popleft()
        taken = min(there, count - done)
        done += taken
        waits.append((now_s - arrived_s, taken))
        if taken < there:
            waiting.appendleft((arrived_s, there - taken))
    return done


def _median(waits: list[tuple[float, float]]) -> float:
    half, seen = sum(count for _, count in waits) / 2, 0.0
    for wait, count in sorted(waits):
        seen += count
        if seen >= half:
            return wait
    return 0.0
