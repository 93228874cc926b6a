"""A day of the router in one process: every handler among the twins, through every kind of trouble.

What it wrote, line by line, is what docs/logs.md, the metrics table and CloudWatch's queries are held against.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from functions.authorizer import handler as authorizer
from functions.dispatcher import handler as dispatcher
from functions.ingest import handler as ingest
from functions.query import handler as query
from functions.reconciler import handler as reconciler
from functions.score import handler as score
from functions.worker import handler as worker
from tests.incident_twins import closing, unite
from tests.lambda_context import FakeLambdaContext
from tests.query_world import QueryWorld
from tests.telemetry_lines import Line, call, event, records, written
from tests.unit import dispatcher_world, reconciler_world, worker_world
from ticketrouter import bootstrap
from ticketrouter.adapters.memory import (
    MemoryAlertQueue,
    MemoryApiKeys,
    MemoryBudgets,
    MemoryClaims,
    MemoryClock,
    MemoryRandomness,
    MemoryScorer,
    MemoryState,
    MemoryWorkQueue,
)
from ticketrouter.domain.alert import Destination, DestinationSecret, IncidentFacts, IncidentPhase
from ticketrouter.domain.errors import (
    CacheUnavailableError,
    MissingSettingError,
    ModelMismatchError,
    WebhookRejectedError,
    WebhookUnavailableError,
)
from ticketrouter.domain.message import Received
from ticketrouter.domain.ticket import TicketIds
from ticketrouter.usecases.budget import DIGEST_TRIP_S
from ticketrouter.usecases.digests import Digests
from ticketrouter.usecases.ingest import Ingest
from ticketrouter.usecases.score import ScoreText
from ticketrouter.usecases.scoring import GuardedScorer


def day_of_ingest() -> None:
    """Accept, refuse, and go on without Redis or without SQS."""
    state, queue, clock = MemoryState(MemoryClock()), MemoryWorkQueue(), MemoryClock()
    handler = ingest.make_handler(
        ingest=Ingest(
            claims=MemoryClaims(state, rate_limit_per_minute=100_000),
            queue=queue,
            ids=TicketIds(b"secret"),
            clock=clock,
            randomness=MemoryRandomness(),
        )
    )
    for case in ("valid", "valid", "minimal", "batch_json", "invalid", "wrong_type"):
        call(handler, event("ingest", case), "ingest")
    state.available = False
    call(handler, event("ingest", "second_seed"), "ingest")
    state.available, queue.down = True, True
    call(handler, event("ingest", "first_seed"), "ingest")
    call(handler, event("ingest", "minimal", requestContext={}), "ingest")  # not from our authorizer


def day_of_worker() -> None:
    """Score, meet poison and duplicates, lose the model, lose the store."""
    world = worker_world.World()
    handler = worker.make_handler(worker=world.worker)
    urgent, poison = world.message("w-1", "fire"), world.message("w-2", "poison")
    traced = json.loads(urgent.body) | {"trace": "1-6740f6a0-0123456789abcdef01234567"}
    call(handler, records(replace(urgent, body=json.dumps(traced)), poison, world.message("w-3", "thanks")), "worker")
    call(handler, records(urgent), "worker")
    for receive_count in (2, 3, 4):
        call(handler, records(replace(poison, receive_count=receive_count)), "worker")
    call(handler, records(replace(urgent, body="<xml/>"), world.message("w-1", "other words", suffix="b")), "worker")
    world.scorer.scores["down"] = replace(world.scorer.score(["fire"])[0], embedding=bytes([127, 0]))
    for at in (0, 10):
        call(handler, records(*(world.message(f"i-{n}", "down") for n in range(at, at + 10))), "worker")
    with patch.object(world.incidents, "join", side_effect=CacheUnavailableError("away")):
        call(handler, records(world.message("i-20", "down")), "worker")
    world.scorer.down = True
    call(handler, records(world.message("w-4", "thanks"), world.message("w-5", "thanks")), "worker")
    world.state.available = False
    call(handler, records(world.message("w-6", "thanks")), "worker")


def day_of_dispatcher() -> None:
    """Deliver, fail, give up, wait, be overtaken, lose the lease, lose the store, run out of time."""
    world = dispatcher_world.World()
    handler = dispatcher.make_handler(dispatcher=world.dispatcher)
    first = dispatcher_world.message()
    for message in (first, first, dispatcher_world.message(body="<xml/>", message_id="m2")):
        call(handler, records(message), "dispatcher")
    world.sender.replies[dispatcher_world.URL] += [
        WebhookUnavailableError(status=503),
        WebhookRejectedError("no", status=404),
    ]
    failing = dispatcher_world.message(dispatcher_world.alert("t_2"), "m3")
    call(handler, records(failing), "dispatcher")
    call(handler, records(failing), "dispatcher")  # too early
    world.clock.advance(3_600)
    call(handler, records(failing), "dispatcher")
    world.destinations.destinations.append(Destination("chain", fallback="oncall"))
    world.secrets.secrets["chain"] = DestinationSecret("https://hooks.example.com/chain")
    world.sender.replies["https://hooks.example.com/chain"] += [WebhookRejectedError("no", status=404)] * 2
    unheard = dispatcher_world.message(dispatcher_world.alert("t_5", "chain"), "m6")
    world.alerts.down = True
    call(handler, records(unheard), "dispatcher")
    world.alerts.down = False
    world.clock.advance(60)
    call(handler, records(unheard), "dispatcher")
    world.health.failed("guild", slow=True, wish_s=0)
    call(handler, records(dispatcher_world.message(dispatcher_world.alert("t_6", "guild"), "m7")), "dispatcher")
    for update in (2, 1):  # the first one of an incident comes behind the second
        facts = IncidentFacts("inc_1", update, 12, 12, 1, "Technical", (), IncidentPhase.OPENED)
        about = dispatcher_world.alert("t_7", incident=facts)
        call(handler, records(dispatcher_world.message(about, f"m8-{update}")), "dispatcher")
    world.sender.during = lambda: world.clock.advance(60)  # longer than the lease, and somebody else takes over
    slow = dispatcher_world.alert("t_3")
    world.sender.after = lambda: world.deliveries.claim(slow, token="other", lease_ms=60_000) and None
    call(handler, records(dispatcher_world.message(slow, "m4")), "dispatcher")
    world.sender.during = world.sender.after = lambda: None
    world.destinations.destinations[:] = [Destination("oncall", hourly_budget=0)]
    held = dispatcher_world.message(dispatcher_world.alert("t_5"), "m6")
    call(handler, records(held), "dispatcher")
    Digests(budgets=world.budgets, deliveries=world.deliveries, alerts=MemoryAlertQueue()).send_due()
    world.clock.advance(DIGEST_TRIP_S)
    call(handler, records(held), "dispatcher")
    short = FakeLambdaContext("dispatcher", remaining_ms=0)
    handler(records(first, dispatcher_world.message(dispatcher_world.alert("t_4"), "m5")), _Draining(short))
    world.state.available = False
    call(handler, records(first), "dispatcher")


class _Draining:
    """A context whose time is used up after the first question."""

    def __init__(self, context: FakeLambdaContext) -> None:
        self._context = context
        self._answers = iter([30_000])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def get_remaining_time_in_millis(self) -> int:
        return next(self._answers, 0)


def day_of_query() -> None:
    """Read, operate, refuse, fail."""
    world = QueryWorld()
    handler = query.make_handler(**world.parts)
    world.deliver(world.score(world.accept("INC-2041", customer="acme-gmbh")), 503, 200)
    world.fail("INC-2042")
    world.fail("INC-2043")
    for case in (
        "get_ticket",
        "post_feedback",
        "replay_delivery",
        "redrive",
        "list_tickets_wrong",
        "unknown_path",
        "wrong_method",
    ):
        call(handler, event("query", case), "query")
    call(handler, event("query", "redrive_all_dry_run", body='{"all": true}'), "query")
    for case in ("replay_deliveries", "test_destination"):
        call(handler, event("query", case), "query")
    with patch.object(world.audit_list, "end", side_effect=CacheUnavailableError("away")):
        call(handler, event("query", "redrive"), "query")
    acknowledged = {"incident_id": unite(world.incidents, world.clock.now_ms())}
    call(handler, event("query", "ack_incident", pathParameters=acknowledged), "query")
    call(handler, event("query", "delete_ticket"), "query")
    call(handler, event("query", "delete_customer"), "query")
    call(handler, event("query", "get_ticket", pathParameters=None), "query")
    with patch.object(world.destinations, "all", side_effect=MissingSettingError("is not JSON")):
        call(handler, event("query", "list_destinations"), "query")


def day_of_score() -> None:
    """Score a text with the models and without, refuse, fail."""
    world, scorer = QueryWorld(), MemoryScorer()
    text = ScoreText(scorer=GuardedScorer(scorer, world.clock), store=world.store, clock=world.clock)
    handler = score.make_handler(score_text=text, manifest={})
    for case in ("text", "ticket", "neither"):
        call(handler, event("score", case), "score")
    scorer.down = True
    call(handler, event("score", "text"), "score")
    with patch.object(world.store, "get", side_effect=ZeroDivisionError):
        call(handler, event("score", "ticket"), "score")


def day_of_reconciler() -> None:
    """Send again, give up, keep what nobody can read; without the queue and without the store."""
    world = reconciler_world.World()
    world.queue.depth = None
    budgets = MemoryBudgets(world.state)
    digests = Digests(budgets=budgets, deliveries=world.deliveries, alerts=world.alerts)
    handler = reconciler.make_handler(
        reconciler=world.reconciler, digests=digests, closing=closing(world.state, world.alerts, world.incidents)
    )
    schedule = event("reconciler", "schedule")
    unite(world.incidents, world.clock.now_ms())
    budgets.spend(reconciler_world.alert_of("r-5"), 0)
    world.alerts.down = True
    call(handler, schedule, "reconciler")
    world.alerts.down = False
    item = world.begun("r-9")
    world.scored("r-8", reconciler_world.alert_of("r-8"))
    world.store.postpone("r-8", world.clock.now_ms())
    for case in ("batch", "dead_alert"):
        call(handler, event("reconciler", case), "reconciler")
    for _ in range(4):
        world.clock.advance(reconciler_world.DEADLINE_S)
        call(handler, schedule, "reconciler")
        world.queue.sent.clear()  # taken, and lost
    other = json.loads(item.to_json())
    other["ticket"]["description"] = "other words"
    dead = Received("m9", "receipt", reconciler_world.ARN, json.dumps(other), 1)
    call(handler, records(dead), "reconciler")
    spent = world.begun("r-7")
    for _ in range(4):
        call(handler, records(Received("m7", "receipt", reconciler_world.ARN, spent.to_json(), 1)), "reconciler")
        world.queue.sent.clear()
    world.queue.down = True
    world.begun("r-6")
    world.clock.advance(reconciler_world.DEADLINE_S)
    call(handler, schedule, "reconciler")
    world.state.available = False
    call(handler, event("reconciler", "dead_ticket"), "reconciler")
    call(handler, schedule, "reconciler")


def day_of_authorizer() -> None:
    """Turn somebody away, and go on with old keys."""
    handler = authorizer.make_handler(api_keys=MemoryApiKeys([]))
    call(handler, event("authorizer", "good"), "authorizer")
    authorizer.warn_stale(MissingSettingError("secret arn:keys: cannot be fetched"))


def start_with_a_model_that_fails() -> None:
    """Start worker and score where the model misses its self-test, and where it is not what the manifest says."""
    with patch("ticketrouter.adapters.onnx_scorer.OnnxScorer") as scorer:
        scorer.return_value.self_test.return_value = 1
        scorer.return_value.manifest = {"breaker_ms_per_ticket": 500}
        bootstrap._scorer("nowhere")
    with patch("ticketrouter.adapters.onnx_scorer.OnnxScorer", side_effect=ModelMismatchError("sha256")):
        bootstrap._scorer("nowhere")


DAYS: dict[str, tuple[Callable[[], None], ...]] = {
    "ingest": (day_of_ingest,),
    "worker": (start_with_a_model_that_fails, day_of_worker),
    "dispatcher": (day_of_dispatcher,),
    "query": (day_of_query,),
    "score": (start_with_a_model_that_fails, day_of_score),
    "reconciler": (day_of_reconciler,),
    "authorizer": (day_of_authorizer,),
}


def whole_day() -> dict[str, list[Line]]:
    """Return all lines that each function wrote."""
    lines: dict[str, list[Line]] = {}
    for word, parts in DAYS.items():
        with written() as lines[word]:
            for part in parts:
                part()
    return lines
