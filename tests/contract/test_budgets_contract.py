"""Alert budgets and digests; on memory and on a real Redis."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ticketrouter.adapters.memory import budgets as memory_budgets
from ticketrouter.adapters.redis_store import budgets as redis_budgets
from ticketrouter.domain import digest as rules
from ticketrouter.domain.alert import IncidentFacts, IncidentPhase
from ticketrouter.domain.digest import MAX_LINES, digest_id
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.ports import DeliveryClaim, DeliveryVerdict


def alerts(world, count, **changes):
    return [world.alert(world.item(), **changes) for _ in range(count)]


def closed(world):
    found = world.budgets.close("oncall")
    assert found is not None
    return found


def shorten(monkeypatch, **times_ms):
    """Real time passes for Redis: a window and gaps that a test can wait for."""
    for module in (rules, memory_budgets, redis_budgets):
        for name, time_ms in times_ms.items():
            if hasattr(module, name):
                monkeypatch.setattr(module, name, time_ms)


@pytest.fixture
def short_times(monkeypatch):
    shorten(monkeypatch, BUDGET_WINDOW_MS=1_500, FIRST_GAP_MS=1_500, MAX_GAP_MS=1_500, CRITICAL_GAP_MS=700)


def test_up_to_its_budget_a_destination_is_told_singly_and_above_it_by_one_digest(world):
    *first, third, fourth = alerts(world, 4)
    assert [world.budgets.spend(alert, 2) for alert in first] == [None, None]

    held = [world.budgets.spend(alert, 2) for alert in (third, fourth)]

    assert held[0] == held[1]
    assert (held[0].due_in_ms, held[0].told) == (0, False), "people hear at once that single messages have stopped"
    assert world.budgets.spend(world.alert(world.item(), "other"), 2) is None, "each destination has its own"


def test_the_same_alert_again_pays_nothing_and_is_in_no_second_digest(world):
    paid, held = alerts(world, 2)
    world.budgets.spend(paid, 1)
    first = world.budgets.spend(held, 1)

    digest = closed(world)
    assert world.budgets.spend(held, 1) == first, "closed, but not yet on its way"
    world.budgets.told(digest)
    later = world.budgets.spend(*alerts(world, 1), 1)

    assert world.budgets.spend(paid, 1) is None
    assert world.budgets.spend(held, 1) == replace(first, told=True)
    assert later.digest_id != first.digest_id
    assert world.budgets.spend(replace(held, epoch=2), 1).digest_id == later.digest_id, (
        "after a redrive it is another alert"
    )


def test_of_copies_of_a_message_about_an_incident_the_answer_is_the_same_whatever_s_they_carry(world):
    ordinary, passed = alerts(world, 2)
    facts = IncidentFacts("inc_1", 2, 25, 20, 3, "Technical", (), IncidentPhase.GROWN)
    of_worker = replace(passed, incident=facts, urgency_score=0.85)
    of_reconciler = replace(of_worker, urgency_score=0.97, ticket_id="inc_1")
    world.budgets.spend(ordinary, 1)

    held = world.budgets.spend(of_worker, 1)
    world.budgets.spend(*alerts(world, 1), 1)
    assert world.budgets.spend(of_reconciler, 1) == held

    digest = closed(world)
    assert (digest.count, digest.top[0]) == (2, "inc_1~2"), "counted once, and first: it tells of many"


def test_an_hour_later_there_is_room_again(world, short_times):
    first, second, third = alerts(world, 3)
    assert world.budgets.spend(first, 1) is None
    assert world.budgets.spend(second, 1) is not None
    world.wait_ms(1_550)
    assert world.budgets.spend(third, 1) is None
    assert world.budgets.spend(second, 1) is not None, "its digest tells it"


def test_a_closed_digest_counts_its_alerts_and_names_the_most_urgent_ones(world):
    levels = [0.81 + number / 1_000 for number in range(MAX_LINES + 5)]
    made = [replace(alert, urgency_score=s) for alert, s in zip(alerts(world, len(levels)), levels, strict=True)]
    before_ms = world.clock.now_ms()
    held = [world.budgets.spend(alert, 0) for alert in made]

    digest = closed(world)

    assert digest_id("oncall", digest.since_ms) == held[0].digest_id
    assert digest.count == len(levels)
    assert digest.top == tuple(alert.about for alert in reversed(made))[:MAX_LINES]
    assert before_ms - 1 <= digest.since_ms <= digest.until_ms <= world.clock.now_ms() + 1


def test_a_closed_digest_is_returned_until_it_is_told(world):
    (alert,) = alerts(world, 1)
    assert world.budgets.close("oncall") is None
    world.budgets.spend(alert, 0)

    digest = closed(world)
    assert closed(world) == digest
    world.budgets.told(digest)

    assert world.budgets.close("oncall") is None
    assert world.budgets.destinations() == ["oncall"]


def test_what_comes_after_the_closing_is_in_the_next_digest(world, short_times):
    first, second = alerts(world, 2)
    world.budgets.spend(first, 0)
    digest = closed(world)
    held = world.budgets.spend(second, 0)
    assert 0 < held.due_in_ms <= 1_500
    world.budgets.told(digest)
    assert world.budgets.close("oncall") is None, "not due"

    world.wait_ms(1_550)
    following = closed(world)
    world.budgets.told(digest)  # once more, late

    assert (following.top, following.count) == ((second.about,), 1)
    assert closed(world) == following


def test_a_critical_alert_brings_the_digest_forward(world, short_times):
    first, second, critical = alerts(world, 3)
    world.budgets.spend(first, 0)
    world.budgets.told(closed(world))
    world.budgets.spend(second, 0)

    held = world.budgets.spend(replace(critical, urgency_score=0.95), 0)

    assert held.due_in_ms <= 700
    assert world.budgets.spend(second, 0).due_in_ms <= held.due_in_ms


def digest_gaps_ms(world, count):
    """Send so many digests, each as soon as it is due; return the gap after each."""
    gaps_ms = []
    for _ in range(count):
        held = world.budgets.spend(*alerts(world, 1), 0)
        world.wait_ms(held.due_in_ms + 1)
        digest = closed(world)
        world.budgets.told(digest)
        gaps_ms.append(digest.gap_ms)
    return gaps_ms


def test_each_gap_between_digests_is_twice_the_one_before_up_to_the_longest(world, monkeypatch):
    shorten(monkeypatch, FIRST_GAP_MS=50, MAX_GAP_MS=180)
    assert digest_gaps_ms(world, 4) == [50, 100, 180, 180]


def test_after_an_hour_without_a_digest_the_gaps_start_anew(world, monkeypatch):
    shorten(monkeypatch, FIRST_GAP_MS=50, MAX_GAP_MS=180, BUDGET_WINDOW_MS=1_000)
    assert digest_gaps_ms(world, 2) == [50, 100]
    world.wait_ms(1_050)
    assert digest_gaps_ms(world, 2) == [50, 100]


def test_of_forty_dispatchers_at_once_ten_send_and_thirty_are_in_one_digest(world):
    made = alerts(world, 40)
    with ThreadPoolExecutor(8) as pool:
        held = list(pool.map(lambda alert: world.budgets.spend(alert, 10), made))

    assert held.count(None) == 10
    assert len({each.digest_id for each in held if each is not None}) == 1
    assert closed(world).count == 30


def test_a_delivery_waits_for_its_digest_and_is_then_suppressed(world):
    (alert,) = alerts(world, 1)

    def hold(token, wait_ms):
        return world.deliveries.hold(alert, token=token, digest_id="dig_x", wait_ms=wait_ms)

    def delivery():
        return world.deliveries.of_ticket(alert.about, ["oncall"])[0]

    assert hold("first", 40) is False
    world.deliveries.claim(alert, token="first", lease_ms=5_000)
    assert hold("another", 40) is False
    assert hold("first", 40) is True
    assert (delivery().status, delivery().digest_id, delivery().attempts) == (DeliveryStatus.PENDING, "dig_x", 0)
    assert delivery().next_at_ms is not None
    assert world.deliveries.claim(alert, token="second", lease_ms=5_000).verdict is DeliveryVerdict.BUSY

    world.wait_ms(60)
    due = world.deliveries.claim(alert, token="second", lease_ms=5_000)
    assert due == DeliveryClaim(DeliveryVerdict.SEND, 0, digest_id="dig_x")
    assert hold("second", None) is True

    assert (delivery().status, delivery().digest_id, delivery().next_at_ms) == (
        DeliveryStatus.SUPPRESSED,
        "dig_x",
        None,
    )
    assert world.deliveries.claim(alert, token="third", lease_ms=5_000).verdict is DeliveryVerdict.DONE
    assert world.views.stats(3_600)["counters"]["suppressed"] == 1
    world.deliveries.claim(replace(alert, epoch=2), token="redriven", lease_ms=5_000)
    assert delivery().digest_id is None


def test_what_was_sent_within_the_hour_is_counted_for_each_destination(world):
    for alert in alerts(world, 4):
        world.budgets.spend(alert, 3)
    world.budgets.spend(world.alert(world.item(), "chat"), 3)

    assert world.budgets.used(["chat", "oncall", "unknown"]) == [1, 3, 0]
    assert world.budgets.used([]) == []


def test_what_was_sent_before_counts_no_more(world, short_times):
    world.budgets.spend(alerts(world, 1)[0], 3)
    world.wait_ms(1_600)

    assert world.budgets.used(["oncall"]) == [0]
