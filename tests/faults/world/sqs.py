"""Every queue of the router at any length and on any clock: visibility, receptions, copies, dead letters, retention.

Whoever receives says which messages, so that a model checker can reorder them, and whether they stay visible, as
at-least-once allows.
Source: the SQS developer guide, "visibility timeout", "at-least-once delivery", "dead-letter queues".
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ticketrouter.domain.alert import Alert
from ticketrouter.domain.errors import QueueUnavailableError
from ticketrouter.domain.message import LAST_COPY_S, RETENTION_S, Received, WorkItem, alert_to_json
from ticketrouter.domain.status import Lane
from ticketrouter.ports import Clock, QueueDepth

ARN = "arn:aws:sqs:eu-central-1:123456789012:"
LANES = {Lane.EXPRESS: "express", Lane.STANDARD: "standard"}
# Of the queues in template.yaml (tests/faults/test_world.py compares): visibility in s, maxReceiveCount.
VISIBILITY_S = {"express": 360, "standard": 360, "alerts": 180}
MAX_RECEIVES = {"express": 20, "standard": 20, "alerts": 200}
DEAD = "-dead"
_DEAD_VISIBILITY_S = 360


@dataclass(slots=True)
class Message:
    """One message.

    Attributes:
        sent_at_ms: When it was first queued; a dead letter keeps that time, so it expires no later for it.
    """

    name: str
    queue: str
    body: str
    sent_at_ms: float
    visible_at_ms: float
    receives: int = 0


@dataclass
class Sqs:
    """All queues.

    Attributes:
        clock: Time.
        down: Sends and counts fail, nothing is handed out.
        dead_lettered: How many messages a queue has given up, by queue.
        most_receives: Of one message, by queue.
        expired: Messages that nobody took in time.
        on_put: Told of each message that is queued.
        on_delete: Told of each message that leaves its queue for good.
    """

    clock: Clock
    down: bool = False
    dead_lettered: dict[str, int] = field(default_factory=dict)
    most_receives: dict[str, int] = field(default_factory=dict)
    expired: int = 0
    on_put: Callable[[str, str], None] = lambda queue, body: None
    on_delete: Callable[[Message], None] = lambda message: None

    def __post_init__(self) -> None:
        names = [*VISIBILITY_S, *(f"{name}{DEAD}" for name in VISIBILITY_S)]
        self.queues: dict[str, dict[str, Message]] = {name: {} for name in names}
        self._heaps: dict[str, list[tuple[float, int]]] = {name: [] for name in names}
        self._sent = 0

    def put(self, queue: str, body: str, *, delay_s: float = 0) -> None:
        """Queue a message."""
        now_ms = self.clock.monotonic_ms()
        self._sent += 1
        self._add(Message(f"m{self._sent}", queue, body, now_ms, now_ms + delay_s * 1_000))
        self.on_put(queue, body)

    def visible(self, queue: str) -> list[Message]:
        """Return what could be received now, oldest first."""
        if self.down:
            return []
        now_ms = self.clock.monotonic_ms()
        return [message for message in self.queues[queue].values() if message.visible_at_ms <= now_ms]

    def receive(self, queue: str, limit: int) -> list[Received]:
        """Hand out what has been visible for longest."""
        heap, found = self._heaps[queue], []
        while not self.down and heap and heap[0][0] <= self.clock.monotonic_ms() and len(found) < limit:
            at_ms, number = heapq.heappop(heap)
            message = self.queues[queue].get(f"m{number}")
            if message is None or message.visible_at_ms != at_ms:
                continue  # deleted, or hidden anew
            if (received := self.take(message)) is not None:
                found.append(received)
        return found

    def take(self, message: Message, *, copied: bool = False) -> Received | None:
        """Hand out one message, or make it a dead letter if that was too often.

        Args:
            message: A visible one.
            copied: It stays visible all the same.
        """
        now_ms, queue = self.clock.monotonic_ms(), message.queue
        kept_s = RETENTION_S if queue in MAX_RECEIVES else LAST_COPY_S
        if now_ms - message.sent_at_ms > kept_s * 1_000:
            del self.queues[queue][message.name]
            self.expired += 1
            return None
        if queue in MAX_RECEIVES and message.receives >= MAX_RECEIVES[queue]:
            del self.queues[queue][message.name]
            self.dead_lettered[queue] = self.dead_lettered.get(queue, 0) + 1
            message.queue, message.receives = f"{queue}{DEAD}", 0
            self._add(message)
            return None
        message.receives += 1
        self.most_receives[queue] = max(self.most_receives.get(queue, 0), message.receives)
        self._hide(message, 0 if copied else VISIBILITY_S.get(queue, _DEAD_VISIBILITY_S))
        handle = f"{message.name}/{message.receives}"
        return Received(message.name, handle, f"{ARN}{queue}", message.body, message.receives)

    def delay(self, received: Received, delay_s: float) -> None:
        """Hide a message from now on."""
        message = self._find(received)
        if message is not None and not self.down:
            self._hide(message, delay_s)

    def delete(self, received: Received) -> None:
        """Take a message off its queue."""
        message = self._find(received)
        if message is not None:
            del self.queues[message.queue][message.name]
            self.on_delete(message)

    def depth(self, queue: str) -> QueueDepth:
        """Return how much waits, and how much is in somebody's hands or delayed."""
        waiting = len(self.visible(queue))
        return QueueDepth(waiting, len(self.queues[queue]) - waiting)

    def next_visible_ms(self) -> float | None:
        """Return when the next message appears, in milliseconds of `monotonic_ms`; None if there is no message."""
        times = [message.visible_at_ms for queue in self.queues.values() for message in queue.values()]
        return min(times, default=None)

    def _find(self, received: Received) -> Message | None:
        return self.queues[received.source_arn.removeprefix(ARN)].get(received.message_id)

    def _add(self, message: Message) -> None:
        self.queues[message.queue][message.name] = message
        heapq.heappush(self._heaps[message.queue], (message.visible_at_ms, int(message.name[1:])))

    def _hide(self, message: Message, delay_s: float) -> None:
        message.visible_at_ms = self.clock.monotonic_ms() + delay_s * 1_000
        heapq.heappush(self._heaps[message.queue], (message.visible_at_ms, int(message.name[1:])))


class Lanes:
    """A WorkQueue on these queues."""

    def __init__(self, sqs: Sqs) -> None:
        self._sqs = sqs

    def send(self, items: Sequence[WorkItem], *, delays_s: Sequence[int] = ()) -> list[int]:
        if self._sqs.down:
            return list(range(len(items)))
        for position, item in enumerate(items):
            self._sqs.put(LANES[item.lane], item.to_json(), delay_s=delays_s[position] if delays_s else 0)
        return []

    def send_raw(self, lane: Lane, body: str, *, delay_s: int = 0) -> bool:
        if self._sqs.down:
            return False
        self._sqs.put(LANES[lane], body, delay_s=delay_s)
        return True

    def depths(self) -> dict[Lane, QueueDepth]:
        if self._sqs.down:
            raise QueueUnavailableError("the queue is switched off")
        return {lane: self._sqs.depth(name) for lane, name in LANES.items()}


class Alerts:
    """An AlertQueue on these queues."""

    def __init__(self, sqs: Sqs) -> None:
        self._sqs = sqs

    def send(self, alerts: Sequence[Alert], *, delays_s: Sequence[int] = ()) -> list[int]:
        if self._sqs.down:
            return list(range(len(alerts)))
        for position, alert in enumerate(alerts):
            self._sqs.put("alerts", alert_to_json(alert), delay_s=delays_s[position] if delays_s else 0)
        return []
