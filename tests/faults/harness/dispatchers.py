"""Dispatchers at work on the double of the queue, as Lambda's event source keeps them: several, one message each."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.faults.harness.queues import EventSource, RouterQueues, router_queues
from tests.faults.harness.sqs import SqsDouble
from tests.faults.harness.times import VirtualTime
from ticketrouter.adapters.memory import (
    MemoryBudgets,
    MemoryDeadLetters,
    MemoryDeliveries,
    MemoryDestinationHealth,
    MemoryDestinations,
    MemoryDestinationSecrets,
    MemoryState,
)
from ticketrouter.adapters.sqs_queue import SqsAlertQueue, SqsVisibility
from ticketrouter.domain.alert import Alert, Destination, DestinationSecret
from ticketrouter.domain.message import alert_to_json
from ticketrouter.domain.record import Delivery
from ticketrouter.ports import WebhookSender
from ticketrouter.usecases.dispatcher import Dispatcher

DISPATCHERS = 10  # AlertConcurrency in template.yaml
TIMEOUT_MS = 30_000  # DispatcherTimeout


class Killed(BaseException):
    """The process dies here."""


class Chance(Random):
    """Chance as a Randomness, the same in every run with the same seed; of several threads, too."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._tokens = 0
        self._turn = threading.Lock()

    def token(self) -> str:
        with self._turn:
            self._tokens += 1
            return f"{self._tokens:026d}"

    def uniform(self, a: float = 0.0, b: float = 1.0) -> float:
        return super().uniform(a, b)


@dataclass
class Fleet:
    """Several dispatchers that share a queue and a store.

    Attributes:
        time: Their clock.
        sqs: Where alerts come from.
        sender: Their way out.
        urls: Address of each destination, by id.
        destinations: What the documents say.
        chance: Tokens and jitter.
        through: What each dispatcher's ports are reached through; a test may kill there.
        more_to_come: Whether alerts may come when there are none; whoever brings them calls `time.unpark`.
    """

    time: VirtualTime
    sqs: SqsDouble
    sender: WebhookSender
    urls: dict[str, str]
    destinations: Sequence[Destination]
    chance: Chance
    through: Callable[[int, str, Any], Any] = lambda number, name, port: port
    size: int = DISPATCHERS
    more_to_come: Callable[[], bool] = lambda: False
    state: MemoryState = field(init=False)
    queues: RouterQueues = field(init=False)
    source: EventSource = field(init=False)

    def __post_init__(self) -> None:
        self._watched_until_ms = math.inf
        self.queues = router_queues(self.sqs)
        self.source = EventSource(self.sqs, self.queues.alerts)
        self.state = MemoryState(self.time)
        self.deliveries = MemoryDeliveries(self.state)
        self.budgets: Any = MemoryBudgets(self.state)
        self.health: Any = MemoryDestinationHealth(self.state)

    def run(self, *others: Callable[[], None]) -> None:
        """Work until the queue is empty; `others` work beside the dispatchers, in the same time."""
        workers = [lambda number=number: self._work(number) for number in range(self.size)]  # type: ignore[misc]
        self.time.run([*workers, *others])

    @property
    def is_empty(self) -> bool:
        """Tell whether the queue holds nothing any more, seen or not."""
        return self.source.next_visible_ms() is None

    def alert_queue(self) -> SqsAlertQueue:
        """Return the queue as others than dispatchers send to it."""
        sqs: Any = self.sqs
        return SqsAlertQueue(sqs, self.queues.alerts)

    def send_at(self, alert: Alert, at_ms: float) -> None:
        """Queue an alert that appears at a time of `monotonic_ms`."""
        self.sqs.send_at(self.queues.alerts, alert_to_json(alert), at_ms)

    @property
    def dead_letters(self) -> list[str]:
        """Return the alerts that were received too often."""
        return list(self.sqs.bodies(self.queues.dead[self.queues.alerts]))

    @property
    def most_receives(self) -> int:
        """Return how often the alert that was received most often was."""
        return self.sqs.most_receives(self.queues.alerts)

    def delivery(self, alert: Alert) -> Delivery | None:
        """Return how an alert fared."""
        return next(iter(self.deliveries.of_ticket(alert.about, [alert.destination])), None)

    def _idle(self, until_ms: float) -> None:
        """Wait for the next message; one worker watches for all, or each message would wake every one of them."""
        wake_ms = max(until_ms, self.time.monotonic_ms() + 0.001)
        if wake_ms >= self._watched_until_ms:
            self.time.park()
            return
        self._watched_until_ms = wake_ms
        self.time.sleep((wake_ms - self.time.monotonic_ms()) / 1_000)
        self._watched_until_ms = math.inf

    def _work(self, number: int) -> None:
        dispatcher = self._new_dispatcher(number)
        while (visible_ms := self.source.next_visible_ms()) is not None or self.more_to_come():
            if visible_ms is None:
                self.time.park()
                continue
            message = self.source.receive_one()
            if message is None:
                self._idle(visible_ms)
                continue
            self.time.unpark()
            began_ms = self.time.monotonic_ms()

            def remaining_ms(began_ms: float = began_ms) -> float:
                return TIMEOUT_MS - (self.time.monotonic_ms() - began_ms)

            try:
                report = dispatcher.dispatch([message], remaining_ms=remaining_ms)
            except Killed:
                dispatcher = self._new_dispatcher(number)
                continue
            if not report.failed:
                self.source.delete(message)
        self.time.unpark()

    def _new_dispatcher(self, number: int) -> Dispatcher:
        def port(name: str, real: Any) -> Any:
            return self.through(number, name, real)

        sqs: Any = self.sqs
        secrets = {name: DestinationSecret(url) for name, url in self.urls.items()}
        return Dispatcher(
            deliveries=port("deliveries", self.deliveries),
            budgets=port("budgets", self.budgets),
            destinations=port("destinations", MemoryDestinations(self.destinations)),
            secrets=port("secrets", MemoryDestinationSecrets(secrets)),
            health=port("health", self.health),
            sender=port("sender", self.sender),
            alerts=port("alerts", self.alert_queue()),
            dead_letters=port("dead_letters", MemoryDeadLetters(self.state)),
            visibility=port("visibility", SqsVisibility(sqs, [self.queues.alerts])),
            clock=self.time,
            randomness=self.chance,
        )
