"""A worker on the twins in memory, for its tests."""

from __future__ import annotations

from collections.abc import Callable

from tests.incident_twins import grouping
from ticketrouter.adapters.memory import (
    MemoryAlertQueue,
    MemoryClock,
    MemoryDeadLetters,
    MemoryDestinations,
    MemoryIncidents,
    MemoryScorer,
    MemoryState,
    MemoryTicketStore,
    MemoryVisibility,
)
from ticketrouter.domain.alert import Destination
from ticketrouter.domain.message import Received, WorkItem
from ticketrouter.domain.record import TicketRecord
from ticketrouter.domain.status import Lane
from ticketrouter.domain.ticket import Ticket
from ticketrouter.ports import Scorer
from ticketrouter.ports.incidents import Neighbours
from ticketrouter.usecases.incidents import Grouping
from ticketrouter.usecases.scoring import GuardedScorer
from ticketrouter.usecases.work_report import WorkReport
from ticketrouter.usecases.worker import Worker

ARN = "arn:aws:sqs:eu-central-1:123456789012:tickets-standard"


class World:
    """A worker with everything around it. Texts with `fire` score 0.95, with `poison` they break the model."""

    def __init__(
        self,
        scorer: Scorer | None = None,
        incidents: Callable[[MemoryState], MemoryIncidents] = MemoryIncidents,
        neighbours: Neighbours | None = None,
        search: Grouping | None = None,
    ) -> None:
        self.clock = MemoryClock()
        self.state = MemoryState(self.clock)
        self.store = MemoryTicketStore(self.state)
        self.scorer = MemoryScorer({"fire": 0.95, "edge": 0.8}, poison=["poison"])
        self.alerts = MemoryAlertQueue()
        self.visibility = MemoryVisibility()
        self.incidents = incidents(self.state)
        self.worker = Worker(
            store=self.store,
            scorer=GuardedScorer(scorer or self.scorer, self.clock),
            alerts=self.alerts,
            destinations=MemoryDestinations([Destination("oncall"), Destination("boss", threshold=0.97)]),
            grouping=search or grouping(self.state, self.incidents, neighbours),
            dead_letters=MemoryDeadLetters(self.state),
            visibility=self.visibility,
            clock=self.clock,
        )

    def message(self, ticket_id: str, text: str, *, receive_count: int = 1, suffix: str = "") -> Received:
        item = WorkItem(Ticket(ticket_id, text), Lane.STANDARD, 0.2, self.clock.now_ms() - 40)
        return Received(f"m-{ticket_id}{suffix}", "receipt", ARN, item.to_json(), receive_count)

    def work(self, *messages: Received) -> WorkReport:
        return self.worker.work(messages, cold_start=False)

    def record(self, ticket_id: str) -> TicketRecord:
        record = self.store.get(ticket_id)
        assert record is not None
        return record
