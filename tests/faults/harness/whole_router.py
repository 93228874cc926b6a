"""All seven functions in one process, as `bootstrap` builds them from the template's environment.

Real: handlers, edge, use cases, Redis, the senders of webhooks, the model. Doubles: SQS, and the texts that Secrets
Manager and the Parameter Store hold. A call goes through the template's routes and the authorizer, as behind API
Gateway, but without a socket. SQS has a clock of its own that is moved on: whatever comes back does so at once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from random import Random
from typing import Any
from unittest.mock import patch

from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from local.httpevent import Incoming, authorizer_event, function_event
from local.plan import Place, Plan
from local.routing import Router
from local.stack import read_plan
from tests.faults.harness.front_door import ROOT
from tests.faults.harness.queues import EventSource, RouterQueues, event_of, failures_in, router_queues
from tests.faults.harness.sqs import SqsDouble
from tests.lambda_context import FakeLambdaContext
from ticketrouter import bootstrap
from ticketrouter.adapters import destinations, secrets, sqs_queue
from ticketrouter.adapters.memory import MemoryClock

SCHEDULE = {"source": "aws.events", "detail-type": "Scheduled Event", "time": "2026-11-22T00:00:00Z"}
QUEUES = {"EXPRESS_QUEUE_URL": "express", "STANDARD_QUEUE_URL": "standard", "ALERT_QUEUE_URL": "alerts"}
Handler = Callable[[dict[str, Any], Any], Any]


class Documents:
    """The texts of Secrets Manager and the Parameter Store, by name; one that is missing cannot be fetched."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts

    def get(self, name: str, max_age: int | None = None, **_: Any) -> str:
        if name not in self.texts:
            raise GetParameterError(name)
        return self.texts[name]


