"""A destination that is down: left alone by all, probed by one, and none of its alerts loses a try by waiting."""

from dataclasses import replace

import pytest

from tests.unit.dispatcher_world import KEYS, URL, World, alert, message
from ticketrouter.domain.alert import DestinationSecret
from ticketrouter.domain.backoff import GIVE_UP_AFTER_S
from ticketrouter.domain.errors import (
    CacheUnavailableError,
    DestinationDisabledError,
    WebhookGoneError,
    WebhookRejectedError,
    WebhookUnavailableError,
)
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.usecases.dispatcher import Ending


@pytest.fixture
def world():
    return World()


def batch(*numbers):
    return [message(alert(f"t_{number}"), f"m{number}") for number in numbers]


def answers(world, *errors):
    world.sender.replies[URL].extend(errors)


def down(world, times=3):
    answers(world, *[WebhookUnavailableError(status=500)] * times)


def test_after_three_failures_the_other_alerts_wait_and_lose_no_try(world):
    down(world)
    assert world.endings(*batch(1, 2, 3, 4, 5)) == [Ending.RETRIED] * 3 + [Ending.PAUSED] * 2
    assert len(world.sender.sent) == 3
    waiting = world.delivery(alert("t_4"))
    assert (waiting.status, waiting.attempts, waiting.log) == (DeliveryStatus.PENDING, 0, ())
    assert 30 <= world.visibility.delays_s["m4"] <= 40
    assert waiting.next_at_ms == world.clock.now_ms() + world.visibility.delays_s["m4"] * 1_000


def test_others_are_delivered_meanwhile(world):
    down(world)
    world.dispatch(*batch(1, 2, 3))
    assert world.endings(message(alert("t_1", "chat"), "c1")) == [Ending.DELIVERED]


def test_one_probe_decides_for_all(world):
    down(world)
    world.dispatch(*batch(1, 2, 3, 4, 5))
    world.clock.advance(40)
    # when: the first to come finds it well again
    assert world.endings(*batch(4, 5)) == [Ending.DELIVERED, Ending.DELIVERED]
    assert world.health.conditions(["oncall"])[0].state == "ok"


def test_a_probe_that_fails_keeps_it_closed(world):
    down(world, 4)
    world.dispatch(*batch(1, 2, 3, 4, 5))
    world.clock.advance(40)
    assert world.endings(*batch(4, 5)) == [Ending.RETRIED, Ending.PAUSED]
    assert 60 <= world.visibility.delays_s["m5"] <= 70


def test_one_time_out_is_enough(world):
    def hang():
        world.clock.advance(10)

    world.sender.during = hang
    down(world, 1)
    assert world.endings(*batch(1, 2)) == [Ending.RETRIED, Ending.PAUSED]


def test_a_wish_for_patience_holds_for_every_alert(world):
    answers(world, WebhookUnavailableError(status=429, retry_after_s=90))
    assert world.endings(*batch(1, 2)) == [Ending.RETRIED, Ending.PAUSED]
    assert world.visibility.delays_s["m1"] == 90
    assert 90 <= world.visibility.delays_s["m2"] <= 100


def test_a_refusal_of_one_message_is_an_answer(world):
    down(world, 2)
    answers(world, WebhookRejectedError("no", status=400))
    down(world, 2)
    assert world.endings(*batch(1, 2, 3, 4, 5, 6)) == [
        Ending.RETRIED,
        Ending.RETRIED,
        Ending.EXHAUSTED,
        Ending.RETRIED,
        Ending.RETRIED,
        Ending.DELIVERED,
    ]


def test_an_alert_that_waited_half_a_day_is_given_up_in_plain_sight(world):
    down(world)
    world.dispatch(*batch(1, 2, 3))
    old = alert("t_4", scored_at_ms=world.clock.now_ms() - GIVE_UP_AFTER_S * 1_000)
    assert world.endings(message(old, "m4")) == [Ending.EXHAUSTED]
    assert world.delivery(old).status is DeliveryStatus.EXHAUSTED


def test_a_410_disables_the_destination_for_every_alert(world):
    answers(world, WebhookGoneError("gone", status=410))
    assert world.endings(*batch(1, 2)) == [Ending.EXHAUSTED, Ending.EXHAUSTED]
    assert len(world.sender.sent) == 1
    assert [attempt.error for attempt in world.delivery(alert("t_2")).log] == [DestinationDisabledError.code]
    world.clock.advance(10**6)
    assert world.endings(*batch(3)) == [Ending.EXHAUSTED]


def test_a_renewed_secret_enables_it_again(world):
    answers(world, WebhookGoneError("gone", status=410))
    world.dispatch(*batch(1))
    world.secrets.secrets["oncall"] = DestinationSecret(f"{URL}/new", KEYS)
    assert world.endings(*batch(2)) == [Ending.DELIVERED]


@pytest.mark.parametrize("operator", [{"replay": "operator-1"}, {"test": True}])
def test_an_operators_try_that_is_answered_enables_it_again(world, operator):
    answers(world, WebhookGoneError("gone", status=410))
    world.dispatch(*batch(1))
    assert world.endings(message(alert("t_1" if "replay" in operator else "test-1", **operator), "m2")) == [
        Ending.DELIVERED
    ]
    assert world.endings(*batch(3)) == [Ending.DELIVERED]


def test_an_operators_try_goes_through_an_open_breaker_once(world):
    down(world, 4)
    world.dispatch(*batch(1, 2, 3))
    trial = message(alert("test-1", test=True), "m9")
    assert world.endings(trial, trial) == [Ending.EXHAUSTED, Ending.DONE]
    assert len(world.sender.sent) == 4


def test_a_store_that_goes_away_behind_the_record_changes_no_outcome(world):
    def away(*args, **kwargs):
        raise CacheUnavailableError("away")

    world.health.failed = away
    down(world, 1)
    assert world.endings(*batch(1)) == [Ending.RETRIED]
    assert world.delivery(alert("t_1")).attempts == 1


def test_an_unknown_destination_says_nothing_about_its_health(world):
    world.secrets.secrets.clear()
    world.dispatch(*batch(1, 2, 3, 4))
    assert world.health.conditions(["oncall"])[0].state == "ok"


def test_copies_of_a_waiting_alert_do_not_probe_twice(world):
    down(world)
    world.dispatch(*batch(1, 2, 3, 4))
    again = replace(message(alert("t_4"), "m4"), message_id="copy")
    assert world.endings(again) == [Ending.WAITING]
    assert len(world.sender.sent) == 3
