"""The alert budget: above it one digest, nothing lost, nothing told twice, whoever dies."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from tests.unit.dispatcher_world import URL, World, alert, message
from ticketrouter.domain.alert import Destination, IncidentFacts, IncidentPhase
from ticketrouter.domain.errors import CacheUnavailableError, WebhookUnavailableError
from ticketrouter.domain.message import Received, alert_from_json
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.usecases.budget import DIGEST_TRIP_S
from ticketrouter.usecases.digests import Digests
from ticketrouter.usecases.dispatcher import Ending


class BudgetWorld(World):
    def __init__(self, hourly_budget: int | None = 2) -> None:
        super().__init__()
        self.destinations.destinations[:] = [Destination("oncall", hourly_budget=hourly_budget)]
        self.digests = Digests(budgets=self.budgets, deliveries=self.deliveries, alerts=self.alerts)

    def dispatch_each(self, *alerts):
        return self.endings(*(message(each, f"m-{each.about}") for each in alerts))

    def digest(self):
        """Let the reconciler's minute pass; return the digest that it sent."""
        report = self.digests.send_due()
        (digest,) = report.sent
        return digest


@pytest.fixture
def world():
    return BudgetWorld()


def numbered(count, start=1, **changes):
    return [alert(f"t_{number}", **changes) for number in range(start, start + count)]


def test_above_the_budget_alerts_wait_for_one_digest_that_tells_all_of_them(world):
    alerts = numbered(5)
    assert world.dispatch_each(*alerts) == [Ending.DELIVERED] * 2 + [Ending.HELD] * 3
    assert len(world.sender.sent) == 2
    assert set(world.visibility.delays_s.values()) == {DIGEST_TRIP_S}
    waiting = world.delivery(alerts[2])
    assert (waiting.status, waiting.attempts) == (DeliveryStatus.PENDING, 0)

    # when
    digest = world.digest()
    world.clock.advance(DIGEST_TRIP_S)

    # then
    assert digest.digest.count == 3
    assert {line.ticket_id for line in digest.digest.lines} == {"t_3", "t_4", "t_5"}
    assert world.dispatch_each(digest, *alerts[2:]) == [Ending.DELIVERED] + [Ending.DIGESTED] * 3
    assert len(world.sender.sent) == 3
    for each in alerts[2:]:
        assert world.delivery(each).status is DeliveryStatus.SUPPRESSED
        assert world.delivery(each).digest_id == digest.ticket_id == waiting.digest_id


def test_without_a_budget_everything_goes_out_singly():
    world = BudgetWorld(hourly_budget=None)
    assert set(world.dispatch_each(*numbered(100))) == {Ending.DELIVERED}


def test_held_alerts_stay_in_the_queue_until_their_digest_is_there(world):
    *_, held = alerts = numbered(3)
    world.dispatch_each(*alerts)
    world.clock.advance(DIGEST_TRIP_S)
    world.alerts.down = True
    assert world.digests.send_due().queue_unavailable

    assert world.dispatch_each(held) == [Ending.HELD]
    world.alerts.down = False
    digest = world.digest()
    world.clock.advance(DIGEST_TRIP_S)

    assert digest.digest.count == 1
    assert world.dispatch_each(held) == [Ending.DIGESTED]


def test_a_budget_that_is_taken_away_tells_nobody_twice(world):
    *_, held = alerts = numbered(3)
    world.dispatch_each(*alerts)
    # when
    world.destinations.destinations[:] = [Destination("oncall", hourly_budget=None)]
    digest = world.digest()
    world.clock.advance(DIGEST_TRIP_S)
    # then
    assert world.dispatch_each(digest, held) == [Ending.DELIVERED, Ending.DIGESTED]
    assert len(world.sender.sent) == 3
    assert world.dispatch_each(*numbered(1, start=4)) == [Ending.DELIVERED]


