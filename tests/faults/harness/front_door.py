"""The API as callers find it: the local gateway with the template's routes, in front of handlers in this process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from local.gateway import MAX_BODY_BYTES, Gateway
from local.listen import listen
from local.plan import Place, Plan
from local.runtime import Result
from local.stack import read_plan
from tests.lambda_context import FakeLambdaContext

ROOT = Path(__file__).parents[3]
Handler = Callable[[dict[str, Any], Any], Any]


def template_plan() -> Plan:
    """Read template.yaml."""
    return read_plan(Place(ROOT, "http://127.0.0.1:1"), {})


class InProcess:
    """Invokes handlers by their function's logical id, and keeps who was invoked with what.

    Args:
        plan: Whose functions they are.
        handlers: By the function's word.
        threads: Let calls run side by side; else one at a time.
    """

    def __init__(self, plan: Plan, handlers: Mapping[str, Handler], *, threads: bool = False) -> None:
        self._words = {logical_id: function.word for logical_id, function in plan.functions.items()}
        self._handlers, self._threads = handlers, threads
        self.invoked: list[tuple[str, dict[str, Any]]] = []

    async def __call__(self, function: str, payload: bytes, trace_id: str | None = None) -> Result:
        word, event = self._words[function], json.loads(payload)
        self.invoked.append((word, event))
        context = FakeLambdaContext(word, remaining_ms=60_000)
        try:
            if self._threads:
                answer = await asyncio.to_thread(self._handlers[word], event, context)
            else:
                answer = self._handlers[word](event, context)
        except Exception as error:  # what Lambda makes of it
            return Result(json.dumps({"errorType": type(error).__name__}).encode(), "Unhandled")
        return Result(json.dumps(answer).encode())


@asynccontextmanager
async def front_door(plan: Plan, invoke: InProcess) -> AsyncIterator[ClientSession]:
    """Serve; gives a client of it."""
    listener = await listen(Gateway(plan, invoke).handle, limit_bytes=MAX_BODY_BYTES)
    try:
        async with ClientSession(listener.url) as session:
            yield session
    finally:
        await listener.close()
