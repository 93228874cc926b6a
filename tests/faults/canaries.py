"""Words that nobody could guess are put into every input and every secret; then all that leaves is searched for them.

`python -m tests.faults canaries`. A ticket's words may stand in its record, in queue messages, in answers to who may
read it, and, redacted, in alerts: nowhere else. A secret may stand nowhere at all but where it is sent to be used.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from unittest.mock import patch

from local.keys import key_entry
from tests.faults.canary_flock import Flock
from tests.faults.canary_inputs import hostile_calls
from tests.faults.harness.capture import captured
from tests.faults.harness.log_lines import faults_of
from tests.faults.harness.webhook_hosts import WebhookHosts, webhook_hosts
from tests.faults.harness.whole_router import Answer, WholeRouter, arn_of, whole_router
from tests.faults.suite import Result
from tests.servers import RedisServer, redis_server
from ticketrouter.adapters.onnx_scorer import OnnxScorer
from ticketrouter.usecases.dispatcher import Dispatcher
from ticketrouter.usecases.ingest import Ingest
from ticketrouter.usecases.query import Query
from ticketrouter.usecases.reconciler import Reconciler
from ticketrouter.usecases.score import ScoreText
from ticketrouter.usecases.worker import Worker

URGENT = "Since the release every customer sees the invoices of other customers."
BEHAVIOURS = ("takes", "echoes", "refuses", "fails", "moves", "gone")


@dataclass
class Watched:
    """The router, and what came out of it."""

    router: WholeRouter
    redis: RedisServer
    hosts: WebhookHosts
    flock: Flock
    log: io.StringIO
    key: str
    lines: int = 0
    answers: int = 0
    broken: list[str] = field(default_factory=list)

    def call(self, method: str, target: str, body: Any = None, *, key: str | None = "", **headers: str) -> Answer:
        """Call, with the good key unless another one or None is given; then look at the answer."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.router.call(method, target, body, key=self.key if key == "" else key, headers=sent)
        self.answers += 1
        said = answer.body + json.dumps(dict(answer.headers))
        self._expect_none(said, self.flock.secrets, f"the answer to {method} {target[:40]}")
        if answer.status >= 400:  # to say what is wrong with it, an answer may quote its own question, no more
            asked = f"{method} {target} {body if isinstance(body, str) else json.dumps(body)} {sent}"
            others = {place: word for place, word in self.flock.words.items() if word not in asked}
            self._expect_none(said, others, f"the refusal of {method} {target[:40]}")
        return answer

    def _expect_none(self, text: str, canaries: dict[str, str], where: str) -> None:
        self.broken += [f"{what} in {where}" for what, word in canaries.items() if word in text]

    def watch_invocations(self) -> None:
        """Look at what each invocation writes, and at what it ends with."""
        for word, handler in self.router.handlers.items():
            self.router.handlers[word] = self._watched(word, handler)

    def _watched(self, word: str, handler: Callable[..., Any]) -> Callable[..., Any]:
        def invoke(event: Any, context: Any) -> Any:
            began = self.log.tell()
            try:
                return handler(event, context)
            except Exception as error:  # Lambda's runtime writes its words into the function's log
                self._expect_none(f"{type(error).__name__}: {error}", self._all(), f"the end of {word}")
                raise
            finally:
                written = self.log.getvalue()[began:]
                self.lines += written.count("\n")
                self._expect_none(written, self._all(), f"a log line of {word}")
                self.broken += faults_of(written, word)

        return invoke

    def _all(self) -> dict[str, str]:
        return self.flock.words | self.flock.secrets

    def look_at_webhooks(self) -> None:
        """Of all secrets, a receiver sees what is its own: its path, and a signature made with its key."""
        for path, headers, body in self.hosts.arrived:
            own = self.flock.secrets.get(f"the address of {path.split('/')[1]}", "")
            others = {what: word for what, word in self.flock.secrets.items() if word != own}
            self._expect_none(body.decode() + json.dumps(headers), others, f"a message to {path.split('/')[1]}")


def run(seed: int, scale: float) -> Result:
    """Let canaries fly through everything, and look where they come out."""
    figures = {"canaries": 0, "answers": 0, "log_lines": 0, "webhooks": 0}
    broken: list[str] = []
    for number in range(max(1, round(4 * scale))):
        with _watched_router(seed + number) as watched:
            for stage in (_good_days, _bad_input, _bad_receivers, _bad_messages, _crashes, _bad_documents, _outages):
                stage(watched)
            watched.look_at_webhooks()
            figures["canaries"] += len(watched.flock.words) + len(watched.flock.secrets)
            figures["answers"] += watched.answers
            figures["log_lines"] += watched.lines
            figures["webhooks"] += len(watched.hosts.arrived)
            broken += [f"{one} (seed {seed + number})" for one in dict.fromkeys(watched.broken)]
    return Result(figures, broken)


