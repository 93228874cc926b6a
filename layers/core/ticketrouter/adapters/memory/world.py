"""Time and chance that a test decides."""

from __future__ import annotations

from itertools import count


class MemoryClock:
    """A clock that stands still until it is advanced.

    Args:
        now_ms: Where it starts, Unix time in milliseconds.
    """

    def __init__(self, now_ms: int = 1_750_000_000_000) -> None:
        self._start_ms = now_ms
        self._elapsed_ms = 0.0

    def now_ms(self) -> int:
        """Return Unix time in milliseconds."""
        return self._start_ms + int(self._elapsed_ms)

    def monotonic_ms(self) -> float:
        """Return milliseconds since the start."""
        return self._elapsed_ms

    def advance(self, seconds: float = 0.0, *, ms: float = 0.0) -> None:
        """Move time forward."""
        self._elapsed_ms += seconds * 1000 + ms


class MemoryRandomness:
    """Tokens in a row, `…0001`, `…0002`, and one fixed number.

    Args:
        uniform: What `uniform` returns.
    """

    def __init__(self, uniform: float = 0.5) -> None:
        self._tokens = count(1)
        self._uniform = uniform

    def token(self) -> str:
        """Return the next token, 26 characters."""
        return f"{next(self._tokens):026d}"

    def uniform(self) -> float:
        """Return the fixed number."""
        return self._uniform
