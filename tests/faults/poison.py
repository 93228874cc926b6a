"""Batches of ten with one to nine that are bad, in every position, through the worker's own handler.

What must hold: the good ones are final after one delivery each (after a death each is begun alone, so a good one behind
a deadly one waits); a bad ticket is `failed` after exactly three attempts, an unreadable message is kept at once. The
handler names exactly the messages that must come back, each once, and never answers nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from random import Random
from typing import Any

from functions.worker.handler import make_handler
from tests.faults.harness.capture import captured
from tests.faults.suite import Result
from tests.faults.world.faults import Killed
from tests.faults.world.outside import Words
from tests.faults.world.router import Router
from tests.faults.world.sqs import ARN, VISIBILITY_S
from tests.lambda_context import FakeLambdaContext
from ticketrouter.domain.message import Received, WorkItem
from ticketrouter.domain.status import Lane, State
from ticketrouter.domain.ticket import Ticket
from ticketrouter.usecases.worker import MAX_ATTEMPTS

SIZE = 10
BAD = {
    "fails_in_the_model": "poison",
    "kills_the_process": "killer",
    "unreadable": None,
    "oversize": "x" * 250_000,  # a whole queue message of text
}
MOST_RECEIVES = 20  # maxReceiveCount of the lanes in template.yaml


class Deadly(Words):
    """A model that one text takes down with the process, as an exhausted memory does."""

    def score(self, texts: Sequence[str]) -> Any:
        if any("killer" in text for text in texts):
            raise Killed("in the model")
        return super().score(texts)


class Batch:
    """A batch that comes back until nothing of it is left.

    Args:
        bad: Positions of the bad ones.
        kind: Of `BAD`.
        change: Breaks the router, to see that it shows.
    """

    def __init__(self, bad: Sequence[int], kind: str, change: Callable[[Router], None] = lambda router: None) -> None:
        def changed(router: Router) -> None:
            router.scorer = Deadly()
            change(router)

        self.router = Router(changed)
        self.handler = make_handler(worker=self.router.workers[0])
        self.kind, self.bad = kind, {f"t{position}" for position in bad}
        texts = [BAD[kind] if position in bad else "the export is slow" for position in range(SIZE)]
        self.left = [self._message(position, text) for position, text in enumerate(texts)]
        self.receives = 0
        self.deaths = 0
        self.first_final: dict[str, int] = {}  # ticket -> the delivery after which it was final
        self.wrong: list[str] = []

    def _message(self, position: int, text: str | None) -> Received:
        ticket = Ticket(f"t{position}", text or "-")
        item = WorkItem(ticket, Lane.STANDARD, 0.2, self.router.clock.now_ms())
        body = "{no" if text is None else item.to_json()
        return Received(f"m{position}", "", f"{ARN}standard", body, 0)

    def deliver(self) -> None:
        """Hand out what is left, once."""
        self.receives += 1
        event = {"Records": [_record(message, self.receives) for message in self.left]}
        try:
            answer = self.handler(event, FakeLambdaContext("worker"))
        except Killed:
            self.deaths += 1
            self.handler = make_handler(worker=self.router.new_worker())
        else:
            self._judge(answer)
        for ticket_id, row in self.router.state.rows.items():
            if row.record.state.is_final:
                self.first_final.setdefault(ticket_id, self.receives)
        self.router.clock.advance(VISIBILITY_S["standard"])

    def _judge(self, answer: Any) -> None:
        named = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
        there = {message.message_id for message in self.left}
        if set(answer) != {"batchItemFailures"} or not set(named) <= there or len(named) != len(set(named)):
            self.wrong.append(f"answered {answer} to {sorted(there)}")
        for message in self.left:
            if message.message_id not in named and not self._is_done(message):
                self.wrong.append(f"{message.message_id} left the queue, its ticket is not final")
        self.left = [message for message in self.left if message.message_id in named]

    def _is_done(self, message: Received) -> bool:
        if message.message_id in self.router.state.letters:
            return True
        row = self.router.state.rows.get(f"t{message.message_id[1:]}")
        return row is not None and row.record.state.is_final

    def run(self) -> Iterator[str]:
        """Deliver until nothing is left; yield what did not hold."""
        while self.left and self.receives < MOST_RECEIVES:
            self.deliver()
        yield from self.wrong
        if self.left:
            yield f"{len(self.left)} are left after {self.receives} deliveries"
        for position in range(SIZE):
            yield from self._judge_ticket(f"t{position}")

    def _judge_ticket(self, name: str) -> Iterator[str]:
        row = self.router.state.rows.get(name)
        if name in self.bad and self.kind == "unreadable":
            if row is not None or f"m{name[1:]}" not in self.router.state.letters:
                yield f"{name} is unreadable, and not kept"
            return
        if row is None:
            yield f"{name} has no record"
            return
        record, fails = row.record, name in self.bad and self.kind in ("fails_in_the_model", "kills_the_process")
        if fails and (record.state, record.attempts) != (State.FAILED, MAX_ATTEMPTS):
            yield f"{name} is {record.state} after {record.attempts} attempts"
        if not fails and record.state is not State.SCORED:
            yield f"{name} is {record.state}, and there is nothing wrong with it"
        # Those in front of the first deadly one are begun once more, and final then.
        if not fails and not self.deaths and self.first_final.get(name) != 1:
            yield f"{name} took {self.first_final.get(name)} deliveries"
        if not fails and self.deaths and record.attempts > 2:
            yield f"{name} was begun {record.attempts} times, next to deadly ones"


def _record(message: Received, receives: int) -> dict[str, Any]:
    return {
        "messageId": message.message_id,
        "receiptHandle": f"{message.message_id}/{receives}",
        "body": message.body,
        "attributes": {"ApproximateReceiveCount": str(receives)},
        "eventSource": "aws:sqs",
        "eventSourceARN": message.source_arn,
    }


def odd_batches() -> Iterator[str]:
    """Yield what does not hold of batches that SQS should not hand out, and does: nothing, and things twice."""
    batch = Batch([], "fails_in_the_model")
    one, other, *_ = batch.left
    empty = batch.handler({"Records": []}, FakeLambdaContext("worker"))
    if empty != {"batchItemFailures": []}:
        yield f"an empty batch is answered with {empty}"
    twice = {"Records": [_record(each, 1) for each in (one, other, one)]}
    answer = batch.handler(twice, FakeLambdaContext("worker"))
    if json.dumps(answer).count(one.message_id) > 1:
        yield f"a message that stands twice in a batch is named twice: {answer}"
    if batch.handler(twice, FakeLambdaContext("worker")) != {"batchItemFailures": []}:
        yield "a message that stands twice in a batch does not end"
    states = Counter(row.record.state for row in batch.router.state.rows.values())
    if states != {State.SCORED: 2}:
        yield f"of two tickets of which one stands twice came {states}"


def batches(scale: float, chance: Random) -> list[tuple[int, ...]]:
    """Return sets of bad positions: all 1,022 at full size, every single position at any."""
    every = [bad for count in range(2, SIZE) for bad in combinations(range(SIZE), count)]
    return [(position,) for position in range(SIZE)] + chance.sample(every, round(len(every) * min(scale, 1)))


def run(seed: int, scale: float) -> Result:
    """Run every batch with every kind of bad."""
    chance, broken, figures = Random(seed), [], Counter[str]()
    with captured():
        broken += list(odd_batches())
        for kind in BAD:
            for bad in batches(scale, chance):
                batch = Batch(bad, kind)
                broken += [f"seed {seed}, {kind} at {bad}: {each}" for each in batch.run()]
                figures.update(batches=1, bad=len(bad), mates=SIZE - len(bad), deaths=batch.deaths)
                figures["most_deliveries"] = max(figures["most_deliveries"], batch.receives)
    return Result(dict(figures) | {"broken_batches": len(broken)}, broken[:20])
