"""What the dispatcher does when something is missing, away, late or killed: no alert is lost."""

import json
import random
from collections import Counter
from dataclasses import replace

import pytest

from tests.unit.dispatcher_world import URL, World, alert, message
from ticketrouter.domain.errors import (
    CacheUnavailableError,
    MissingSettingError,
    WebhookGoneError,
    WebhookUnavailableError,
)
from ticketrouter.domain.message import alert_to_json
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.usecases.dispatcher import LEASE_MS, Ending


@pytest.fixture
def world():
    return World()


@pytest.mark.parametrize("missing", ["destination", "secret"])
def test_an_unknown_destination_is_given_time_to_appear_and_then_given_up(world, missing):
    if missing == "destination":
        world.destinations.destinations.clear()
    else:
        world.secrets.secrets.clear()
    assert world.until_gone(message()) == [5, 30, 120]
    delivery = world.delivery()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.EXHAUSTED, 4)
    assert {attempt.error for attempt in delivery.log} == {"unknown-destination"}
    assert world.sender.sent == []


def test_a_destination_that_appears_in_the_documents_gets_its_alert(world):
    secret = world.secrets.secrets.pop("oncall")
    assert world.endings(message()) == [Ending.RETRIED]
    world.secrets.secrets["oncall"] = secret
    world.clock.advance(5)
    assert world.endings(message()) == [Ending.DELIVERED]


def test_documents_that_come_slowly_use_up_no_lease(world):
    """11 s for two documents whose copies have expired, and a POST of 10 s: more than a lease together."""
    read, seconds = world.secrets.get, [11]

    def slowly(destination_id):
        world.clock.advance(seconds.pop() if seconds else 0)
        return read(destination_id)

    def while_it_posts():
        world.sender.during = lambda: None
        world.clock.advance(10)
        assert world.new_dispatcher().dispatch([message()], remaining_ms=lambda: 30_000).failed == ["m1"]

    world.secrets.get, world.sender.during = slowly, while_it_posts
    assert world.endings(message()) == [Ending.DELIVERED]
    assert len(world.sender.sent) == 1


def test_documents_that_cannot_be_read_fail_the_invocation_and_lose_nothing(world):
    def broken():
        raise MissingSettingError("not JSON")

    readable, world.destinations.all = world.destinations.all, broken
    with pytest.raises(MissingSettingError):
        world.dispatch(message())
    # when it is mended, the lease of the failed invocation is over long before the message comes back
    world.destinations.all = readable
    world.clock.advance(ms=LEASE_MS)
    assert world.endings(message()) == [Ending.DELIVERED]


def test_without_the_store_nothing_is_sent_and_it_is_asked_again_soon(world):
    batch = [message(alert(f"t_{number}"), f"m{number}") for number in range(3)]
    assert world.endings(batch[0]) == [Ending.DELIVERED]
    world.state.available = False
    # when
    report = world.dispatch(*batch[1:])
    # then
    assert report.failed == ["m1", "m2"]
    assert [handled.ending for handled in report.handled] == [Ending.STORE_AWAY, Ending.STORE_AWAY]
    assert world.visibility.delays_s == {"m1": 5, "m2": 5}  # a hiccup must not cost an alert minutes
    assert len(world.sender.sent) == 1


def test_an_outage_burns_receives_no_faster_than_the_queues_own_pace(world):
    world.state.available = False
    assert world.dispatch(replace(message(), receive_count=4)).failed == ["m1"]
    assert world.visibility.delays_s == {}


def test_a_store_that_dies_between_post_and_record_costs_a_double_under_the_same_name(world):
    world.sender.after = lambda: setattr(world.state, "available", False)
    batch = [message(), message(alert("t_2"), "m2")]
    assert world.endings(*batch) == [Ending.STORE_AWAY, Ending.STORE_AWAY]
    world.sender.after = lambda: None
    world.state.available = True
    world.clock.advance(180)
    assert world.endings(*batch) == [Ending.DELIVERED, Ending.DELIVERED]
    names = Counter(sent.headers["webhook-id"] for sent in world.sender.sent)
    assert sorted(names.values()) == [1, 2]


def test_a_late_outcome_does_not_overwrite_a_newer_one(world):
    # given: this dispatcher is frozen during its POST, another one takes over and delivers
    def freeze():
        world.sender.during = lambda: None
        world.clock.advance(ms=LEASE_MS + 1)
        assert world.new_dispatcher().dispatch([message()], remaining_ms=lambda: 30_000).failed == []

    world.sender.during = freeze
    # when it thaws
    report = world.dispatch(message())
    # then
    assert [handled.ending for handled in report.handled] == [Ending.LEASE_LOST]
    assert (report.failed, world.visibility.delays_s) == (["m1"], {"m1": 5})
    assert (world.delivery().status, world.delivery().attempts) == (DeliveryStatus.DELIVERED, 1)
    assert world.endings(message()) == [Ending.DONE]


