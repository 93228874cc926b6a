"""A deleted ticket stays deleted, whatever is still on its way; on memory and on a real Redis."""

from __future__ import annotations

import pytest

from ticketrouter.domain.errors import RateLimitedError
from ticketrouter.domain.message import LAST_COPY_S
from ticketrouter.domain.record import DeadLetter
from ticketrouter.domain.status import DeliveryStatus, State
from ticketrouter.ports import Begin, ClaimOutcome, DeliveryVerdict, TicketQuery


@pytest.fixture
def deleted(world):
    """A ticket that a worker has begun and that is deleted; its message is still in a lane."""
    item = world.item("a", customer="ada")
    world.accept(item)
    world.store.begin([item], max_attempts=3)
    world.store.delete("a")
    return item


def listed(world):
    by_time, by_urgency = (
        world.views.find(TicketQuery(sort=sort)).records for sort in ("accepted_at", "urgency_score")
    )
    return by_time + by_urgency + world.views.ids_of_customer("ada", 10)


def test_deletion_leaves_nothing_but_a_tombstone(world):
    item = world.item("a", customer="ada")
    world.accept(item)
    alerts = (world.alert(item), world.alert(item, "chat"))
    world.store.commit([world.outcome(item, alerts=alerts)])
    for alert in alerts:
        world.deliveries.claim(alert, token="d", lease_ms=5_000)
    world.letters.keep(DeadLetter("a", "dead-lettered", world.clock.now_ms(), ticket_id="a"))
    since = world.views.changes(None, 10).cursor

    assert world.store.delete("a") is True

    assert world.store.get("a") is None
    assert listed(world) == []
    assert world.deliveries.of_ticket("a", ["oncall", "chat"]) == []
    assert world.deliveries.find(status=None, limit=10, cursor=None) == ([], None)
    assert world.letters.get_many(["a"]) == [None]
    assert world.store.overdue(item.accepted_at_ms + 10**9, 10) == []
    assert world.views.changes(since, 10).removed == ["a"]
    assert world.store.delete("a") is False


def test_a_worker_is_told_to_drop_it(world, deleted):
    since = world.views.changes(None, 10).cursor

    assert world.store.begin([deleted], max_attempts=3)[0].verdict is Begin.DELETED
    assert world.store.begin([world.item("a", "other words")], max_attempts=3)[0].verdict is Begin.DELETED

    assert world.store.get("a") is None
    assert listed(world) == []
    assert world.views.changes(since, 10).records == []
    assert world.views.stats(60)["counters"]["accepted"] == 1


def test_a_commit_that_comes_too_late_writes_and_counts_nothing(world, deleted):
    other = world.item("b")
    world.accept(other)
    since = world.views.changes(None, 10).cursor

    records = world.store.commit([world.outcome(deleted), world.outcome(other)])

    assert [record and record.item for record in records] == [None, other]
    assert world.store.get("a") is None
    assert [record.item for record in listed(world)] == [other, other]
    assert [record.item for record in world.views.changes(since, 10).records] == [other]
    stats = world.views.stats(60)
    assert (stats["counters"]["scored"], stats["latency"]["total_ms"]["count"]) == (1, 1)
    assert stats["by_category"] == {"Technical": 1}


def test_nothing_else_makes_it_again(world, deleted):
    assert world.store.fail(deleted, "poison") is False
    assert world.store.count_resend("a", due_at_ms=1) == 0
    assert world.store.reopen("a") is None
    world.store.mark_alerts_enqueued(["a"])
    assert world.store.delete("a") is False

    assert world.store.get_many(["a"]) == [None]
    assert listed(world) == []
    assert world.letters.find(limit=10, cursor=None) == ([], None)
    assert world.views.stats(60)["counters"]["failed"] == 0


def test_a_confirmation_that_comes_too_late_changes_nothing(world):
    claims = world.claims.claim([world.item("a", customer="ada")], key_id="k", token="t")
    world.store.delete("a")

    world.claims.confirm(claims)

    assert world.store.get("a") is None
    assert listed(world) == []


def test_a_client_that_posts_it_again_starts_afresh(world, deleted):
    since = world.views.changes(None, 10).cursor
    again = world.item("a", "something else")

    (claim,) = world.claims.claim([again], key_id="k", token="t")
    assert (claim.outcome, claim.item) == (ClaimOutcome.NEW, again)
    world.claims.confirm([claim])

    changes = world.views.changes(since, 10)
    assert (changes.removed, [record.item for record in changes.records]) == ([], [again])
    assert world.store.get("a").attempts == 0
    assert world.store.begin([again], max_attempts=3)[0].verdict is Begin.SCORE
    assert world.store.commit([world.outcome(again)])[0].state is State.SCORED


