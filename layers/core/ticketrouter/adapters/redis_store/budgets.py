"""Alert budgets and the digests of what is above them."""

from __future__ import annotations

from collections.abc import Sequence

from ticketrouter.adapters.redis_store import keys
from ticketrouter.adapters.redis_store.client import RedisClient, call
from ticketrouter.adapters.redis_store.pulse import server_time_ms
from ticketrouter.domain.alert import Alert
from ticketrouter.domain.digest import BUDGET_WINDOW_MS, FIRST_GAP_MS, MAX_GAP_MS, MAX_LINES, digest_id, max_gap_ms
from ticketrouter.domain.message import RETENTION_S
from ticketrouter.ports import ClosedDigest, Held

REMEMBERED_MS = RETENTION_S * 1000  # no message of the alert queue comes back later


class RedisBudgets:
    """One budget and at most one open digest a destination.

    Args:
        client: The way to Redis.
    """

    def __init__(self, client: RedisClient) -> None:
        self._client = client

    def spend(self, alert: Alert, limit: int) -> Held | None:
        """Take the alert out of the budget of the last hour; see the port."""
        # The list first: a destination that stands there for nothing is harmless, a missing one keeps its digest.
        _, held = self._client.run(
            [
                ("SADD", keys.DIGESTS, alert.destination),
                call(
                    "budget_spend", keys.budget_keys(alert.destination),
                    keys.encode_place(alert), limit, BUDGET_WINDOW_MS, max_gap_ms(alert.urgency_score), REMEMBERED_MS,
                ),
            ]
        )  # fmt: skip
        if not held:
            return None
        since_ms, due_in_ms, told = held
        return Held(digest_id(alert.destination, since_ms), due_in_ms, bool(told))

    def used(self, destinations: Sequence[str]) -> list[int]:
        """Return how many messages each was sent within the last hour out of its budget, in their order."""
        since = f"({server_time_ms(self._client) - BUDGET_WINDOW_MS}"
        return self._client.run([("ZCOUNT", keys.budget_keys(one)[0], since, "+inf") for one in destinations])

    def destinations(self) -> list[str]:
        """Return every destination whose budget was ever asked for."""
        (names,) = self._client.run([("SMEMBERS", keys.DIGESTS)])
        return sorted(name.decode() for name in names)

    def close(self, destination: str) -> ClosedDigest | None:
        """Close the open digest if it is due; return the closed one, again and again until it is told."""
        (closed,) = self._client.run(
            [
                call(
                    "budget_close", keys.budget_keys(destination)[1:],
                    MAX_LINES, FIRST_GAP_MS, MAX_GAP_MS, BUDGET_WINDOW_MS,
                ),
            ]
        )  # fmt: skip
        if not closed:
            return None
        since_ms, until_ms, gap_ms, count, top = closed
        return ClosedDigest(destination, since_ms, until_ms, gap_ms, count, tuple(map(keys.decode_place, top)))

    def told(self, digest: ClosedDigest) -> None:
        """Note that this digest is on the alert queue."""
        self._client.run([call("budget_told", keys.budget_keys(digest.destination)[2:], digest.since_ms)])
