"""Deliveries: lease, token and compare-and-set; on memory and on a real Redis."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from ticketrouter.domain.alert import IncidentFacts, IncidentPhase
from ticketrouter.domain.digest import DigestFacts, DigestLine
from ticketrouter.domain.listing import DeliveryFilter
from ticketrouter.domain.record import Attempt
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.ports import DeliveryClaim, DeliveryVerdict

PENDING, DELIVERED, EXHAUSTED = DeliveryStatus.PENDING, DeliveryStatus.DELIVERED, DeliveryStatus.EXHAUSTED
LEASE_MS = 5_000


def claim(world, alert, token="first", lease_ms=LEASE_MS):
    return world.deliveries.claim(alert, token=token, lease_ms=lease_ms)


def attempt(world, error=None, status=200):
    return Attempt(world.clock.now_ms(), 12.5, status, error)


def deliver(world, alert, token="first"):
    claim(world, alert, token)
    return world.deliveries.record(alert, attempt(world), DELIVERED, token=token, retry_in_ms=None)


def test_a_delivery_is_claimed_recorded_and_done(world):
    alert = world.alert(world.item("a"))

    assert claim(world, alert) == DeliveryClaim(DeliveryVerdict.SEND, 0)
    tried = attempt(world)
    assert world.deliveries.record(alert, tried, DELIVERED, token="first", retry_in_ms=None) is True

    assert claim(world, alert, token="second") == DeliveryClaim(DeliveryVerdict.DONE, 1)
    (delivery,) = world.deliveries.of_ticket("a", ["oncall", "nowhere"])
    assert (delivery.alert, delivery.status, delivery.attempts, delivery.log) == (alert, DELIVERED, 1, (tried,))
    assert (delivery.id, delivery.delivered_at_ms, delivery.next_at_ms) == ("a~oncall", tried.at_ms, None)


def test_an_update_of_an_incident_is_delivered_once_whichever_ticket_carries_it(world):
    facts = IncidentFacts("inc_1", 2, 25, 20, 3, "Technical", ("on fire",), IncidentPhase.GROWN)
    alert = world.alert(world.item("a"), incident=facts)
    assert deliver(world, alert)

    assert claim(world, world.alert(world.item("b"), incident=facts)).verdict is DeliveryVerdict.DONE
    later = world.alert(world.item("b"), incident=replace(facts, update=3))
    assert claim(world, later).verdict is DeliveryVerdict.SEND

    (delivery,) = world.deliveries.of_ticket("inc_1~2", ["oncall"])
    assert (delivery.alert, delivery.id) == (alert, "inc_1~2~oncall")
    assert world.deliveries.of_ticket("a", ["oncall"]) == []
    listed, _ = world.deliveries.find(status=None, limit=10, cursor=None)
    assert {delivery.id for delivery in listed} == {"inc_1~2~oncall", "inc_1~3~oncall"}


def test_the_record_of_a_digest_keeps_what_it_tells(world):
    line = DigestLine("t_1", "Legal", 0.99, "✓", "excerpt")
    alert = replace(world.alert(world.item("dig_x")), digest=DigestFacts("dig_x", 2, 1, 2, 3, (line,)))
    claim(world, alert)

    (delivery,) = world.deliveries.of_ticket("dig_x", ["oncall"])

    assert delivery.alert == alert


def test_deliveries_are_found_by_destination_category_and_time(world):
    first, second, third = (
        world.alert(world.item(name), destination, category=category)
        for name, destination, category in (
            ("a", "oncall", "Legal"),
            ("b", "oncall", "Billing"),
            ("c", "chat", "Legal"),
        )
    )
    deliver(world, first)
    world.wait_ms(5)
    deliver(world, second)
    world.wait_ms(5)
    deliver(world, third)
    middle_ms = world.deliveries.of_ticket("b", ["oncall"])[0].updated_at_ms

    def found(**where):
        page, cursor = world.deliveries.find(status=None, limit=10, cursor=None, where=DeliveryFilter(**where))
        assert cursor is None
        return [delivery.alert.about for delivery in page]

    assert found(destination="oncall") == ["b", "a"]
    assert found(category="Legal") == ["c", "a"]
    assert found(destination="oncall", category="Legal") == ["a"]
    assert found(since_ms=middle_ms) == ["c", "b"]
    assert found(until_ms=middle_ms) == ["a"]
    assert found(since_ms=middle_ms, until_ms=middle_ms + 1) == ["b"]


def test_what_a_receiver_answered_is_kept_with_the_try(world):
    alert = world.alert(world.item("a"))
    claim(world, alert)
    tried = replace(attempt(world), reply='no "team" 火, at all')
    world.deliveries.record(alert, tried, DELIVERED, token="first", retry_in_ms=None)

    assert world.deliveries.of_ticket("a", ["oncall"])[0].log == (tried,)


def test_of_ten_dispatchers_in_the_same_instant_one_sends(world):
    alert = world.alert(world.item("a"))
    barrier = Barrier(10)

    def dispatch(number):
        barrier.wait()
        return claim(world, alert, token=f"token-{number}").verdict

    with ThreadPoolExecutor(10) as pool:
        verdicts = list(pool.map(dispatch, range(10)))

    assert (verdicts.count(DeliveryVerdict.SEND), verdicts.count(DeliveryVerdict.BUSY)) == (1, 9)


def test_a_busy_delivery_says_how_long(world):
    alert = world.alert(world.item("a"))
    claim(world, alert)

    busy = claim(world, alert, token="second")

    assert (busy.verdict, busy.wait_s in (4, 5)) == (DeliveryVerdict.BUSY, True)
    assert claim(world, alert, token="first").verdict is DeliveryVerdict.SEND  # its first reply was lost


def test_a_stale_dispatcher_cannot_overwrite_the_newer_result(world):
    alert = world.alert(world.item("a"))
    claim(world, alert, lease_ms=40)
    world.wait_ms(60)
    assert claim(world, alert, token="second").verdict is DeliveryVerdict.SEND

    assert deliver_as_if(world, alert, "first", EXHAUSTED) is False
    assert deliver_as_if(world, alert, "second", DELIVERED) is True
    assert deliver_as_if(world, alert, "second", EXHAUSTED) is False  # the lease ended with the first record
    assert deliver_as_if(world, alert, "", EXHAUSTED) is False

    (delivery,) = world.deliveries.of_ticket("a", ["oncall"])
    assert (delivery.status, delivery.attempts) == (DELIVERED, 1)


def deliver_as_if(world, alert, token, status):
    return world.deliveries.record(alert, attempt(world), status, token=token, retry_in_ms=None)


def test_what_was_never_claimed_cannot_be_recorded(world):
    assert deliver_as_if(world, world.alert(world.item("a")), "first", DELIVERED) is False
    assert world.deliveries.of_ticket("a", ["oncall"]) == []


def test_a_failed_try_is_not_repeated_before_it_is_due(world):
    alert = world.alert(world.item("a"))
    claim(world, alert)
    failed = attempt(world, error="webhook-unavailable", status=None)
    world.deliveries.record(alert, failed, PENDING, token="first", retry_in_ms=600)

    later = claim(world, alert, token="second")
    assert later == DeliveryClaim(DeliveryVerdict.LATER, 1, wait_s=1)
    (delivery,) = world.deliveries.of_ticket("a", ["oncall"])
    assert (delivery.log, delivery.delivered_at_ms) == ((failed,), None)
    assert delivery.next_at_ms == delivery.updated_at_ms + 600

    world.wait_ms(650)
    assert claim(world, alert, token="second") == DeliveryClaim(DeliveryVerdict.SEND, 1)


def test_a_replay_opens_a_finished_delivery_once(world):
    alert = world.alert(world.item("a"))
    deliver(world, alert)
    replayed = replace(alert, replay="operator-1")

    assert claim(world, replayed, token="second") == DeliveryClaim(DeliveryVerdict.SEND, 1)
    assert deliver(world, replayed, token="second") is True

    assert claim(world, replayed, token="third").verdict is DeliveryVerdict.DONE
    assert claim(world, alert, token="third").verdict is DeliveryVerdict.DONE
    assert claim(world, replace(alert, replay="operator-2"), token="third").verdict is DeliveryVerdict.SEND


def test_a_replay_waits_for_no_try_that_was_due(world):
    alert = world.alert(world.item("a"))
    claim(world, alert)
    tried = Attempt(1_000, 1.5)
    world.deliveries.record(alert, tried, DELIVERED, token="first", retry_in_ms=500_000)

    assert claim(world, replace(alert, replay="operator-1"), token="second").verdict is DeliveryVerdict.SEND


def test_a_replay_of_a_pending_delivery_opens_nothing_later(world):
    alert = replace(world.alert(world.item("a")), replay="operator-1")
    deliver(world, alert)

    assert claim(world, alert, token="second").verdict is DeliveryVerdict.DONE


def test_the_log_keeps_the_last_ten_tries(world):
    alert = world.alert(world.item("a"))
    tries = []
    for number in range(13):
        claim(world, alert)
        tries.append(Attempt(1_000 + number, 1.5, 500, "webhook-unavailable"))
        world.deliveries.record(alert, tries[-1], PENDING, token="first", retry_in_ms=0)

    (delivery,) = world.deliveries.of_ticket("a", ["oncall"])
    assert (delivery.attempts, delivery.log) == (13, tuple(tries[-10:]))


def test_a_pending_delivery_is_closed_without_a_try_and_a_final_one_is_not(world):
    alert, unseen = world.alert(world.item("a")), world.alert(world.item("b"))
    claim(world, alert)

    assert world.deliveries.close(alert, EXHAUSTED) is True
    assert world.deliveries.close(alert, DeliveryStatus.SUPPRESSED) is False
    assert world.deliveries.close(unseen, DeliveryStatus.SUPPRESSED) is True

    assert deliver_as_if(world, alert, "first", DELIVERED) is False
    assert [d.status for d in world.deliveries.of_ticket("a", ["oncall"])] == [EXHAUSTED]
    assert [d.status for d in world.deliveries.of_ticket("b", ["oncall"])] == [DeliveryStatus.SUPPRESSED]
    counters = world.views.stats(60)["counters"]
    assert (counters["exhausted"], counters["suppressed"], counters["delivered"]) == (1, 1, 0)


def test_deliveries_of_many_tickets_come_in_their_order(world):
    items = [world.item(one) for one in ("a", "b", "c")]
    world.accept(*items)
    alerts = [(world.alert(items[0]), world.alert(items[0], "chat")), (), (world.alert(items[2]),)]
    records = world.store.commit([world.outcome(item, alerts=due) for item, due in zip(items, alerts, strict=True)])
    deliver(world, alerts[0][1])
    deliver(world, alerts[2][0])

    found = world.deliveries.of_tickets(records)

    assert [[delivery.id for delivery in deliveries] for deliveries in found] == [["a~chat"], [], ["c~oncall"]]
    assert world.deliveries.of_tickets([]) == []


def test_recent_deliveries_come_newest_first_page_by_page(world):
    for name in ("a", "b", "c", "d"):
        deliver(world, world.alert(world.item(name)))
        world.wait_ms(3)
    claim(world, world.alert(world.item("b"), "chat"))  # pending

    def pages(status, limit):
        cursor, seen = None, []
        while True:
            page, cursor = world.deliveries.find(status=status, limit=limit, cursor=cursor)
            seen.append([delivery.id for delivery in page])
            if cursor is None:
                return seen

    assert pages(None, 2) == [["b~chat", "d~oncall"], ["c~oncall", "b~oncall"], ["a~oncall"]]
    assert pages(DELIVERED, 3) == [["d~oncall", "c~oncall", "b~oncall"], ["a~oncall"]]
    assert pages(PENDING, 3) == [["b~chat"]]
    assert pages(EXHAUSTED, 3) == [[]]


def test_a_delivery_counts_and_shows_its_ticket_as_changed(world):
    item = world.item("a")
    world.accept(item)
    alert = world.alert(item)
    since = world.views.changes(None, 10).cursor

    claim(world, alert)
    tried = Attempt(alert.scored_at_ms + 100, 12.5, 200)
    world.deliveries.record(alert, tried, DELIVERED, token="first", retry_in_ms=None)

    changed = world.views.changes(since, 10).records
    assert [record.item.ticket.ticket_id for record in changed] == ["a"]
    stats = world.views.stats(60)
    assert stats["counters"]["delivered"] == stats["latency"]["dispatch_ms"]["count"] == 1
    assert 95 <= stats["latency"]["dispatch_ms"]["p50"] <= 105


def test_a_lease_can_be_given_back_without_a_try(world):
    alert = world.alert(world.item("a"))
    claim(world, alert)

    assert world.deliveries.postpone(alert, token="another", in_ms=0) is False
    assert world.deliveries.postpone(alert, token="first", in_ms=80) is True
    assert world.deliveries.postpone(alert, token="first", in_ms=0) is False  # the lease is over

    assert claim(world, alert, token="second") == DeliveryClaim(DeliveryVerdict.LATER, 0, wait_s=1)
    world.wait_ms(100)
    assert claim(world, alert, token="second") == DeliveryClaim(DeliveryVerdict.SEND, 0)
    (delivery,) = world.deliveries.of_ticket("a", ["oncall"])
    assert (delivery.status, delivery.attempts, delivery.log) == (PENDING, 0, ())


def test_who_was_told_in_its_place_is_remembered_until_a_redrive(world):
    alert, unseen = world.alert(world.item("a")), world.alert(world.item("b"))
    claim(world, alert)

    world.deliveries.note_fallback(alert, "chat")
    world.deliveries.note_fallback(unseen, "chat")

    assert claim(world, alert).fallback == "chat"
    deliver(world, alert)
    assert claim(world, alert) == DeliveryClaim(DeliveryVerdict.DONE, 1, fallback="chat")
    assert [delivery.fallback for delivery in world.deliveries.of_ticket("a", ["oncall"])] == ["chat"]
    assert world.deliveries.of_ticket("b", ["oncall"]) == []
    assert claim(world, replace(alert, epoch=2), token="second") == DeliveryClaim(DeliveryVerdict.SEND, 0)
