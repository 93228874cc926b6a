"""A stack for as long as a command needs it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from local.stack import Options, Stack

T = TypeVar("T")


async def with_stack(options: Options, use: Callable[[Stack], Coroutine[Any, Any, T]]) -> T | None:
    """Start a stack, use it, and stop it whatever happens.

    Returns:
        What `use` returns; None if Ctrl-C or SIGTERM came first.

    Raises:
        LocalStackError: It did not start, or a part that everything needs has ended.
    """
    interrupted = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Also while it stops: a second Ctrl-C must not leave processes behind.
        asyncio.get_running_loop().add_signal_handler(number, interrupted.set)
    stack = Stack(options)

    async def start_and_use() -> T:
        await stack.start()
        return await use(stack)

    try:
        return await _first_of(start_and_use(), interrupted.wait(), stack.wait_until_broken())
    finally:
        await stack.stop()


async def _first_of(work: Awaitable[T], *ends: Awaitable[object]) -> T | None:
    """Return the result of work, or None if one of the others is done before; their errors are raised."""
    tasks = [asyncio.ensure_future(each) for each in (work, *ends)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        return tasks[0].result() if tasks[0] in done else None  # type: ignore[return-value]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