def test_a_claim_that_the_rate_refuses_leaves_it_deleted(world, deleted):
    limited = world.claims_with(rate_limit_per_minute=60)
    limited.claim([world.item() for _ in range(500)], key_id="busy", token="t")

    with pytest.raises(RateLimitedError):
        limited.claim([deleted], key_id="busy", token="u")

    assert world.store.begin([deleted], max_attempts=3)[0].verdict is Begin.DELETED


def test_the_tombstone_goes_when_no_queue_can_hold_a_message_any_more(memory_world):
    world = memory_world()
    item = world.item("a")
    world.accept(item)
    world.store.delete("a")

    world.clock.advance(LAST_COPY_S - 1)
    assert world.store.begin([item], max_attempts=3)[0].verdict is Begin.DELETED
    world.clock.advance(1)
    assert world.store.begin([item], max_attempts=3)[0].verdict is Begin.SCORE


@pytest.mark.parametrize("refused", [False, True])
def test_of_a_deleted_ticket_redis_keeps_its_state_alone_and_not_for_ever(redis_client, redis_world, refused):
    world = redis_world()
    item = world.item("a", customer="ada")
    world.accept(item)
    world.store.delete("a")
    if refused:
        limited = world.claims_with(rate_limit_per_minute=60)
        limited.claim([world.item() for _ in range(500)], key_id="busy", token="t")
        with pytest.raises(RateLimitedError):
            limited.claim([item], key_id="busy", token="u")

    record, ttl_s = redis_client.run([("HGETALL", "ticket:{a}"), ("TTL", "ticket:{a}")])

    assert record == [b"state", b"deleted"]
    assert LAST_COPY_S - 60 < ttl_s <= LAST_COPY_S


def test_an_alert_that_is_on_its_way_reaches_nobody_and_leaves_no_record(world):
    item = world.item("a")
    world.accept(item)
    alert = world.alert(item)
    world.store.commit([world.outcome(item, alerts=(alert,))])
    world.store.delete("a")

    assert world.deliveries.claim(alert, token="d", lease_ms=5_000).verdict is DeliveryVerdict.DONE
    assert world.deliveries.close(alert, DeliveryStatus.EXHAUSTED) is False
    assert world.deliveries.of_ticket("a", ["oncall"]) == []
    assert world.deliveries.find(status=None, limit=10, cursor=None) == ([], None)


def message_of(world, name, item):
    return DeadLetter(name, "id-conflict", world.clock.now_ms(), item.ticket.ticket_id, item.to_json(), "standard")


def test_messages_with_its_id_and_other_words_go_with_it(world, deleted):
    kept = world.item("b", customer="ada")
    for name, item in (("m1", world.item("a", "Other words", customer="bo")), ("m2", kept)):
        world.letters.keep(message_of(world, name, item))
    world.accept(world.item("a", customer="ada"))

    assert world.store.delete("a") is True

    assert [one and one.id for one in world.letters.get_many(["m1", "m2"])] == [None, "m2"]
    assert [one.id for one in world.letters.find(limit=10, cursor=None)[0]] == ["m2"]


def test_they_can_be_deleted_though_nothing_else_is_known_of_the_ticket(world):
    world.letters.keep(message_of(world, "m1", world.item("a")))

    assert world.store.delete("a") is True
    assert world.store.delete("a") is False
    assert world.letters.find(limit=10, cursor=None) == ([], None)


def test_messages_are_found_by_the_customer_whose_words_they_hold(world):
    for name, customer in (("m1", "ada"), ("m2", "bo"), ("m3", "ada"), ("m4", "")):
        world.letters.keep(message_of(world, name, world.item("a", customer=customer)))
    world.letters.keep(DeadLetter("m5", "malformed-message", 1, body='{"customer": "ada"}'))

    assert world.letters.of_customer("ada") == ["m1", "m3"]
    assert world.letters.of_customer("") == world.letters.of_customer("cy") == []


def test_no_digest_counts_it_and_what_was_paid_for_it_stays_paid(world):
    paid, held, other = (world.item(name) for name in "abc")
    world.accept(paid, held, other)
    for item, limit in ((paid, 1), (held, 1), (other, 1)):
        alert = world.alert(item)
        world.store.commit([world.outcome(item, alerts=(alert,))])
        world.deliveries.claim(alert, token="d", lease_ms=5_000)
        world.budgets.spend(alert, limit)

    world.store.delete("a")
    world.store.delete("b")

    assert world.budgets.used(["oncall"]) == [1]
    closed = world.budgets.close("oncall")
    assert (closed.count, closed.top) == (1, ("c",))
