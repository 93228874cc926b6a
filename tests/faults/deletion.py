"""Tickets live a whole life, are deleted by id or with their customer, and then Redis is searched for what is left.

`python -m tests.faults deletion`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from unittest.mock import patch

from local.keys import key_entry, new_api_key
from tests.faults.harness.capture import captured
from tests.faults.harness.redis_contents import contents
from tests.faults.harness.webhook_hosts import webhook_hosts
from tests.faults.harness.whole_router import WholeRouter, whole_router
from tests.faults.suite import Result
from tests.servers import redis_server
from ticketrouter.adapters.onnx_scorer import OnnxScorer
from ticketrouter.domain.errors import InferenceError
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.status import Lane
from ticketrouter.domain.ticket import Ticket

# Where the id of a deleted ticket may stand, and why. Its words may stand nowhere.
MAY_STAY = {
    r"ticket:\{.*\}": "the tombstone, without which a copy in a queue would make the ticket again; gone after 14 days",
    r"index:\{tickets\}:changes": "tells readers that have the ticket on their screen to drop it",
    r"\{incidents\}:window": "tells workers that have its vector in memory to drop it; gone after minutes",
    r"\{incidents\}:answers": "what another ticket was told names its incident's first tickets; gone after 30 min",
    r"deadlines:\{\d+\}": "a copy came after the deletion, and the reconciler is to look; gone within an hour",
    r"audit:\{.*\}": "what an operator did to it, the deletion itself among it; names the id alone",
}
URGENT = "Since the release every customer sees the invoices of other customers. {}"
OUTAGE = "Nobody in office {} can sign in since 07:40. The whole building is locked out. {}"
SIGNING_KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the example of the Standard Webhooks documents
POISON = "poisonousword"
CROWD = 14  # tickets of the incident: more than are told singly


@dataclass
class Victim:
    """A ticket that is to leave nothing.

    Attributes:
        words: Stands in every field of it that its client wrote.
        vector: Its embedding, once it has one.
    """

    ticket_id: str
    words: str
    customer: str
    vector: bytes = b""


@dataclass
class World:
    """The router, and who uses it."""

    router: WholeRouter
    redis_url: str
    key: str
    chance: Random
    victims: list[Victim] = field(default_factory=list)
    bystanders: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def call(self, method: str, target: str, body: Any = None, *statuses: int, **headers: str) -> Any:
        """Call as an operator; anything but one of the statuses (2xx without any) is reported."""
        answer = self.router.call(method, target, body, key=self.key, headers=headers)
        if answer.status not in (statuses or (200, 202, 204)):
            self.broken.append(f"{method} {target} answered {answer.status}: {answer.body[:200]}")
        return answer.json() if answer.body else None

    def word(self) -> str:
        """Return a word that nothing else holds, and that is no secret or number to be redacted."""
        return "".join(self.chance.choices("bcdfghjklmnpqrstvwxz", k=14))

    def victim(self, text: str, customer: str = "", **more: Any) -> Victim:
        """Post a ticket that has its word in every field."""
        one = Victim(f"id-{self.word()}", self.word(), customer or f"{self.word()} Ltd")
        words = one.words
        self.call("POST", "/tickets", {
            "ticket_id": one.ticket_id, "subject": f"About {words}", "description": text.format(words),
            "customer": one.customer, "channel": words, "metadata": {f"key-{words}": f"value {words}"},
        }, *more.get("statuses", ()))  # fmt: skip
        self.victims.append(one)
        return one

    def bystander(self, text: str) -> None:
        """Post a ticket that must outlive the others."""
        self.bystanders.append(f"by-{self.word()}")
        self.call("POST", "/tickets", {"ticket_id": self.bystanders[-1], "description": text.format(self.word())})


def run(seed: int, scale: float) -> Result:
    """Live, delete, search."""
    figures: dict[str, Any] = {"victims": 0, "pieces_searched": 0, "left": 0}
    broken: list[str] = []
    for number in range(max(1, round(5 * scale))):
        with _world(seed + number) as world:
            _live(world)
            before = _found(world)[1]
            _delete(world)
            _linger(world)
            (left, stays), searched = _found(world), sum(1 for _ in contents(world.redis_url))
            _survivors(world)
            figures["victims"] += len(world.victims)
            figures["pieces_searched"] += searched
            figures["left"] += len(left)
            figures["kinds_of_places_before"], figures["kinds_of_places_after"] = len(before), sorted(stays)
            broken += [
                f"{sentence} (seed {seed + number})" for sentence in [*left, *world.broken, *world.router.failed]
            ]
    return Result(figures, broken)


@contextmanager
def _world(seed: int) -> Iterator[World]:
    key, score = new_api_key("dev"), OnnxScorer.score

    def poisonable(scorer: OnnxScorer, texts: Any) -> Any:
        if any(POISON in text for text in texts):
            raise InferenceError("the model failed on this batch")
        # The words of victims are no words: how urgent a text is must not depend on them.
        return [
            replace(one, urgency_score=0.95) if URGENT[:20] in text or OUTAGE[:16] in text else one
            for one, text in zip(score(scorer, texts), texts, strict=True)
        ]

    with redis_server() as redis, webhook_hosts() as hosts, captured(), patch.object(OnnxScorer, "score", poisonable):
        listed = [
            {"id": "hook", "hourly_budget": None},
            {"id": "chat", "kind": "slack", "hourly_budget": 1},
            {"id": "broken", "hourly_budget": None, "fallback": "hook"},
        ]
        paths = {"hook": "echoes/hook", "chat": "takes/chat", "broken": "refuses/broken"}
        own = {name: {"url": f"{hosts.url}/{path}", "signing_keys": [SIGNING_KEY]} for name, path in paths.items()}
        del own["chat"]["signing_keys"]
        documents = {
            "CACHE_URL_SECRET_ARN": redis.url,
            "ID_SECRET_ARN": "i" * 40,
            "API_KEYS_SECRET_ARN": json.dumps({"keys": [key_entry(key)]}),
            "DESTINATIONS_PARAMETER": json.dumps(listed),
            "DESTINATION_SECRETS_ARN": json.dumps(own),
        }
        with whole_router(documents, seed=seed) as router:
            yield World(router, redis.url, key, Random(seed))


def _live(world: World) -> None:
    """Let tickets come to everything that can happen to one."""
    told = world.victim(URGENT)
    for _ in range(2):
        world.bystander(URGENT)  # the second one is above a budget: a digest
    family = f"{world.word()} & Sons"
    for office in range(CROWD):
        if office in (0, 1, CROWD - 1):
            world.victim(OUTAGE.replace("{}", str(office), 1), customer=family)
        else:
            world.bystander(OUTAGE.replace("{}", str(office), 1))
    world.victim("The lamp is out. {}", customer=family)
    failed = world.victim(POISON + " {}")
    world.router.pump()
    world.router.tick()
    world.router.pump()
    for one in world.victims:
        note = {"category": "Legal", "note": f"Not right: {one.words}"}
        world.call("POST", f"/tickets/{one.ticket_id}/feedback", note, 200, 201)
    world.call("POST", f"/deliveries/{told.ticket_id}~hook/replay", {})
    world.call("POST", "/dead-letters/redrive", {"ids": [failed.ticket_id]})
    world.router.pump()
    _conflict(world, told)
    _unsent(world)
    world.victim(URGENT)  # its message is still in the lane when it is deleted


def _conflict(world: World, told: Victim) -> None:
    """Let a message come that has a victim's id and other words, as from an ingest without Redis."""
    other = Victim(told.ticket_id, world.word(), f"{world.word()} Ltd")
    ticket = Ticket(other.ticket_id, f"Other words: {other.words}", "", other.customer, "", {})
    item = WorkItem(ticket, Lane.STANDARD, 0.2, 1_795_000_000_000)
    world.router.sqs.send_message(QueueUrl=world.router.queues.standard, MessageBody=item.to_json())
    world.router.pump()
    letters = world.call("GET", "/dead-letters")["dead_letters"]
    if "id-conflict" not in [letter["reason"] for letter in letters]:
        world.broken.append("the second content of an id is no dead letter")
    world.victims.append(other)


