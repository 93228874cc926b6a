"""A steady load below capacity: nothing may drift, neither latency nor memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from local.load.drive import LoadedStack, Say
from local.load.memory import MemoryWatch, growth_mb
from local.load.samples import Sample, drift, summary

DRIFT_LIMIT = 0.05
GROWTH_LIMIT_MB = 5.0  # in ten minutes
_READINGS = 10  # of memory in a run, after the warm-up
_KEEPS = ("redis",)  # grows by what it is for: a record, and places in lists, for each ticket


async def hold(
    loaded: LoadedStack, say: Say, *, rate_per_s: float, seconds: float, warm_up_s: float, seed: int
) -> dict[str, Any]:
    """Post at a steady rate for so long, after a warm-up; return latencies by thirds and the memory of each process."""
    began_ms = int(time.time() * 1000)
    say(f"warm-up: {rate_per_s:g} tickets/s for {warm_up_s:g} s")
    await loaded.post(rate_per_s, warm_up_s, seed=seed)
    say(f"steady: {rate_per_s:g} tickets/s for {seconds:g} s")
    watch = MemoryWatch(loaded.pids, seconds / _READINGS)
    chores = [asyncio.create_task(watch.run()), asyncio.create_task(_forget(loaded, seconds / _READINGS))]
    try:
        samples = await loaded.post(rate_per_s, seconds, seed=seed + 1)
    finally:
        for chore in chores:
            chore.cancel()
        await asyncio.gather(*chores, return_exceptions=True)
    drained_s = await loaded.drain()
    outcome = await loaded.outcome(samples, began_ms)
    medians, change = drift(samples)
    growth = {name: growth_mb(readings) for name, readings in watch.readings.items()}
    return {
        "rate_per_s": rate_per_s,
        "seconds": seconds,
        **summary(samples),
        "thirds_p50_ms": medians,
        "drift": change,
        "drained_s": drained_s,
        **outcome.as_json(),
        "memory_mb": {name: [mb for _, mb in readings] for name, readings in watch.readings.items()},
        "memory_growth_mb": growth,
        "redis_bytes_per_ticket": round(growth.get("redis", 0.0) * 1e6 / (rate_per_s * 600)),
        "broken": broken(samples, change, growth, outcome.lost, outcome.untold),
    }


async def _forget(loaded: LoadedStack, each_s: float) -> None:
    while True:
        await loaded.forget_alerts()
        await asyncio.sleep(each_s)


def broken(samples: Sequence[Sample], change: float, growth: dict[str, float], lost: int, untold: int) -> list[str]:
    """Say what did not hold; nothing: empty."""
    found = []
    if change > DRIFT_LIMIT:
        found.append(f"latency drifted by {change:.1%}")
    for name, mb in growth.items():
        if mb > GROWTH_LIMIT_MB and name not in _KEEPS:
            found.append(f"{name} grows by {mb:g} MB in ten minutes")
    if lost or untold:
        found.append(f"{lost} tickets lost, {untold} urgent ones untold")
    if not_taken := sum(sample.status != 202 for sample in samples):
        found.append(f"{not_taken} not taken")
    return found
