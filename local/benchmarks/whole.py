"""The whole local stack: how soon it is ready, and how long a ticket takes from its 202 to its score."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from aiohttp import ClientSession

from local.benchmarks import Row, latency_row
from local.stack import Stack

TICKETS_PER_LANE = 40
PAUSE_S = 0.1  # between tickets: an idle stack, not a loaded one
LOOK_EACH_S = 0.004
READY_S = 5.0
LIMIT_S = 30.0

_TEXTS = {
    "express": "The site is down for all our customers since {n} minutes past nine.",
    "standard": "Where do I find the receipt number {n} of last month?",
}


async def run(stack: Stack, ready_s: float) -> list[Row]:
    """Measure a stack that has just started."""
    rows = [Row("local stack ready, warm start", f"{ready_s:.1f} s", f"<= {READY_S:g} s", ready_s <= READY_S)]
    headers = {"Authorization": f"Bearer {stack.info['api_key']}"}
    async with ClientSession(stack.info["api_url"], headers=headers) as session:
        for lane, text in _TEXTS.items():
            await _post_and_wait(session, text.format(n="warm-up"), lane)
            samples = []
            for n in range(TICKETS_PER_LANE):
                await asyncio.sleep(PAUSE_S)
                samples.append(await _post_and_wait(session, text.format(n=n), lane))
            rows.append(latency_row(f"POST answered to scored visible, {lane} lane", samples, p50_ms=100))
    return rows


async def _post_and_wait(session: ClientSession, text: str, lane: str) -> float:
    """Return the milliseconds from the 202 to a GET that says scored."""
    async with session.post("/tickets", json={"description": text}) as response:
        answer: dict[str, Any] = await response.json()
    if response.status != 202 or answer["lane"] != lane:
        raise RuntimeError(f"POST /tickets answered {response.status}: {answer}")
    accepted = time.perf_counter()
    while time.perf_counter() < accepted + LIMIT_S:
        async with session.get(answer["status_url"]) as response:
            ticket = await response.json()
        if ticket["status"] == "scored":
            return (time.perf_counter() - accepted) * 1000
        await asyncio.sleep(LOOK_EACH_S)
    raise RuntimeError(f"ticket {answer['ticket_id']} was not scored within {LIMIT_S:g} s: see .local/logs/")
