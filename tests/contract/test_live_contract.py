"""What a live page reads: what is in flight, pending and changed; on memory and on a real Redis."""

from __future__ import annotations

import pytest

from tests.contract.test_incidents_contract import LIMIT, storm
from ticketrouter.adapters.redis_store import keys
from ticketrouter.domain.incident import IncidentAction
from ticketrouter.domain.record import Attempt
from ticketrouter.domain.status import DeliveryStatus

PENDING, DELIVERED = DeliveryStatus.PENDING, DeliveryStatus.DELIVERED


def attempt(world):
    return Attempt(world.clock.now_ms(), 12.5, 200)


def deliver(world, alert, status=DELIVERED):
    world.deliveries.claim(alert, token="t", lease_ms=5_000)
    retry_in_ms = 0 if status is PENDING else None
    assert world.deliveries.record(alert, attempt(world), status, token="t", retry_in_ms=retry_in_ms)


def changed(world, since, limit=10):
    world.wait_ms(2)  # what a millisecond holds is told when it is over
    return world.deliveries.changes(since, limit)


class TestBacklog:
    def test_an_empty_store_has_nothing_in_flight(self, world):
        assert world.views.backlog() == type(world.views.backlog())(0, None)

    def test_in_flight_is_what_was_accepted_and_is_not_final(self, world):
        now_ms = world.clock.now_ms()
        oldest, waits, scored, failed = (
            world.item(name, accepted_at_ms=now_ms - ago_ms)
            for name, ago_ms in (("oldest", 30_000), ("waits", 20_000), ("scored", 90_000), ("failed", 60_000))
        )
        world.accept(oldest, waits, scored, failed)
        world.claims.claim([world.item("sending")], key_id="k", token="t")  # not accepted: its client has no 202
        world.store.commit([world.outcome(scored)])
        world.store.fail(failed, "poison")

        backlog = world.views.backlog()

        assert backlog.in_flight == 2
        assert 30_000 <= backlog.oldest_wait_ms < 35_000

    def test_a_ticket_that_is_posted_again_after_its_score_is_not_in_flight(self, world):
        item = world.item("t1")
        world.accept(item)
        world.store.commit([world.outcome(item)])

        world.accept(item)

        assert world.views.backlog().in_flight == 0

    def test_a_redriven_ticket_is_in_flight_since_it_was_accepted(self, world):
        item = world.item("t1", accepted_at_ms=world.clock.now_ms() - 60_000)
        world.accept(item)
        world.store.fail(item, "poison")

        world.store.reopen("t1")

        backlog = world.views.backlog()
        assert backlog.in_flight == 1
        assert 60_000 <= backlog.oldest_wait_ms < 65_000

    def test_a_postponed_deadline_does_not_make_a_ticket_younger(self, world):
        world.accept(world.item("t1", accepted_at_ms=world.clock.now_ms() - 60_000))

        world.store.postpone("t1", world.clock.now_ms() + 3_600_000)

        assert 60_000 <= world.views.backlog().oldest_wait_ms < 65_000

    def test_more_than_are_looked_at_are_counted_all_the_same(self, world):
        now_ms = world.clock.now_ms()
        for start in range(0, 400, 50):
            world.accept(*[world.item(f"t{n}", accepted_at_ms=now_ms - 10_000 - n) for n in range(start, start + 50)])

        backlog = world.views.backlog()

        assert backlog.in_flight == 400
        assert 10_399 <= backlog.oldest_wait_ms < 15_399


