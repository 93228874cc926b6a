"""Dispatchers that die at random, at every I/O: no alert is lost, and only a kill before the record doubles one.

Invariants I5 and I6 of the reliability notes. `python -m tests.faults dispatcher` is the same with 20,000 alerts.
"""

from __future__ import annotations

import pytest

from tests.faults.dispatcher import attack

POINTS = {
    f"{when} {call}"
    for when in ("before", "after")
    for call in (
        "alerts.send", "deliveries.claim", "deliveries.note_fallback", "deliveries.postpone", "deliveries.record",
        "destinations.all", "health.admit", "health.failed", "secrets.get", "sender.send", "visibility.delay",
    )
}  # fmt: skip


def test_killed_anywhere_2000_alerts_are_told_and_doubled_only_by_kills_before_the_record():
    outcome = attack(2_000, seed=1, rate=0.01)

    assert outcome.lost == 0
    assert 0 < outcome.doubles <= outcome.in_window
    assert set(outcome.points) >= POINTS
    assert outcome.most_receives < 50  # of 200, after which a message would be a dead letter


def test_without_kills_nothing_is_doubled_though_messages_come_twice():
    outcome = attack(2_000, seed=2, rate=0.0, copies=0.2)
    assert (outcome.kills, outcome.lost, outcome.doubles) == (0, 0, 0)


def _without_lease(fleet):
    claim = fleet.deliveries.claim
    fleet.deliveries.claim = lambda alert, *, token, lease_ms: claim(alert, token=token, lease_ms=0)


def _acknowledged_first(fleet):
    receive = fleet.source.receive_one

    def taken():
        message = receive()
        if message is not None:
            fleet.source.delete(message)
        return message

    fleet.source.receive_one = taken


def _without_compare_and_set(fleet):
    record = fleet.deliveries.record

    def blindly(alert, attempt, status, *, token, retry_in_ms):
        fleet.state.deliveries[alert.about, alert.destination].token = token
        return record(alert, attempt, status, token=token, retry_in_ms=retry_in_ms)

    fleet.deliveries.record = blindly
    _without_lease(fleet)


@pytest.mark.parametrize(
    ("broken", "shown_by"),
    [(_without_lease, "doubles"), (_without_compare_and_set, "doubles"), (_acknowledged_first, "lost")],
)
def test_the_figures_show_a_protocol_that_is_broken(broken, shown_by):
    outcome = attack(300, seed=3, rate=0.01, copies=0.2, broken=broken)
    assert not outcome.good
    assert {"doubles": outcome.doubles - outcome.in_window, "lost": outcome.lost}[shown_by] > 0


def test_a_run_is_the_same_each_time():
    assert attack(200, seed=4, rate=0.02) == attack(200, seed=4, rate=0.02)
