"""Clients: they post tickets one by one and in batches, lose answers, and post again what they are not sure of."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.faults.harness.journal import Journal, Kind
from tests.faults.harness.wiring import POISON
from ticketrouter.ports import Clock

GATEWAY_MS = 1_000  # after which a client whose ingest died tries again
MAX_TRIES = 50
SINGLES = 0.25  # share of tickets that are posted one by one
BATCH = 25
URGENT, AGAIN, LOST_ANSWERS, POISONED = 0.15, 0.10, 0.5, 0.0005
# What the word list calls critical, of three categories; and what it does not.
URGENT_WORDS = (
    "The site is down for everyone and nobody can log in",
    "Outage: the API answers every request with errors and our server is down",
    "Invoices of other customers are shown to us, a data breach",
    "We got a court order about a contract and a GDPR complaint, an emergency",
)
CALM_WORDS = (
    "How do I change the address on my invoice?",
    "Where is the export to CSV?",
    "Thanks for the quick answer!",
)


@dataclass(slots=True)
class Request:
    """A POST, and what its client has still in mind.

    Attributes:
        rows: What it posts.
        keys: What makes each row the same ticket to the client.
        lost: The client does not get the next answer.
        again: How often the client posts it once more after an answer.
    """

    rows: list[dict[str, Any]]
    keys: list[str]
    batch: bool
    lost: bool = False
    again: int = 0
    tries: int = 0


@dataclass
class Clients:
    """All clients.

    Args:
        fresh: What they post.
        chance: Decides when they post again.
        clock: Time.
        journal: What they see is written here.

    Attributes:
        open: Requests under way.
        posted: Tickets that were posted at least once.
        repeated: Requests that were posted again.
        unexpected: Answers that no client should get.
    """

    fresh: Iterator[Request]
    chance: Random
    clock: Clock
    journal: Journal
    open: int = 0
    posted: int = 0
    repeated: int = 0
    unexpected: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._later: list[tuple[float, int, Request]] = []
        self._next: Request | None = next(self.fresh, None)

    @property
    def done(self) -> bool:
        """Tell whether everybody has posted everything and is sure of it."""
        return self._next is None and not self._later and not self.open

    def due_ms(self) -> float | None:
        """Return when somebody posts again; None for nobody."""
        return self._later[0][0] if self._later else None

    def take(self, *, fresh: bool) -> Request | None:
        """Return the next request that is due.

        Args:
            fresh: Also one that was not posted before.
        """
        if self._later and self._later[0][0] <= self.clock.monotonic_ms():
            request = heapq.heappop(self._later)[2]
        elif fresh and self._next is not None:
            request, self._next = self._next, next(self.fresh, None)
            self.posted += len(request.rows)
        else:
            return None
        self.open += 1
        request.tries += 1
        for key in request.keys:
            self.journal.note(Kind.POSTED, self.clock.monotonic_ms(), key=key)
        return request

    def answered(self, request: Request, answer: dict[str, Any] | None) -> None:
        """Take an answer; None for a function that died, which API Gateway makes a 502 of."""
        self.open -= 1
        lost, request.lost = request.lost, False
        if answer is None or lost:
            self._repeat(request, GATEWAY_MS)
        elif self._is_sure(request, answer):
            if request.again:
                request.again -= 1
                self._repeat(request, self.chance.uniform(0, 10_000))
        elif request.tries < MAX_TRIES:
            self._repeat(request, 1_000.0 * int(answer["headers"].get("retry-after", 5)))
        else:
            self.unexpected.append(f"{request.keys}: not accepted in {MAX_TRIES} tries, last {answer['statusCode']}")

    def _repeat(self, request: Request, in_ms: float) -> None:
        self.repeated += 1
        heapq.heappush(self._later, (self.clock.monotonic_ms() + in_ms, self.repeated, request))

    def _is_sure(self, request: Request, answer: dict[str, Any]) -> bool:
        """Note what was accepted; tell whether that was all."""
        status, body = answer["statusCode"], json.loads(answer["body"])
        if not request.batch:
            self._note(request.keys[0], status, body, request.rows[0])
            return self._settles(status, body.get("code"))
        if status != 202:
            return self._settles(status, body.get("code"))
        posted = {row["ticket_id"]: (key, row) for key, row in zip(request.keys, request.rows, strict=True)}
        for accepted in (*body["accepted"], *body["duplicates"]):
            key, row = posted[accepted["ticket_id"]]
            self._note(key, 202, accepted, row)
        verdicts = [self._settles(each["problem"]["status"], each["problem"]["code"]) for each in body["rejected"]]
        return all(verdicts)

    def _settles(self, status: int, code: str | None) -> bool:
        """Tell whether this answer is a last one; any other than 202 must be one that asks to come back."""
        if status != 202 and (status, code) not in ((503, "queue-unavailable"), (409, "in-progress")):
            self.unexpected.append(f"{status} {code}")
        return status == 202

    def _note(self, key: str, status: int, body: dict[str, Any], row: dict[str, Any]) -> None:
        facts = {"ticket_id": body.get("ticket_id", ""), "duplicate": body.get("duplicate", False)}
        self.journal.note(Kind.ANSWERED, self.clock.monotonic_ms(), key=key, status=status, **facts)
        if POISON in row["description"] and status == 202:
            self.journal.note(Kind.POISON, self.clock.monotonic_ms(), ticket_id=facts["ticket_id"])


def many(tickets: int, chance: Random, name: str) -> Iterator[Request]:
    """Return the requests of a soak: single posts with an id or an Idempotency-Key, and batches.

    Args:
        tickets: How many in all.
        chance: Decides what they are.
        name: Begins each ticket's id.
    """
    number = 0
    while number < tickets:
        # Of all tickets, not of all requests: a batch has many.
        batch = chance.random() >= SINGLES * BATCH / (SINGLES * BATCH + 1 - SINGLES)
        numbers = range(number, min(number + (BATCH if batch else 1), tickets))
        request = posting([_row(each, chance, name) for each in numbers], batch=batch)
        if chance.random() < AGAIN:
            request.lost = chance.random() < LOST_ANSWERS
            request.again = 0 if request.lost else 1
        if not batch and number % 2:
            del request.rows[0]["ticket_id"]  # its Idempotency-Key makes the id
        number = numbers.stop
        yield request


def posting(rows: list[dict[str, Any]], *, batch: bool) -> Request:
    """Return the request that posts these tickets."""
    return Request(rows, [row["ticket_id"] for row in rows], batch)


def _row(number: int, chance: Random, name: str) -> dict[str, Any]:
    urgent = chance.random() < URGENT
    words = chance.choice(URGENT_WORDS if urgent else CALM_WORDS)
    if not urgent and chance.random() < POISONED:
        words = f"{words} {POISON}"
    return {
        "ticket_id": f"{name}-{number}",
        "subject": f"Case {number}",
        "description": words,
        "customer": f"c{number % 997}",
    }


def event_of(request: Request) -> dict[str, Any]:
    """Return the event that API Gateway makes of a request.

    Source: the API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP APIs", payload format 2.0.
    """
    route = "POST /tickets/batch" if request.batch else "POST /tickets"
    headers = {"content-type": "application/json"}
    if not request.batch and "ticket_id" not in request.rows[0]:
        headers["idempotency-key"] = request.keys[0]
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": route.partition(" ")[2],
        "headers": headers,
        "requestContext": {"authorizer": {"lambda": {"key_id": "client", "scopes": "submit"}}, "requestId": "r"},
        "body": json.dumps(request.rows if request.batch else request.rows[0]),
        "isBase64Encoded": False,
    }
