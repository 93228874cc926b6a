"""One way to talk to Redis: a list of commands in one write, their replies in one read, no hidden retry.

redis-py's own defaults retry ten times with 5 s time-outs: a hung Redis would hold a request for 58 s (measured). Here
a request waits 250 ms once, also for a Redis that drips, and after three failures in a row Redis is left alone for five
seconds.

One address serves all keys: a single Redis, or a cluster behind a proxy, as ElastiCache Serverless is. A cluster whose
clients have to follow MOVED is not supported: its replies end as CacheUnavailableError.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.connection import Connection
from redis.exceptions import AuthenticationError, NoScriptError, RedisError, ResponseError
from redis.retry import Retry

from ticketrouter.adapters.redis_store.breaker import Breaker
from ticketrouter.adapters.redis_store.deadline import Deadline, bounded
from ticketrouter.domain.errors import CacheUnavailableError, MissingSettingError
from ticketrouter.ports import Clock

TIMEOUT_S = 0.25  # of silence
TRIP_S = 1.0  # for all replies of one trip together
LEAST_TRIP_S = 0.05
IDLE_MS = 30_000  # a frozen sandbox wakes with sockets that died unnoticed: after this long, connect again
RENEW_MS = 5_000  # while our password is refused, one trip in this time pays for asking for another

Command = tuple[str | bytes | int | float, ...]


@cache
def scripts() -> dict[str, tuple[bytes, str]]:
    """Return text and SHA-1 of every script, by the name of its file, each behind the parts that it begins with."""
    folder = resources.files(__package__) / "scripts"
    files = [file for file in folder.iterdir() if file.name.endswith(".lua")]
    texts = {file.name.removesuffix(".lua"): _with_parts(file.read_bytes(), folder / "parts") for file in files}
    return {name: (text, hashlib.sha1(text, usedforsecurity=False).hexdigest()) for name, text in texts.items()}


def _with_parts(script: bytes, folder: Traversable) -> bytes:
    """Put the parts that a script names (`-- with <part>`) before it: Redis lets no script call another."""
    names = re.findall(rb"^-- with (\w+)$", script, re.MULTILINE)
    return b"".join([*((folder / f"{name.decode()}.lua").read_bytes() for name in names), script])


def call(script: str, keys: Sequence[str], *arguments: str | bytes | int | float) -> Command:
    """Return the command that runs a script."""
    return ("EVALSHA", scripts()[script][1], len(keys), *keys, *arguments)


class RedisClient:
    """A connection, or as many as there are threads, behind one breaker. Connects when it is first used.

    Args:
        url: `redis://…`, `rediss://…` or `unix://…`.
        clock: Time, for the breaker and for sockets that were left alone too long.
        trip_s: After how long a trip is given up whose replies come too slowly.
        renew: Returns the URL as it is now; asked when Redis refuses the password of the one we have.

    Raises:
        ValueError: It is no URL of a Redis.
    """

    def __init__(
        self, url: str, clock: Clock, *, trip_s: float = TRIP_S, renew: Callable[[], str] | None = None
    ) -> None:
        self._url = url
        self._deadline = Deadline(clock, trip_s)
        self._pool = _pool(url, self._deadline)
        scripts()  # read at init rather than by the first request
        self._clock = clock
        self._breaker = Breaker(clock)
        self._renew = renew
        self._renewed_at_ms = -float(RENEW_MS)
        self._last_used_ms = self._now()

    def run(self, commands: Sequence[Command], *, trip_s: float | None = None) -> list[Any]:
        """Send commands in one go; return their replies (bytes, integers, lists or None).

        Args:
            commands: What to send.
            trip_s: After how long this trip is given up, in place of the client's own.

        Raises:
            CacheUnavailableError: No answer in time, an error among the replies, or the breaker is open.
        """
        if not commands:
            return []
        if not self._breaker.allows():
            raise CacheUnavailableError("Redis is being left alone after repeated failures")
        try:
            try:
                replies = self._run(commands, trip_s)
            except AuthenticationError:  # Redis has done nothing yet
                if not self._has_another_url():
                    raise
                replies = self._run(commands, trip_s)
        except (RedisError, OSError) as error:
            self._breaker.failed()
            raise CacheUnavailableError(f"Redis did not answer: {type(error).__name__}") from error
        self._breaker.succeeded()
        return replies

    def _has_another_url(self) -> bool:
        """Ask for the URL again, for its password may have been rotated; tell whether it is another one."""
        now_ms = self._clock.monotonic_ms()
        if self._renew is None or now_ms - self._renewed_at_ms < RENEW_MS:
            return False
        self._renewed_at_ms = now_ms
        try:
            url = self._renew()
            pool = _pool(url, self._deadline)
        except (MissingSettingError, ValueError):
            return False
        if url == self._url:
            return False
        # Those in use are not waited for: whoever has one ends its trip on it.
        self._pool.disconnect(inuse_connections=False)
        self._url, self._pool = url, pool
        return True

    def _now(self) -> tuple[float, float]:
        """Return both clocks: in a frozen sandbox the monotonic one may stand still, and Unix time may be set back."""
        return self._clock.monotonic_ms(), self._clock.now_ms()

    def _run(self, commands: Sequence[Command], trip_s: float | None) -> list[Any]:
        now_ms, pool = self._now(), self._pool
        if any(now - before > IDLE_MS for now, before in zip(now_ms, self._last_used_ms, strict=True)):
            pool.disconnect(inuse_connections=False)
        self._last_used_ms = now_ms
        self._deadline.start(trip_s)
        connection = pool.get_connection()
        try:
            replies = _exchange(connection, commands)
            repeated = _to_repeat(commands, replies)
            if repeated:
                again = _exchange(connection, [_in_full(commands[at]) for at in repeated])
                for at, reply in zip(repeated, again, strict=True):
                    replies[at] = reply
        except BaseException:
            # A reply may still be under way, and must not be taken for another's.
            connection.disconnect()  # type: ignore[no-untyped-call]
            raise
        finally:
            pool.release(connection)
        _raise_first(replies)
        return replies

    def left_s(self) -> float:
        """Return what the last trip of this thread has left of its time, at least a little."""
        now_ms = self._clock.monotonic_ms()
        return max(LEAST_TRIP_S, self._deadline.trip_s - (now_ms - self._last_used_ms[0]) / 1_000)

    def close(self) -> None:
        """Close every connection."""
        self._pool.disconnect()


def _pool(url: str, deadline: Deadline) -> ConnectionPool:
    pool = ConnectionPool.from_url(
        url,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        driver_info=None,  # else every connection sends CLIENT SETINFO, which Redis 6.2 does not know
    )
    pool.connection_class = bounded(pool.connection_class, deadline)
    return pool


def _exchange(connection: Connection, commands: Sequence[Command]) -> list[Any]:
    """Write all commands, read all replies. An error reply is returned as such: the connection stays in step."""
    connection.send_packed_command(connection.pack_commands(commands))  # type: ignore[no-untyped-call]
    replies: list[Any] = []
    for _ in commands:
        try:
            replies.append(connection.read_response())
        except ResponseError as error:
            replies.append(error)
    return replies


def _to_repeat(commands: Sequence[Command], replies: Sequence[Any]) -> list[int]:
    """Return the positions to send again because the server has restarted, or never saw our scripts.

    Scripts that did not run, and every plain command behind the first of them: a read there saw the record as it was
    before its script. Our plain commands may run twice; a script that has run must not.
    """
    unknown = [at for at, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
    if not unknown:
        return []
    later = range(unknown[0], len(commands))
    return [at for at in later if commands[at][0] != "EVALSHA" or isinstance(replies[at], NoScriptError)]


def _in_full(command: Command) -> Command:
    """Return the command with its script's text in place of the digest; the server then knows the script.

    SCRIPT LOAD is no alternative: behind the one address of ElastiCache Serverless are many nodes, and it need not
    reach the one that has the key. A call with its keys does.
    """
    if command[0] != "EVALSHA":
        return command
    (text,) = (text for text, digest in scripts().values() if digest == command[1])
    return ("EVAL", text, *command[2:])


def _raise_first(replies: Sequence[Any]) -> None:
    for reply in replies:
        if isinstance(reply, RedisError):
            raise reply
