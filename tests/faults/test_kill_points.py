"""Processes that are killed at named points: a part of the suite, and what it says of protocols that are broken.

`python -m tests.faults kill_points` kills at every point.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import pytest

from tests.faults import kill_points
from ticketrouter.adapters.redis_store import RedisDeliveries
from ticketrouter.adapters.sqs_queue import SqsWorkQueue
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.ports import DeliveryVerdict
from ticketrouter.usecases import reconciler
from ticketrouter.usecases.worker import Worker


@pytest.fixture(scope="module")
def apart() -> Iterator[ProcessPoolExecutor]:
    """A process without threads, as one that forks should be."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield pool


def test_all_holds_at_some_points_of_every_scene(apart):
    result = apart.submit(kill_points.run, 1, 0.05).result()
    assert result.broken == []
    assert result.figures["kills_by_function"].keys() == {"ingest", "worker", "dispatcher", "reconciler"}


def test_every_call_that_leaves_a_function_is_a_point(apart):
    passed = apart.submit(points_of, "a receiver that is well").result()
    calls = ["deliveries.claim", "health.admit", "sender.send", "deliveries.record"]
    places = [passed.index(f"{when} {call}") for call in calls for when in ("before", "after")]
    assert places == sorted(places)
    assert passed[-1] == "before the answer"


def points_of(name):
    with kill_points.theatre() as router:
        return kill_points.attack(router, _scene(name), 0).passed


def _scene(name):
    return next(scene for scene in kill_points.SCENES if scene.name == name)


def death_at(name, point, break_it):
    """Break the protocol, die at a point of a scene, return what did not hold."""
    with pytest.MonkeyPatch.context() as patch:
        break_it(patch)
        with kill_points.theatre() as router:
            passed = kill_points.attack(router, _scene(name), 0).passed
            return kill_points.attack(router, _scene(name), 1 + passed.index(point)).broken


def _answered_before_it_is_queued(patch):
    patch.setattr(SqsWorkQueue, "send", lambda self, items, *, delays_s=(): [])


def _what_is_scored_is_done(patch):
    """The second flag is not looked at: neither by the worker nor by the reconciler behind it."""
    send = Worker._send_alerts

    def of_those_that_come_for_the_first_time(self, finals, done):
        send(self, [each for each in finals if each[0].message.receive_count == 1], done)
        done.update(job.message.message_id for job, _ in finals)

    patch.setattr(Worker, "_send_alerts", of_those_that_come_for_the_first_time)
    patch.setattr(reconciler, "_owes_alerts", lambda record: False)


def _whoever_has_claimed_it_once_has_sent_it(patch):
    claim = RedisDeliveries.claim

    def for_ever(self, alert, *, token, lease_ms):
        answer = claim(self, alert, token=token, lease_ms=lease_ms)
        self.close(alert, DeliveryStatus.DELIVERED)
        return answer

    patch.setattr(RedisDeliveries, "claim", for_ever)


def _a_claim_is_no_lease(patch):
    """The message is acknowledged late enough for another dispatcher to have it, and nothing keeps that one away."""
    claim = RedisDeliveries.claim
    patch.setattr(
        RedisDeliveries,
        "claim",
        lambda self, alert, *, token, lease_ms: replace(
            claim(self, alert, token=token, lease_ms=lease_ms), verdict=DeliveryVerdict.SEND
        ),
    )


BROKEN = [
    ("one ticket", "before the answer", _answered_before_it_is_queued, "I1"),
    ("urgent and calm ones", "after store.commit", _what_is_scored_is_done, "I9"),
    ("a receiver that is well", "before sender.send", _whoever_has_claimed_it_once_has_sent_it, "I5"),
    ("a receiver that is well", "after deliveries.record", _a_claim_is_no_lease, "I6"),
]


@pytest.mark.parametrize(("name", "point", "break_it", "invariant"), BROKEN)
def test_a_protocol_that_is_broken_is_told(apart, name, point, break_it, invariant):
    sentences = apart.submit(death_at, name, point, break_it).result()
    assert any(sentence.startswith(f"{invariant}:") for sentence in sentences), sentences
