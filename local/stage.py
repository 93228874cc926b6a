"""The stage on which a case of events/ is played: functions of a local stack, with its Redis and queues empty."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from local.errors import LocalStackError
from local.expectations import Event
from local.stack import Stack
from ticketrouter.adapters.redis_store import RedisTicketStore
from ticketrouter.bootstrap import redis_client
from ticketrouter.domain.message import WorkItem
from ticketrouter.edge import sqs
from ticketrouter.ports import TicketStore
from ticketrouter.usecases.worker import MAX_ATTEMPTS

# The keys that events presuppose, for `Options(api_keys=API_KEYS.read_text())`, and the one that may do all, as in
# events/authorizer/good.json. Everybody may know it: nothing listens where it opens something.
API_KEYS = Path(__file__).resolve().parents[1] / "events" / "api_keys.json"
FIXTURE_KEY = "tr_dev_this-is-no-secret-but-a-key-for-fixtures-only"


def begin(store: TicketStore, event: Event) -> None:
    """Count an attempt at each ticket of a worker's event, and do no more: what is left of a worker that died."""
    items = [WorkItem.from_json(message.body) for message in sqs.received(event)]
    store.begin(items, max_attempts=MAX_ATTEMPTS)


class StackStage:
    """A running stack, seen from another thread than the one that runs it.

    Args:
        stack: Started, with `Options.only`: nothing but the cases may put work on its queues.
        loop: The event loop that runs it.
    """

    def __init__(self, stack: Stack, loop: asyncio.AbstractEventLoop) -> None:
        self._stack, self._loop = stack, loop
        self._is_closed = False
        self._store = RedisTicketStore(redis_client(stack.info["redis_url"], "the stack's Redis"))

    def invoke(self, word: str, event: Event) -> Any:
        """Run a function and return its answer; of one that failed, what Lambda says of it."""
        if self._is_closed:
            raise LocalStackError("The local stack has stopped")
        running = asyncio.run_coroutine_threadsafe(self._stack.invoke(word, json.dumps(event).encode()), self._loop)
        return json.loads(running.result().payload)

    def empty(self) -> None:
        """Clear the stage for the next case."""
        asyncio.run_coroutine_threadsafe(self._stack.empty(), self._loop).result()

    def close(self) -> None:
        """Begin nothing more: the loop is about to stop, and whoever asked it for more would wait for ever."""
        self._is_closed = True

    def begin(self, event: Event) -> None:
        """Leave behind what a worker does that died over the tickets of an event."""
        begin(self._store, event)
