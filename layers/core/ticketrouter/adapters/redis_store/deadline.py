"""An end to a trip whose replies drip: redis-py's time-outs begin anew with every piece that comes in."""

from __future__ import annotations

import threading
from typing import Any

from ticketrouter.ports import Clock


class Deadline:
    """When the current trip of this thread is given up.

    Args:
        clock: Time.
        trip_s: How long a trip may last.
    """

    def __init__(self, clock: Clock, trip_s: float) -> None:
        self._clock = clock
        self.trip_s = trip_s
        self._mine = threading.local()

    def start(self, trip_s: float | None = None) -> None:
        """Begin a trip, which may be given less time than others."""
        self._mine.end_ms = self._clock.monotonic_ms() + (self.trip_s if trip_s is None else trip_s) * 1_000

    def left_s(self) -> float:
        """Return how long the trip may still take.

        Raises:
            TimeoutError: It is over.
        """
        left_ms: float = self._mine.end_ms - self._clock.monotonic_ms()
        if left_ms <= 0:
            raise TimeoutError("the replies came too slowly")
        return left_ms / 1_000


def bounded(connection_class: type[Any], deadline: Deadline) -> type[Any]:
    """Return the class of connections whose reading ends with the trip."""

    class Bounded(connection_class):  # type: ignore[misc]  # TCP, TLS or a unix socket: known from the URL alone
        def _connect(self) -> _BoundedSocket:
            return _BoundedSocket(super()._connect(), deadline)

    return Bounded


class _BoundedSocket:
    """A socket whose `recv_into` and `recv` wait no longer than the trip lasts."""

    def __init__(self, real: Any, deadline: Deadline) -> None:
        self._real, self._deadline = real, deadline

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def recv(self, *arguments: Any) -> Any:
        return self._within(self._real.recv, arguments)

    def recv_into(self, *arguments: Any) -> Any:
        return self._within(self._real.recv_into, arguments)

    def _within(self, read: Any, arguments: tuple[Any, ...]) -> Any:
        silence_s = self._real.gettimeout()
        left_s = self._deadline.left_s()
        if silence_s is None or left_s < silence_s:
            self._real.settimeout(left_s)
        try:
            return read(*arguments)
        finally:
            self._real.settimeout(silence_s)
