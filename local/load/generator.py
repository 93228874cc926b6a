"""The generator, a process of its own: reads an order on stdin, posts at the scheduled times, writes samples to stdout.

Its own so that neither the supervisor's work nor that of the measuring code delays a request.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import aiohttp

from local.errors import LocalStackError
from local.load.arrivals import Pattern, arrivals
from local.load.samples import Sample
from local.load.tickets import ticket_bodies

ROOT = Path(__file__).resolve().parents[2]
_ANSWER_LIMIT_S = 60.0  # twice what API Gateway waits


@dataclass(frozen=True, slots=True)
class Order:
    """What to post.

    Attributes:
        url: Root of the API.
        key: An API key that may submit.
        rate_per_s: Tickets a second, on average.
        seconds: For how long.
        prefix: Of the ticket ids; one that was not used before, or everything is a duplicate.
        pattern: How arrivals are spread.
        seed: Decides arrivals and tickets.
    """

    url: str
    key: str = field(repr=False)
    rate_per_s: float
    seconds: float
    prefix: str
    pattern: Pattern = "poisson"
    seed: int = 1


async def generate(order: Order) -> list[Sample]:
    """Have a process of its own carry out an order; return what it saw, by scheduled time.

    Raises:
        LocalStackError: It did not end well; its own words are on stderr.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "local.load.generator", cwd=ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**26,
    )  # fmt: skip
    try:
        output, _ = await process.communicate(json.dumps(asdict(order)).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise LocalStackError(f"The generator ended with {process.returncode}")
    return [Sample(*row) for row in json.loads(output)]


async def carry_out(order: Order) -> list[Sample]:
    """Post everything at its time, in this process."""
    due = arrivals(order.pattern, rate_per_s=order.rate_per_s, seconds=order.seconds, seed=order.seed)
    bodies = list(islice(ticket_bodies(ROOT, seed=order.seed, prefix=order.prefix), len(due)))
    headers = {"Authorization": f"Bearer {order.key}"}
    connector = aiohttp.TCPConnector(limit=0)  # a limit would close the loop
    limit = aiohttp.ClientTimeout(total=_ANSWER_LIMIT_S)
    async with aiohttp.ClientSession(order.url, headers=headers, connector=connector, timeout=limit) as session:
        gc.freeze()
        return await _post_all(session, due, bodies)


async def _post_all(
    session: aiohttp.ClientSession, due: Sequence[float], bodies: Sequence[dict[str, Any]]
) -> list[Sample]:
    began_s = time.perf_counter()
    posts: list[asyncio.Task[Sample]] = []
    for due_s, body in zip(due, bodies, strict=True):
        wait_s = began_s + due_s - time.perf_counter()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        elif len(posts) % 16 == 0:
            await asyncio.sleep(0)  # behind: answers must be read all the same
        posts.append(asyncio.create_task(_post(session, body, began_s, due_s)))
    return await asyncio.gather(*posts)


async def _post(session: aiohttp.ClientSession, body: dict[str, Any], began_s: float, due_s: float) -> Sample:
    sent_s = time.perf_counter()
    status, retry_after = 0, False
    try:
        async with session.post("/tickets", json=body) as response:
            await response.read()
            status, retry_after = response.status, "Retry-After" in response.headers
    except (aiohttp.ClientError, TimeoutError):
        pass  # status 0: no answer
    done_s = time.perf_counter()
    due_at_s = began_s + due_s
    return Sample(
        due_s=round(due_s, 6),
        late_ms=round((sent_s - due_at_s) * 1000, 3),
        latency_ms=round((done_s - due_at_s) * 1000, 3),
        service_ms=round((done_s - sent_s) * 1000, 3),
        status=status,
        retry_after=retry_after,
        ticket_id=body["ticket_id"],
    )


def main() -> None:
    """Carry out the order on stdin."""
    samples = asyncio.run(carry_out(Order(**json.load(sys.stdin))))
    json.dump(samples, sys.stdout)


if __name__ == "__main__":
    main()
