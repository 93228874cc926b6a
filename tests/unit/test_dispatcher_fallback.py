"""When a destination does not take an alert, somebody else is told: in time, once, and the first one is tried on."""

import json

import pytest

from tests.unit.dispatcher_world import URL, World, alert, message
from ticketrouter.domain.alert import Destination
from ticketrouter.domain.errors import WebhookGoneError, WebhookRejectedError, WebhookUnavailableError
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.usecases.dispatcher import Ending

CHAT = f"{URL}/slack"


@pytest.fixture
def world():
    made = World()
    made.destinations.destinations[0] = Destination("oncall", fallback="chat")
    return made


def fresh(world, **changes):
    now_ms = world.clock.now_ms()
    return alert(**{"accepted_at_ms": now_ms - 1_000, "scored_at_ms": now_ms, **changes})


def down(world, times=3, **answer):
    world.sender.replies[URL].extend([WebhookUnavailableError(**(answer or {"status": 500}))] * times)


def come_back(world, sent):
    """Hand the message out again when its time has come."""
    world.clock.advance(world.visibility.delays_s[sent.message_id])
    (handled,) = world.dispatch(sent).handled
    return handled


def test_after_three_failures_the_fallback_is_told_and_the_first_is_tried_on(world):
    down(world, 4)
    sent = message(fresh(world))
    assert world.endings(sent) == [Ending.RETRIED]
    assert come_back(world, sent).fallback == ""
    third = come_back(world, sent)
    assert (third.ending, third.tries, third.fallback) == (Ending.RETRIED, 3, "chat")
    (told,) = world.alerts.sent
    assert (told.destination, told.fallback_for, told.ticket_id) == ("chat", "oncall", "t_1")
    # and on it goes with the first, without a second message to the other
    assert come_back(world, sent).ending is Ending.RETRIED
    assert come_back(world, sent).ending is Ending.DELIVERED
    assert len(world.alerts.sent) == 1
    assert (world.delivery().status, world.delivery().fallback) == (DeliveryStatus.DELIVERED, "chat")


def test_the_message_says_why_it_comes_and_has_a_delivery_of_its_own(world):
    down(world)
    sent = message(fresh(world))
    world.dispatch(sent)
    come_back(world, sent)
    come_back(world, sent)
    (told,) = world.alerts.sent
    assert world.endings(message(told, "m2"), message(told, "m3")) == [Ending.DELIVERED, Ending.DONE]
    assert [each.url for each in world.sender.sent].count(CHAT) == 1
    assert "oncall" in world.sender.sent[-1].body.decode()
    assert world.delivery(told).status is DeliveryStatus.DELIVERED


def test_a_generic_fallback_is_told_by_a_field(world):
    world.sender.replies[CHAT].append(WebhookRejectedError("no", status=404))
    world.destinations.destinations[:] = [Destination("oncall"), Destination("chat", "slack", fallback="oncall")]
    world.dispatch(message(fresh(world, destination="chat")))
    world.dispatch(message(world.alerts.sent[0], "m2"))
    assert json.loads(world.sender.sent[-1].body)["fallback_for"] == "chat"


@pytest.mark.parametrize(
    "refusal", [WebhookRejectedError("no", status=404), WebhookGoneError("gone", status=410)], ids=["404", "410"]
)
def test_a_refusal_for_good_tells_the_fallback_at_once(world, refusal):
    world.sender.replies[URL].append(refusal)
    (handled,) = world.dispatch(message(fresh(world))).handled
    assert (handled.ending, handled.fallback) == (Ending.EXHAUSTED, "chat")
    assert len(world.alerts.sent) == 1


def test_alerts_of_a_disabled_destination_go_to_the_fallback_at_once(world):
    world.sender.replies[URL].append(WebhookGoneError("gone", status=410))
    world.dispatch(message(fresh(world)))
    world.dispatch(message(fresh(world, ticket_id="t_2"), "m2"))
    assert [told.ticket_id for told in world.alerts.sent] == ["t_1", "t_2"]


