"""When to leave Redis alone."""

from __future__ import annotations

from threading import Lock

from ticketrouter.ports import Clock

FAILURES_TO_OPEN = 3
OPEN_MS = 5_000


class Breaker:
    """Opens after three failures in a row; after five seconds one probe decides.

    Args:
        clock: Time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures = 0
        self._open_until_ms = 0.0
        self._lock = Lock()

    def allows(self) -> bool:
        """Tell whether to try. An open breaker lets one caller through after each pause, as its probe."""
        with self._lock:
            if self._failures < FAILURES_TO_OPEN:
                return True
            now_ms = self._clock.monotonic_ms()
            if now_ms < self._open_until_ms:
                return False
            self._open_until_ms = now_ms + OPEN_MS
            return True

    def succeeded(self) -> None:
        """Close."""
        self._failures = 0

    def failed(self) -> None:
        """Count a failure; the third in a row opens, and so does every one after it."""
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES_TO_OPEN:
                self._open_until_ms = self._clock.monotonic_ms() + OPEN_MS
