"""Time and chance of the machine."""

from __future__ import annotations

import base64
import secrets
import time

_CHANCE = secrets.SystemRandom()


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        """Return Unix time in milliseconds."""
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> float:
        """Return milliseconds that never go back, for durations."""
        return time.perf_counter_ns() / 1_000_000


class SystemRandomness:
    """The machine's randomness."""

    def token(self) -> str:
        """Return 128 random bits as 26 lower-case characters."""
        return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()

    def uniform(self) -> float:
        """Return a number in [0, 1)."""
        return _CHANCE.random()