@dataclass(frozen=True)
class Answer:
    """What a caller sees."""

    status: int
    headers: Mapping[str, str]
    body: str

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class WholeRouter:
    """The running functions.

    Attributes:
        documents: What they are told by secrets and parameters, under the names of `arn_of`.
        failed: Invocations that ended with an exception, as the Lambda service tells it.
    """

    plan: Plan
    sqs: SqsDouble
    queues: RouterQueues
    sqs_clock: MemoryClock
    documents: Documents
    handlers: dict[str, Handler] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def call(
        self,
        method: str,
        target: str,
        body: Any = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Make a call: `target` is path and query as they are sent; a body that is no text is sent as JSON."""
        path, _, query = target.partition("?")
        matched = Router(self.plan.routes).match(method, path)
        assert matched is not None
        route, parameters = matched
        sent = {"host": "api.example.com", **{name.lower(): value for name, value in (headers or {}).items()}}
        if key:
            sent["authorization"] = f"Bearer {key}"
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
            sent.setdefault("content-type", "application/json")
        raw = body.encode(errors="surrogatepass") if isinstance(body, str) else body or b""
        incoming = _incoming(method, path, query, sent, parameters, route.key)
        granted = None
        if route.authorizer:
            if not sent.get("authorization"):
                return Answer(401, {}, '{"message":"Unauthorized"}')
            event = authorizer_event(incoming, self.plan.place, [sent["authorization"], route.key])
            verdict = self.invoke("authorizer", event)
            if verdict is None:
                return Answer(500, {}, '{"message":"Internal Server Error"}')
            if not verdict["isAuthorized"]:
                return Answer(403, {}, '{"message":"Forbidden"}')
            granted = verdict["context"]
        word = self.plan.functions[route.function].word
        answer = self.invoke(word, function_event(incoming, raw, granted))
        if answer is None:
            return Answer(500, {}, '{"message":"Internal Server Error"}')
        return Answer(answer["statusCode"], answer.get("headers", {}), answer.get("body") or "")

    def invoke(self, word: str, event: Any) -> Any:
        """Run a function; None if it failed."""
        try:
            answer = self.handlers[word](json.loads(json.dumps(event)), FakeLambdaContext(word, remaining_ms=60_000))
            return json.loads(json.dumps(answer))
        except Exception as error:  # what the Lambda service answers a caller, and writes into no log of ours
            self.failed.append(f"{word}: {type(error).__name__}: {error}")
            return None

    def pump(self, rounds: int = 50) -> None:
        """Let all queues drain, and what comes back come back."""
        for _ in range(rounds):
            busy = False
            for word, url in self._sources():
                source = EventSource(self.sqs, url)
                while messages := source.receive():
                    busy = True
                    answer = self.invoke(word, event_of(messages))
                    kept = {m.message_id for m in messages} if answer is None else set(failures_in(answer))
                    for message in messages:
                        if message.message_id not in kept:
                            source.delete(message)
            if not busy and all(EventSource(self.sqs, url).next_visible_ms() is None for _, url in self._sources()):
                return
            self.sqs_clock.advance(43_200)

    def tick(self) -> None:
        """Let the reconciler's schedule come."""
        self.invoke("reconciler", SCHEDULE)

    def _sources(self) -> Iterator[tuple[str, str]]:
        yield "worker", self.queues.express
        yield "worker", self.queues.standard
        yield "dispatcher", self.queues.alerts
        for letters in self.queues.dead.values():
            yield "reconciler", letters


def arn_of(plan: Plan, variable: str) -> str:
    """Return the name under which functions ask for a document."""
    return next(it.environment[variable] for it in plan.functions.values() if variable in it.environment)


@contextmanager
def whole_router(
    documents: Mapping[str, str], *, seed: int = 1, settings: Mapping[str, str] | None = None
) -> Iterator[WholeRouter]:
    """Build all functions.

    Args:
        documents: Texts of secrets and parameters, by the variable that names them, e.g. `CACHE_URL_SECRET_ARN`.
        seed: Of SQS' chance.
        settings: Variables that win over the template's.
    """
    plan = read_plan(Place(ROOT, "http://127.0.0.1:1"), {})
    texts = {arn_of(plan, variable): text for variable, text in documents.items()}
    clock = MemoryClock()
    sqs = SqsDouble(clock, Random(seed))
    queues = router_queues(sqs)
    provider = Documents(texts)
    router = WholeRouter(plan, sqs, queues, clock, provider)
    urls = {variable: getattr(queues, name) for variable, name in QUEUES.items()}
    bootstrap._secrets.cache_clear()
    with ExitStack() as doubles:
        doubles.enter_context(patch.object(sqs_queue, "sqs_client", lambda: sqs))
        doubles.enter_context(patch("ticketrouter.bootstrap.reading.sqs_client", lambda: sqs))
        doubles.enter_context(patch.object(secrets, "secrets_provider", lambda: provider))
        doubles.enter_context(patch.object(destinations, "parameters_provider", lambda: provider))
        for function in plan.functions.values():
            own = {**function.environment, **{name: url for name, url in urls.items() if name in function.environment}}
            extra = {"ALLOW_LOOPBACK_WEBHOOKS": "true"} if function.word == "dispatcher" else {}
            with patch.dict(os.environ, {**own, **extra, **(settings or {}), "MODEL_DIR": str(ROOT / "models")}):
                router.handlers[function.word] = _handler(function.word)
        yield router
    bootstrap._secrets.cache_clear()


def _handler(word: str) -> Handler:
    make = import_module(f"functions.{word}.handler").make_handler
    match word:
        case "ingest" | "worker" | "dispatcher":
            return make(**{word: getattr(bootstrap, word)()})
        case "query" | "score":
            return make(**getattr(bootstrap, word)())
        case "reconciler":
            reconciler, digests, closing = bootstrap.reconciler()
            return make(reconciler=reconciler, digests=digests, closing=closing)
    authorizer = import_module("functions.authorizer.handler")
    return make(api_keys=bootstrap.api_keys(on_stale=authorizer.warn_stale))


def _incoming(
    method: str, path: str, query: str, headers: Mapping[str, str], parameters: Mapping[str, str], route_key: str
) -> Incoming:
    from urllib.parse import unquote

    context = {
        "requestId": "JKJaXmPLvHcESHA=",
        "routeKey": route_key,
        "stage": "$default",
        "http": {
            "method": method,
            "path": unquote(path),
            "protocol": "HTTP/1.1",
            "sourceIp": "192.0.2.1",
            "userAgent": "",
        },
    }
    return Incoming(method, unquote(path), query, headers, [], context, parameters, route_key)
