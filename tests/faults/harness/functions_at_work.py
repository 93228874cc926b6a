"""The functions behind ingest, on one Redis: what they acknowledge, what they answer, and how long they take."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from functions.dispatcher.handler import make_handler as dispatcher_handler
from functions.query.handler import make_handler as query_handler
from functions.reconciler.handler import make_handler as reconciler_handler
from functions.score.handler import make_handler as score_handler
from functions.worker.handler import make_handler as worker_handler
from tests.query_events import load
from tests.template import transformed
from ticketrouter import settings
from ticketrouter.adapters.memory import (
    MemoryAlertQueue,
    MemoryDestinations,
    MemoryDestinationSecrets,
    MemoryNeighbours,
    MemoryScorer,
    MemoryVisibility,
    MemoryWebhookSender,
    MemoryWorkQueue,
)
from ticketrouter.adapters.redis_store import (
    RedisBudgets,
    RedisClient,
    RedisDeadLetters,
    RedisDeliveries,
    RedisDestinationHealth,
    RedisIncidents,
    RedisTicketStore,
    RedisVectorLog,
)
from ticketrouter.adapters.system import SystemClock, SystemRandomness
from ticketrouter.domain.alert import Destination, DestinationSecret
from ticketrouter.domain.message import alert_to_json
from ticketrouter.domain.record import TicketRecord
from ticketrouter.ports import Clock
from ticketrouter.telemetry import Handler
from ticketrouter.usecases.digests import Digests
from ticketrouter.usecases.dispatcher import Dispatcher
from ticketrouter.usecases.incidents import Closing, Grouping
from ticketrouter.usecases.reconciler import Reconciler
from ticketrouter.usecases.score import ScoreText
from ticketrouter.usecases.scoring import GuardedScorer
from ticketrouter.usecases.worker import Worker

ARN = "arn:aws:sqs:eu-central-1:123456789012:router-standard"
ONCALL = "oncall"
READS = ("get_ticket", "list_tickets", "get_changes", "get_stats", "list_incidents", "list_deliveries",
         "list_dead_letters", "list_audit", "get_health")  # fmt: skip


def timeouts_s() -> dict[str, float]:
    """Return the timeout of each function, as the template has it."""
    parameters = transformed.read("template.yaml")["Parameters"]
    words = ("Ingest", "Worker", "Dispatcher", "Query", "Score", "Reconciler")
    return {word.lower(): float(parameters[f"{word}Timeout"]["Default"]) for word in words}


@dataclass
class _Context:
    """A Lambda context whose time runs."""

    function_name: str
    timeout_s: float
    memory_limit_in_mb: int = 512
    aws_request_id: str = "8f6f5a1e-0000-4000-8000-000000000000"
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:f"
    began_s: float = field(default_factory=time.monotonic)

    def get_remaining_time_in_millis(self) -> int:
        return int(1_000 * (self.timeout_s - (time.monotonic() - self.began_s)))


@dataclass
class Lane:
    """A queue without time: what a handler does not acknowledge is there for the next call.

    Attributes:
        bodies: What waits, by message id.
        receives: How often each was handed out.
    """

    bodies: dict[str, str] = field(default_factory=dict)
    receives: Counter[str] = field(default_factory=Counter)
    _sent: int = 0

    def put(self, bodies: Sequence[str]) -> None:
        for body in bodies:
            self._sent += 1
            self.bodies[f"m{self._sent}"] = body

    def offer(self, call: Callable[[dict[str, Any]], dict[str, Any]], size: int) -> int:
        """Hand out the messages that were handed out least; return how many were acknowledged."""
        ids = sorted(self.bodies, key=lambda name: self.receives[name])[:size]
        self.receives.update(ids)
        records = [
            {
                "messageId": name,
                "receiptHandle": name,
                "body": self.bodies[name],
                "attributes": {"ApproximateReceiveCount": str(self.receives[name])},
                "eventSourceARN": ARN,
            }
            for name in ids
        ]
        kept = {failure["itemIdentifier"] for failure in call({"Records": records})["batchItemFailures"]}
        for name in set(ids) - kept:
            del self.bodies[name]
        return len(ids) - len(kept)


class Functions:
    """Worker, dispatcher, query, reconciler and score, each with its own way to Redis.

    Args:
        url: Returns the URL of Redis as it is now.
        clock: Time, for the breakers.

    Attributes:
        longest_s: Of each function's invocations.
        answers: Of query and score: status by route.
        unrecorded: Messages whose alert was posted while the message stayed on the queue, which comes to a double.
    """

    def __init__(self, url: Callable[[], str], clock: Clock) -> None:
        self._url, self._breaker_clock, self._clock = url, clock, SystemClock()
        self._timeouts_s = timeouts_s()
        self._clients: list[RedisClient] = []
        self.longest_s: dict[str, float] = {}
        self.answers: Counter[tuple[str, int]] = Counter()
        self.unready: list[str] = []
        self.unrecorded = 0
        self.tickets, self.alerts, self.dead = Lane(), Lane(), Lane()
        self.resent = MemoryWorkQueue()
        self.resent.raw.append(("standard", "one that waits"))  # so nobody takes the lanes for empty
        self.sender = MemoryWebhookSender()
        self._alert_queue = MemoryAlertQueue()
        self._destinations = MemoryDestinations([Destination(ONCALL, hourly_budget=None)])
        self._scorer = GuardedScorer(MemoryScorer({"checkout is down": 0.95}), self._clock)
        self._worker = worker_handler(worker=self._make_worker())
        self._dispatcher = dispatcher_handler(dispatcher=self._make_dispatcher())
        self._reconciler = self._make_reconciler()
        self._query = self._make_query()
        score_text = ScoreText(scorer=self._scorer, store=RedisTicketStore(self._redis()), clock=self._clock)
        self._score = score_handler(score_text=score_text, manifest={})
        self.store = RedisTicketStore(self._redis())

    def _redis(self) -> RedisClient:
        self._clients.append(RedisClient(self._url(), self._breaker_clock, renew=self._url))
        return self._clients[-1]

    def close(self) -> None:
        for client in self._clients:
            client.close()

    # --- what is asked of them ---------------------------------------------------------------------------------------

    def work(self, size: int = 10) -> int:
        """Let the worker have a batch, and the dispatcher what comes of it; return how many tickets were done."""
        done = self.tickets.offer(lambda event: self._invoke("worker", self._worker, event), size)
        self.alerts.put([alert_to_json(alert) for alert in self._alert_queue.sent])
        self._alert_queue.sent.clear()
        return done

    def dispatch(self) -> int:
        """Let the dispatcher have a message; return whether it was done."""
        before = len(self.sender.sent)
        done = self.alerts.offer(lambda event: self._invoke("dispatcher", self._dispatcher, event), 1)
        self.unrecorded += not done and len(self.sender.sent) > before
        return done

    def read(self, ticket_id: str, cases: Sequence[str] = READS) -> None:
        """Ask query what a page asks, and score for a ticket."""
        for case in cases:
            event = load(case)
            if event.get("pathParameters"):
                event["pathParameters"] = {"ticket_id": ticket_id}
            self._answered(case, self._invoke("query", self._query, event))
        body = json.dumps({"ticket_id": ticket_id})
        event = load("get_ticket") | {"routeKey": "POST /score", "body": body}
        event["headers"] = {**event["headers"], "content-type": "application/json"}
        self._answered("score", self._invoke("score", self._score, event))

    def reconcile(self) -> dict[str, Any]:
        """Let the reconciler look at what is overdue, then at what is dead."""
        swept = self._invoke("reconciler", self._reconciler, load_schedule())
        if self.dead.bodies:
            self.dead.offer(lambda event: self._invoke("reconciler", self._reconciler, event), 10)
        return swept

    def records(self, ticket_ids: Sequence[str]) -> list[TicketRecord | None]:
        return self.store.get_many(ticket_ids)

    def _answered(self, case: str, response: dict[str, Any]) -> None:
        status = response["statusCode"]
        self.answers[case, status] += 1
        if case == "get_health":
            self.unready.append(json.loads(response["body"])["store"])
        if status == 503:
            assert "retry-after" in response["headers"], f"{case}: 503 without Retry-After"

    def _invoke(self, function: str, handler: Handler, event: dict[str, Any]) -> dict[str, Any]:
        context = _Context(function, self._timeouts_s[function])
        try:
            return handler(event, context)
        finally:
            took_s = time.monotonic() - context.began_s
            self.longest_s[function] = max(took_s, self.longest_s.get(function, 0.0))

    # --- what they are made of ---------------------------------------------------------------------------------------

    def _make_worker(self) -> Worker:
        redis, other = self._redis(), self._redis()
        return Worker(
            store=RedisTicketStore(redis),
            scorer=self._scorer,
            alerts=self._alert_queue,
            destinations=self._destinations,
            grouping=Grouping(
                log=RedisVectorLog(other, self._clock),
                neighbours=MemoryNeighbours(2.0),  # nothing is alike: each urgent ticket is told singly
                incidents=RedisIncidents(other),
                randomness=SystemRandomness(),
                close_similarity=2.0,
            ),
            dead_letters=RedisDeadLetters(redis),
            visibility=MemoryVisibility(),
            clock=self._clock,
        )

    def _make_dispatcher(self) -> Dispatcher:
        redis = self._redis()
        return Dispatcher(
            deliveries=RedisDeliveries(redis),
            budgets=RedisBudgets(redis),
            destinations=self._destinations,
            secrets=MemoryDestinationSecrets({ONCALL: DestinationSecret("https://hooks.example.com/a")}),
            health=RedisDestinationHealth(redis),
            sender=self.sender,
            alerts=self._alert_queue,
            dead_letters=RedisDeadLetters(redis),
            visibility=MemoryVisibility(),
            clock=self._clock,
            randomness=SystemRandomness(),
        )

    def _make_reconciler(self) -> Handler:
        redis = self._redis()
        store, deliveries = RedisTicketStore(redis), RedisDeliveries(redis)
        return reconciler_handler(
            reconciler=Reconciler(
                store=store,
                deliveries=deliveries,
                dead_letters=RedisDeadLetters(redis),
                queue=self.resent,
                alerts=self._alert_queue,
                clock=self._clock,
                destinations=self._destinations,
                deadline_s=3_600,
            ),
            digests=Digests(budgets=RedisBudgets(redis), deliveries=deliveries, alerts=self._alert_queue),
            closing=Closing(
                incidents=RedisIncidents(redis),
                log=RedisVectorLog(redis, self._clock),
                store=store,
                alerts=self._alert_queue,
                clock=self._clock,
                quiet_s=900,
            ),
        )

    def _make_query(self) -> Handler:
        from ticketrouter.bootstrap.reading import reads_and_actions  # makes a client of SQS, which nobody asks here

        config = settings.QuerySettings("", "express", "standard", "alerts", "")
        parts = reads_and_actions(config, redis=self._redis(), destinations=self._destinations)
        parts["query"]._queue = self.resent
        return query_handler(**parts)


def load_schedule() -> dict[str, Any]:
    """Return the event of the schedule."""
    return {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}
