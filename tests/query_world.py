"""A router in memory, for tests of what reads and operates: tickets at every stage, put there through the ports."""

from __future__ import annotations

from typing import Any

from ticketrouter.adapters.memory import (
    MemoryAlertQueue,
    MemoryAuditList,
    MemoryBudgets,
    MemoryClaims,
    MemoryClock,
    MemoryDeadLetters,
    MemoryDeliveries,
    MemoryDestinationHealth,
    MemoryDestinations,
    MemoryFeedbackList,
    MemoryIncidents,
    MemoryRandomness,
    MemoryState,
    MemoryTicketStore,
    MemoryViews,
    MemoryWorkQueue,
)
from ticketrouter.domain.alert import Destination, alerts_for
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.record import Attempt, Outcome, TicketRecord
from ticketrouter.domain.score import Score
from ticketrouter.domain.status import DeliveryStatus, Lane
from ticketrouter.domain.ticket import Ticket
from ticketrouter.domain.urgency import Contribution
from ticketrouter.usecases.audit import AuditTrail
from ticketrouter.usecases.feedback import FeedbackBook
from ticketrouter.usecases.incident_desk import IncidentDesk
from ticketrouter.usecases.live import Live
from ticketrouter.usecases.operate import Operate
from ticketrouter.usecases.query import Query
from ticketrouter.usecases.replay import Replay

NOON_MS = 1_795_262_400_000  # 2026-11-21T12:00:00Z, as in events/query
DEADLINE_S = 3_600


class QueryWorld:
    def __init__(self) -> None:
        self.clock = MemoryClock(NOON_MS)
        self.state = MemoryState(self.clock, deadline_s=DEADLINE_S)
        self.store = MemoryTicketStore(self.state)
        self.deliveries = MemoryDeliveries(self.state)
        self.dead_letters = MemoryDeadLetters(self.state)
        self.queue = MemoryWorkQueue()
        self.alerts = MemoryAlertQueue()
        self.destinations = MemoryDestinations([Destination("sink"), Destination("legal", "slack", 0.9, ("Legal",))])
        self.health = MemoryDestinationHealth(self.state)
        self.budgets = MemoryBudgets(self.state)
        self.incidents = MemoryIncidents(self.state)
        self.desk = IncidentDesk(incidents=self.incidents, deliveries=self.deliveries)
        views = MemoryViews(self.state)
        self.query = Query(
            store=self.store,
            views=views,
            deliveries=self.deliveries,
            dead_letters=self.dead_letters,
            queue=self.queue,
            destinations=self.destinations,
            health=self.health,
            budgets=self.budgets,
        )
        self.live = Live(query=self.query, views=views, deliveries=self.deliveries, incidents=self.incidents)
        self.operate = Operate(
            store=self.store,
            views=views,
            dead_letters=self.dead_letters,
            queue=self.queue,
            incidents=self.incidents,
            clock=self.clock,
            deadline_s=DEADLINE_S,
        )
        self.replay = Replay(
            deliveries=self.deliveries,
            destinations=self.destinations,
            alerts=self.alerts,
            clock=self.clock,
            randomness=MemoryRandomness(),
        )
        self.book = FeedbackBook(
            store=self.store,
            rows=MemoryFeedbackList(self.state),
            clock=self.clock,
            randomness=MemoryRandomness(),
        )
        self.audit_list = MemoryAuditList(self.state)
        self.trail = AuditTrail(audit=self.audit_list, clock=self.clock, randomness=MemoryRandomness())

    @property
    def parts(self) -> dict[str, Any]:
        """Return what query's `make_handler` takes."""
        return {
            "query": self.query,
            "live": self.live,
            "operate": self.operate,
            "replay": self.replay,
            "desk": self.desk,
            "book": self.book,
            "trail": self.trail,
        }

    def accept(
        self, ticket_id: str, text: str = "We can see other customers' invoices", customer: str = ""
    ) -> WorkItem:
        """Accept a ticket now."""
        item = WorkItem(Ticket(ticket_id, text, customer=customer), Lane.EXPRESS, 0.7, self.clock.now_ms())
        claims = MemoryClaims(self.state)
        claims.confirm(claims.claim([item], key_id="dev", token="claim"))
        return item

    def score(
        self,
        item: WorkItem,
        urgency: float = 0.93,
        category: str = "Technical",
        similar: tuple[tuple[str, float], ...] = (),
        degraded: bool = False,
    ) -> TicketRecord:
        """Begin 120 ms after now and score within 30 ms."""
        self.clock.advance(ms=120)
        started_at_ms = self.clock.now_ms()
        self.store.begin([item], max_attempts=3)
        self.clock.advance(ms=30)
        score = Score(
            category=category,
            category_confidence=0.91,
            needs_review=False,
            urgency_score=urgency,
            sentiment="negative",
            sentiment_score=-0.4,
            contributions=(Contribution("model", 0.8), Contribution("words: invoices", urgency - 0.8)),
            model_version="test-1",
            degraded=degraded,
        )
        scored_at_ms = self.clock.now_ms()
        destinations = self.destinations.all()
        alerts = alerts_for(
            item.ticket, score, destinations, accepted_at_ms=item.accepted_at_ms, scored_at_ms=scored_at_ms, epoch=1
        )
        outcome = Outcome(item, score, started_at_ms, scored_at_ms, 28.5, True, tuple(alerts), similar=similar)
        return self.store.commit([outcome])[0]

    def deliver(self, record: TicketRecord, *statuses: int) -> None:
        """Try the first alert once for each HTTP status, 50 ms apart; a 2xx ends it as delivered."""
        alert = record.alerts[0]
        for status in statuses:
            self.clock.advance(ms=50)
            self.deliveries.claim(alert, token="dispatch", lease_ms=1_000)
            good = 200 <= status < 300
            attempt = Attempt(self.clock.now_ms(), 12.5, status, None if good else "webhook-unavailable")
            outcome = DeliveryStatus.DELIVERED if good else DeliveryStatus.PENDING
            self.deliveries.record(alert, attempt, outcome, token="dispatch", retry_in_ms=None if good else 0)

    def fail(self, ticket_id: str, reason: str = "poison") -> WorkItem:
        """Accept a ticket and give it up."""
        item = self.accept(ticket_id)
        self.store.fail(item, reason)
        return item
