"""Time and chance."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Time."""

    def now_ms(self) -> int:
        """Return Unix time in milliseconds."""

    def monotonic_ms(self) -> float:
        """Return milliseconds that never go back, for durations."""


class Randomness(Protocol):
    """Chance, so that tests can take it away."""

    def token(self) -> str:
        """Return a new unguessable id of 26 lower-case characters."""

    def uniform(self) -> float:
        """Return a number in [0, 1)."""
