"""A double of the alert queue: visibility, receptions, copies and dead letters, at any length and on any clock.

The emulators of SQS slow down with their depth and know no other clock than the wall's.
Source: the SQS developer guide, "visibility timeout", "at-least-once delivery" and "dead-letter queues".
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from ticketrouter.domain.alert import Alert
from ticketrouter.domain.message import Received, alert_to_json
from ticketrouter.ports import Clock

ARN = "arn:aws:sqs:eu-central-1:123456789012:router-alerts"
# Of AlertQueue in template.yaml.
VISIBILITY_S, MAX_RECEIVES = 180, 200


@dataclass(slots=True)
class _Message:
    body: str
    visible_at_ms: float
    receives: int = 0


class QueueDouble:
    """The alert queue: an AlertQueue, a Visibility, and the event source behind it.

    Args:
        clock: Time.
        chance: Decides which messages are handed out twice.
        copies: Share of receptions after which the message stays visible, as at-least-once allows.
    """

    def __init__(self, clock: Clock, chance: Random, *, copies: float = 0.0) -> None:
        self._clock, self._chance, self._copies = clock, chance, copies
        self._messages: dict[str, _Message] = {}
        self._visible: list[tuple[float, str]] = []
        self._lock = threading.RLock()
        self._sent = 0
        self.dead_letters: list[Received] = []
        self.most_receives = 0

    def send(self, alerts: Sequence[Alert], *, delays_s: Sequence[int] = ()) -> list[int]:
        """Queue alerts; none fails."""
        for position, alert in enumerate(alerts):
            delay_s = delays_s[position] if delays_s else 0
            self.send_at(alert, self._clock.monotonic_ms() + delay_s * 1_000)
        return []

    def send_at(self, alert: Alert, at_ms: float) -> None:
        """Queue an alert that appears at a time of `monotonic_ms`."""
        with self._lock:
            self._sent += 1
            name = f"m{self._sent}"
            self._messages[name] = _Message(alert_to_json(alert), at_ms)
            heapq.heappush(self._visible, (at_ms, name))

    def receive(self) -> Received | None:
        """Hand out the message that has been visible for longest; hide it, mostly."""
        with self._lock:
            while self._visible and self._visible[0][0] <= self._clock.monotonic_ms():
                at_ms, name = heapq.heappop(self._visible)
                message = self._messages.get(name)
                if message is None or message.visible_at_ms != at_ms:
                    continue  # deleted, or hidden anew
                message.receives += 1
                self.most_receives = max(self.most_receives, message.receives)
                received = Received(name, f"{name}-{message.receives}", ARN, message.body, message.receives)
                if message.receives > MAX_RECEIVES:
                    del self._messages[name]
                    self.dead_letters.append(received)
                    continue
                self._hide(name, 0 if self._chance.random() < self._copies else VISIBILITY_S)
                return received
            return None

    def delay(self, message: Received, delay_s: int) -> None:
        """Hide a message from now on."""
        with self._lock:
            if message.message_id in self._messages:
                self._hide(message.message_id, delay_s)

    def delete(self, message: Received) -> None:
        """Take a message off the queue."""
        with self._lock:
            self._messages.pop(message.message_id, None)

    def next_visible_s(self) -> float | None:
        """Return in how many seconds a message appears; None when there is none left."""
        with self._lock:
            while self._visible:
                at_ms, name = self._visible[0]
                message = self._messages.get(name)
                if message is not None and message.visible_at_ms == at_ms:
                    return max(0.0, at_ms - self._clock.monotonic_ms()) / 1_000
                heapq.heappop(self._visible)
            return None

    def _hide(self, name: str, delay_s: float) -> None:
        # A hair later than now, so that the copy is another entry than the one just taken.
        at_ms = self._clock.monotonic_ms() + max(0.001, delay_s * 1_000)
        self._messages[name].visible_at_ms = at_ms
        heapq.heappush(self._visible, (at_ms, name))
