"""All seven functions around the twins in memory, and the real model: the stage for the cases of events/."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from functions.authorizer.handler import make_handler as make_authorizer
from functions.dispatcher.handler import make_handler as make_dispatcher
from functions.ingest.handler import make_handler as make_ingest
from functions.query.handler import make_handler as make_query
from functions.reconciler.handler import make_handler as make_reconciler
from functions.score.handler import make_handler as make_score
from functions.worker.handler import make_handler as make_worker
from local.expectations import Event
from local.stage import API_KEYS, begin
from tests.incident_twins import closing, grouping
from tests.lambda_context import FakeLambdaContext
from ticketrouter.adapters.memory import (
    MemoryAlertQueue,
    MemoryApiKeys,
    MemoryAuditList,
    MemoryBudgets,
    MemoryClaims,
    MemoryClock,
    MemoryDeadLetters,
    MemoryDeliveries,
    MemoryDestinationHealth,
    MemoryDestinations,
    MemoryDestinationSecrets,
    MemoryFeedbackList,
    MemoryIncidents,
    MemoryRandomness,
    MemoryState,
    MemoryTicketStore,
    MemoryViews,
    MemoryVisibility,
    MemoryWebhookSender,
    MemoryWorkQueue,
)
from ticketrouter.adapters.onnx_scorer import OnnxScorer, read_evaluation
from ticketrouter.domain.access import ApiKey, Scope
from ticketrouter.domain.alert import KINDS, Destination, DestinationSecret
from ticketrouter.domain.ticket import TicketIds
from ticketrouter.ports import Scorer
from ticketrouter.telemetry import Handler
from ticketrouter.usecases.audit import AuditTrail
from ticketrouter.usecases.digests import Digests
from ticketrouter.usecases.dispatcher import Dispatcher
from ticketrouter.usecases.feedback import FeedbackBook
from ticketrouter.usecases.incident_desk import IncidentDesk
from ticketrouter.usecases.ingest import Ingest
from ticketrouter.usecases.live import Live
from ticketrouter.usecases.operate import Operate
from ticketrouter.usecases.query import Query
from ticketrouter.usecases.reconciler import Reconciler
from ticketrouter.usecases.replay import Replay
from ticketrouter.usecases.score import ScoreText
from ticketrouter.usecases.scoring import GuardedScorer
from ticketrouter.usecases.worker import Worker

ROOT = Path(__file__).parents[1]
EVENTS = ROOT / "events"
HOUR_LATER_MS = 1_795_266_030_000  # 2026-11-21T13:00:30Z: what the events say was accepted at 12:00 is overdue
DEADLINE_S = 3_600
SIGNING_KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the example of the Standard Webhooks documents
# As the local stack's (local/destinations.py).
SINKS = {"sink": "generic", **{f"sink-{kind}": kind for kind in KINDS if kind != "generic"}}


@cache
def model() -> OnnxScorer:
    return OnnxScorer(ROOT / "models")


@cache
def manifest() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((ROOT / "models" / "manifest.json").read_text(encoding="utf-8"))
    return read


@cache
def evaluation() -> dict[str, Any] | None:
    return read_evaluation(ROOT / "models", manifest()["version"])


def api_keys() -> MemoryApiKeys:
    entries = json.loads(API_KEYS.read_text(encoding="utf-8"))["keys"]
    return MemoryApiKeys(
        ApiKey(
            each["id"],
            each["sha256"],
            frozenset(map(Scope, each["scopes"])),
            disabled=each.get("disabled", False),
            name=each["name"],
        )
        for each in entries
    )


class MemoryStage:
    """The functions; without a scorer of the test's own, the real model scores."""

    def __init__(self, scorer: Scorer | None = None) -> None:
        self.clock = MemoryClock(HOUR_LATER_MS)
        self.state = MemoryState(self.clock, deadline_s=DEADLINE_S)
        self.queue, self.alerts = MemoryWorkQueue(), MemoryAlertQueue()
        self.sender = MemoryWebhookSender()
        self.store = MemoryTicketStore(self.state)
        self.incidents = MemoryIncidents(self.state)
        self.health = MemoryDestinationHealth(self.state)
        self.deliveries, self.letters = MemoryDeliveries(self.state), MemoryDeadLetters(self.state)
        self.destinations = MemoryDestinations([Destination(name, kind) for name, kind in SINKS.items()])
        self.scorer, self.randomness = GuardedScorer(scorer or model(), self.clock), MemoryRandomness()
        urls = {name: f"https://hooks.example.com/{name}" for name in SINKS}
        self.secrets = MemoryDestinationSecrets(
            {name: DestinationSecret(url, (SIGNING_KEY,)) for name, url in urls.items()}
        )
        self.handlers: dict[str, Handler] = {
            "ingest": make_ingest(ingest=self._ingest()),
            "worker": make_worker(worker=self._worker()),
            "dispatcher": make_dispatcher(dispatcher=self._dispatcher()),
            "query": make_query(
                query=self._query(),
                live=self._live(),
                operate=self._operate(),
                replay=self._replay(),
                desk=IncidentDesk(incidents=self.incidents, deliveries=self.deliveries),
                book=self._book(),
                trail=self._trail(),
            ),
            "score": make_score(score_text=self._score_text(), manifest=manifest(), evaluation=evaluation()),
            "reconciler": make_reconciler(
                reconciler=self._reconciler(),
                digests=self._digests(),
                closing=closing(self.state, self.alerts, self.incidents),
            ),
            "authorizer": make_authorizer(api_keys=api_keys()),
        }

    def invoke(self, word: str, event: Event) -> Any:
        answer = self.handlers[word](copy.deepcopy(event), FakeLambdaContext(word, remaining_ms=60_000))
        return json.loads(json.dumps(answer))  # what is not JSON could not leave a function

    def begin(self, event: Event) -> None:
        begin(self.store, event)

    def _ingest(self) -> Ingest:
        claims, ids = MemoryClaims(self.state), TicketIds(b"secret")
        return Ingest(claims=claims, queue=self.queue, ids=ids, clock=self.clock, randomness=self.randomness)

    def _worker(self) -> Worker:
        return Worker(
            store=self.store,
            scorer=self.scorer,
            alerts=self.alerts,
            destinations=self.destinations,
            grouping=grouping(self.state, self.incidents),
            dead_letters=self.letters,
            visibility=MemoryVisibility(),
            clock=self.clock,
        )

    def _dispatcher(self) -> Dispatcher:
        return Dispatcher(
            deliveries=self.deliveries,
            budgets=MemoryBudgets(self.state),
            destinations=self.destinations,
            secrets=self.secrets,
            health=self.health,
            sender=self.sender,
            alerts=self.alerts,
            dead_letters=self.letters,
            visibility=MemoryVisibility(),
            clock=self.clock,
            randomness=self.randomness,
        )

    def _query(self) -> Query:
        return Query(
            store=self.store,
            views=MemoryViews(self.state),
            deliveries=self.deliveries,
            dead_letters=self.letters,
            queue=self.queue,
            destinations=self.destinations,
            health=self.health,
            budgets=MemoryBudgets(self.state),
        )

    def _live(self) -> Live:
        return Live(
            query=self._query(),
            views=MemoryViews(self.state),
            deliveries=self.deliveries,
            incidents=self.incidents,
        )

    def _operate(self) -> Operate:
        return Operate(
            store=self.store,
            views=MemoryViews(self.state),
            dead_letters=self.letters,
            queue=self.queue,
            incidents=self.incidents,
            clock=self.clock,
            deadline_s=DEADLINE_S,
        )

    def _replay(self) -> Replay:
        return Replay(
            deliveries=self.deliveries,
            destinations=self.destinations,
            alerts=self.alerts,
            clock=self.clock,
            randomness=self.randomness,
        )

    def _book(self) -> FeedbackBook:
        return FeedbackBook(
            store=self.store, rows=MemoryFeedbackList(self.state), clock=self.clock, randomness=self.randomness
        )

    def _trail(self) -> AuditTrail:
        return AuditTrail(audit=MemoryAuditList(self.state), clock=self.clock, randomness=self.randomness)

    def _score_text(self) -> ScoreText:
        return ScoreText(scorer=self.scorer, store=self.store, clock=self.clock)

    def _digests(self) -> Digests:
        return Digests(budgets=MemoryBudgets(self.state), deliveries=self.deliveries, alerts=self.alerts)

    def _reconciler(self) -> Reconciler:
        return Reconciler(
            store=self.store,
            queue=self.queue,
            alerts=self.alerts,
            deliveries=self.deliveries,
            destinations=self.destinations,
            dead_letters=self.letters,
            clock=self.clock,
            deadline_s=DEADLINE_S,
        )
