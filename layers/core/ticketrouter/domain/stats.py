"""Figures of the last minutes: counters and latency histograms, one bag of counts a minute.

A bag maps a name to a count: `scored`, `category:Billing`, `lane:express`, `total_ms:37` (bucket 37 of a histogram).
Bags add up, so a window is the sum of its minutes and a percentile comes from the merged histogram: percentiles of
minutes are never averaged.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.record import Outcome
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.domain.urgency import ALERT_THRESHOLD

COUNTERS = ("accepted", "scored", "urgent", "degraded", "failed", "delivered", "exhausted", "suppressed")
STAGES = ("queue_ms", "scoring_ms", "dispatch_ms", "total_ms")
SERIES = ("accepted", "scored", "urgent", "failed")
MIN_WINDOW_S, MAX_WINDOW_S = 60, 86_400
STEPS_S = (60, 120, 300, 900)
MAX_POINTS = 120  # of a series, whatever the window

_RATIO = 1.1  # of a bucket's ends, so a percentile is off by at most 5 %
_LOG_RATIO = math.log(_RATIO)
_LOWEST, _HIGHEST = -25, 218  # 0.1 ms to 12 days


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts that one event adds to one minute, one to each name.

    Attributes:
        minute: Unix time in minutes.
        names: Names of the counts.
    """

    minute: int
    names: tuple[str, ...]


def of_accepted(item: WorkItem) -> Tally:
    """Return what an accepted ticket counts for."""
    return Tally(item.accepted_at_ms // 60_000, ("accepted",))


def of_outcome(outcome: Outcome) -> Tally:
    """Return what a scored ticket counts for."""
    accepted_at_ms = outcome.item.accepted_at_ms
    names = ["scored", f"lane:{outcome.item.lane.value}", f"category:{outcome.score.category}"]
    if outcome.score.urgency_score > ALERT_THRESHOLD:
        names.append("urgent")
    if outcome.score.degraded:
        names.append("degraded")
    names.append(f"queue_ms:{bucket(outcome.started_at_ms - accepted_at_ms)}")
    names.append(f"scoring_ms:{bucket(outcome.scoring_ms)}")
    names.append(f"total_ms:{bucket(outcome.scored_at_ms - accepted_at_ms)}")
    return Tally(outcome.scored_at_ms // 60_000, tuple(names))


def of_failed(at_ms: int) -> Tally:
    """Return what a failed ticket counts for."""
    return Tally(at_ms // 60_000, ("failed",))


def of_delivery(status: DeliveryStatus, *, at_ms: int, scored_at_ms: int) -> Tally:
    """Return what the end of a delivery counts for; nothing while it is pending."""
    names: tuple[str, ...] = ()
    if status is DeliveryStatus.DELIVERED:
        names = ("delivered", f"dispatch_ms:{bucket(at_ms - scored_at_ms)}")
    elif status is not DeliveryStatus.PENDING:
        names = (status.value,)
    return Tally(at_ms // 60_000, names)


def bucket(value_ms: float) -> int:
    """Return the histogram bucket of a duration: bucket i holds [1.1^i, 1.1^(i+1)) milliseconds."""
    if value_ms <= 0.1:
        return _LOWEST
    return min(_HIGHEST, max(_LOWEST, math.floor(math.log(value_ms) / _LOG_RATIO)))


def percentile(histogram: Mapping[int, int], share: float) -> float | None:
    """Return the duration in milliseconds that `share` (0 to 1) of the counted ones do not exceed; None of none."""
    total = sum(histogram.values())
    if total <= 0:
        return None
    rank, seen = max(1, math.ceil(share * total)), 0
    for index in sorted(histogram):
        seen += histogram[index]
        if seen >= rank:
            break
    return 0.0 if index == _LOWEST else float(f"{_RATIO ** (index + 0.5):.3g}")


def merge(bags: Iterable[Mapping[str, int]]) -> Counter[str]:
    """Return the sum of bags."""
    total: Counter[str] = Counter()
    for bag in bags:
        total.update(bag)
    return total


def minutes_of(window_s: int, now_ms: int) -> range:
    """Return the minutes that a window touches, the current one last."""
    return range((now_ms - window_s * 1000) // 60_000, now_ms // 60_000 + 1)


def step_of(window_s: int) -> int:
    """Return the step of a window's series in seconds: the shortest that gives at most `MAX_POINTS` at any time."""
    # A window that begins and ends within a step touches one more than it is long.
    return next(step_s for step_s in STEPS_S if -(-window_s // step_s) + 1 <= MAX_POINTS)


def shape(bags: Mapping[int, Mapping[str, int]], *, window_s: int, now_ms: int) -> dict[str, Any]:
    """Return the figures of a window.

    Args:
        bags: Counts by minute; a minute without events may be missing.
        window_s: Length of the window in seconds.
        now_ms: Its end, Unix time in milliseconds.

    Returns:
        `{window_s, step_s, until_ms, counters: {accepted, scored, urgent, …}, by_category, by_lane, latency: {queue_ms:
        {count, p50, p95, p99}, scoring_ms, dispatch_ms, total_ms}, series: [{at_ms, accepted, scored, urgent, failed},
        …]}`, times in milliseconds, one entry of `series` a step, oldest first. Steps begin at whole multiples of
        `step_s`, so the entries of two calls line up; of the first one, only the minutes within the window are counted.
    """
    minutes = minutes_of(window_s, now_ms)
    total = merge(bags.get(minute, {}) for minute in minutes)
    step_s = step_of(window_s)
    return {
        "window_s": window_s,
        "step_s": step_s,
        "until_ms": now_ms,
        "counters": {name: total[name] for name in COUNTERS},
        "by_category": _group(total, "category"),
        "by_lane": _group(total, "lane"),
        "latency": {stage: _latency(_group(total, stage)) for stage in STAGES},
        "series": _series(bags, minutes, step_s // 60),
    }


def _series(bags: Mapping[int, Mapping[str, int]], minutes: range, step: int) -> list[dict[str, int]]:
    points: dict[int, dict[str, int]] = {}
    for minute in minutes:
        start = minute - minute % step
        point = points.setdefault(start, {"at_ms": start * 60_000, **dict.fromkeys(SERIES, 0)})
        for name in SERIES:
            point[name] += bags.get(minute, {}).get(name, 0)
    return list(points.values())


def _group(total: Mapping[str, int], group: str) -> dict[str, int]:
    prefix = f"{group}:"
    # A count that was taken back is zero, and no category of its own.
    return {name.removeprefix(prefix): n for name, n in sorted(total.items()) if n and name.startswith(prefix)}


def _latency(buckets: Mapping[str, int]) -> dict[str, float | int | None]:
    histogram = {int(index): count for index, count in buckets.items()}
    percentiles = {f"p{share}": percentile(histogram, share / 100) for share in (50, 95, 99)}
    return {"count": sum(histogram.values()), **percentiles}
