"""What is held against a destination, in memory."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ticketrouter.adapters.memory.state import HealthRow, MemoryState
from ticketrouter.domain.backoff import FAILURES_TO_OPEN, FIRST_PAUSE_S, LONGEST_PAUSE_S
from ticketrouter.domain.record import Condition
from ticketrouter.ports import Admission, Admitted


class MemoryDestinationHealth:
    """The twin of `RedisDestinationHealth`.

    Args:
        state: What the twins share.
    """

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    def admit(self, destination: str, *, token: str, lease_ms: int, secret_print: str, by_operator: bool) -> Admitted:
        """Ask whether it may be called now; see the port."""
        with self._state.open() as now_ms:
            row = self._state.health.get(destination)
            if row is not None and row.gone_print not in ("", secret_print):
                del self._state.health[destination]
                row = None
            if row is None:
                return Admitted(Admission.SEND)
            if by_operator:
                return Admitted(Admission.SEND, clean=False)
            if row.gone_print:
                return Admitted(Admission.DISABLED, clean=False)
            probed_until_ms = row.probe_until_ms if row.probe != token else 0
            wait_ms = max(row.open_until_ms, probed_until_ms) - now_ms
            if wait_ms > 0:
                return Admitted(Admission.WAIT, math.ceil(wait_ms / 1_000), clean=False)
            if row.open_until_ms:
                row.probe, row.probe_until_ms = token, now_ms + lease_ms
            return Admitted(Admission.SEND, clean=False)

    def answered(self, destination: str) -> None:
        """Forget what is held against it."""
        with self._state.open():
            self._state.health.pop(destination, None)

    def failed(self, destination: str, *, slow: bool, wish_s: int) -> None:
        """Count a failure; see the port."""
        with self._state.open() as now_ms:
            row = self._state.health.setdefault(destination, HealthRow())
            if row.gone_print:
                return
            if row.open_until_ms > now_ms:
                row.open_until_ms = max(row.open_until_ms, now_ms + wish_s * 1_000)
                return
            row.failures = max(row.failures + 1, FAILURES_TO_OPEN if slow else 0)
            row.failing_since_ms = row.failing_since_ms or now_ms
            over = row.failures - FAILURES_TO_OPEN
            pause_s = 0 if over < 0 else min(FIRST_PAUSE_S * 2**over, LONGEST_PAUSE_S)
            row.probe, row.probe_until_ms = "", 0
            if pause_s or wish_s:
                row.open_until_ms = now_ms + max(pause_s, wish_s) * 1_000

    def gone(self, destination: str, *, secret_print: str) -> None:
        """Disable it, for as long as it has this secret."""
        with self._state.open() as now_ms:
            row = self._state.health.setdefault(destination, HealthRow())
            row.failures, row.gone_print, row.gone_at_ms = 0, secret_print, now_ms

    def conditions(self, destinations: Sequence[str]) -> list[Condition]:
        """Return what is held against each, in their order."""
        with self._state.open():
            rows = [self._state.health.get(destination, HealthRow()) for destination in destinations]
            return [
                Condition(row.failures, row.open_until_ms or None, row.gone_at_ms or None, row.failing_since_ms or None)
                for row in rows
            ]
