"""A local stack under load: what is posted to it, how far its queues are behind, and what became of the tickets."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from aiohttp import ClientSession

from local.aws import AwsClient
from local.commands.session import with_stack
from local.load.arrivals import Pattern
from local.load.generator import Order, generate
from local.load.memory import processes_of
from local.load.outcome import Outcome, Told, count
from local.load.samples import Sample
from local.plan import Place
from local.sink import Arrival
from local.stack import Options, Stack

# What is measured is the router, not the brakes that protect it. Tickets are grouped, but none is a duplicate of others
# (that would take a cosine of 1.1): each urgent one is told by a message of its own, whose time can be taken.
OVERRIDES = {
    "RateLimitPerMinute": "600000",
    "ThrottleRate": "10000",
    "ThrottleBurst": "5000",
    "IncidentSimilarity": "1",
}
_LANES = {"express": "ExpressQueue", "standard": "StandardQueue", "alerts": "AlertQueue"}
_PAGE = 200
_LOOK_EACH_S = 0.5
_DRAIN_LIMIT_S = 900.0

Json = dict[str, Any]
Backlog = Mapping[str, int]
Say = Callable[[str], None]
T = TypeVar("T")


class LoadedStack:
    """A stack that is posted to; one at a time."""

    def __init__(self, stack: Stack, session: ClientSession, aws: AwsClient, told: list[Told]) -> None:
        """Prepare; use `loaded_stack`."""
        self.stack = stack
        self._session, self._aws = session, aws
        self._told = told  # grows as messages arrive at the sink

    async def post(
        self, rate_per_s: float, seconds: float, *, pattern: Pattern = "poisson", seed: int = 1
    ) -> list[Sample]:
        """Post tickets with new ids at a rate, whatever the answers."""
        info = self.stack.info
        prefix = f"load{secrets.token_hex(4)}x"
        return await generate(Order(info["api_url"], info["api_key"], rate_per_s, seconds, prefix, pattern, seed))

    async def backlog(self) -> Backlog:
        """Return how many messages each queue holds, those in work included."""
        urls = self.stack.info["queues"]
        depths = await asyncio.gather(*(self._depth(urls[queue]) for queue in _LANES.values()))
        return dict(zip(_LANES, depths, strict=True))

    async def _depth(self, url: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = await self._aws.call("sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)

    async def drain(self, limit_s: float = _DRAIN_LIMIT_S) -> float:
        """Wait until every queue is empty; return the seconds, or infinity if it takes longer than that."""
        began = time.monotonic()
        while sum((await self.backlog()).values()):
            if time.monotonic() > began + limit_s:
                return float("inf")
            await asyncio.sleep(_LOOK_EACH_S)
        return round(time.monotonic() - began, 1)

    async def outcome(self, samples: Sequence[Sample], since_ms: int) -> Outcome:
        """Return what became of the tickets of a run that has drained."""
        tickets: dict[str, Json] = {}
        query = {"since": str(since_ms), "limit": str(_PAGE)}
        while True:
            async with self._session.get("/tickets", params=query) as response:
                response.raise_for_status()
                page = await response.json()
            tickets |= {ticket["ticket_id"]: ticket for ticket in page["tickets"]}
            if not page["cursor"]:
                return count(samples, tickets, self._told)
            query["cursor"] = page["cursor"]

    async def forget_alerts(self) -> None:
        """Have the sink drop what it keeps for people to read: it would grow with every message."""
        async with self._session.delete(f"{self.stack.info['sink_url']}/received") as response:
            response.raise_for_status()

    def pids(self) -> dict[str, int]:
        """Return the ids of the processes that run now."""
        return processes_of(self.stack.info)


@asynccontextmanager
async def _clients(stack: Stack, root: Path, told: list[Told]) -> AsyncIterator[LoadedStack]:
    info = stack.info
    aws = AwsClient(Place(root, info["sqs_url"], info["region"]))
    headers = {"Authorization": f"Bearer {info['api_key']}"}
    try:
        async with ClientSession(info["api_url"], headers=headers) as session:
            yield LoadedStack(stack, session, aws, told)
    finally:
        await aws.close()


async def on_a_stack(
    root: Path, measure: Callable[[LoadedStack], Coroutine[Any, Any, T]], overrides: Mapping[str, str] | None = None
) -> T | None:
    """Start a stack of its own, measure, and stop it; None if Ctrl-C came first.

    One signed destination without a budget: how many there are is the user's affair, and each multiplies the alerts.
    """
    told: list[Told] = []

    def note(arrival: Arrival) -> None:
        told.append(Told(arrival.webhook_id, arrival.ticket_id, arrival.received_at_ms, arrival.status))

    async def use(stack: Stack) -> T:
        async with _clients(stack, root, told) as loaded:
            return await measure(loaded)

    with TemporaryDirectory() as folder:
        options = Options(
            root=root,
            state_folder=Path(folder),
            overrides={**OVERRIDES, **(overrides or {})},
            port=0,
            hourly_budget=None,
            sink_kinds=("generic",),
            on_alert=note,
        )
        return await with_stack(options, use)