def test_what_somebody_waits_for_passes_a_spent_budget(world):
    alerts = numbered(2)
    world.dispatch_each(*alerts)
    test = alert("test_1", test=True)
    replay = replace(alerts[0], replay="operator-1")
    assert world.dispatch_each(test) == [Ending.DELIVERED]
    assert world.endings(message(replay, "m-replay")) == [Ending.DELIVERED]
    assert world.dispatch_each(*numbered(1, start=3)) == [Ending.HELD]


@pytest.mark.parametrize(
    ("phase", "ending"),
    [
        (IncidentPhase.OPENED, Ending.DELIVERED),  # its tickets are told no longer, and a digest names ten alerts
        (IncidentPhase.GROWN, Ending.HELD),
        (IncidentPhase.CLOSED, Ending.DELIVERED),  # without it PagerDuty's alert would stay open
    ],
)
def test_of_an_incident_beginning_and_end_pass_a_spent_budget(world, phase, ending):
    world.dispatch_each(*numbered(2))
    facts = IncidentFacts("inc_" + "a" * 26, 3, 40, 20, 1_749_999_000_000, "Technical", ("It is down.",), phase)
    assert world.dispatch_each(alert("t_9", incident=facts)) == [ending]


def test_a_copy_of_what_a_digest_tells_does_not_pass_the_budget_as_the_beginning_of_its_incident(world):
    # Given an update in a digest, of which the reconciler does not know that its incident was announced
    facts = IncidentFacts("inc_1", 2, 25, 20, 3, "Technical", (), IncidentPhase.GROWN)
    assert world.dispatch_each(*numbered(2), alert("t_9", incident=facts))[-1] is Ending.HELD
    world.digest()
    world.clock.advance(DIGEST_TRIP_S)

    copy = alert("inc_1", incident=replace(facts, phase=IncidentPhase.OPENED), urgency_score=0.99)
    assert world.endings(message(copy, "m-copy")) == [Ending.DIGESTED]


def test_what_was_tried_before_has_paid_and_is_tried_again(world):
    first, *others = numbered(3)
    world.sender.replies[URL].append(WebhookUnavailableError(status=503))
    assert world.dispatch_each(first, *others) == [Ending.RETRIED, Ending.DELIVERED, Ending.HELD]
    world.clock.advance(5)
    assert world.dispatch_each(first) == [Ending.DELIVERED]


def test_a_replay_sends_an_alert_of_a_digest_singly(world):
    *_, held = alerts = numbered(3)
    world.dispatch_each(*alerts)
    world.digest()
    world.clock.advance(DIGEST_TRIP_S)
    world.dispatch_each(held)

    assert world.endings(message(replace(held, replay="r"), "m-replay")) == [Ending.DELIVERED]


def test_a_message_about_an_incident_is_one_line_of_a_digest(world):
    facts = IncidentFacts("inc_1", 2, 25, 20, 3, "Technical", ("cannot log in",), IncidentPhase.GROWN)
    world.dispatch_each(*numbered(2), alert("t_9", incident=facts))

    (line,) = world.digest().digest.lines

    assert (line.subject, line.excerpt) == ("Incident: 25 tickets, 20 of them urgent", "cannot log in")


def test_a_ticket_that_was_deleted_meanwhile_is_counted_but_not_quoted(world):
    *_, held = alerts = numbered(3)
    world.dispatch_each(*alerts)
    world.state.deliveries.pop((held.about, held.destination))

    digest = world.digest()

    assert (digest.digest.count, digest.digest.lines) == (1, ())
    assert world.dispatch_each(digest) == [Ending.DELIVERED]


def test_while_the_store_is_away_no_digest_is_sent(world):
    world.dispatch_each(*numbered(3))
    world.state.available = False
    assert world.digests.send_due().store_unavailable
    assert world.alerts.sent == []


class Killed(BaseException):
    """The process dies here."""


def killing(chance, share, deed):
    """Wrap a call so that the process dies before it, or after it, now and then."""

    def maybe(*args, **kwargs):
        if chance.random() < share:
            raise Killed
        result = deed(*args, **kwargs)
        if chance.random() < share:
            raise Killed
        return result

    return maybe


