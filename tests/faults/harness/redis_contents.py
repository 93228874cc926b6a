"""Everything that a Redis holds, as pairs of place and bytes: for who looks for something that must not be there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from redis import Redis

_READS: dict[bytes, tuple[Any, ...]] = {
    b"string": ("GET",),
    b"hash": ("HGETALL",),
    b"set": ("SMEMBERS",),
    b"list": ("LRANGE", 0, -1),
    b"zset": ("ZRANGE", 0, -1),
    b"stream": ("XRANGE", "-", "+"),
}


def contents(url: str) -> Iterator[tuple[str, bytes]]:
    """Yield each key with itself, and with each piece of its value.

    Raises:
        KeyError: A key is of a kind that nobody here reads.
    """
    with Redis.from_url(url, protocol=2) as redis:
        for key in redis.scan_iter(count=1_000):
            name = key.decode(errors="replace")
            yield name, key
            kind = redis.type(key)
            if kind == b"none":
                continue  # it has just expired
            command, *arguments = _READS[kind]
            # The command itself, not redis-py's method: that one makes Python values of what it reads.
            redis.response_callbacks.pop(command, None)
            yield from ((name, piece) for piece in _pieces(redis.execute_command(command, key, *arguments)))


def _pieces(value: Any) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, (list, tuple, set)):
        for part in value:
            yield from _pieces(part)
    elif isinstance(value, dict):
        for pair in value.items():
            yield from _pieces(pair)
