"""How many tickets a second the local stack carries: stepped up until something does not hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.load.drive import LoadedStack, Say
from local.load.samples import Sample, kept_up, percentiles

FIRST_RATE_PER_S = 10.0
GROWTH = 1.25
P99_MS = 500.0  # of the POST; beyond it requests wait in line
BACKLOG_S = 1.0  # the queues may hold what arrives in so long, more is a backlog that grows
WARM_UP_S = 5.0


@dataclass(frozen=True, slots=True)
class Step:
    """One rate, and what broke at it; nothing: empty."""

    rate_per_s: float
    p50_ms: float
    p99_ms: float
    backlog: int
    broken: tuple[str, ...]


async def find_capacity(loaded: LoadedStack, say: Say, *, step_s: float, seed: int) -> dict[str, Any]:
    """Return the highest rate of the steps that held, and all steps."""
    await loaded.post(FIRST_RATE_PER_S, WARM_UP_S, seed=seed)
    rate_per_s, steps = FIRST_RATE_PER_S, list[Step]()
    while not steps or not steps[-1].broken:
        samples = await loaded.post(rate_per_s, step_s, seed=seed + len(steps))
        step = judge(rate_per_s, samples, await loaded.backlog())
        steps.append(step)
        verdict = ", ".join(step.broken) or "holds"
        say(f"{rate_per_s:6.1f}/s  POST p99 {step.p99_ms:6.0f} ms  queued {step.backlog:4d}  {verdict}")
        await loaded.drain()
        rate_per_s = round(rate_per_s * GROWTH, 1)
    held = [step.rate_per_s for step in steps if not step.broken]
    return {
        "capacity_per_s": max(held, default=0.0),
        "broken_by": list(steps[-1].broken),
        "steps": [
            {"rate_per_s": it.rate_per_s, "p50_ms": it.p50_ms, "p99_ms": it.p99_ms, "backlog": it.backlog}
            for it in steps
        ],
    }


def judge(rate_per_s: float, samples: Sequence[Sample], backlog: Mapping[str, int]) -> Step:
    """Say what broke at a rate: the generator itself, the answers, the latency, or the queues."""
    latency = percentiles([sample.latency_ms for sample in samples])
    queued = sum(backlog.values())
    not_taken = sum(sample.status != 202 for sample in samples)
    broken = []
    if not kept_up(samples):
        broken.append("the generator fell behind")
    if not_taken:
        broken.append(f"{not_taken} not taken")
    if latency.p99 > P99_MS:
        broken.append(f"p99 above {P99_MS:g} ms")
    if queued > max(10.0, rate_per_s * BACKLOG_S):
        broken.append("the queues grow")
    return Step(rate_per_s, latency.p50, latency.p99, queued, tuple(broken))
