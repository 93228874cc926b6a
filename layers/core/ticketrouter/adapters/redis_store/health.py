"""What is held against a destination, by all dispatchers together: its breaker, and a 410."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ticketrouter.adapters.redis_store import keys
from ticketrouter.adapters.redis_store.client import RedisClient, call
from ticketrouter.domain.backoff import FAILURES_TO_OPEN, FIRST_PAUSE_S, LONGEST_PAUSE_S
from ticketrouter.domain.record import Condition
from ticketrouter.ports import Admission, Admitted

REMEMBERED_MS = 86_400_000  # failures of yesterday say nothing of today


class RedisDestinationHealth:
    """The DestinationHealth of production: one hash a destination, missing while all is well.

    Args:
        client: The way to Redis.
    """

    def __init__(self, client: RedisClient) -> None:
        self._client = client

    def admit(self, destination: str, *, token: str, lease_ms: int, secret_print: str, by_operator: bool) -> Admitted:
        """Ask whether it may be called now; see the port."""
        asked = call(
            "health_admit", [keys.destination_key(destination)], token, lease_ms, secret_print, int(by_operator)
        )
        ((verdict, wait_ms, clean),) = self._client.run([asked])
        return Admitted(Admission(verdict.decode()), math.ceil(wait_ms / 1_000), bool(clean))

    def answered(self, destination: str) -> None:
        """Forget what is held against it."""
        self._client.run([("DEL", keys.destination_key(destination))])

    def failed(self, destination: str, *, slow: bool, wish_s: int) -> None:
        """Count a failure; see the port."""
        pauses_ms = (FIRST_PAUSE_S * 1_000, LONGEST_PAUSE_S * 1_000, wish_s * 1_000)
        key = keys.destination_key(destination)
        self._client.run([call("health_failed", [key], int(slow), FAILURES_TO_OPEN, *pauses_ms, REMEMBERED_MS)])

    def gone(self, destination: str, *, secret_print: str) -> None:
        """Disable it, for as long as it has this secret."""
        self._client.run([call("health_gone", [keys.destination_key(destination)], secret_print)])

    def conditions(self, destinations: Sequence[str]) -> list[Condition]:
        """Return what is held against each, in their order."""
        fields = ("failures", "open_until_ms", "gone_at_ms", "failing_since_ms")
        replies = self._client.run([("HMGET", keys.destination_key(each), *fields) for each in destinations])
        return [
            Condition(int(failures or 0), *(int(at_ms) if at_ms else None for at_ms in times))
            for failures, *times in replies
        ]
