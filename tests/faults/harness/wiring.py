"""The functions of the router as `bootstrap` builds them, with a point to die at around each call of a port.

Two things differ: the time is `MovedTime`, and the scorer is the word list (it takes microseconds, and says by itself
which tickets are urgent). It fails on a text with POISON in it, and texts with ALIKE in them are the same to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from functions.dispatcher.handler import make_handler as dispatcher_handler
from functions.ingest.handler import make_handler as ingest_handler
from functions.reconciler.handler import make_handler as reconciler_handler
from functions.worker.handler import make_handler as worker_handler
from tests.faults.harness.child import Handler, Line, Mortality, Port, Seen, SenderByLine, SqsByLine
from tests.faults.harness.queues import RouterQueues
from ticketrouter.adapters.memory import MemoryDestinations, MemoryDestinationSecrets
from ticketrouter.adapters.redis_store import (
    RedisBudgets,
    RedisClaims,
    RedisClient,
    RedisDeadLetters,
    RedisDeliveries,
    RedisDestinationHealth,
    RedisIncidents,
    RedisTicketStore,
    RedisVectorLog,
)
from ticketrouter.adapters.similarity import MatrixNeighbours
from ticketrouter.adapters.sqs_queue import SqsAlertQueue, SqsVisibility, SqsWorkQueue
from ticketrouter.adapters.system import SystemRandomness
from ticketrouter.domain.alert import Alert, Destination, DestinationSecret
from ticketrouter.domain.errors import InferenceError
from ticketrouter.domain.record import TicketRecord
from ticketrouter.domain.score import Score
from ticketrouter.domain.ticket import TicketIds
from ticketrouter.ports import Clock
from ticketrouter.usecases.digests import Digests
from ticketrouter.usecases.dispatcher import Dispatcher
from ticketrouter.usecases.incidents import Closing, Grouping
from ticketrouter.usecases.ingest import Ingest
from ticketrouter.usecases.reconciler import Reconciler
from ticketrouter.usecases.scoring import GuardedScorer, WordScorer
from ticketrouter.usecases.worker import Worker

POISON, ALIKE = "poison-for-the-model", "like-the-one-before"
INCIDENT_LIMIT = 2  # urgent tickets that are alike; template.yaml says 10, and few are enough to be an incident here
_VECTOR = bytes([127, *[0] * 15])  # a unit vector, as int8
DEADLINE_S = 3_600  # DEADLINE_S of template.yaml
# Of template.yaml: Timeout of each function.
TIMEOUTS_MS = {"ingest": 10_000, "worker": 60_000, "dispatcher": 30_000, "reconciler": 60_000}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the functions run.

    Attributes:
        urls: Address of each destination, by id.
    """

    redis_url: str
    queues: RouterQueues
    clock: Clock
    destinations: Sequence[Destination]
    urls: dict[str, str]


class PoisonableScorer(WordScorer):
    """The word list, which fails on what is marked as poison and has a vector for what is marked as alike."""

    def score(self, texts: Sequence[str]) -> list[Score]:
        if any(POISON in text for text in texts):
            raise InferenceError("poison")
        scores = super().score(texts)
        return [
            replace(score, embedding=_VECTOR) if ALIKE in text else score
            for text, score in zip(texts, scores, strict=True)
        ]


def outcome_of(record: TicketRecord) -> dict[str, Any]:
    """Return the facts of a final record, as the journal has them."""
    unchanging = (record.state.value, record.scored_at_ms, record.score, record.failure, record.alerts)
    return {
        "ticket_id": record.item.ticket.ticket_id,
        "epoch": record.epoch,
        "state": record.state.value,
        "outcome": hashlib.sha256(repr(unchanging).encode()).hexdigest()[:16],
        "attempts": record.attempts,
        "reason": record.failure,
    }


def handler_of(function: str, place: Place, line: Line, mortality: Mortality) -> Handler:
    """Build a function's handler."""

    def committed(args: tuple[Any, ...], records: list[TicketRecord | None]) -> None:
        line.tell("finals", [outcome_of(record) for record in records if record is not None])

    def recorded(args: tuple[Any, ...], written: bool) -> None:
        alert: Alert = args[0]
        if written:
            line.tell("recorded", alert.webhook_id)

    seen: dict[str, Seen] = {"store.commit": committed, "deliveries.record": recorded}

    def port(name: str, real: Any) -> Any:
        return Port(name, real, mortality, seen)

    return _BUILDERS[function](place, line, port)