def test_a_message_that_is_none_is_kept_for_an_operator(world):
    body = "ö" * 140_000
    assert world.endings(message(body=body), message(alert("t_2"), "m2")) == [Ending.MALFORMED, Ending.DELIVERED]
    (letter,), _ = world.dead_letters.find(limit=10, cursor=None)
    assert (letter.id, letter.reason, letter.source) == ("m1", "malformed-message", "router-alerts")
    assert letter.body == "ö" * 131_072


@pytest.mark.parametrize(
    "fields",
    [
        {"urgency_score": float("nan")},
        {"accepted_at_ms": 10**18},
        {"scored_at_ms": -1},
        {"subject": "\ud800"},
        {"ticket_id": "../x"},
        {"destination": ""},
    ],
)
def test_values_that_would_break_a_body_or_the_store_are_malformed(world, fields):
    document = json.loads(alert_to_json(alert()))
    document["alert"] |= fields
    assert world.endings(message(body=json.dumps(document))) == [Ending.MALFORMED]


def test_a_malformed_message_stays_while_the_store_is_away(world):
    world.state.available = False
    assert world.dispatch(message(body="?")).failed == ["m1"]


@pytest.mark.parametrize(("timeout_s", "posts_s"), [(30, 18.1), (5, 2.6)])
def test_what_there_is_no_time_for_goes_back_at_once(world, timeout_s, posts_s):
    # given: the first POST takes so long that another might be cut off
    world.sender.during = lambda: world.clock.advance(posts_s)
    batch = [message(alert(f"t_{number}"), f"m{number}") for number in range(3)]
    # when
    report = world.dispatcher.dispatch(batch, remaining_ms=lambda: timeout_s * 1_000 - world.clock.monotonic_ms())
    # then
    assert [handled.ending for handled in report.handled] == [
        Ending.DELIVERED,
        Ending.OUT_OF_TIME,
        Ending.OUT_OF_TIME,
    ]
    assert report.failed == ["m1", "m2"]
    assert world.visibility.delays_s == {"m1": 0, "m2": 0}
    assert world.endings(*batch[1:]) == [Ending.DELIVERED, Ending.DELIVERED]


@pytest.mark.parametrize("works", [True, False])
def test_a_replay_is_one_more_try_under_the_same_name(world, works):
    world.sender.replies[URL].append(WebhookGoneError("gone", status=410))
    assert world.endings(message()) == [Ending.EXHAUSTED]
    replay = message(alert(replay="operator-1"), "m2")
    if not works:
        world.sender.replies[URL].append(WebhookUnavailableError(status=500))
    assert world.endings(replay, replay) == [Ending.DELIVERED if works else Ending.EXHAUSTED, Ending.DONE]
    assert len({sent.headers["webhook-id"] for sent in world.sender.sent}) == 1
    assert len(world.sender.sent) == 2


class Killed(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("seed", range(20))
def test_killed_anywhere_no_alert_is_lost_and_only_a_kill_before_the_record_doubles(seed):
    """Invariants I5, I6 and I8 of the reliability notes, over 60 alerts with failures, copies and kills at random."""
    chance = random.Random(seed)
    world = World()
    in_window = Counter()
    successes = Counter()

    def before_post():
        if chance.random() < 0.1:
            raise Killed

    def after_post():
        webhook_id = world.sender.sent[-1].headers["webhook-id"]
        successes[webhook_id] += 1
        if chance.random() < 0.1:
            in_window[webhook_id] += 1
            raise Killed

    world.sender.during, world.sender.after = before_post, after_post
    on_queue = {f"m{number}": message(alert(f"t_{number % 50}"), f"m{number}") for number in range(60)}
    visible_at_s = dict.fromkeys(on_queue, 0.0)
    while on_queue:
        now_s = world.clock.monotonic_ms() / 1_000
        due = [name for name in on_queue if visible_at_s[name] <= now_s]
        if not due:
            world.clock.advance(max(1.0, min(visible_at_s[name] for name in on_queue) - now_s))
            continue
        batch = [on_queue[name] for name in chance.sample(due, min(5, len(due)))]
        if chance.random() < 0.2:
            world.sender.replies[URL].append(WebhookUnavailableError(status=503))
        world.visibility.delays_s.clear()
        for received in batch:
            visible_at_s[received.message_id] = now_s + 180
        try:
            failed = world.dispatch(*batch).failed
        except Killed:
            continue
        assert set(failed) <= {received.message_id for received in batch}
        assert len(failed) == len(set(failed))
        for received in batch:
            if received.message_id not in failed:
                del on_queue[received.message_id]
        for name, delay_s in world.visibility.delays_s.items():
            visible_at_s[name] = world.clock.monotonic_ms() / 1_000 + delay_s

    for number in range(50):
        of = alert(f"t_{number}")
        assert world.delivery(of).status is DeliveryStatus.DELIVERED
        assert successes[of.webhook_id] == 1 + in_window[of.webhook_id]


def test_a_store_error_is_not_mistaken_for_the_receivers(world):
    def record(*args, **kwargs):
        raise CacheUnavailableError("away")

    world.deliveries.record = record
    assert world.endings(message()) == [Ending.STORE_AWAY]
    assert world.delivery().attempts == 0
