"""Ingest in sandboxes, as Lambda runs it: processes that share nothing, one request at a time in each."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any

from functions.ingest.handler import make_handler
from tests.lambda_context import FakeLambdaContext
from ticketrouter.adapters.memory import MemoryWorkQueue
from ticketrouter.adapters.redis_store import RedisClaims, RedisClient
from ticketrouter.adapters.system import SystemClock, SystemRandomness
from ticketrouter.bootstrap import INGEST_TRIP_S
from ticketrouter.domain.errors import CacheUnavailableError
from ticketrouter.domain.ticket import TicketIds
from ticketrouter.ports import Claim, Clock
from ticketrouter.usecases.ingest import Ingest

EVENT = json.loads((Path(__file__).parents[3] / "events/ingest/minimal.json").read_text())
RETRIES = 0.1  # of all requests repeat an earlier one
URGENT, CALM = "Nobody can pay: the checkout is down", "Where do I find my invoice?"
ONE_IN = 20  # tickets is urgent


@dataclass(frozen=True, slots=True)
class Request:
    """A post at a time.

    Attributes:
        at_s: After the start of the run.
        number: Of the ticket; the same number is the same ticket.
    """

    at_s: float
    number: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request.

    Attributes:
        began_s: Of the machine's monotonic clock, which all processes share.
        claimed: Redis answered the claim.
    """

    request: Request
    began_s: float
    latency_ms: float
    status: int
    ticket_id: str
    claimed: bool


def plan(seconds: float, rate: float, sandboxes: int, chance: Random) -> list[list[Request]]:
    """Make requests at an even rate, each for one of the sandboxes in turn; some repeat what was posted before."""
    planned: list[list[Request]] = [[] for _ in range(sandboxes)]
    for at in range(int(seconds * rate)):
        retry = at > sandboxes and chance.random() < RETRIES
        number = chance.randrange(max(0, at - 200), at - sandboxes) if retry else at
        planned[at % sandboxes].append(Request(at / rate, number))
    return planned


class _Observed:
    """Claims that remember whether Redis answered the last one."""

    def __init__(self, claims: RedisClaims) -> None:
        self._claims = claims
        self.answered = True

    def claim(self, items: Sequence[Any], *, key_id: str, token: str) -> list[Claim]:
        try:
            claims = self._claims.claim(items, key_id=key_id, token=token)
        except CacheUnavailableError:
            self.answered = False
            raise
        self.answered = True
        return claims

    def confirm(self, claims: Sequence[Claim]) -> None:
        self._claims.confirm(claims)


class Sandbox:
    """One ingest function with its own way to Redis.

    Args:
        secret: File with the URL.
        clock: Time, for the breaker.
    """

    def __init__(self, secret: Path, clock: Clock) -> None:
        self._redis = RedisClient(secret.read_text(), clock, trip_s=INGEST_TRIP_S, renew=secret.read_text)
        self._claims = _Observed(RedisClaims(self._redis, rate_limit_per_minute=1_000_000))
        self.queue = MemoryWorkQueue()
        ingest = Ingest(
            claims=self._claims,
            queue=self.queue,
            ids=TicketIds(b"secret"),
            clock=SystemClock(),
            randomness=SystemRandomness(),
        )
        self._handler = make_handler(ingest=ingest)

    def post(self, request: Request) -> Answer:
        """Post a ticket: of two, one brings an id and the other a key that determines it."""
        words = CALM if request.number % ONE_IN else URGENT
        document: dict[str, Any] = {"description": f"{words} ({request.number})"}
        headers = dict(EVENT["headers"])
        if request.number % 2:
            document["ticket_id"] = f"t-{request.number}"
        else:
            headers["idempotency-key"] = f"key-{request.number}"
        event = EVENT | {"headers": headers, "body": json.dumps(document)}
        began_s = time.monotonic()
        response = self._handler(event, FakeLambdaContext("ingest"))
        latency_ms = (time.monotonic() - began_s) * 1_000
        ticket_id = json.loads(response["body"]).get("ticket_id", "")
        return Answer(request, began_s, latency_ms, response["statusCode"], ticket_id, self._claims.answered)

    def close(self) -> None:
        self._redis.close()


def _serve(pipe: Connection) -> None:
    """Live in a process: run what comes through the pipe, until it is closed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # logs and metrics
    pipe.send("ready")
    while True:
        try:
            secret, requests, start_s = pipe.recv()
        except EOFError:
            return
        sandbox = Sandbox(secret, SystemClock())
        answers = []
        for request in requests:
            time.sleep(max(0.0, start_s + request.at_s - time.monotonic()))
            answers.append(sandbox.post(request))
        sandbox.close()
        pipe.send((answers, [item.to_json() for item in sandbox.queue.sent]))


class Sandboxes:
    """Several of them, in processes of their own."""

    def __init__(self, pipes: Sequence[Connection]) -> None:
        self._pipes = pipes

    def __len__(self) -> int:
        return len(self._pipes)

    def start(self, secret: Path, planned: Sequence[Sequence[Request]]) -> None:
        """Let each begin with its requests in a moment."""
        start_s = time.monotonic() + 0.1
        for pipe, requests in zip(self._pipes, planned, strict=True):
            pipe.send((secret, requests, start_s))

    def collect(self) -> tuple[list[list[Answer]], list[str]]:
        """Wait for all of them; return each one's answers, and the bodies of all messages that they queued."""
        received = [pipe.recv() for pipe in self._pipes]
        return [answers for answers, _ in received], [body for _, bodies in received for body in bodies]


@contextmanager
def sandboxes(count: int) -> Iterator[Sandboxes]:
    """Start sandboxes that live as long as the block."""
    context = multiprocessing.get_context("spawn")
    pairs = [context.Pipe() for _ in range(count)]
    processes = [context.Process(target=_serve, args=[theirs], daemon=True) for _, theirs in pairs]
    for process, (_, theirs) in zip(processes, pairs, strict=True):
        process.start()
        theirs.close()
    try:
        for ours, _ in pairs:
            ours.recv()
        yield Sandboxes([ours for ours, _ in pairs])
    finally:
        for process, (ours, _) in zip(processes, pairs, strict=True):
            ours.close()
            process.terminate()
            process.join(5)