_Ports = Callable[[str, Any], Any]


def _ingest(place: Place, line: Line, port: _Ports) -> Handler:
    redis = RedisClient(place.redis_url, place.clock)
    claims = RedisClaims(redis, rate_limit_per_minute=60_000_000, deadline_s=DEADLINE_S)
    ingest = Ingest(
        claims=port("claims", claims),
        queue=port("queue", _lanes(place, line)),
        ids=TicketIds(b"secret"),
        clock=place.clock,
        randomness=SystemRandomness(),
    )
    return ingest_handler(ingest=ingest)


def _worker(place: Place, line: Line, port: _Ports) -> Handler:
    redis, sqs = RedisClient(place.redis_url, place.clock), _client(line)
    grouping = Grouping(
        log=port("log", RedisVectorLog(redis, place.clock)),
        neighbours=MatrixNeighbours(similarity=0.5, window_s=300),
        incidents=port("incidents", RedisIncidents(redis, limit=INCIDENT_LIMIT)),
        randomness=SystemRandomness(),
        close_similarity=0.9,
    )
    worker = Worker(
        store=port("store", RedisTicketStore(redis, deadline_s=DEADLINE_S)),
        scorer=GuardedScorer(port("scorer", PoisonableScorer()), place.clock),
        alerts=port("alerts", SqsAlertQueue(sqs, place.queues.alerts)),
        destinations=port("destinations", MemoryDestinations(place.destinations)),
        grouping=grouping,
        dead_letters=port("dead_letters", RedisDeadLetters(redis)),
        visibility=port("visibility", SqsVisibility(sqs, [place.queues.express, place.queues.standard])),
        clock=place.clock,
    )
    return worker_handler(worker=worker)


def _dispatcher(place: Place, line: Line, port: _Ports) -> Handler:
    redis, sqs = RedisClient(place.redis_url, place.clock), _client(line)
    secrets = {name: DestinationSecret(url) for name, url in place.urls.items()}
    dispatcher = Dispatcher(
        deliveries=port("deliveries", RedisDeliveries(redis)),
        budgets=port("budgets", RedisBudgets(redis)),
        destinations=port("destinations", MemoryDestinations(place.destinations)),
        secrets=port("secrets", MemoryDestinationSecrets(secrets)),
        health=port("health", RedisDestinationHealth(redis)),
        sender=port("sender", SenderByLine(line)),
        alerts=port("alerts", SqsAlertQueue(sqs, place.queues.alerts)),
        dead_letters=port("dead_letters", RedisDeadLetters(redis)),
        visibility=port("visibility", SqsVisibility(sqs, [place.queues.alerts])),
        clock=place.clock,
        randomness=SystemRandomness(),
    )
    return dispatcher_handler(dispatcher=dispatcher)


def _reconciler(place: Place, line: Line, port: _Ports) -> Handler:
    redis = RedisClient(place.redis_url, place.clock)
    store = port("store", RedisTicketStore(redis, deadline_s=DEADLINE_S))
    deliveries = port("deliveries", RedisDeliveries(redis))
    alerts = port("alerts", SqsAlertQueue(_client(line), place.queues.alerts))
    reconciler = Reconciler(
        store=store,
        queue=port("queue", _lanes(place, line)),
        alerts=alerts,
        deliveries=deliveries,
        destinations=port("destinations", MemoryDestinations(place.destinations)),
        dead_letters=port("dead_letters", RedisDeadLetters(redis)),
        clock=place.clock,
        deadline_s=DEADLINE_S,
    )
    closing = Closing(
        incidents=port("incidents", RedisIncidents(redis)),
        log=port("log", RedisVectorLog(redis, place.clock)),
        store=store,
        alerts=alerts,
        clock=place.clock,
        quiet_s=900,
    )
    digests = Digests(budgets=port("budgets", RedisBudgets(redis)), deliveries=deliveries, alerts=alerts)
    return reconciler_handler(reconciler=reconciler, digests=digests, closing=closing)


_BUILDERS = {"ingest": _ingest, "worker": _worker, "dispatcher": _dispatcher, "reconciler": _reconciler}
FUNCTIONS = tuple(_BUILDERS)


def _client(line: Line) -> Any:
    return SqsByLine(line)


def _lanes(place: Place, line: Line) -> SqsWorkQueue:
    return SqsWorkQueue(_client(line), express_url=place.queues.express, standard_url=place.queues.standard)
