"""The messages of one queue: hidden until a time, then ready in order; every step in O(log n)."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Any


@dataclass(slots=True)
class Message:
    """A message, and where it is.

    Attributes:
        sent_ms: For its age.
        receives: How often it was handed out.
        receipt: The newest one; empty when none counts.
        place: Its entry in one of the heaps; an entry with another number is out of date.
    """

    id: str
    body: str
    sent_ms: float
    receives: int = 0
    receipt: str = ""
    place: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """How many messages are where."""

    visible: int
    in_flight: int
    delayed: int


class Messages:
    """The messages of one queue.

    Args:
        chance: Decides who overtakes whom.
        spread: By how many places at most.

    Attributes:
        most_receives: Of one message.
        expired: Messages that outlived the retention.
    """

    def __init__(self, chance: Random, spread: int = 0) -> None:
        self._chance, self._spread = chance, spread
        self._by_id: dict[str, Message] = {}
        self._hidden: list[tuple[float, int, Message]] = []  # until when, place
        self._ready: list[tuple[float, int, Message]] = []  # rank, place
        self._places = 0
        self._visible: set[str] = set()
        self.most_receives = 0
        self.expired = 0

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, message: Message, at_ms: float, now_ms: float) -> None:
        """Take in a message that is visible from a time on."""
        self._by_id[message.id] = message
        self._show_or_hide(message, at_ms, now_ms)

    def take(self, now_ms: float, oldest_ms: float) -> Message | None:
        """Return the next visible message, which is nobody's for now; forget those sent before `oldest_ms`."""
        self._wake(now_ms)
        while self._ready:
            _, place, message = heapq.heappop(self._ready)
            if message.place != place:
                continue
            self._visible.discard(message.id)
            if message.sent_ms < oldest_ms:
                self.remove(message)
                self.expired += 1
                continue
            return message
        return None

    def hand_out(self, message: Message, now_ms: float, hidden_s: float, *, stays: bool) -> dict[str, Any]:
        """Return a message that was taken as a reception of it.

        Args:
            message: From `take`.
            now_ms: Time.
            hidden_s: For how long nobody else receives it.
            stays: A copy of it that this receiver does not get hold of is there still.
        """
        message.receives += 1
        self.most_receives = max(self.most_receives, message.receives)
        receipt = f"{message.id}#{message.receives}"
        message.receipt = "" if stays else receipt
        self._show_or_hide(message, now_ms + (0 if stays else hidden_s * 1_000), now_ms)
        return {
            "MessageId": message.id,
            "ReceiptHandle": receipt,
            "Body": message.body,
            "Attributes": {"ApproximateReceiveCount": str(message.receives)},
        }

    def hide(self, receipt: str, now_ms: float, for_s: float) -> bool:
        """Hide a message that is in flight from now on; False if it is not, or this receipt is not its newest."""
        self._wake(now_ms)
        message = self._of(receipt)
        if message is None or message.id in self._visible:
            return False
        self._show_or_hide(message, now_ms + for_s * 1_000, now_ms)
        return True

    def delete(self, receipt: str, now_ms: float) -> None:
        """Forget the message, if this receipt is its newest."""
        message = self._of(receipt)
        if message is not None:
            self.remove(message)

    def remove(self, message: Message) -> None:
        """Forget a message."""
        message.place = -1
        self._visible.discard(message.id)
        self._by_id.pop(message.id, None)

    def counts(self, now_ms: float) -> Counts:
        """Count; in O(n) of what is hidden, for nobody asks often."""
        self._wake(now_ms)
        hidden = [message for message in self._by_id.values() if message.id not in self._visible]
        in_flight = sum(message.receives > 0 for message in hidden)
        return Counts(len(self._visible), in_flight, len(hidden) - in_flight)

    def next_visible_ms(self, now_ms: float) -> float | None:
        """Return when a message can be received; None if there is none left."""
        self._wake(now_ms)
        if self._visible:
            return now_ms
        while self._hidden:
            until_ms, place, message = self._hidden[0]
            if message.place == place:
                return until_ms
            heapq.heappop(self._hidden)
        return None

    def all(self) -> Iterable[Message]:
        """Return every message, visible or not."""
        return self._by_id.values()

    def _of(self, receipt: str) -> Message | None:
        message = self._by_id.get(receipt.partition("#")[0])
        return message if message is not None and message.receipt == receipt else None

    def _wake(self, now_ms: float) -> None:
        while self._hidden and self._hidden[0][0] <= now_ms:
            _, place, message = heapq.heappop(self._hidden)
            if message.place == place:
                self._show(message)

    def _show_or_hide(self, message: Message, until_ms: float, now_ms: float) -> None:
        if until_ms <= now_ms:
            self._wake(now_ms)  # those that have waited longer come first
            self._show(message)
            return
        self._visible.discard(message.id)
        self._places += 1
        message.place = self._places
        heapq.heappush(self._hidden, (until_ms, message.place, message))

    def _show(self, message: Message) -> None:
        self._places += 1
        message.place = self._places
        rank = self._places + (self._chance.uniform(0, self._spread) if self._spread else 0)
        self._visible.add(message.id)
        heapq.heappush(self._ready, (rank, message.place, message))