def _unsent(world: World) -> None:
    """Let a ticket be claimed that SQS does not take."""
    world.router.sqs.down = True
    world.victim("The printer is out of paper. {}", statuses=(503,))
    world.router.sqs.down = False


def _delete(world: World) -> None:
    """Delete all victims, those of a customer with several by the customer."""
    for one in world.victims:
        one.vector = _vector(world, one.ticket_id)
    by_customer: dict[str, list[Victim]] = {}
    for one in world.victims:
        by_customer.setdefault(one.customer, []).append(one)
    for customer, ones in by_customer.items():
        if len(ones) > 1:
            world.call("DELETE", f"/customers/{_quoted(customer)}/tickets")
        else:
            world.call("DELETE", f"/tickets/{ones[0].ticket_id}", None, 204, 404)


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


def _vector(world: World, ticket_id: str) -> bytes:
    from redis import Redis

    with Redis.from_url(world.redis_url) as redis:
        return redis.hget(f"ticket:{{{ticket_id}}}", "embedding") or b""


def _linger(world: World) -> None:
    """Let whatever is still on its way arrive, and the reconciler do its rounds."""
    for _ in range(2):
        world.router.pump()
        world.router.tick()


def _found(world: World) -> tuple[list[str], set[str]]:
    """Return what is left of the victims, and the kinds of places in which an id stands."""
    left: list[str] = []
    kinds: set[str] = set()
    for place, piece in contents(world.redis_url):
        for one in world.victims:
            for what in (one.words, one.customer):
                if what.encode() in piece:
                    left.append(f"words of {one.ticket_id} in {place}")
            if len(one.vector) > 32 and one.vector[:32] in piece:
                left.append(f"the embedding of {one.ticket_id} in {place}")
            if one.ticket_id.encode() in piece:
                kind = _kind(place)
                kinds.add(kind)
                if not any(re.fullmatch(pattern, place) for pattern in MAY_STAY):
                    left.append(f"the id {one.ticket_id} in {place}")
    return sorted(set(left)), kinds


def _kind(place: str) -> str:
    return re.sub(
        r"\{[^}]*\}", lambda tag: tag[0] if tag[0].strip("{}").isalpha() and len(tag[0]) < 14 else "{…}", place
    )


def _survivors(world: World) -> None:
    for ticket_id in world.bystanders:
        if world.call("GET", f"/tickets/{ticket_id}")["status"] != "scored":
            world.broken.append(f"{ticket_id}, which nobody deleted, is not scored")
