"""Outages on a small scale, and that the suite sees a router that does not outlive them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.faults.outage import SCENARIOS, attack

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
# Hours, at one ticket in a minute: as few as show it.
SMALL = [replace(each, rate=0.025) if each.seconds < 3_600 else replace(each, rate=0.001) for each in SCENARIOS]


@pytest.mark.parametrize("scenario", SMALL, ids=lambda scenario: scenario.name)
def test_what_was_accepted_is_scored_when_it_is_over(scenario):
    figures, broken = attack(scenario, seed=1, scale=1.0)
    assert broken == []
    assert figures["posts"] > 10
    assert bool(figures["dead_lettered_by_sqs"]) == scenario.dead_letters


def _coming_back_at_once(router):
    delay = router.sqs.delay
    router.sqs.delay = lambda message, delay_s: delay(message, 1)
    take = router.sqs.take

    def shortly(message, **kwargs):
        received = take(message, **kwargs)
        if received is not None:
            delay(received, 5)
        return received

    router.sqs.take = shortly


def _unforgiving(router):
    router.store.forgive = lambda ticket_ids: None


@pytest.mark.parametrize(
    ("name", "rate", "change"), [("redis_away", 0.03, _coming_back_at_once), ("redis_shaky", 0.04, _unforgiving)]
)
def test_the_suite_sees_what_is_broken(name, rate, change):
    # Three calls of one ticket must be lost: in about every second run of so few tickets they are.
    assert any(
        attack(replace(BY_NAME[name], rate=rate), seed=seed, scale=1.0, change=change)[1] for seed in range(1, 9)
    )
