"""The story of an alert: delivered once, or come back later, or exhausted in plain sight."""

import json
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from standardwebhooks.webhooks import Webhook

from tests.unit.dispatcher_world import KEYS, URL, World, alert, message
from ticketrouter.domain.errors import (
    UnsafeWebhookUrlError,
    WebhookGoneError,
    WebhookRejectedError,
    WebhookUnavailableError,
)
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.usecases.dispatcher import Ending


@pytest.fixture
def world():
    return World()


def test_an_alert_is_signed_posted_recorded_and_taken_off_the_queue(world):
    report = world.dispatch(message())

    assert report.failed == []
    (sent,) = world.sender.sent
    assert sent.url == URL
    assert json.loads(sent.body)["link"] == "https://desk.example.com/app/tickets/t_1"
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["webhook-id"] == alert().webhook_id
    assert sent.headers["webhook-timestamp"] == "1750000000"
    at = datetime.fromtimestamp(1_750_000_000, UTC)
    expected = [Webhook(key).sign(alert().webhook_id, at, sent.body.decode()) for key in KEYS]
    assert sent.headers["webhook-signature"] == " ".join(expected)
    delivery = world.delivery()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.DELIVERED, 1)
    assert (delivery.log[0].status, delivery.log[0].error) == (200, None)


@pytest.mark.parametrize(("destination", "part"), [("chat", "blocks"), ("guild", "embeds")])
def test_a_chat_gets_its_own_body_and_no_signature(world, destination, part):
    assert world.dispatch(message(alert(destination=destination))).failed == []
    (sent,) = world.sender.sent
    assert part in json.loads(sent.body)
    assert not [name for name in sent.headers if name.startswith("webhook-")]


def test_an_alert_that_comes_twice_is_posted_once(world):
    assert world.endings(message(), message(message_id="m2"), message()) == [
        Ending.DELIVERED,
        Ending.DONE,
        Ending.DONE,
    ]
    assert len(world.sender.sent) == 1


def test_each_destination_has_a_delivery_of_its_own(world):
    world.sender.replies[URL].append(WebhookRejectedError("no", status=400))
    batch = [message(alert(destination=name), name) for name in ("oncall", "chat", "guild")]
    assert world.endings(*batch) == [Ending.EXHAUSTED, Ending.DELIVERED, Ending.DELIVERED]


def test_while_another_dispatcher_is_at_it_the_message_waits(world):
    # given
    world.deliveries.claim(alert(), token="another", lease_ms=7_000)
    # when
    report = world.dispatch(message())
    # then
    assert [handled.ending for handled in report.handled] == [Ending.WAITING]
    assert (report.failed, world.visibility.delays_s, world.sender.sent) == (["m1"], {"m1": 7}, [])


def test_a_copy_that_comes_before_its_time_waits(world):
    world.sender.replies[URL].append(WebhookUnavailableError(status=500))
    assert world.endings(message()) == [Ending.RETRIED]
    world.clock.advance(1)
    assert world.endings(message(message_id="copy")) == [Ending.WAITING]
    assert world.visibility.delays_s == {"m1": 5, "copy": 4}


def test_a_receiver_that_is_down_for_hours_is_tried_by_the_schedule_and_then_given_up_visibly(world):
    world.sender.replies[URL].extend([WebhookUnavailableError(status=500)] * 20)

    delays = world.until_gone(message())

    assert delays == [5, 30, 120, 600, 1_800, 7_200, 18_000]
    delivery = world.delivery()
    assert (delivery.status, delivery.attempts, delivery.next_at_ms) == (DeliveryStatus.EXHAUSTED, 8, None)
    assert {(attempt.status, attempt.error) for attempt in delivery.log} == {(500, "webhook-unavailable")}
    # the same id and body each time, but for the age in it; another time and signature
    assert len({sent.headers["webhook-id"] for sent in world.sender.sent}) == 1
    bodies = [json.loads(sent.body) for sent in world.sender.sent]
    ages_s = [body.pop("age_s") for body in bodies]
    assert bodies == [bodies[0]] * 8
    assert [later - sooner for sooner, later in pairwise(ages_s)] == delays
    assert len({sent.headers["webhook-signature"] for sent in world.sender.sent}) == 8
    # and a late copy does not start again
    assert world.endings(message(message_id="copy")) == [Ending.DONE]


def test_a_receiver_that_recovers_gets_its_alert(world):
    world.sender.replies[URL].extend([WebhookUnavailableError(), WebhookUnavailableError(status=503)])
    assert world.until_gone(message()) == [5, 30]
    delivery = world.delivery()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.DELIVERED, 3)
    assert [attempt.status for attempt in delivery.log] == [None, 503, 200]


@pytest.mark.parametrize(("wish_s", "delay_s"), [(2, 5), (61, 61), (86_400, 900)])
def test_the_receivers_wish_is_heard(world, wish_s, delay_s):
    world.sender.replies[URL].append(WebhookUnavailableError(status=429, retry_after_s=wish_s))
    assert world.until_gone(message()) == [delay_s]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (WebhookRejectedError("no", status=400), 400, "webhook-rejected"),
        (WebhookRejectedError("see elsewhere", status=302), 302, "webhook-rejected"),
        (WebhookGoneError("gone", status=410), 410, "webhook-gone"),
        (UnsafeWebhookUrlError("inside"), None, "unsafe-webhook-url"),
    ],
)
def test_a_refusal_for_good_is_not_tried_again(world, error, status, code):
    world.sender.replies[URL].append(error)
    assert world.endings(message()) == [Ending.EXHAUSTED]
    delivery = world.delivery()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.EXHAUSTED, 1)
    assert (delivery.log[0].status, delivery.log[0].error) == (status, code)
