"""Deadlines: what the sweep sends again, settles or gives up; on the twins in memory."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.reconciler_world import DEADLINE_S, World, alert_of
from ticketrouter.adapters.memory import MemoryClaims, MemoryScorer
from ticketrouter.domain.message import RETENTION_S, WorkItem
from ticketrouter.domain.record import Outcome
from ticketrouter.domain.status import State
from ticketrouter.ports import QueueDepth
from ticketrouter.usecases.reconcile_report import ReconcileReport
from ticketrouter.usecases.reconciler import BATCH_SIZE, MAX_RESENDS, RETRY_S, Reconciler


@pytest.fixture
def world() -> World:
    return World()


def test_before_its_deadline_a_ticket_is_left_alone(world: World) -> None:
    world.begun("1")
    world.clock.advance(DEADLINE_S - 1)

    assert world.sweep() == ReconcileReport()


def test_an_overdue_ticket_is_sent_again_with_a_new_deadline(world: World) -> None:
    item = world.begun("1")
    world.clock.advance(DEADLINE_S)

    report = world.sweep()

    assert world.queue.sent == [item]
    assert (world.record("1").resends, world.due_in_s("1")) == (1, DEADLINE_S)
    assert (report.overdue, report.resent) == (["1"], ["1"])
    assert world.sweep() == ReconcileReport()


def test_a_claim_whose_owner_died_is_sent(world: World) -> None:
    item = world.item("1")
    MemoryClaims(world.state).claim([item], key_id="dev", token="t")
    world.clock.advance(DEADLINE_S)

    assert world.sweep().resent == ["1"]
    assert world.queue.sent == [item]


def test_final_and_forgotten_tickets_are_settled(world: World) -> None:
    failed = world.begun("2")
    world.scored("1")
    world.store.fail(failed, "poison")
    for ticket_id in ("1", "2", "gone"):
        world.store.postpone(ticket_id, world.clock.now_ms())

    report = world.sweep()

    assert report == ReconcileReport()
    assert world.state.deadlines == {}
    assert world.queue.sent == []


def test_alerts_that_were_never_queued_go_out_before_the_ticket_is_settled(world: World) -> None:
    # Given a worker that died between score and alert
    world.scored("1", alert_of("1"))
    world.store.postpone("1", world.clock.now_ms())

    # While the alert queue is away the ticket stays on the list
    world.alerts.down = True
    assert world.sweep().alerted == []
    assert world.due_in_s("1") == RETRY_S

    # Then the alert goes out, and the ticket is settled
    world.alerts.down = False
    world.clock.advance(RETRY_S)
    report = world.sweep()
    assert report.alerted == ["1"]
    assert world.alerts.sent == [alert_of("1")]
    assert world.record("1").alerts_enqueued
    assert world.state.deadlines == {}


def _resend_to_the_limit(world: World) -> None:
    for _ in range(MAX_RESENDS):
        world.clock.advance(DEADLINE_S)
        assert world.sweep().resent == ["1"]
    world.clock.advance(DEADLINE_S)


def test_a_ticket_that_nobody_holds_any_more_is_given_up(world: World) -> None:
    world.begun("1")
    _resend_to_the_limit(world)

    report = world.sweep()

    assert (world.record("1").state, world.record("1").failure) == (State.FAILED, "overdue")
    assert (report.overdue, report.given_up, report.resent) == (["1"], ["1"], [])
    assert len(world.queue.sent) == MAX_RESENDS
    assert world.state.deadlines == {}


@pytest.mark.parametrize("depth", [QueueDepth(waiting=1, in_flight=0), QueueDepth(waiting=0, in_flight=1)])
def test_while_a_copy_may_still_wait_nothing_is_given_up(world: World, depth: QueueDepth) -> None:
    # Given an outage of the worker that lasts for days
    world.begun("1")
    _resend_to_the_limit(world)
    world.queue.depth = depth

    for _ in range(48):
        report = world.sweep()
        assert (report.overdue, report.given_up, report.resent) == (["1"], [], [])
        assert world.due_in_s("1") == DEADLINE_S
        world.clock.advance(DEADLINE_S)
    assert world.record("1").resends == MAX_RESENDS

    # When the lanes have run empty without it
    world.queue.depth = QueueDepth(0, 0)
    assert world.sweep().given_up == ["1"]


def test_beyond_the_retention_of_the_queue_no_copy_can_wait(world: World) -> None:
    world.begun("1")
    _resend_to_the_limit(world)
    world.queue.depth = QueueDepth(waiting=7, in_flight=0)

    world.clock.advance(RETENTION_S)
    assert world.sweep().given_up == []  # its last copy was sent hours after the first
    world.clock.advance(DEADLINE_S)
    assert world.sweep().given_up == ["1"]


def test_the_copy_of_a_redrive_is_younger_than_its_ticket(world: World) -> None:
    # Given an old ticket that an operator has sent again
    item = world.begun("1")
    world.store.fail(item, "poison")
    world.clock.advance(2 * RETENTION_S)
    assert world.store.reopen("1") is not None
    _resend_to_the_limit(world)
    world.queue.depth = QueueDepth(waiting=7, in_flight=0)

    assert world.sweep().given_up == []


def test_what_a_sweep_sends_itself_does_not_count_as_waiting(world: World) -> None:
    # Given a ticket that nobody holds any more, behind a full step of others, and lanes that hold what they are sent
    world.begun("1")
    _resend_to_the_limit(world)
    for number in range(BATCH_SIZE):
        ticket_id = f"other-{number}"
        world.begun(ticket_id)
        world.store.postpone(ticket_id, world.clock.now_ms() - 1)
    world.queue.sent.clear()
    world.queue.depth = None

    report = world.sweep()

    assert len(report.resent) == BATCH_SIZE
    assert report.given_up == ["1"]


def test_when_the_queue_does_not_tell_its_depth_nothing_is_given_up(world: World) -> None:
    world.begun("1")
    _resend_to_the_limit(world)
    world.queue.down = True

    assert world.sweep().given_up == []
    assert world.due_in_s("1") == DEADLINE_S


def test_an_outage_of_the_queue_uses_up_no_resend(world: World) -> None:
    for ticket_id in map(str, range(BATCH_SIZE + 1)):
        world.begun(ticket_id)
    world.clock.advance(DEADLINE_S)
    world.queue.down = True

    # When the queue takes nothing, the sweep stops after one step and the next run tries again
    report = world.sweep()
    assert (len(report.overdue), report.resent, report.queue_unavailable) == (BATCH_SIZE, [], True)
    assert {world.record(ticket_id).resends for ticket_id in report.overdue} == {0}

    world.queue.down = False
    world.clock.advance(RETRY_S)
    assert len(world.sweep().resent) == BATCH_SIZE + 1


def test_a_sweep_goes_on_until_none_is_left(world: World) -> None:
    for ticket_id in map(str, range(2 * BATCH_SIZE + 1)):
        world.begun(ticket_id)
    world.clock.advance(DEADLINE_S)

    report = world.sweep()

    assert len(report.resent) == len(set(report.resent)) == 2 * BATCH_SIZE + 1


def test_short_of_time_a_sweep_takes_one_step_and_no_more(world: World) -> None:
    for ticket_id in map(str, range(BATCH_SIZE + 1)):
        world.begun(ticket_id)
    world.clock.advance(DEADLINE_S)

    report = world.reconciler.sweep(remaining_ms=lambda: 2_000.0)

    assert len(report.resent) == BATCH_SIZE


def test_deadlines_shorter_than_a_sweep_do_not_make_it_endless(world: World) -> None:
    # Given a store that takes longer for a step than the next deadline is away
    world.begun("1")
    world.clock.advance(DEADLINE_S)
    hasty = Reconciler(
        store=world.store,
        queue=world.queue,
        alerts=world.alerts,
        deliveries=world.deliveries,
        destinations=world.destinations,
        dead_letters=world.letters,
        clock=world.clock,
        deadline_s=0,
    )

    assert hasty.sweep(remaining_ms=lambda: 60_000.0).resent == ["1"]


def test_while_the_store_is_away_a_sweep_says_so(world: World) -> None:
    world.begun("1")
    world.clock.advance(DEADLINE_S)
    world.state.available = False

    assert world.sweep() == ReconcileReport(store_unavailable=True)


def test_no_ticket_is_final_twice(world: World) -> None:
    # Given a ticket that a worker finishes between the reconciler's look and its resend
    item = world.begun("1")
    world.clock.advance(DEADLINE_S)
    (score,) = MemoryScorer().score([item.ticket.text])
    outcome = Outcome(item, score, item.accepted_at_ms, item.accepted_at_ms, 1.0, False, ())

    def finish(_: WorkItem) -> bool:
        world.store.commit([outcome])
        return False

    world.queue.refuse = finish
    world.sweep()

    # Then it stays scored, uncounted and without a deadline
    record = world.record("1")
    assert (record.state, record.resends) == (State.SCORED, 0)
    assert "1" not in world.state.deadlines


def test_the_retention_is_that_of_the_lanes() -> None:
    template = (Path(__file__).parents[2] / "template.yaml").read_text(encoding="utf-8")
    for lane in ("ExpressQueue", "StandardQueue"):
        found = re.search(rf"^  {lane}:\n(?:    .*\n)*?      MessageRetentionPeriod: (\d+)", template, re.MULTILINE)
        assert found, lane
        assert int(found[1]) == RETENTION_S