@pytest.mark.parametrize("seed", range(20))
def test_killed_anywhere_every_alert_is_in_exactly_one_message_or_one_digest(seed):
    """200 alerts, copies among them, a budget of 20; dispatcher and reconciler die at random at each call of a port."""
    chance = random.Random(seed)
    world = BudgetWorld(hourly_budget=20)
    for port, name in (
        (world.budgets, "spend"), (world.budgets, "close"), (world.budgets, "told"), (world.deliveries, "claim"),
        (world.deliveries, "hold"), (world.alerts, "send"),
    ):  # fmt: skip
        setattr(port, name, killing(chance, 0.02, getattr(port, name)))
    coming = [
        message(alert(f"t_{number % 190}", urgency_score=0.81 + (number % 190) / 1_000), f"m{number}")
        for number in range(200)
    ]
    visible_at_s: dict[str, float] = {}
    queue: dict[str, Received] = {}
    taken = 0
    while coming or queue:
        now_s = world.clock.monotonic_ms() / 1_000
        for _ in range(min(len(coming), chance.randint(0, 9))):
            received = coming.pop()
            queue[received.message_id] = received
        due = [name for name in queue if visible_at_s.get(name, 0.0) <= now_s]
        batch = [queue[name] for name in chance.sample(due, min(5, len(due)))]
        visible_at_s |= {received.message_id: now_s + 180 for received in batch}
        world.visibility.delays_s.clear()
        try:
            failed = world.dispatch(*batch).failed if batch else []
            for received in batch:
                if received.message_id not in failed:
                    del queue[received.message_id]
            visible_at_s |= {name: now_s + delay_s for name, delay_s in world.visibility.delays_s.items()}
            world.digests.send_due()
        except Killed:
            pass
        for digest in world.alerts.sent[taken:]:
            queue[f"d{taken}"] = message(digest, f"d{taken}")
            taken += 1
        world.clock.advance(15)

    told = Counter(sent.headers["webhook-id"] for sent in world.sender.sent)
    assert set(told.values()) == {1}
    digests = {each.ticket_id: each for each in world.alerts.sent}
    members = Counter[str]()
    for number in range(190):
        delivery = world.delivery(alert(f"t_{number}"))
        singly = told[delivery.alert.webhook_id]
        assert (singly == 1) == (delivery.status is DeliveryStatus.DELIVERED)
        if not singly:
            assert delivery.status is DeliveryStatus.SUPPRESSED
            members[delivery.digest_id] += 1
    assert members == {name: digest.digest.count for name, digest in digests.items()}
    assert all(told[digest.webhook_id] == 1 for digest in digests.values())
    assert members.total() >= 100, "the budget was the point"


def test_a_store_that_forgets_everything_leads_to_more_messages_never_to_fewer(world):
    alerts = numbered(6)
    world.dispatch_each(*alerts)
    # when Redis is emptied while four alerts wait for their digest
    world.state.deliveries.clear()
    world.state.budgets.clear()
    # then they come back, for they never left their queue
    assert world.dispatch_each(*alerts[2:]) == [Ending.DELIVERED] * 2 + [Ending.HELD] * 2
    assert world.digest().digest.count == 2


def test_a_budget_that_cannot_be_asked_sends_nothing(world):
    def spend(*args, **kwargs):
        raise CacheUnavailableError("away")

    world.budgets.spend = spend
    assert world.dispatch_each(*numbered(1)) == [Ending.STORE_AWAY]
    assert world.sender.sent == []


def test_a_digest_survives_the_queue(world):
    world.dispatch_each(*numbered(3))
    sent = world.digest()
    assert alert_from_json(message(sent).body) == sent


def test_a_digest_of_which_every_ticket_was_deleted_is_not_sent(world):
    alerts = numbered(4)
    world.dispatch_each(*alerts)
    for each in alerts[2:]:
        world.state.budgets["oncall"].forget(each.about)  # what a deletion does

    assert world.digests.send_due().sent == []

    later = numbered(1, start=5)
    assert world.dispatch_each(*later) == [Ending.HELD]
    world.clock.advance(601)
    assert world.digest().digest.count == 1
