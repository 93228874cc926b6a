"""Working through batches, on the twins in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.unit.worker_world import World
from ticketrouter.adapters.memory import MemoryDeadLetters, MemoryScorer
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.status import State
from ticketrouter.ports import Begun


@pytest.fixture
def world() -> World:
    return World()


def test_a_batch_is_scored_at_once_and_committed(world: World) -> None:
    report = world.work(*(world.message(str(n), f"text {n}") for n in range(10)))
    assert report.failed == []
    assert len(world.scorer.batches) == 1
    assert len(report.scored) == 10
    record = world.record("3")
    assert (record.state, record.attempts, record.queue_ms) == (State.SCORED, 1, 40)
    assert record.score is not None
    assert record.score.model_version == "memory-1"


def test_an_urgent_ticket_is_alerted_once_to_each_destination_that_wants_it(world: World) -> None:
    world.work(world.message("1", "fire"), world.message("2", "calm"), world.message("3", "edge"))
    assert [(alert.ticket_id, alert.destination) for alert in world.alerts.sent] == [("1", "oncall")]
    assert world.record("1").alerts_enqueued
    assert world.record("3").alerts == (), "exactly 0.8 is not above it"


def test_a_redelivered_ticket_is_neither_scored_nor_alerted_again(world: World) -> None:
    message = world.message("1", "fire")
    world.work(message)
    first = world.record("1")
    report = world.work(replace(message, receive_count=2))
    assert (report.failed, report.duplicates) == ([], 1)
    assert world.record("1") == first
    assert len(world.alerts.sent) == 1
    assert len(world.scorer.batches) == 1


def test_one_ticket_twice_in_a_batch_is_scored_once(world: World) -> None:
    report = world.work(world.message("1", "fire"), world.message("1", "fire", suffix="-again"))
    assert report.failed == ["m-1-again"]
    assert world.work(world.message("1", "fire", suffix="-again", receive_count=2)).failed == []
    assert len(world.alerts.sent) == 1
    assert len(world.scorer.batches) == 1


def test_a_ticket_that_was_deleted_is_dropped_and_not_scored(world: World) -> None:
    message = world.message("1", "fire")
    world.work(message)
    world.store.delete("1")

    report = world.work(replace(message, message_id="m-resent", receive_count=2), world.message("2", "text"))

    assert (report.failed, report.duplicates, len(report.dead_lettered)) == ([], 1, 0)
    assert [record.item.ticket.ticket_id for record, _ in report.scored] == ["2"]
    assert world.store.get("1") is None


class _Slow:
    """A model that takes so long that somebody deletes the first ticket meanwhile."""

    model_version = "slow"

    def __init__(self) -> None:
        self.world: World | None = None

    def score(self, texts: list[str]) -> list[object]:
        assert self.world is not None
        self.world.store.delete("1")
        return MemoryScorer({"fire": 0.95}).score(texts)  # type: ignore[return-value]


def test_a_ticket_that_is_deleted_while_it_is_scored_alerts_nobody() -> None:
    slow = _Slow()
    slow.world = world = World(slow)  # type: ignore[arg-type]

    report = world.work(world.message("1", "fire"), world.message("2", "fire"))

    assert (report.failed, report.duplicates) == ([], 1)
    assert [record.item.ticket.ticket_id for record, _ in report.scored] == ["2"]
    assert [alert.ticket_id for alert in world.alerts.sent] == ["2"]
    assert world.store.get("1") is None


def test_copies_of_a_final_ticket_are_all_acknowledged_at_once(world: World) -> None:
    world.work(world.message("1", "text"))

    report = world.work(*(world.message("1", "text", suffix=f"-{n}", receive_count=2) for n in range(3)))

    assert (report.failed, report.duplicates) == ([], 3)


def test_of_two_contents_under_one_new_id_the_first_is_scored_and_the_other_waits_for_it(world: World) -> None:
    other = world.message("1", "other words", suffix="-other")

    assert world.work(world.message("1", "text"), other, world.message("2", "text")).failed == ["m-1-other"]
    assert len(world.work(replace(other, receive_count=2)).dead_lettered) == 1


def test_a_batch_is_begun_together_but_for_those_that_may_kill(world: World) -> None:
    calls: list[list[str]] = []
    begin = world.store.begin

    def spy(items: Sequence[WorkItem], *, max_attempts: int) -> list[Begun]:
        calls.append([item.ticket.ticket_id for item in items])
        return begin(items, max_attempts=max_attempts)

    suspect = world.message("2", "poison")
    world.work(suspect)
    world.store.begin = spy  # type: ignore[method-assign]

    world.work(world.message("1", "text"), replace(suspect, receive_count=2), world.message("3", "text"))

    assert calls == [["1", "3"], ["2"]]


def test_other_content_under_a_known_id_is_kept_for_an_operator(world: World) -> None:
    world.work(world.message("1", "text"))
    report = world.work(world.message("1", "other words", suffix="-other"))
    assert (report.failed, len(report.dead_lettered)) == ([], 1)
    (letter,), _ = MemoryDeadLetters(world.state).find(limit=10, cursor=None)
    assert (letter.reason, letter.ticket_id) == ("id-conflict", "1")
