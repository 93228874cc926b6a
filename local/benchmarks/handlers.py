"""Ingest and worker alone, in this process, on real Redis, the real bundle and (where it says so) the SQS emulator.

The handlers are the deployed ones, logs and metrics included; what they write is thrown away.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.benchmarks import Row, latency_row
from local.benchmarks.services import Services

if TYPE_CHECKING:
    from ticketrouter.adapters.redis_store import RedisClient
    from ticketrouter.ports import AlertQueue, WorkQueue
    from ticketrouter.telemetry import Handler

POSTS = 2_000
WARM_UP = 200
TICKETS = 1_000
BATCH = 10
SEED = 7


class Context:
    """What Lambda hands to a handler beside the event, as far as ours look."""

    function_name = "bench"
    memory_limit_in_mb = 3008
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:bench"
    aws_request_id = "bench"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Return a minute, always."""
        return 60_000


def run(root: Path, services: Services) -> list[Row]:
    """Measure both handlers."""
    with silent():
        return [*_ingest(root, services), *_worker(root, services), *_incidents(services)]


@contextlib.contextmanager
def silent() -> Iterator[None]:
    """Write logs and metrics, as in Lambda, but to nowhere."""
    from ticketrouter.telemetry import logger

    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        logger.registered_handler.setStream(nowhere)  # type: ignore[attr-defined]
        yield


def _incidents(services: Services) -> list[Row]:
    from local.benchmarks import incidents

    return incidents.run(services)


def ingest_handler(client: RedisClient, queue: WorkQueue) -> Handler:
    """Build ingest as `bootstrap` does, but for the queue."""
    from functions.ingest.handler import make_handler
    from ticketrouter.adapters.redis_store import RedisClaims
    from ticketrouter.adapters.system import SystemClock, SystemRandomness
    from ticketrouter.domain.ticket import TicketIds
    from ticketrouter.usecases.ingest import Ingest

    claims = RedisClaims(client, rate_limit_per_minute=10_000_000)
    ids = TicketIds(b"bench")
    return make_handler(
        ingest=Ingest(claims=claims, queue=queue, ids=ids, clock=SystemClock(), randomness=SystemRandomness())
    )


def worker_handler(root: Path, client: RedisClient, alerts: AlertQueue) -> Handler:
    """Build the worker as `bootstrap` does, but for the queues and one destination."""
    from functions.worker.handler import make_handler
    from local.benchmarks.incidents import grouping
    from ticketrouter.adapters.memory import MemoryDestinations, MemoryVisibility
    from ticketrouter.adapters.onnx_scorer import OnnxScorer
    from ticketrouter.adapters.redis_store import RedisDeadLetters, RedisTicketStore
    from ticketrouter.adapters.system import SystemClock
    from ticketrouter.domain.alert import Destination
    from ticketrouter.usecases.scoring import GuardedScorer
    from ticketrouter.usecases.worker import Worker

    clock = SystemClock()
    return make_handler(
        worker=Worker(
            store=RedisTicketStore(client),
            scorer=GuardedScorer(OnnxScorer(root / "models"), clock),
            alerts=alerts,
            destinations=MemoryDestinations([Destination("bench")]),
            grouping=grouping(client, clock),
            dead_letters=RedisDeadLetters(client),
            visibility=MemoryVisibility(),
            clock=clock,
        )
    )


def _ingest(root: Path, services: Services) -> list[Row]:
    from ticketrouter.adapters.memory import MemoryWorkQueue
    from ticketrouter.adapters.redis_store import RedisClient
    from ticketrouter.adapters.sqs_queue import SqsWorkQueue, sqs_client
    from ticketrouter.adapters.system import SystemClock

    def times(queue: WorkQueue) -> list[float]:
        handler = ingest_handler(RedisClient(services.redis_url, SystemClock()), queue)
        event = json.loads((root / "events" / "ingest" / "minimal.json").read_text(encoding="utf-8"))
        samples = sample_tickets(root)

        def post(n: int) -> None:
            event["body"] = json.dumps(samples[n % len(samples)] | {"ticket_id": f"bench-{id(queue)}-{n}"})
            answer = handler(event, Context())
            if answer["statusCode"] != 202:
                raise RuntimeError(f"ingest answered {answer}")

        return _timed(post, POSTS)

    sqs = SqsWorkQueue(sqs_client(), express_url=services.express_url, standard_url=services.standard_url)
    return [
        latency_row("ingest handler, without the SQS call", times(MemoryWorkQueue()), p50_ms=1.0, p99_ms=5.0),
        latency_row("ingest handler, with the SQS emulator", times(sqs), p50_ms=3.0),
    ]


