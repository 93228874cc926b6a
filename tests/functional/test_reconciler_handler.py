"""The reconciler on real events: exactly what must come back is named, and ids alone are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from functions.reconciler.handler import make_handler
from tests.incident_twins import closing
from tests.lambda_context import FakeLambdaContext
from ticketrouter.adapters.memory import (
    MemoryAlertQueue,
    MemoryBudgets,
    MemoryClock,
    MemoryDeadLetters,
    MemoryDeliveries,
    MemoryDestinations,
    MemoryState,
    MemoryTicketStore,
    MemoryWorkQueue,
)
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.record import DeadLetter
from ticketrouter.domain.status import DeliveryStatus, State
from ticketrouter.usecases.digests import Digests
from ticketrouter.usecases.reconciler import MAX_RESENDS, Reconciler

EVENTS = Path(__file__).parents[2] / "events" / "reconciler"
DEADLINE_S = 3_600
Output = pytest.CaptureFixture[str]


class World:
    def __init__(self) -> None:
        self.clock = MemoryClock(1_795_262_400_500)
        self.state = MemoryState(self.clock, deadline_s=DEADLINE_S)
        self.store = MemoryTicketStore(self.state)
        self.queue = MemoryWorkQueue()
        self.deliveries = MemoryDeliveries(self.state)
        self.letters = MemoryDeadLetters(self.state)
        self.budgets, self.alerts = MemoryBudgets(self.state), MemoryAlertQueue()
        self.handler = make_handler(
            digests=Digests(budgets=self.budgets, deliveries=self.deliveries, alerts=self.alerts),
            reconciler=Reconciler(
                store=self.store,
                queue=self.queue,
                alerts=self.alerts,
                deliveries=self.deliveries,
                destinations=MemoryDestinations([]),
                dead_letters=self.letters,
                clock=self.clock,
                deadline_s=DEADLINE_S,
            ),
            closing=closing(self.state, MemoryAlertQueue()),
        )

    def handle(self, case: str) -> dict[str, Any]:
        return self.handler(load(case), FakeLambdaContext("reconciler", remaining_ms=60_000))

    def begin(self, case: str = "dead_ticket") -> WorkItem:
        """Make the ticket of an event one that a worker has begun."""
        item = WorkItem.from_json(load(case)["Records"][0]["body"])
        self.store.begin([item], max_attempts=3)
        return item


def load(case: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{case}.json").read_text())
    return event


def message_ids(case: str) -> list[str]:
    return [record["messageId"] for record in load(case)["Records"]]


def metrics(output: Output) -> dict[str, float]:
    """Return the counters that one invocation wrote."""
    written = [json.loads(line) for line in output.readouterr().out.splitlines() if '"_aws"' in line]
    return {
        metric["Name"]: line[metric["Name"]][0]
        for line in written
        for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
        if metric["Name"] != "ColdStart"
    }


@pytest.fixture
def world() -> World:
    return World()


def test_a_dead_ticket_is_sent_again(world: World, output: Output) -> None:
    item = world.begin()

    answer = world.handle("dead_ticket")

    assert answer == {"batchItemFailures": []}
    assert world.queue.sent == [item]
    assert metrics(output) == {"Resent": 1}


def test_a_dead_ticket_beyond_its_resends_is_failed(world: World, output: Output) -> None:
    world.begin()
    for _ in range(MAX_RESENDS):
        world.handle("dead_ticket")
    output.readouterr()
    world.queue.sent.clear()  # the copies have left their lane too

    answer = world.handle("dead_ticket")

    record = world.store.get("r-1")
    assert record is not None
    assert (record.state, record.failure) == (State.FAILED, "dead-lettered")
    assert answer == {"batchItemFailures": []}
    assert metrics(output) == {"Failed": 1, "DeadLettered": 1}


def test_an_unreadable_message_is_kept_beside_a_good_one(world: World, output: Output) -> None:
    world.begin("batch")

    answer = world.handle("batch")

    _, unreadable = message_ids("batch")
    (letter,) = world.letters.get_many([unreadable])
    assert isinstance(letter, DeadLetter)
    assert (letter.reason, letter.source) == ("malformed-message", "ticket-router-tickets-standard-dead-letters")
    assert answer == {"batchItemFailures": []}
    assert metrics(output) == {"Resent": 1, "DeadLettered": 1}


def test_a_dead_alert_is_exhausted(world: World, output: Output) -> None:
    answer = world.handle("dead_alert")

    (delivery,) = world.deliveries.of_ticket("r-2", ["sink"])
    assert delivery.status is DeliveryStatus.EXHAUSTED
    assert answer == {"batchItemFailures": []}
    assert metrics(output) == {"Exhausted": 1}


def test_exactly_what_the_queue_does_not_take_comes_back(world: World) -> None:
    world.begin("batch")
    world.queue.down = True

    answer = world.handle("batch")

    good, _ = message_ids("batch")
    assert answer == {"batchItemFailures": [{"itemIdentifier": good}]}


@pytest.mark.parametrize("case", ["dead_ticket", "dead_message", "dead_alert", "batch"])
def test_while_the_store_is_away_all_of_it_comes_back(world: World, output: Output, case: str) -> None:
    world.state.available = False

    answer = world.handle(case)

    assert answer == {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in message_ids(case)]}
    assert metrics(output) == {}


def test_the_schedule_finds_the_overdue(world: World, output: Output) -> None:
    item = world.begin()
    world.clock.advance(DEADLINE_S)

    answer = world.handle("schedule")

    assert answer == {"overdue": 1, "resent": 1, "failed": 0, "digests": 0}
    assert world.queue.sent == [item]
    assert metrics(output) == {"Overdue": 1, "Resent": 1}


def test_the_schedule_gives_up_what_nobody_holds(world: World, output: Output) -> None:
    world.begin()
    for _ in range(MAX_RESENDS):
        world.clock.advance(DEADLINE_S)
        world.handle("schedule")
    world.queue.sent.clear()  # taken, and lost
    world.clock.advance(DEADLINE_S)
    output.readouterr()

    answer = world.handle("schedule")

    assert answer == {"overdue": 1, "resent": 0, "failed": 1, "digests": 0}
    assert metrics(output) == {"Overdue": 1, "Failed": 1, "DeadLettered": 1}


def test_a_quiet_minute_is_quiet(world: World, output: Output) -> None:
    assert world.handle("schedule") == {"overdue": 0, "resent": 0, "failed": 0, "digests": 0}
    assert metrics(output) == {}


def test_logs_name_tickets_and_never_quote_them(world: World, output: Output) -> None:
    world.begin("batch")
    world.handle("batch")
    world.handle("dead_alert")
    world.clock.advance(DEADLINE_S)
    world.handle("schedule")

    told = output.readouterr()
    written = told.out + told.err
    assert '"ticket_id":"r-1"' in written
    assert '"ticket_id":"r-2"' in written
    for words in ("export", "checkouts", "acme", "r-3"):  # r-3 stands in the body of the unreadable one
        assert words not in written
