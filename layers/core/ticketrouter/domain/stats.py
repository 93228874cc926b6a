"""Figures of the last minutes: counters, sums and latency histograms, one bag of counts a minute.

A bag maps a name to a count: `scored`, `category:Billing`, `band:high:Billing`, `lane:express`, `urgency:16` (bin 16 of
S), `total_ms:37` (bucket 37 of a histogram), `sum:total_ms` (the durations themselves, in microseconds). Bags add up,
so a window is the sum of its minutes, a mean is a sum over a count, and a percentile comes from the merged histogram:
means and percentiles of minutes are never averaged.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.record import Outcome
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.domain.urgency import ALERT_THRESHOLD, BANDS, band

COUNTERS = ("accepted", "scored", "urgent", "degraded", "failed", "delivered", "exhausted", "suppressed")
STAGES = ("queue_ms", "scoring_ms", "dispatch_ms", "total_ms")
SERIES = ("accepted", "scored", "urgent", "failed", "degraded", "cold_starts", "delivered", "exhausted")
MEANS = {"queue": "queue_ms", "scoring": "scoring_ms", "dispatch": "dispatch_ms"}  # of a step: they add up to the total
SHARES = (0.50, 0.95, 0.99)
URGENCY_BINS = 20
MIN_WINDOW_S, MAX_WINDOW_S = 60, 86_400
STEPS_S = (60, 120, 300, 900)
MAX_POINTS = 120  # of a series, whatever the window

_RATIO = 1.1  # of a bucket's ends, so a percentile is off by at most 5 %
_LOG_RATIO = math.log(_RATIO)
_LOWEST, _HIGHEST = -25, 218  # 0.1 ms to 12 days

Groups = defaultdict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Tally:
    """What one event adds to the counts of one minute.

    Attributes:
        minute: Unix time in minutes.
        counts: How much, by the name of the count.
    """

    minute: int
    counts: Mapping[str, int]


class Latency(TypedDict):
    """Durations in milliseconds."""

    count: int
    mean: float | None
    p50: float | None
    p95: float | None
    p99: float | None


def of_accepted(item: WorkItem) -> Tally:
    """Return what an accepted ticket counts for."""
    return Tally(item.accepted_at_ms // 60_000, {"accepted": 1})


def of_outcome(outcome: Outcome) -> Tally:
    """Return what a scored ticket counts for."""
    score, accepted_at_ms = outcome.score, outcome.item.accepted_at_ms
    names = [
        "scored",
        f"lane:{outcome.item.lane.value}",
        f"category:{score.category}",
        f"band:{band(score.urgency_score)}:{score.category}",
        f"urgency:{urgency_bin(score.urgency_score)}",
    ]
    if score.urgency_score > ALERT_THRESHOLD:
        names.append("urgent")
    if score.degraded:
        names.append("degraded")
    if outcome.cold_start:
        names.append("cold_starts")
    counts = dict.fromkeys(names, 1)
    counts |= _duration("queue_ms", outcome.started_at_ms - accepted_at_ms)
    counts |= _duration("scoring_ms", outcome.scoring_ms)
    counts |= _duration("total_ms", outcome.scored_at_ms - accepted_at_ms)
    return Tally(outcome.scored_at_ms // 60_000, counts)


def of_failed(at_ms: int) -> Tally:
    """Return what a failed ticket counts for."""
    return Tally(at_ms // 60_000, {"failed": 1})


def of_delivery(status: DeliveryStatus, *, at_ms: int, scored_at_ms: int, replayed: bool = False) -> Tally:
    """Return what the end of a delivery counts for; nothing while it is pending.

    A replay says how long an operator took, and nothing of the dispatcher: it has no latency.
    """
    counts: dict[str, int] = {}
    if status is not DeliveryStatus.PENDING:
        counts[status.value] = 1
    if status is DeliveryStatus.DELIVERED and not replayed:
        counts |= _duration("dispatch_ms", at_ms - scored_at_ms)
    return Tally(at_ms // 60_000, counts)


def _duration(stage: str, value_ms: float) -> dict[str, int]:
    return {f"{stage}:{bucket(value_ms)}": 1, f"sum:{stage}": max(0, round(value_ms * 1_000))}


def urgency_bin(urgency: float) -> int:
    """Return the bin of S: bin i holds what lies above i/20, up to and with (i+1)/20, so that no bin straddles 0.8."""
    return max(0, -(-round(urgency * 10_000) // (10_000 // URGENCY_BINS)) - 1)


def bucket(value_ms: float) -> int:
    """Return the histogram bucket of a duration: bucket i holds [1.1^i, 1.1^(i+1)) milliseconds."""
    if value_ms <= 0.1:
        return _LOWEST
    return min(_HIGHEST, max(_LOWEST, math.floor(math.log(value_ms) / _LOG_RATIO)))


def percentile(histogram: Mapping[int, int], share: float) -> float | None:
    """Return the duration in milliseconds that `share` (0 to 1) of the counted ones do not exceed; None of none."""
    return percentiles(histogram, (share,))[0]


def percentiles(histogram: Mapping[int, int], shares: Sequence[float]) -> list[float | None]:
    """Return the same for ascending shares."""
    total = sum(histogram.values())
    if total <= 0:
        return [None] * len(shares)
    found: list[float | None] = []
    buckets, seen, index = iter(sorted(histogram)), 0, _LOWEST
    for share in shares:
        rank = max(1, math.ceil(share * total))
        while seen < rank:
            index = next(buckets)
            seen += histogram[index]
        found.append(0.0 if index == _LOWEST else float(f"{_RATIO ** (index + 0.5):.3g}"))
    return found


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
        `{window_s, step_s, until_ms, counters: {accepted, scored, urgent, …}, by_category, by_category_band: {category:
        {critical, high, normal, low}}, by_urgency: [20 counts], by_lane, latency: {queue_ms: {count, mean, p50, p95,
        p99}, scoring_ms, dispatch_ms, total_ms}, series: [{at_ms, accepted, scored, …, by_category, mean_ms: {queue,
        scoring, dispatch}, total_ms: {p50, p95, p99}}, …]}`, times in milliseconds, one entry of `series` a step,
        oldest first. Steps begin at whole multiples of `step_s`, so the entries of two calls line up; of the first one,
        only the minutes within the window are counted.
    """
    minutes = minutes_of(window_s, now_ms)
    step_s = step_of(window_s)
    steps = _steps(bags, minutes, step_s // 60)
    total = merge(steps.values())
    groups = _groups(total)
    return {
        "window_s": window_s,
        "step_s": step_s,
        "until_ms": now_ms,
        "counters": {name: total[name] for name in COUNTERS},
        "by_category": dict(sorted(groups["category"].items())),
        "by_category_band": _by_band(groups),
        "by_urgency": [total[f"urgency:{index}"] for index in range(URGENCY_BINS)],
        "by_lane": dict(sorted(groups["lane"].items())),
        "latency": {stage: _latency(groups, stage) for stage in STAGES},
        "series": [_point(start, of_step) for start, of_step in steps.items()],
    }


def _steps(bags: Mapping[int, Mapping[str, int]], minutes: range, step: int) -> dict[int, Counter[str]]:
    """Return the sum of each step by its first minute."""
    steps: dict[int, Counter[str]] = {}
    for minute in minutes:
        steps.setdefault(minute - minute % step, Counter()).update(bags.get(minute, {}))
    return steps


def _point(start: int, of_step: Counter[str]) -> dict[str, Any]:
    groups = _groups(of_step)
    p50, p95, p99 = percentiles(_histogram(groups, "total_ms"), SHARES)
    return {
        "at_ms": start * 60_000,
        **{name: of_step[name] for name in SERIES},
        "by_category": dict(sorted(groups["category"].items())),
        "mean_ms": {name: _mean(groups, stage) for name, stage in MEANS.items()},
        "total_ms": {"p50": p50, "p95": p95, "p99": p99},
    }


def _by_band(groups: Groups) -> dict[str, dict[str, int]]:
    counts = {tuple(name.split(":", 1)): n for name, n in groups["band"].items()}
    return {
        category: {word: counts.get((word, category), 0) for word in BANDS}
        for category in sorted({category for _, category in counts})
    }


def _groups(total: Mapping[str, int]) -> Groups:
    """Return the counts whose names have a colon, by what is before it and what is behind it."""
    groups: Groups = defaultdict(dict)
    for name, count in total.items():
        if count:  # one that was taken back is zero, and no category of its own
            group, colon, member = name.partition(":")
            if colon:
                groups[group][member] = count
    return groups


def latency(total: Mapping[str, int], stage: str) -> Latency:
    """Return count, mean and percentiles of a stage in milliseconds; all but the count are None without a duration."""
    return _latency(_groups(total), stage)


def _latency(groups: Groups, stage: str) -> Latency:
    histogram = _histogram(groups, stage)
    p50, p95, p99 = percentiles(histogram, SHARES)
    return {"count": sum(histogram.values()), "mean": _mean(groups, stage), "p50": p50, "p95": p95, "p99": p99}


def _histogram(groups: Groups, stage: str) -> dict[int, int]:
    return {int(index): count for index, count in groups[stage].items()}


def _mean(groups: Groups, stage: str) -> float | None:
    count = sum(groups[stage].values())
    return round(groups["sum"].get(stage, 0) / count / 1_000, 3) if count > 0 else None
