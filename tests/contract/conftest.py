"""The store, in memory and on a real Redis: every test of the contract runs on both."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from tests.faults.harness.sqs import SqsDouble
from tests.servers import redis_server
from tests.template import transformed
from ticketrouter.adapters.memory import (
    MemoryAuditList,
    MemoryBudgets,
    MemoryClaims,
    MemoryClock,
    MemoryDeadLetters,
    MemoryDeliveries,
    MemoryDestinationHealth,
    MemoryFeedbackList,
    MemoryIncidents,
    MemoryState,
    MemoryTicketStore,
    MemoryVectorLog,
    MemoryViews,
)
from ticketrouter.adapters.redis_store import (
    RedisAuditList,
    RedisBudgets,
    RedisClaims,
    RedisClient,
    RedisDeadLetters,
    RedisDeliveries,
    RedisDestinationHealth,
    RedisFeedbackList,
    RedisIncidents,
    RedisTicketStore,
    RedisVectorLog,
    RedisViews,
)
from ticketrouter.adapters.sqs_queue import sqs_client
from ticketrouter.adapters.system import SystemClock
from ticketrouter.domain.alert import Alert
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.record import Outcome
from ticketrouter.domain.score import Score
from ticketrouter.domain.status import Lane
from ticketrouter.domain.ticket import Ticket
from ticketrouter.domain.urgency import Contribution
from ticketrouter.ports import (
    AuditList,
    Budgets,
    Claims,
    Clock,
    DeadLetters,
    Deliveries,
    DestinationHealth,
    FeedbackList,
    Incidents,
    TicketStore,
    VectorLog,
    Views,
)

DEADLINE_S = 3_600


@dataclass
class StoreWorld:
    """All ports of the store over one memory, and its time.

    Attributes:
        audit_keeping: Makes an audit of so many entries over the same memory.
        claims_with: Makes claims with other limits over the same memory.
        incidents_with: Makes incidents with another window or limit.
        wait_ms: Lets time pass for the store.
        rebuild: Makes a world of the same kind, empty, that keeps few changes.
    """

    claims: Claims
    store: TicketStore
    deliveries: Deliveries
    health: DestinationHealth
    views: Views
    letters: DeadLetters
    budgets: Budgets
    feedback: FeedbackList
    audit: AuditList
    audit_keeping: Callable[[int], AuditList]
    clock: Clock
    claims_with: Callable[..., Claims]
    incidents: Incidents
    log: VectorLog
    incidents_with: Callable[..., Incidents]
    wait_ms: Callable[[float], None]
    sent: int = field(default=0)

    def item(self, ticket_id: str = "", description: str = "The printer is on fire", **changes: Any) -> WorkItem:
        """Make an item that was accepted just now; without an id, one that no other item has.

        Early enough for `outcome` to lie in the past: the figures of now do not count what is still to come.
        """
        self.sent += 1
        ticket_fields = {
            name: changes.pop(name) for name in ("subject", "customer", "channel", "metadata") if name in changes
        }
        ticket = Ticket(ticket_id or f"t{self.sent:04d}", description, **ticket_fields)
        chosen = {
            "lane": Lane.STANDARD,
            "provisional_score": 0.2,
            "accepted_at_ms": self.clock.now_ms() - 50,
            **changes,
        }
        return WorkItem(ticket, **chosen)

    def accept(self, *items: WorkItem) -> None:
        """Claim and confirm."""
        self.claims.confirm(self.claims.claim(items, key_id="k", token="owner"))

    def outcome(self, item: WorkItem, urgency: float = 0.9, **changes: Any) -> Outcome:
        """Make an outcome of the item: scored 40 ms after its acceptance."""
        started_at_ms = item.accepted_at_ms + 25
        chosen = {
            "score": score(
                urgency, **{k: changes.pop(k) for k in ("category", "sentiment", "needs_review") if k in changes}
            ),
            "started_at_ms": started_at_ms,
            "scored_at_ms": started_at_ms + 15,
            "scoring_ms": 12.75,
            "cold_start": False,
            "alerts": (),
            **changes,
        }
        return Outcome(item, **chosen)

    def alert(self, item: WorkItem, destination: str = "oncall", **changes: Any) -> Alert:
        """Make an alert of the item, scored now."""
        now_ms = self.clock.now_ms()
        category = changes.pop("category", "Technical")
        chosen = {"epoch": 1, "replay": "", "accepted_at_ms": item.accepted_at_ms, "scored_at_ms": now_ms, **changes}
        return Alert(
            item.ticket.ticket_id, destination, category, 0.9, "Printer", "on fire", "Ünal & söhne",
            ("words: fire", "model"), **chosen,
        )  # fmt: skip


def score(
    urgency: float = 0.9, category: str = "Technical", sentiment: str = "negative", needs_review: bool = True
) -> Score:
    """Make a score with something in every field."""
    return Score(
        category=category,
        category_confidence=0.875,
        needs_review=needs_review,
        urgency_score=urgency,
        sentiment=sentiment,
        sentiment_score=-0.5,
        contributions=(Contribution("base", 0.125), Contribution("words: feu, 火", 0.75)),
        model_version="1.0.0",
        degraded=False,
        embedding=bytes(range(256)),
    )


@pytest.fixture(params=["memory", "redis"])
def world(request: pytest.FixtureRequest) -> StoreWorld:
    return request.getfixturevalue(f"{request.param}_world")()


@pytest.fixture(params=["memory", "redis"])
def forgetful_world(request: pytest.FixtureRequest) -> StoreWorld:
    """A store that keeps no more than five changes."""
    return request.getfixturevalue(f"{request.param}_world")(changes_kept=5)


@pytest.fixture
def memory_world() -> Callable[..., StoreWorld]:
    def build(changes_kept: int = 100_000) -> StoreWorld:
        clock = MemoryClock()
        state = MemoryState(clock, deadline_s=DEADLINE_S, changes_kept=changes_kept)
        return StoreWorld(
            claims=MemoryClaims(state),
            store=MemoryTicketStore(state),
            deliveries=MemoryDeliveries(state),
            health=MemoryDestinationHealth(state),
            views=MemoryViews(state),
            letters=MemoryDeadLetters(state),
            budgets=MemoryBudgets(state),
            feedback=MemoryFeedbackList(state),
            audit=MemoryAuditList(state),
            audit_keeping=lambda kept: MemoryAuditList(state, kept=kept),
            clock=clock,
            claims_with=lambda **limits: MemoryClaims(state, **limits),
            incidents=MemoryIncidents(state),
            log=MemoryVectorLog(state),
            incidents_with=lambda **limits: MemoryIncidents(state, **limits),
            wait_ms=lambda ms: clock.advance(ms=ms),
        )

    return build


@pytest.fixture(scope="session")
def redis_urls() -> Iterator[tuple[str, str]]:
    """A real Redis, for the adapter and for an administrator.

    As strict as the managed cache: a cluster, and a user who has the rights of `infra/cache.yaml`. Or the Redis of
    TEST_REDIS_URL, whose database is wiped.
    """
    if url := os.environ.get("TEST_REDIS_URL"):
        yield url, url
        return
    access = transformed.read("infra/cache.yaml")["Resources"]["User"]["Properties"]["AccessString"]
    with redis_server(cluster=True) as server:
        yield server.url_of("ticketrouter", access), server.url


@pytest.fixture
def redis_admin(redis_urls: tuple[str, str]) -> Iterator[RedisClient]:
    """A way to an empty Redis, for what the adapter may not do."""
    client = RedisClient(redis_urls[1], SystemClock())
    client.run([("FLUSHDB",)])
    yield client
    client.close()


@pytest.fixture
def redis_client(redis_urls: tuple[str, str], redis_admin: RedisClient) -> Iterator[RedisClient]:
    """The adapter's way to an empty Redis."""
    client = RedisClient(redis_urls[0], SystemClock())
    yield client
    client.close()


