"""The vectors of the window: one stream that every worker writes to and reads from where it stopped."""

from __future__ import annotations

from collections.abc import Sequence

from ticketrouter.adapters.redis_store import keys
from ticketrouter.adapters.redis_store.client import Command, RedisClient, call
from ticketrouter.domain.incident import WINDOW_VECTORS, vectors_s
from ticketrouter.ports import Clock
from ticketrouter.ports.incidents import Embedded

READ_AT_ONCE = 1_000  # vectors a reply: 0.4 MB, well inside the time-out of 250 ms
SKEW_MS = 60_000  # a worker's clock may be ahead of Redis' by so much without cutting the window short


class RedisVectorLog:
    """The window.

    Args:
        client: The way to Redis.
        clock: Time, to tell what is too old to keep; what counts is the time of Redis.
        window_s: How long a ticket counts for the limit. Vectors are kept for `vectors_s`, and after the last one not
            much longer.
        kept: How many are kept at most, but for the few hundred that Redis may leave.
    """

    def __init__(self, client: RedisClient, clock: Clock, *, window_s: int = 300, kept: int = WINDOW_VECTORS) -> None:
        self._client = client
        self._clock = clock
        self._kept_ms = vectors_s(window_s) * 1_000 + SKEW_MS
        self._kept = kept

    def exchange(self, own: Sequence[Embedded], *, model_version: str, since: str) -> tuple[list[Embedded], str, bool]:
        """Put down own vectors, then read what has come since a cursor; see the port."""
        commands = self._put(own, model_version)
        commands.append(("XRANGE", keys.WINDOW, f"({since}" if since else "-", "+", "COUNT", READ_AT_ONCE))
        entries = self._client.run(commands)[-1]
        wanted = model_version.encode()
        found = [
            Embedded(ticket_id.decode(), vector, int(entry_id.partition(b"-")[0]))
            for entry_id, (_, ticket_id, _, model, _, vector) in entries
            if model == wanted or not vector  # a deletion concerns every model
        ]
        cursor = entries[-1][0].decode() if entries else since
        return found, cursor, len(entries) == READ_AT_ONCE

    def put(self, own: Sequence[Embedded], *, model_version: str) -> None:
        """Put down vectors for others to read."""
        self._client.run(self._put(own, model_version))

    def _put(self, own: Sequence[Embedded], model_version: str) -> list[Command]:
        if not own:
            return []
        oldest = self._clock.now_ms() - self._kept_ms
        commands: list[Command] = [
            ("XADD", keys.WINDOW, "MINID", "~", oldest, "*", "t", one.ticket_id, "m", model_version, "v", one.vector)
            for one in own
        ]
        # an XADD trims by time or by number, not both
        return [*commands, ("XTRIM", keys.WINDOW, "MAXLEN", "~", self._kept), ("PEXPIRE", keys.WINDOW, self._kept_ms)]


def forget_vectors(client: RedisClient, ticket_id: str) -> None:
    """Take a deleted ticket's vectors out of the window: about 2 ms for each thousand that it holds."""
    begin: str | None = "-"
    while begin is not None:
        (last,) = client.run([call("window_forget", [keys.WINDOW], begin, READ_AT_ONCE, ticket_id)])
        begin = None if last is None else f"({last.decode()}"
