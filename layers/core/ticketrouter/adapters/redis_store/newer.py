"""What a list in order of time has gained since a time that is known."""

from __future__ import annotations

from dataclasses import dataclass

from ticketrouter.adapters.redis_store.client import RedisClient, call


@dataclass(frozen=True, slots=True)
class Newer:
    """Members that are newer.

    Attributes:
        members: Oldest first; those of one millisecond come together, so there may be a few more than asked for.
        until_ms: Up to here nothing is missing, by the server's clock.
        more: Whether there is more already.
    """

    members: list[str]
    until_ms: int
    more: bool


def newer(client: RedisClient, index: str, since_ms: int | None, limit: int) -> Newer:
    """Return what has come since; without a time nothing but that of now. One command."""
    (reply,) = client.run([call("newer", [index], "" if since_ms is None else since_ms, limit)])
    until_ms, more, *members = reply
    return Newer([member.decode() for member in members], int(until_ms), bool(more))
