"""Dead letters: sent again, given up or kept; on the twins in memory."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.reconciler_world import DEADLINE_S, World, alert_of
from ticketrouter.domain.message import WorkItem, alert_to_json
from ticketrouter.domain.record import DeadLetter
from ticketrouter.domain.status import DeliveryStatus, Lane, State
from ticketrouter.domain.ticket import Ticket
from ticketrouter.ports import QueueDepth
from ticketrouter.usecases.reconcile_report import ReconcileReport
from ticketrouter.usecases.reconciler import MAX_RESENDS


@pytest.fixture
def world() -> World:
    return World()


# --- dead letters: tickets -------------------------------------------------------------------------------------------


def test_an_unfinished_ticket_is_sent_again_and_counted(world: World) -> None:
    # Given a ticket whose workers died
    item = world.begun("1")
    world.clock.advance(3_000)

    # When its message is drained
    report = world.drain(item.to_json())

    # Then it is on its lane, its deadline is new, and the message may go
    assert world.queue.sent == [item]
    assert (world.record("1").resends, world.due_in_s("1")) == (1, DEADLINE_S)
    assert (report.resent, report.failed) == (["1"], [])


def test_a_final_ticket_is_let_go(world: World) -> None:
    scored, failed = world.scored("1"), world.begun("2")
    world.store.fail(failed, "poison")

    report = world.drain(scored.to_json(), failed.to_json())

    assert report == ReconcileReport()
    assert world.queue.sent == []
    assert world.record("2").failure == "poison"


def test_a_ticket_of_which_the_store_knows_nothing_is_sent_again(world: World) -> None:
    item = world.item("1")  # the store was wiped, or was away when it was accepted

    report = world.drain(item.to_json())

    assert world.queue.sent == [item]
    assert (report.resent, report.failed, report.given_up) == (["1"], [], [])


def test_a_ticket_that_comes_back_too_often_is_given_up(world: World) -> None:
    item = world.begun("1")
    for resend in range(MAX_RESENDS):
        assert world.drain(item.to_json()).resent == ["1"]
        assert world.record("1").resends == resend + 1

    report = world.drain(item.to_json())

    assert len(world.queue.sent) == MAX_RESENDS
    assert (world.record("1").state, world.record("1").failure) == (State.FAILED, "dead-lettered")
    assert (report.given_up, report.failed) == (["1"], [])
    assert world.letters.get_many(["1"]) != [None]


@pytest.mark.parametrize("depth", [QueueDepth(waiting=1, in_flight=0), QueueDepth(waiting=0, in_flight=1)])
def test_a_ticket_of_which_a_later_copy_may_wait_is_not_given_up(world: World, depth: QueueDepth) -> None:
    # Given a worker that is down for hours, so that the sweep has sent a ticket as often as it may
    world.queue.depth = depth
    item = world.begun("1")
    for _ in range(MAX_RESENDS):
        world.clock.advance(DEADLINE_S + 1)
        assert world.sweep().resent == ["1"]

    # When the first copy is dead-lettered
    report = world.drain(item.to_json())

    # Then the ticket is open for the others, and looked at again
    assert (world.record("1").state, report.given_up, report.failed) == (State.QUEUED, [], [])
    assert world.due_in_s("1") == DEADLINE_S

    # And when the lanes are empty, nothing can finish it any more
    world.queue.depth = QueueDepth(0, 0)
    assert world.drain(item.to_json()).given_up == ["1"]


def test_a_redriven_ticket_that_comes_back_too_often_is_given_up_whatever_waits(world: World) -> None:
    item = world.begun("1")
    world.store.fail(item, "poison")
    world.store.reopen("1")
    for _ in range(MAX_RESENDS):
        world.drain(item.to_json())
    world.queue.depth = QueueDepth(waiting=1, in_flight=0)

    assert world.drain(item.to_json()).given_up == ["1"]


def test_two_copies_in_one_batch_are_one_resend(world: World) -> None:
    item = world.begun("1")

    report = world.drain(item.to_json(), item.to_json())

    assert world.queue.sent == [item]
    assert world.record("1").resends == 1
    assert report.failed == []


def test_one_id_with_two_contents_and_no_record_loses_neither(world: World) -> None:
    one, other = world.item("1", "it hangs"), world.item("1", "it burns")

    report = world.drain(one.to_json(), other.to_json())

    assert world.queue.sent == [one, other]
    assert report.failed == []


def test_other_content_under_a_known_id_is_kept_for_an_operator(world: World) -> None:
    world.scored("1")
    other = world.item("1", "quite another text")

    report = world.drain(other.to_json())

    (letter,) = world.letters.get_many(["m0"])
    assert letter is not None
    assert (letter.reason, letter.ticket_id, letter.body) == ("id-conflict", "1", other.to_json())
    assert ([letter.id for letter in report.kept], report.failed) == (["m0"], [])


def test_what_the_queue_does_not_take_stays_a_dead_letter_and_is_not_counted(world: World) -> None:
    one, other = world.begun("1"), world.begun("2")
    world.queue.refuse = lambda item: item.ticket.ticket_id == "1"

    report = world.drain(one.to_json(), other.to_json())

    assert report.failed == ["m0"]
    assert report.queue_unavailable
    assert (world.record("1").resends, world.record("2").resends) == (0, 1)


def test_a_scored_ticket_whose_alerts_are_not_out_sends_them_before_it_is_let_go(world: World) -> None:
    item = world.scored("1", alert_of("1"), alert_of("1", "boss"))

    report = world.drain(item.to_json())

    assert [alert.destination for alert in world.alerts.sent] == ["oncall", "boss"]
    assert world.record("1").alerts_enqueued
    assert (report.alerted, report.failed, report.resent) == (["1"], [], [])
    assert world.drain(item.to_json()).alerted == []  # once


def test_an_alert_that_is_not_taken_keeps_its_ticket_a_dead_letter(world: World) -> None:
    one, other = world.scored("1", alert_of("1"), alert_of("1", "boss")), world.scored("2", alert_of("2"))
    world.alerts.refuse = lambda alert: alert.destination == "boss"

    report = world.drain(one.to_json(), other.to_json())

    assert report.failed == ["m0"]
    assert (world.record("1").alerts_enqueued, world.record("2").alerts_enqueued) == (False, True)


def test_a_record_is_sent_as_it_was_first_accepted(world: World) -> None:
    item = world.begun("1")
    later = replace(item, accepted_at_ms=item.accepted_at_ms + 5_000, trace="1-2")

    world.drain(later.to_json())

    assert world.queue.sent == [item]


# --- dead letters: alerts and what nobody can read -------------------------------------------------------------------


def test_a_dead_alert_is_exhausted_once(world: World) -> None:
    body = alert_to_json(alert_of("1"))

    report, again = world.drain(body), world.drain(body)

    (delivery,) = world.deliveries.of_ticket("1", ["oncall"])
    assert delivery.status is DeliveryStatus.EXHAUSTED
    assert (report.exhausted, report.failed) == ([alert_of("1")], [])
    assert (again.exhausted, again.failed) == ([], [])


def test_before_a_dead_alert_is_given_up_its_fallback_is_told(world: World) -> None:
    body = alert_to_json(alert_of("1", "chat"))

    world.alerts.down = True
    refused = world.drain(body)
    assert (refused.failed, refused.exhausted, refused.queue_unavailable) == (["m0"], [], True)

    world.alerts.down = False
    world.drain(body)
    world.drain(body)

    assert world.alerts.sent == [replace(alert_of("1", "oncall"), fallback_for="chat")]
    (delivery,) = world.deliveries.of_ticket("1", ["chat"])
    assert (delivery.status, delivery.fallback) == (DeliveryStatus.EXHAUSTED, "oncall")


def test_a_dead_alert_that_was_delivered_or_whose_fallback_knows_tells_nobody(world: World) -> None:
    delivered, told = alert_of("1", "chat"), alert_of("2", "chat")
    world.deliveries.close(delivered, DeliveryStatus.DELIVERED)
    world.deliveries.claim(told, token="t", lease_ms=1)
    world.deliveries.note_fallback(told, "oncall")

    world.drain(alert_to_json(delivered), alert_to_json(told))

    assert world.alerts.sent == []
    (delivery,) = world.deliveries.of_ticket("1", ["chat"])
    assert delivery.status is DeliveryStatus.DELIVERED


def test_an_unreadable_message_is_kept(world: World) -> None:
    report = world.drain("<xml/>")

    assert world.letters.get_many(["m0"]) == [
        DeadLetter("m0", "malformed-message", world.clock.now_ms(), None, "<xml/>", "tickets-standard-dead-letters")
    ]
    assert ([letter.id for letter in report.kept], report.failed) == (["m0"], [])


def test_a_message_longer_than_any_of_ours_is_cut_between_characters(world: World) -> None:
    world.drain("a" + "é" * 140_000)

    (letter,) = world.letters.get_many(["m0"])
    assert letter is not None
    assert letter.body == "a" + "é" * 131_071  # 256 KiB less one byte: no half character


def test_a_ticket_of_full_length_under_a_known_id_is_kept_whole(world: World) -> None:
    world.begun("1")
    other = WorkItem(Ticket("1", "😀" * 20_000), Lane.STANDARD, 0.2, world.clock.now_ms())

    world.drain(other.to_json())

    (letter,) = world.letters.get_many(["m0"])
    assert letter is not None
    assert letter.body is not None
    assert WorkItem.from_json(letter.body) == other, "a redrive must be able to send it as it was"


def test_while_the_store_is_away_nothing_leaves_the_queue(world: World) -> None:
    item = world.begun("1")
    world.state.available = False

    report = world.drain(item.to_json(), alert_to_json(alert_of("1")), "<xml/>")

    assert report.failed == ["m0", "m1", "m2"]
    assert report.store_unavailable
    assert world.queue.sent == []


def test_what_was_done_before_the_store_went_away_is_done(world: World) -> None:
    # Given a store that goes away right after the first look
    item = world.begun("1")

    def refuse(_: WorkItem) -> bool:
        world.state.available = False
        return False

    world.queue.refuse = refuse

    # When the message is sent and cannot be counted
    report = world.drain(item.to_json())

    # Then it is not sent a second time
    assert world.queue.sent == [item]
    assert (report.failed, report.resent, report.store_unavailable) == ([], ["1"], True)