@pytest.fixture
def redis_world(redis_client: RedisClient) -> Callable[..., StoreWorld]:
    def build(changes_kept: int = 100_000) -> StoreWorld:
        kept = {"changes_kept": changes_kept}
        return StoreWorld(
            claims=RedisClaims(redis_client, deadline_s=DEADLINE_S, **kept),
            store=RedisTicketStore(redis_client, deadline_s=DEADLINE_S, **kept),
            deliveries=RedisDeliveries(redis_client, **kept),
            health=RedisDestinationHealth(redis_client),
            views=RedisViews(redis_client),
            letters=RedisDeadLetters(redis_client),
            budgets=RedisBudgets(redis_client),
            feedback=RedisFeedbackList(redis_client),
            audit=RedisAuditList(redis_client),
            audit_keeping=lambda kept: RedisAuditList(redis_client, kept=kept),
            clock=SystemClock(),
            claims_with=lambda **limits: RedisClaims(redis_client, deadline_s=DEADLINE_S, **limits),
            incidents=RedisIncidents(redis_client),
            log=RedisVectorLog(redis_client, SystemClock()),
            incidents_with=lambda **limits: RedisIncidents(redis_client, **limits),
            wait_ms=lambda ms: time.sleep(ms / 1000),
        )

    return build


@pytest.fixture
def emulator_client(sqs_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The adapters' own client, to the emulator of SQS."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", sqs_url)
    client = sqs_client()
    yield client
    client.close()


@pytest.fixture
def double_client() -> SqsDouble:
    """Our double of SQS, without its bad days."""
    return SqsDouble(SystemClock(), Random(1))


@pytest.fixture(params=["emulator", "double"])
def client(request: pytest.FixtureRequest) -> Any:
    """A client of SQS."""
    return request.getfixturevalue(f"{request.param}_client")
