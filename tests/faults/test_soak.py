"""A small soak: 300 tickets with every fault; `python -m tests.faults soak` is the one of 100,000."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from random import Random

import pytest

from tests.faults import soak
from tests.faults.harness.invocations import NoKills, RandomKills
from tests.faults.harness.router import Router


@pytest.fixture(scope="module")
def apart() -> Iterator[ProcessPoolExecutor]:
    """A process without threads, as one that forks should be."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield pool


def soaked(tickets, *, deadly, break_it=lambda patch: None):
    """Soak; return the figures and what did not hold."""
    kills = RandomKills(Random(3), dict.fromkeys(soak.KILL_RATES, 0.05)) if deadly else NoKills()
    with pytest.MonkeyPatch.context() as patch:
        break_it(patch)
        run = soak.Soak(tickets, 3, 2 if deadly else 0, kills)
        run.run()
    return soak.figures_of(run), soak.broken_of(run)


def test_nothing_is_lost_whoever_dies(apart):
    figures, broken = apart.submit(soaked, 300, deadly=True).result()
    assert broken == []
    assert figures["tickets"] == 300
    assert figures["redis_restarts"] == 2
    assert figures["kills"].keys() >= {"worker", "dispatcher"}
    assert figures["alerts"] > 50
    assert figures["client_repeats"] > 0
    assert (figures["lost"], figures["second_ids"], figures["changed_finals"], figures["alerts_lost"]) == (0, 0, 0, 0)


def _acknowledged_at_once(patch):
    """Messages are deleted before anybody has worked on them, as by an event source that does not wait."""
    hand_over = Router._hand_over

    def deleted_first(self, function, source, messages):
        for message in messages:
            source.delete(message)
        hand_over(self, function, source, messages)

    patch.setattr(Router, "_hand_over", deleted_first)


def test_a_queue_that_forgets_is_told(apart):
    figures, broken = apart.submit(soaked, 300, deadly=True, break_it=_acknowledged_at_once).result()
    assert figures["alerts_lost"] > 0
    assert any(sentence.startswith("seed 3: I5:") for sentence in broken)
