"""Models that misbehave while they score: the real bundle, whose reader is slow, fails, hangs or talks nonsense."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np

from functions.worker.handler import make_handler
from tests.incident_twins import grouping
from tests.lambda_context import FakeLambdaContext
from ticketrouter.adapters.memory import (
    MemoryAlertQueue,
    MemoryClock,
    MemoryDeadLetters,
    MemoryDestinations,
    MemoryState,
    MemoryTicketStore,
    MemoryVisibility,
)
from ticketrouter.adapters.onnx_scorer import Inference, OnnxScorer
from ticketrouter.adapters.timed_scorer import PAUSE_MS, TimedScorer
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.record import TicketRecord
from ticketrouter.domain.status import Lane, State
from ticketrouter.domain.ticket import Ticket
from ticketrouter.usecases.scoring import GuardedScorer
from ticketrouter.usecases.worker import Worker

ARN = "arn:aws:sqs:eu-central-1:123456789012:router-standard"
BATCH = 10
ODD = "zugzwang"  # a word of the one ticket that a model may stumble over
SLOW_MS = 500.0  # of the manifest; a ticket that takes longer is slow
SLACK_MS = 2_000.0  # more than any real inference takes here


class SickReader:
    """The reader of the bundle, and what befalls it."""

    def __init__(self, real: Any, clock: MemoryClock) -> None:
        self._real, self.clock = real, clock
        self.befalls: Callable[[SickReader, Sequence[str]], None] = lambda reader, texts: None
        self.nonsense = False
        self.let_go = Event()

    def read(self, texts: Sequence[str]) -> Inference:
        self.befalls(self, texts)
        raw: Inference = self._real.read(texts)
        odd = [index for index, text in enumerate(texts) if ODD in text]
        if self.nonsense and odd:
            urgency = raw.urgency.copy()
            urgency[odd] = np.nan
            return replace(raw, urgency=urgency)
        return raw

    def knows(self, word: str) -> bool:
        return bool(self._real.knows(word))


def _fails(reader: SickReader, texts: Sequence[str]) -> None:
    raise RuntimeError("the session is broken")


def _has_no_memory(reader: SickReader, texts: Sequence[str]) -> None:
    raise MemoryError


def _is_slow(reader: SickReader, texts: Sequence[str]) -> None:
    reader.clock.advance(ms=2 * SLOW_MS * len(texts))


def _hangs(reader: SickReader, texts: Sequence[str]) -> None:
    reader.let_go.wait(60)


def _on_one(befalls: Callable[[SickReader, Sequence[str]], None]) -> Callable[[SickReader, Sequence[str]], None]:
    def only(reader: SickReader, texts: Sequence[str]) -> None:
        if any(ODD in text for text in texts):
            befalls(reader, texts)

    return only


def _talks_nonsense(reader: SickReader, texts: Sequence[str]) -> None:
    reader.nonsense = True


@dataclass(frozen=True)
class Sickness:
    """What befalls the models.

    Attributes:
        name: In the report.
        befalls: Called before each run.
        fails_one: The odd ticket is given up after three attempts, and its mates do not notice.
        batches: How many it takes until the word list answers: a model is slow when 20 in a row were.
    """

    name: str
    befalls: Callable[[SickReader, Sequence[str]], None]
    fails_one: bool = False
    batches: int = 1


SICKNESSES = [
    Sickness("fails", _fails),
    Sickness("has_no_memory", _has_no_memory),
    Sickness("hangs", _hangs),
    Sickness("hangs_on_one", _on_one(_hangs)),
    Sickness("is_slow", _is_slow, batches=21),
    Sickness("fails_on_one", _on_one(_fails), fails_one=True),
    Sickness("has_no_memory_for_one", _on_one(_has_no_memory), fails_one=True),
    Sickness("talks_nonsense_of_one", _talks_nonsense, fails_one=True),
]


@dataclass(frozen=True)
class Found:
    """What came of a sickness."""

    figures: dict[str, Any]
    broken: list[str]


class World:
    """A worker on twins in memory, with the real bundle."""

    def __init__(self) -> None:
        self.clock = MemoryClock()
        self.state = MemoryState(self.clock)
        self.store = MemoryTicketStore(self.state)
        scorer = _bundle()
        self.reader = SickReader(_healthy_reader(), self.clock)
        scorer._reader = self.reader
        alerts = MemoryAlertQueue()
        self.letters = MemoryDeadLetters(self.state)
        timed = TimedScorer(scorer, self.clock, 1.0, slack_ms=SLACK_MS)
        self.handler = make_handler(
            worker=Worker(
                store=self.store,
                scorer=GuardedScorer(timed, self.clock, SLOW_MS),
                alerts=alerts,
                destinations=MemoryDestinations([]),
                grouping=grouping(self.state),
                dead_letters=self.letters,
                visibility=MemoryVisibility(),
                clock=self.clock,
            )
        )
        self.metrics: Counter[str] = Counter()
        self._sent = 0

    def batch(self, odd: bool = True) -> list[TicketRecord]:
        """Work on new tickets until each is done, five receptions at most; return their records."""
        items = {f"m{self._sent + n}": self._item(self._sent + n, odd and n == 3) for n in range(BATCH)}
        self._sent += BATCH
        waiting = dict(items)
        for receives in range(1, 6):
            records = [
                {"messageId": name, "receiptHandle": name, "body": item.to_json(), "eventSourceARN": ARN,
                 "attributes": {"ApproximateReceiveCount": str(receives)}}
                for name, item in waiting.items()
            ]  # fmt: skip
            kept = {one["itemIdentifier"] for one in self._invoke({"Records": records})["batchItemFailures"]}
            waiting = {name: waiting[name] for name in kept}
            if not waiting:
                break
            self.clock.advance(1)
        found = self.store.get_many([item.ticket.ticket_id for item in items.values()])
        return [record for record in found if record is not None]

    def _item(self, number: int, odd: bool) -> WorkItem:
        text = f"The export shows an error {ODD if odd else ''}"
        return WorkItem(Ticket(f"t{number}", text), Lane.STANDARD, 0.2, self.clock.now_ms())

    def _invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        out = io.StringIO()
        with redirect_stdout(out):
            response = self.handler(event, FakeLambdaContext("worker"))
        for line in out.getvalue().splitlines():
            document = json.loads(line)
            for directive in document.get("_aws", {}).get("CloudWatchMetrics", []):
                for metric in directive["Metrics"]:
                    self.metrics[metric["Name"]] += sum(document[metric["Name"]])
        return response


@cache
def _bundle() -> OnnxScorer:
    return OnnxScorer(Path(__file__).parents[3] / "models")


@cache
def _healthy_reader() -> Any:
    return _bundle()._reader


def go_through(sickness: Sickness) -> Found:
    """Let the models fall sick, work on tickets, let them be well again, and work on more."""
    _healthy_reader()
    world = World()
    world.reader.befalls = sickness.befalls
    worked = 0
    while True:
        records = world.batch()
        worked += 1
        if sickness.fails_one or worked >= sickness.batches or all(_degraded(record) for record in records):
            break
    told = world.metrics["Degraded"]
    world.reader.befalls, world.reader.nonsense = lambda reader, texts: None, False
    world.clock.advance(ms=PAUSE_MS)
    after = world.batch(odd=False)
    world.reader.let_go.set()
    figures = {
        "batches_until_words": 0 if sickness.fails_one else worked,
        "scored": sum(record.state is State.SCORED for record in records),
        "degraded": sum(_degraded(record) for record in records),
        "failed": sum(record.state is State.FAILED for record in records),
        "attempts_of_mates": max(record.attempts for record in records if ODD not in record.item.ticket.text),
        "degraded_after": sum(_degraded(record) for record in after),
    }
    return Found(figures, _judge(sickness, figures, told))


def _degraded(record: TicketRecord) -> bool:
    return record.score is not None and record.score.degraded


def _judge(sickness: Sickness, figures: dict[str, int], told: int) -> list[str]:
    expected = {"failed": 1, "scored": BATCH - 1, "degraded": 0} if sickness.fails_one else {
        "failed": 0, "scored": BATCH, "degraded": BATCH}  # fmt: skip
    expected |= {"degraded_after": 0}
    broken = [f"{name} is {figures[name]}, not {value}" for name, value in expected.items() if figures[name] != value]
    if not sickness.fails_one and told < BATCH:
        broken.append(f"the metric Degraded counts {told}")
    return broken