@contextmanager
def _watched_router(seed: int) -> Iterator[Watched]:
    flock = Flock(Random(seed))
    key = f"tr_dev_{flock.secret('the good key')}{'k' * 25}"
    with redis_server() as redis, webhook_hosts() as hosts, captured() as log:
        url = redis.url_of("router", "on ~* +@all", flock.secret("the password of Redis"))
        own = {
            name: {
                "url": f"{hosts.url}/{name}/{flock.secret(f'the address of {name}')}",
                "signing_keys": [_signing_key(flock, name)],
            }
            for name in BEHAVIOURS
        }
        own["unsafe"] = {"url": f"https://169.254.169.254/{flock.secret('the address of unsafe')}"}
        own["unknown"] = {"url": f"https://{flock.secret('the name of a host')}.invalid/x"}
        documents = {
            "CACHE_URL_SECRET_ARN": url,
            "ID_SECRET_ARN": flock.secret("the key of ids") * 2,
            "API_KEYS_SECRET_ARN": json.dumps({"keys": [key_entry(key)]}),
            "DESTINATIONS_PARAMETER": json.dumps([{"id": name, "hourly_budget": None} for name in own]),
            "DESTINATION_SECRETS_ARN": json.dumps(own),
        }
        flock.secrets["the hash of the key"] = key_entry(key)["sha256"]
        with whole_router(documents, seed=seed) as router:
            watched = Watched(router, redis, hosts, flock, log, key)
            watched.watch_invocations()
            yield watched


def _signing_key(flock: Flock, name: str) -> str:
    key = base64.b64encode((flock.secret(f"the signing key of {name}, decoded") * 2).encode()).decode()
    flock.secrets[f"the signing key of {name}"] = key
    return f"whsec_{key}"


def _good_days(watched: Watched) -> None:
    """Everything that works: tickets of every form, scored, alerted, read, judged, deleted."""
    word = watched.flock.word
    ticket = {
        "ticket_id": "id-1", "subject": f"s {word('subject')}", "description": f"{URGENT} {word('description')}",
        "customer": word("customer"), "channel": word("channel"),
        "metadata": {word("metadata key"): word("metadata value")},
    }  # fmt: skip
    watched.call("POST", "/tickets", ticket, idempotency_key=word("idempotency key"), user_agent=word("user agent"),
                 x_amzn_trace_id=f"Root={word('trace')}", cookie=word("cookie"), x_mine=word("header"))  # fmt: skip
    watched.call("POST", "/tickets", {"text": f"{URGENT} {word('text')}"}, idempotency_key=word("idempotency key"))
    watched.call(
        "POST", "/tickets/batch", [{"text": f"Printer {word('batch row')}"}, {"text": 5, word("odd field"): 1}]
    )
    rows = f"text,{word('CSV column')}\nThe lamp is out {word('CSV cell')},{word('CSV odd cell')}\n"
    watched.call("POST", "/tickets/batch", rows, content_type="text/csv")
    watched.router.pump()
    watched.call("GET", f"/tickets?q={word('search')}&customer={word('query string')}")
    watched.call("GET", "/tickets/id-1?include=explanation,deliveries,similar,feedback")
    watched.call("POST", "/tickets/id-1/feedback", {"category": "Legal", "note": f"no: {word('note of feedback')}"})
    watched.call("POST", "/score", {"text": f"{URGENT} {word('text to score')}"})
    watched.call("DELETE", f"/customers/{word('another customer')}/tickets")
    for target in ("/stats", "/changes", "/audit", "/feedback", "/incidents", "/deliveries", "/dead-letters", "/key"):
        watched.call("GET", target)
    watched.router.tick()
    watched.router.pump()


def _bad_input(watched: Watched) -> None:
    """Everything that is refused."""
    for method, target, body, headers in hostile_calls(watched.flock.word):
        answer = watched.call(method, target, body, **headers)
        if answer.status >= 500:
            watched.broken.append(f"{method} {target[:40]} answered {answer.status}")
    for name in ("a key of nobody", "a word for a key"):
        secret = watched.flock.secret(name)
        watched.call("GET", "/tickets", key=f"tr_{secret}_{'x' * 43}" if "key of" in name else secret)
    watched.call("GET", "/tickets", key=f"tr_dev_{watched.flock.secret('a wrong secret')}{'x' * 25}")


