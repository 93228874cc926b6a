"""Three times what the stack carries, for a minute: the queues grow, urgent tickets do not wait, nothing is lost."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from local.load.drive import Backlog, LoadedStack, Say
from local.load.outcome import Outcome
from local.load.samples import summary

FACTOR = 3.0
EXPRESS_P95_MS = 2_000.0
_LOOK_EACH_S = 1.0


async def overload(loaded: LoadedStack, say: Say, *, rate_per_s: float, seconds: float, seed: int) -> dict[str, Any]:
    """Post at a rate beyond capacity, then wait until everything is done; return the figures."""
    await loaded.post(2.0, 5.0, seed=seed)
    await loaded.drain()
    began_ms = int(time.time() * 1000)
    say(f"overload: {rate_per_s:g} tickets/s for {seconds:g} s")
    backlogs: list[Backlog] = []
    looking = asyncio.create_task(_look(loaded, backlogs))
    try:
        samples = await loaded.post(rate_per_s, seconds, seed=seed + 1)
        say(f"posted; {dict(await loaded.backlog())} queued")
        drained_s = await loaded.drain()
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
    outcome = await loaded.outcome(samples, began_ms)
    return {
        "rate_per_s": rate_per_s,
        "seconds": seconds,
        **summary(samples),
        "highest_backlog": {lane: max((it[lane] for it in backlogs), default=0) for lane in backlogs[0]},
        "drained_s": drained_s,
        **outcome.as_json(),
        "broken": broken(outcome, drained_s),
    }


async def _look(loaded: LoadedStack, backlogs: list[Backlog]) -> None:
    while True:
        backlogs.append(await loaded.backlog())
        await asyncio.sleep(_LOOK_EACH_S)


def broken(outcome: Outcome, drained_s: float) -> list[str]:
    """Say what did not hold; nothing: empty."""
    found = []
    if outcome.lost:
        found.append(f"{outcome.lost} tickets that were answered 202 are not final")
    if outcome.untold:
        found.append(f"{outcome.untold} urgent tickets without a message")
    if outcome.told_twice:
        found.append(f"{outcome.told_twice} messages told twice")
    if outcome.express_urgent_ms.p95 > EXPRESS_P95_MS:
        found.append(f"urgent tickets of the express lane took {outcome.express_urgent_ms.p95:.0f} ms (p95)")
    if drained_s == float("inf"):
        found.append("the queues did not drain")
    return found