def _worker(root: Path, services: Services) -> list[Row]:
    from ticketrouter.adapters.memory import MemoryAlertQueue
    from ticketrouter.adapters.redis_store import RedisClient
    from ticketrouter.adapters.system import SystemClock

    handler = worker_handler(root, RedisClient(services.redis_url, SystemClock()), MemoryAlertQueue())
    batches = list(_batches(texts_of_mixed_lengths(root, TICKETS)))

    def work(n: int) -> None:
        answer = handler(batches[n], Context())
        if answer["batchItemFailures"]:
            raise RuntimeError(f"the worker answered {answer}")

    for n in range(10):
        work(n)
    began = time.perf_counter()
    for n in range(10, len(batches)):
        work(n)
    tickets = TICKETS - 10 * BATCH
    rate = tickets / (time.perf_counter() - began)
    figure = f"{rate:.0f} tickets/s ({tickets} tickets in batches of {BATCH})"
    return [Row("worker: scored and stored, mixed lengths", figure, ">= 150 tickets/s", rate >= 150)]


def texts_of_mixed_lengths(root: Path, n: int) -> list[str]:
    """Return texts whose token counts follow `models/data/lengths.json`, cut out of our own tickets."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(root / "models" / "artifacts" / "tokenizer.json"))
    tokenizer.no_truncation()
    lengths = json.loads((root / "models" / "data" / "lengths.json").read_text(encoding="utf-8"))["lengths"]
    chance = random.Random(SEED)
    words = [
        word
        for file in sorted((root / "models" / "data").glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
        for word in json.loads(line)["text"].split()
    ]

    def text(tokens: int) -> str:
        start = chance.randrange(len(words) - tokens)
        piece = " ".join(words[start : start + tokens])
        encoding = tokenizer.encode(piece, add_special_tokens=False)
        end = encoding.offsets[min(len(encoding), max(1, tokens - 2)) - 1][1]
        return piece[:end]

    return [text(chance.choice(lengths)) for _ in range(n)]


def _batches(texts: Sequence[str]) -> Iterator[dict[str, Any]]:
    from ticketrouter.domain.message import WorkItem
    from ticketrouter.domain.status import Lane
    from ticketrouter.domain.ticket import Ticket

    def body(n: int) -> str:
        return WorkItem(
            Ticket(f"bench-worker-{n}", texts[n]), Lane.STANDARD, 0.2, time.time_ns() // 1_000_000
        ).to_json()

    for start in range(0, len(texts), BATCH):
        yield sqs_event([body(n) for n in range(start, start + BATCH)])


def sqs_event(bodies: Sequence[str]) -> dict[str, Any]:
    """Return the event of an SQS batch that is received for the first time."""
    records = [
        {
            "messageId": str(n),
            "receiptHandle": str(n),
            "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:bench-standard",
            "body": body,
            "attributes": {"ApproximateReceiveCount": "1"},
        }
        for n, body in enumerate(bodies)
    ]
    return {"Records": records}


def sample_tickets(root: Path) -> list[dict[str, Any]]:
    """Return the tickets of `make demo`."""
    lines = (root / "events" / "samples.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _timed(call: Callable[[int], None], n: int) -> list[float]:
    """Return milliseconds of each call after the warm-up."""
    samples = []
    for number in range(n + WARM_UP):
        began = time.perf_counter()
        call(number)
        if number >= WARM_UP:
            samples.append((time.perf_counter() - began) * 1000)
    return samples
