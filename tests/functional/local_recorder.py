"""A gateway in front of functions that keep what they are sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from local.authorizer import Invoke
from local.gateway import MAX_BODY_BYTES, Gateway
from local.listen import listen
from local.plan import Authorizer, Route
from local.runtime import Result
from tests.functional.local_toys import plan_of

KEY = Authorizer("authorizer", ("$request.header.Authorization", "$context.routeKey"), 60)
ROUTES = (
    Route("POST /tickets", "toy", KEY),
    Route("GET /tickets/{ticket_id}", "toy", None),
    Route("GET /health", "toy", None),
)


class Recorder:
    """Stands in for the functions: keeps the events and answers what it is told."""

    def __init__(self, answer: Any = None, authorizer: Any = None) -> None:
        self.events: dict[str, list[dict[str, Any]]] = {"toy": [], "authorizer": []}
        self.answers = {"toy": answer or {"statusCode": 200}, "authorizer": authorizer or {"isAuthorized": True}}

    async def __call__(self, function: str, payload: bytes, trace_id: str | None = None) -> Result:
        self.events[function].append(json.loads(payload))
        answer = self.answers[function]
        return answer if isinstance(answer, Result) else Result(json.dumps(answer).encode())


@asynccontextmanager
async def serving(invoke: Invoke, *routes: Route, timeout_s: float = 30) -> AsyncIterator[ClientSession]:
    gateway = Gateway(plan_of(Path(), *(routes or ROUTES)), invoke, timeout_s)
    listener = await listen(gateway.handle, limit_bytes=MAX_BODY_BYTES)
    try:
        async with ClientSession(listener.url) as session:
            yield session
    finally:
        await listener.close()


def play(scenario: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(scenario())  # type: ignore[arg-type]