class TestPulse:
    def test_an_empty_store_has_a_pulse_of_zero(self, world):
        pulse = world.views.pulse()

        assert (pulse.accepted_per_min, pulse.pending_deliveries, pulse.dead_letters) == (0, 0, 0)
        assert (pulse.total("urgent"), pulse.total_p95_ms, pulse.model) == (0, None, "unknown")
        assert abs(pulse.at_ms - world.clock.now_ms()) < 5_000

    def test_it_counts_as_the_figures_of_the_last_hour_do(self, world):
        now_ms = world.clock.now_ms()
        new, old = world.item(), world.item(accepted_at_ms=now_ms - 120_000)
        failed = world.item("failed")
        world.accept(new, old, failed)
        world.store.commit([world.outcome(new, 0.9), world.outcome(old, 0.3)])
        world.store.fail(failed, "poison")

        pulse, stats = world.views.pulse(), world.views.stats(3_600)

        assert (pulse.accepted_per_min, pulse.dead_letters, pulse.model) == (2, 1, "ok")
        assert pulse.total("urgent") == stats["counters"]["urgent"] == 1
        assert pulse.total_p95_ms == stats["latency"]["total_ms"]["p95"] is not None

    def test_an_alert_is_pending_until_it_is_delivered_or_given_up(self, world):
        first, second, third = world.item("a"), world.item("b"), world.item("c")
        world.accept(first, second, third)
        alerts = [world.alert(item) for item in (first, second, third)]
        for item, alert in zip((first, second, third), alerts, strict=True):
            world.store.commit([world.outcome(item, alerts=(alert,))])
        assert world.views.pulse().pending_deliveries == 3, "nobody has taken them yet"

        deliver(world, alerts[0])
        deliver(world, alerts[1], PENDING)
        assert world.views.pulse().pending_deliveries == 2
        deliver(world, alerts[1])
        world.deliveries.close(alerts[2], DeliveryStatus.EXHAUSTED)
        assert world.views.pulse().pending_deliveries == 0

        world.store.commit([world.outcome(first, alerts=(alerts[0],))])
        assert world.views.pulse().pending_deliveries == 0, "a late commit brings no alert back"

    @pytest.mark.parametrize("tried", [False, True])
    def test_a_deleted_ticket_leaves_nothing_pending(self, world, tried):
        item = world.item("a")
        world.accept(item)
        alert = world.alert(item)
        world.store.commit([world.outcome(item, alerts=(alert,))])
        if tried:
            deliver(world, alert, PENDING)

        world.store.delete("a")

        assert world.views.pulse().pending_deliveries == 0


class TestDeliveryChanges:
    def test_each_delivery_comes_once_as_it_is_now(self, world):
        before = world.alert(world.item("before"))
        deliver(world, before)
        start = changed(world, None)
        assert (start.deliveries, start.more) == ([], False)
        one, other = world.alert(world.item("one")), world.alert(world.item("other"))
        deliver(world, one, PENDING)
        world.wait_ms(2)
        deliver(world, other, PENDING)
        world.wait_ms(2)
        deliver(world, one)

        page = changed(world, start.cursor)

        assert [(delivery.id, delivery.status) for delivery in page.deliveries] == [
            ("other~oncall", PENDING), ("one~oncall", DELIVERED),
        ]  # fmt: skip
        assert changed(world, page.cursor) == type(page)([], page.cursor, more=False)

    def test_pages_neither_lose_nor_repeat(self, world):
        cursor = changed(world, None).cursor
        for number in range(7):
            deliver(world, world.alert(world.item(f"n{number}")))

        seen, more = [], True
        while more:
            page = changed(world, cursor, 3)
            seen += [delivery.alert.ticket_id for delivery in page.deliveries]
            cursor, more = page.cursor, page.more

        assert seen == [f"n{number}" for number in range(7)]


def test_deliveries_of_one_millisecond_come_on_one_page(redis_client, redis_world):
    world = redis_world()
    cursor = changed(world, None).cursor
    for number in range(7):
        deliver(world, world.alert(world.item(f"n{number}")))
    at_ms = world.clock.now_ms()
    redis_client.run([("ZADD", keys.DELIVERIES, at_ms, f"n{number}~oncall") for number in range(7)])

    page = changed(world, cursor, 3)

    assert (len(page.deliveries), page.more) == (7, False)


class TestIncidentChanges:
    def test_an_incident_comes_when_it_is_one_and_with_each_ticket_and_action(self, world):
        start = world.incidents.changes(None, 10)
        joined = storm(world, LIMIT)
        world.wait_ms(2)
        assert world.incidents.changes(start.cursor, 10).incidents == [], "a group is no incident yet"
        assert world.incidents.count_open() == 0

        storm(world, LIMIT + 1)
        world.wait_ms(2)
        formed = world.incidents.changes(start.cursor, 10)
        assert [incident.id for incident in formed.incidents] == [joined[0].incident.id]
        assert world.incidents.count_open() == 1

        world.incidents.confirm(joined[0].incident.id, 1, ["oncall"])
        world.wait_ms(2)
        assert world.incidents.changes(formed.cursor, 10).incidents == [], "nobody sees a confirmation"

        world.incidents.change(joined[0].incident.id, IncidentAction.RESOLVE)
        world.wait_ms(2)
        (resolved,) = world.incidents.changes(formed.cursor, 10).incidents
        assert resolved.status.is_over
        assert world.incidents.count_open() == 0, "though its summary is still due"

    def test_a_deletion_changes_what_is_quoted(self, world):
        storm(world, LIMIT + 1)
        world.wait_ms(2)
        since = world.incidents.changes(None, 10).cursor
        world.wait_ms(2)

        world.incidents.forget("t0", None)

        world.wait_ms(2)
        (incident,) = world.incidents.changes(since, 10).incidents
        assert "t0" not in incident.samples
