"""Queues in memory: they remember what was sent, and fail on demand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from ticketrouter.domain.alert import Alert
from ticketrouter.domain.errors import QueueUnavailableError
from ticketrouter.domain.message import Received, WorkItem
from ticketrouter.domain.status import Lane
from ticketrouter.ports import QueueDepth

T = TypeVar("T")


class _Faults(Generic[T]):
    """Which sends fail.

    Attributes:
        down: Every send fails and nothing is queued.
        refuse: Items for which it is true fail and are not queued.
        lose_reply: Items for which it is true are queued and reported as failed all the same.
    """

    def __init__(self) -> None:
        self.down = False
        self.refuse: Callable[[T], bool] = lambda _: False
        self.lose_reply: Callable[[T], bool] = lambda _: False

    def _send(self, items: Sequence[T], sent: list[T]) -> list[int]:
        failed = []
        for position, item in enumerate(items):
            refused = self.down or self.refuse(item)
            if not refused:
                sent.append(item)
            if refused or self.lose_reply(item):
                failed.append(position)
        return failed


class MemoryWorkQueue(_Faults[WorkItem]):
    """The twin of `SqsWorkQueue`.

    Attributes:
        sent: Items in the order they were queued.
        raw: Bodies that went in as they were, with their lane.
        delays_s: What was asked for, in the order of asking; nothing here makes anybody wait.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[WorkItem] = []
        self.raw: list[tuple[Lane, str]] = []
        self.delays_s: list[int] = []

    def send(self, items: Sequence[WorkItem], *, delays_s: Sequence[int] = ()) -> list[int]:
        """Queue the items; return the positions that failed."""
        self.delays_s += delays_s
        return self._send(items, self.sent)

    def send_raw(self, lane: Lane, body: str, *, delay_s: int = 0) -> bool:
        """Queue a body as it is."""
        if self.down:
            return False
        self.delays_s.append(delay_s)
        self.raw.append((lane, body))
        return True

    def depths(self) -> dict[Lane, QueueDepth]:
        """Return how many items each lane was sent."""
        if self.down:
            raise QueueUnavailableError("the queue is switched off")
        lanes = [item.lane for item in self.sent] + [lane for lane, _ in self.raw]
        return {lane: QueueDepth(waiting=lanes.count(lane), in_flight=0) for lane in Lane}


class MemoryAlertQueue(_Faults[Alert]):
    """The twin of `SqsAlertQueue`.

    Attributes:
        sent: Alerts in the order they were queued.
        delays_s: What was asked for with the last call that asked for delays.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Alert] = []
        self.delays_s: list[int] = []

    def send(self, alerts: Sequence[Alert], *, delays_s: Sequence[int] = ()) -> list[int]:
        """Queue the alerts; return the positions that failed. Nothing here makes them wait."""
        self.delays_s = list(delays_s) or self.delays_s
        return self._send(alerts, self.sent)


class MemoryVisibility:
    """The twin of `SqsVisibility`.

    Attributes:
        delays_s: Message id to the delay that was last asked for.
    """

    def __init__(self) -> None:
        self.delays_s: dict[str, int] = {}

    def delay(self, message: Received, delay_s: int) -> None:
        """Remember the delay."""
        self.delays_s[message.message_id] = delay_s
