"""The worker on real SQS events: exactly what must come back is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from functions.worker.handler import make_handler
from tests.incident_twins import grouping
from tests.lambda_context import FakeLambdaContext
from ticketrouter.adapters.memory import (
    MemoryAlertQueue,
    MemoryClock,
    MemoryDeadLetters,
    MemoryDestinations,
    MemoryScorer,
    MemoryState,
    MemoryTicketStore,
    MemoryVisibility,
)
from ticketrouter.domain.alert import Destination
from ticketrouter.usecases.scoring import GuardedScorer
from ticketrouter.usecases.worker import Worker

EVENTS = Path(__file__).parents[2] / "events" / "worker"


class World:
    def __init__(self) -> None:
        clock = MemoryClock(1_795_262_400_500)
        self.state = MemoryState(clock)
        self.store = MemoryTicketStore(self.state)
        self.alerts = MemoryAlertQueue()
        self.scorer = MemoryScorer({"invoices": 0.97}, poison=["poison"])
        self.handler = make_handler(
            worker=Worker(
                store=self.store,
                scorer=GuardedScorer(self.scorer, clock),
                alerts=self.alerts,
                destinations=MemoryDestinations([Destination("oncall")]),
                grouping=grouping(self.state),
                dead_letters=MemoryDeadLetters(self.state),
                visibility=MemoryVisibility(),
                clock=clock,
            )
        )

    def work(self, event: dict[str, Any]) -> list[str]:
        answer = self.handler(event, FakeLambdaContext("worker"))
        assert set(answer) == {"batchItemFailures"}
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def load(case: str) -> dict[str, Any]:
    return json.loads((EVENTS / f"{case}.json").read_text())


@pytest.fixture
def world() -> World:
    return World()


def test_only_what_failed_by_itself_comes_back(world: World) -> None:
    event = load("batch_of_10")
    event["Records"][6]["body"] = event["Records"][6]["body"].replace("GDPR", "poison")
    assert world.work(event) == [event["Records"][6]["messageId"]]


def test_without_the_store_the_whole_batch_comes_back(world: World) -> None:
    world.state.available = False
    event = load("batch_of_10")
    assert world.work(event) == [record["messageId"] for record in event["Records"]]


def test_the_first_batch_of_a_process_is_marked_as_a_cold_start(world: World) -> None:
    world.work(load("one"))
    world.work(load("batch_of_10"))
    assert world.state.rows["INC-2041"].record.cold_start
    assert not world.state.rows["w-5"].record.cold_start


def test_metrics_and_logs_tell_what_happened_without_a_word_of_the_ticket(
    world: World, output: pytest.CaptureFixture[str]
) -> None:
    world.work(load("one"))
    lines = [json.loads(line) for line in output.readouterr().out.splitlines()]
    metrics = next(line for line in lines if "Scored" in line)
    assert (metrics["Scored"], metrics["Urgent"], metrics["BatchSize"]) == ([1.0], [1.0], [1.0])
    assert metrics["QueueAgeMs"] == [500.0]
    scored = next(line for line in lines if line.get("message") == "scored")
    assert (scored["ticket_id"], scored["urgency_score"]) == ("INC-2041", 0.97)
    assert "invoices of other customers" not in json.dumps(lines)
