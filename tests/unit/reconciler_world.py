"""A reconciler with everything around it, in memory."""

from __future__ import annotations

from ticketrouter.adapters.memory import (
    MemoryAlertQueue,
    MemoryClock,
    MemoryDeadLetters,
    MemoryDeliveries,
    MemoryDestinations,
    MemoryIncidents,
    MemoryScorer,
    MemoryState,
    MemoryTicketStore,
    MemoryWorkQueue,
)
from ticketrouter.domain.alert import Alert, Destination
from ticketrouter.domain.message import Received, WorkItem
from ticketrouter.domain.record import Outcome, TicketRecord
from ticketrouter.domain.status import Lane
from ticketrouter.domain.ticket import Ticket
from ticketrouter.ports import QueueDepth
from ticketrouter.usecases.reconcile_report import ReconcileReport
from ticketrouter.usecases.reconciler import Reconciler

ARN = "arn:aws:sqs:eu-central-1:123456789012:tickets-standard-dead-letters"
DEADLINE_S = 3_600


class IdleQueue(MemoryWorkQueue):
    """Lanes whose depth a test decides, however much was sent; with None they hold what was sent."""

    depth: QueueDepth | None = QueueDepth(waiting=0, in_flight=0)

    def depths(self) -> dict[Lane, QueueDepth]:
        held = super().depths()  # raises when it is down
        return held if self.depth is None else {Lane.EXPRESS: QueueDepth(0, 0), Lane.STANDARD: self.depth}


class World:
    """A reconciler with everything around it."""

    def __init__(self) -> None:
        self.clock = MemoryClock()
        self.state = MemoryState(self.clock, deadline_s=DEADLINE_S)
        self.store = MemoryTicketStore(self.state)
        self.queue = IdleQueue()
        self.alerts = MemoryAlertQueue()
        self.deliveries = MemoryDeliveries(self.state)
        self.letters = MemoryDeadLetters(self.state)
        self.destinations = MemoryDestinations([Destination("oncall"), Destination("chat", fallback="oncall")])
        self.incidents = MemoryIncidents(self.state)
        self.reconciler = Reconciler(
            store=self.store,
            queue=self.queue,
            alerts=self.alerts,
            deliveries=self.deliveries,
            destinations=self.destinations,
            dead_letters=self.letters,
            clock=self.clock,
            deadline_s=DEADLINE_S,
        )

    def item(self, ticket_id: str, text: str = "it hangs") -> WorkItem:
        return WorkItem(Ticket(ticket_id, text), Lane.STANDARD, 0.2, self.clock.now_ms())

    def begun(self, ticket_id: str) -> WorkItem:
        """Return a ticket that a worker has begun and not finished."""
        item = self.item(ticket_id)
        self.store.begin([item], max_attempts=3)
        return item

    def scored(self, ticket_id: str, *alerts: Alert) -> WorkItem:
        """Return a scored ticket whose alerts are not on their queue."""
        item = self.begun(ticket_id)
        (score,) = MemoryScorer().score([item.ticket.text])
        now_ms = self.clock.now_ms()
        self.store.commit([Outcome(item, score, now_ms, now_ms, 1.0, False, alerts)])
        return item

    def sweep(self) -> ReconcileReport:
        return self.reconciler.sweep(remaining_ms=lambda: 60_000.0)

    def drain(self, *bodies: str) -> ReconcileReport:
        return self.reconciler.drain([Received(f"m{n}", "receipt", ARN, body, 1) for n, body in enumerate(bodies)])

    def record(self, ticket_id: str) -> TicketRecord:
        record = self.store.get(ticket_id)
        assert record is not None
        return record

    def due_in_s(self, ticket_id: str) -> float | None:
        due_ms = self.state.deadlines.get(ticket_id)
        return None if due_ms is None else (due_ms - self.clock.now_ms()) / 1_000


def alert_of(ticket_id: str, destination: str = "oncall") -> Alert:
    return Alert(ticket_id, destination, "Technical", 0.97, "", "it hangs", "", ("hangs",), 1, 2)
