"""Small functions and plans to run the local stack's parts on."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from local.plan import EventSourceMapping, Function, Place, Plan, Queue, Route
from local.process import Output
from local.runtime import Pool

ECHO = """
    import os
    def lambda_handler(event, context):
        return {"event": event, "pid": os.getpid(), "request_id": context.aws_request_id,
                "left_ms": context.get_remaining_time_in_millis(), "arn": context.invoked_function_arn,
                "environ": dict(os.environ), "cwd": os.getcwd()}
"""
MISBEHAVE = """
    import os, time
    def lambda_handler(event, context):
        match event["do"]:
            case "raise": raise ValueError("a bad day")
            case "crash": os._exit(3)
            case "sleep": time.sleep(event["s"])
            case "print": print("x" * event["chars"])
            case "big": return "x" * event["chars"]
        return os.getpid()
"""


def place(root: Path, emulator_url: str = "http://127.0.0.1:1") -> Place:
    return Place(root, emulator_url)


def toy(
    root: Path, word: str, source: str, *, timeout_s: int = 5, environment: dict[str, str] | None = None
) -> Function:
    folder = root / "functions" / word
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "handler.py").write_text(textwrap.dedent(source))
    arn = place(root).arn("lambda", f"function:local-{word}")
    return Function(word, word, "handler.lambda_handler", folder, False, timeout_s, 256, environment or {}, arn)


@asynccontextmanager
async def running(function: Function, *, size: int = 1, output: Output = lambda chunk: None) -> AsyncIterator[Pool]:
    """A started pool."""
    pool = Pool(function, place(function.task_root.parents[1]), size=size, output=lambda it: output)
    try:
        await pool.start()
        yield pool
    finally:
        await pool.stop()


def plan_of(root: Path, *routes: Route) -> Plan:
    return Plan(place(root), {}, routes, (), (), (), (), ())


def mapping_of(queue_url: str, *, batch_size: int = 10, window_s: int = 0, partial: bool = True) -> EventSourceMapping:
    name = queue_url.rpartition("/")[2]
    queue = Queue(name, name, queue_url, f"arn:aws:sqs:us-east-1:000000000000:{name}", 30, 3600)
    return EventSourceMapping(queue, "toy", batch_size, window_s, None, partial)


async def until(condition: object, limit_s: float = 5.0) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(limit_s):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.01)