def test_after_three_minutes_the_fallback_is_told_however_few_the_tries(world):
    # given: a receiver that wants to be left alone for a quarter of an hour
    down(world, 1, status=429, retry_after_s=900)
    sent = message(fresh(world))
    assert world.endings(sent) == [Ending.RETRIED]
    # then: the message comes back for the fallback, not for a try
    assert world.visibility.delays_s["m1"] == 180
    early = come_back(world, sent)
    assert (early.ending, early.fallback, early.delay_s) == (Ending.WAITING, "chat", 720)
    assert come_back(world, sent).ending is Ending.DELIVERED
    assert len(world.alerts.sent) == 1


def test_who_waits_behind_a_breaker_tells_the_fallback_in_time(world):
    for _ in range(6):
        world.health.failed("oncall", slow=True, wish_s=600)
    sent = message(fresh(world))
    assert world.endings(sent) == [Ending.PAUSED]
    assert world.visibility.delays_s["m1"] == 180
    told = come_back(world, sent)
    assert (told.fallback, told.ending, told.tries) == ("chat", Ending.WAITING, 0)
    assert world.delivery().attempts == 0


def test_what_is_given_up_behind_a_breaker_has_told_the_fallback(world):
    world.health.failed("oncall", slow=True, wish_s=600)
    old = message(fresh(world, scored_at_ms=world.clock.now_ms() - 10**8))
    (handled,) = world.dispatch(old).handled
    assert (handled.ending, handled.fallback) == (Ending.EXHAUSTED, "chat")


def test_an_alert_is_not_given_up_before_the_fallback_is_told(world):
    world.sender.replies[URL].extend([WebhookRejectedError("no", status=404)] * 2)
    world.alerts.down = True
    sent = message(fresh(world))
    assert world.endings(sent) == [Ending.UNTOLD]
    assert world.delivery().status is DeliveryStatus.PENDING
    world.alerts.down = False
    world.clock.advance(20)  # the lease
    assert world.endings(sent) == [Ending.EXHAUSTED]
    assert len(world.alerts.sent) == 1


def test_without_the_queue_a_paused_alert_is_not_given_up_either(world):
    world.health.failed("oncall", slow=True, wish_s=600)
    world.alerts.down = True
    old = message(fresh(world, scored_at_ms=world.clock.now_ms() - 10**8))
    assert world.endings(old) == [Ending.PAUSED]
    assert world.visibility.delays_s["m1"] == 5


@pytest.mark.parametrize("operator", [{"replay": "r"}, {"test": True}])
def test_an_operators_try_tells_nobody_else(world, operator):
    world.sender.replies[URL].append(WebhookRejectedError("no", status=404))
    world.dispatch(message(fresh(world, **operator)))
    assert world.alerts.sent == []


def test_a_fallback_may_have_one_itself(world):
    world.destinations.destinations[:] = [
        Destination("oncall", fallback="chat"),
        Destination("chat", "slack", fallback="guild"),
        Destination("guild", "discord"),
    ]
    for url in (URL, CHAT):
        world.sender.replies[url].append(WebhookRejectedError("no", status=404))
    world.dispatch(message(fresh(world)))
    world.dispatch(message(world.alerts.sent[0], "m2"))
    assert world.endings(message(world.alerts.sent[1], "m3")) == [Ending.DELIVERED]
    assert [(told.destination, told.fallback_for) for told in world.alerts.sent] == [
        ("chat", "oncall"),
        ("guild", "chat"),
    ]


def test_a_destination_that_was_told_anyway_is_not_told_twice(world):
    own = fresh(world, destination="chat")
    world.sender.replies[URL].append(WebhookRejectedError("no", status=404))
    assert world.endings(message(own, "m1"), message(fresh(world), "m2")) == [Ending.DELIVERED, Ending.EXHAUSTED]
    assert world.endings(message(world.alerts.sent[0], "m3")) == [Ending.DONE]
