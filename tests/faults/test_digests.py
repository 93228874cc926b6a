"""Storms above the budgets while everybody dies now and then: each alert is told once, singly or by one digest."""

from __future__ import annotations

import pytest

from tests.faults.digests import attack
from tests.faults.digests_ledger import LONGEST_WAIT_S

POINTS = {
    f"{when} {call}"
    for when in ("before", "after")
    for call in ("budgets.spend", "deliveries.hold", "deliveries.claim", "deliveries.record", "sender.send")
}
RECONCILER = {"budgets.close", "budgets.told", "budgets.destinations", "alerts.send", "deliveries.of_ticket"}


def test_whoever_dies_each_alert_is_in_one_message_or_one_digest():
    outcome = attack(250, seed=1, kills=0.02)

    assert outcome.broken == []
    ledger, points = outcome.judgement.ledger, outcome.crashes.points
    assert set(points) >= POINTS
    assert RECONCILER & {point.partition(" ")[2] for point in points}
    assert len(ledger.digest_of) > 150
    assert ledger.replayed
    assert ledger.deleted
    assert outcome.crashes.unrecorded


def test_without_faults_nobody_is_told_twice_or_waits_longer_than_a_gap():
    outcome = attack(150, seed=2, kills=0.0, losses=0.0)

    assert outcome.broken == []
    assert not outcome.judgement.ledger.failed_runs_ms
    assert 0 < outcome.judgement.longest_wait_s() <= LONGEST_WAIT_S


def _acknowledged_before_it_is_held(fleet):
    hold, receive = fleet.deliveries.hold, fleet.source.receive_one
    at_work = []

    def received():
        message = receive()
        at_work[:] = [message] if message else at_work
        return message

    def acknowledged(*args, **kwargs):
        fleet.source.delete(at_work[0])
        return hold(*args, **kwargs)

    fleet.source.receive_one, fleet.deliveries.hold = received, acknowledged


def _told_before_it_is_queued(fleet):
    close = fleet.budgets.close

    def told_at_once(destination):
        closed = close(destination)
        if closed is not None:
            fleet.budgets.told(closed)
        return closed

    fleet.budgets.close = told_at_once


def _what_was_held_is_not_remembered(fleet):
    spend, state, forgotten = fleet.budgets.spend, fleet.state, set()

    def once_anew(alert, limit):
        row, name = state.budgets.get(alert.destination), (alert.about, alert.epoch)
        if row is not None and name in row.held and (name, alert.destination) not in forgotten:
            forgotten.add((name, alert.destination))
            del row.held[name]
        return spend(alert, limit)

    fleet.budgets.spend = once_anew


@pytest.mark.parametrize(
    ("broken", "shown_by"),
    [
        (_acknowledged_before_it_is_held, "pending"),
        (_told_before_it_is_queued, "never queued"),
        (_what_was_held_is_not_remembered, "digests"),
    ],
)
def test_a_protocol_that_is_broken_shows(broken, shown_by):
    outcome = attack(120, seed=3, kills=0.03, broken=broken)
    assert any(shown_by in sentence for sentence in outcome.broken), outcome.broken[:5]


def test_a_run_is_the_same_each_time():
    first, second = (attack(40, seed=4, kills=0.02) for _ in range(2))
    assert (first.virtual_s, first.crashes.points) == (second.virtual_s, second.crashes.points)
