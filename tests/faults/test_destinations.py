"""Five of twenty destinations are dead: the others hardly notice, and nothing is lost. In virtual time.

`python -m tests.faults destinations` prints the figures of a longer run.
"""

from __future__ import annotations

import pytest

from tests.faults.destinations import HEALTHY_P95_MS, attack, healthy_delays_ms, percentile
from tests.faults.harness.dispatchers import DISPATCHERS
from tests.faults.harness.queues import ALERT_RECEIVES
from tests.template.transformed import read

MINUTES = 1


@pytest.fixture(scope="module")
def outcome():
    fared, fleet = attack(minutes=MINUTES)
    return {each.destination: each for each in fared}, fleet


def test_the_healthy_ones_are_told_in_time_and_each_once(outcome):
    fared, _ = outcome
    assert percentile(healthy_delays_ms(list(fared.values())), 0.95) <= HEALTHY_P95_MS
    for each in fared.values():
        if each.behaviour == "well":
            assert each.delivered == each.alerts == 30
        if each.behaviour == "well" and each.destination != "well-00":  # that one is everybody's fallback
            assert each.tries == each.alerts


def test_nothing_is_lost_whatever_the_receivers_do(outcome):
    fared, fleet = outcome
    assert [each.lost for each in fared.values()] == [0] * 20
    assert fleet.dead_letters == []
    assert fleet.most_receives < ALERT_RECEIVES


@pytest.mark.parametrize("dead", ["hang", "drip", "reset", "busy"])
def test_a_dead_one_is_left_alone_and_its_fallback_told_of_every_alert(outcome, dead):
    each = outcome[0][dead]
    assert (each.exhausted, each.told) == (each.alerts, each.alerts)
    assert each.tries < 100  # without a breaker: eight for each alert


def test_one_that_is_down_for_six_hours_gets_all_its_alerts(outcome):
    each = outcome[0]["error-6h"]
    assert each.delivered == each.alerts
    assert each.delays_ms[-1] < 7 * 3_600_000


def test_without_the_breaker_the_dead_hold_up_the_healthy():
    fared, _ = attack(minutes=MINUTES, breaker=False)
    assert percentile(healthy_delays_ms(fared), 0.95) > HEALTHY_P95_MS


def test_the_fleet_is_as_large_as_in_the_template():
    template = read()
    parameters = template["Parameters"]
    assert parameters["AlertConcurrency"]["Default"] == DISPATCHERS