def _bad_receivers(watched: Watched) -> None:
    """Receivers that refuse, fail, move, are gone, are inside, are not there."""
    for name in (*BEHAVIOURS, "unsafe", "unknown"):
        watched.call("POST", f"/destinations/{name}/test", {})
    watched.router.pump()
    for delivery in watched.call("GET", "/deliveries").json()["deliveries"]:
        watched.call("GET", f"/deliveries/{delivery['id']}")
    watched.call("GET", "/destinations")


def _bad_messages(watched: Watched) -> None:
    """Messages that nobody can read, and texts that the model fails on."""
    word, queues = watched.flock.word, watched.router.queues
    for name, url in (("lane", queues.standard), ("alerts", queues.alerts)):
        for body in (
            f"{{ {word(f'broken message on {name}')}",
            json.dumps({"v": 9, "x": word(f"odd message on {name}")}),
        ):
            watched.router.sqs.send_message(QueueUrl=url, MessageBody=body)
    with patch.object(OnnxScorer, "score", _raising(word("exception of the model"))):
        watched.call("POST", "/tickets", {"text": f"The lamp is out {word('text of a crash')}"})
        watched.router.pump(rounds=5)
        watched.call("POST", "/score", {"text": f"The lamp is out {word('text of a failed score')}"})
    watched.router.pump()
    watched.call("GET", "/dead-letters")


def _crashes(watched: Watched) -> None:
    """Bugs: every use case ends with an exception that quotes what it was given."""
    word = watched.flock.word
    methods = [(Ingest, "accept"), (Query, "ticket"), (ScoreText, "text"), (Worker, "work"), (Dispatcher, "dispatch"),
               (Reconciler, "drain"), (Reconciler, "sweep")]  # fmt: skip
    watched.call("POST", "/tickets", {"text": f"{URGENT} {word('text before a crash')}"})
    for owner, method in methods:
        with patch.object(owner, method, _raising(word(f"exception of {owner.__name__}.{method}"))):
            watched.call("POST", "/tickets", {"text": f"{URGENT} {word('text of a crash of ingest')}"})
            watched.call("GET", "/tickets/id-1")
            watched.call("POST", "/score", {"text": "x"})
            watched.router.pump(rounds=1)
            watched.router.tick()
            watched.router.invoke("reconciler", {"Records": []})
    watched.router.pump()


def _raising(canary: str) -> Callable[..., Any]:
    def fail(*arguments: Any, **named: Any) -> Any:
        try:
            raise KeyError(canary)
        except KeyError as error:
            raise ValueError(f"{canary}\r\n\x1b[31m{arguments!r}{named!r}") from error

    return fail


def _bad_documents(watched: Watched) -> None:
    """Secrets and parameters that somebody has broken."""
    texts, plan, secret = watched.router.documents.texts, watched.router.plan, watched.flock.secret
    for variable in ("DESTINATIONS_PARAMETER", "DESTINATION_SECRETS_ARN", "API_KEYS_SECRET_ARN"):
        name = arn_of(plan, variable)
        for broken in (
            f'{{"{secret(f"broken {variable}")}"',
            json.dumps(
                {"keys": [{"id": secret(f"odd {variable}") * 5}], "takes": {"url": [secret(f"odd {variable}")]}}
            ),
            None,
        ):
            with ExitStack() as restored:
                restored.enter_context(patch.dict(texts, {} if broken is None else {name: broken}))
                if broken is None:
                    del texts[name]
                watched.call("GET", "/destinations")
                watched.call("POST", "/tickets", {"text": f"{URGENT} {watched.flock.word('text without documents')}"})
                watched.router.pump(rounds=1)
    watched.router.pump()


def _outages(watched: Watched) -> None:
    """SQS down; then Redis down, and back with another password."""
    word, calls = watched.flock.word, ("/tickets", "/stats", "/tickets/id-1", "/deliveries", "/health")
    for outage in ("SQS", "Redis"):
        watched.router.sqs.down = outage == "SQS"
        if outage == "Redis":
            watched.redis.kill()
        watched.call("POST", "/tickets", {"text": f"{URGENT} {word(f'text without {outage}')}"})
        watched.call("POST", "/dead-letters/redrive", {"ids": ["id-1"]})
        watched.call("DELETE", f"/customers/{word(f'customer without {outage}')}/tickets")
        for target in calls:
            watched.call("GET", target)
        watched.router.sqs.down = False
        watched.router.pump(rounds=2)
        watched.router.tick()
    watched.redis.start()
    watched.redis.url_of("router", "on ~* +@all", watched.flock.secret("another password of Redis"))
    for target in calls:
        watched.call("GET", target)
    watched.router.pump(rounds=2)
