"""Lists: written out of order by a confirmation, a worker and a deletion; and what of a customer is kept in them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ticketrouter.adapters.redis_store import RedisClaims
from ticketrouter.adapters.redis_store.keys import ACCEPTED, URGENCY, customer_key
from ticketrouter.adapters.system import SystemClock
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.status import Lane
from ticketrouter.domain.ticket import Ticket
from ticketrouter.ports import TicketQuery

URGENT = TicketQuery(sort="-urgency_score", min_urgency=0.8)


def ids(page):
    return [record.item.ticket.ticket_id for record in page.records]


def test_a_confirmation_that_comes_after_the_score_does_not_bring_the_provisional_one_back(world):
    item, other = world.item("a", provisional_score=0.2), world.item("b", provisional_score=0.3)
    claims = world.claims.claim([item, other], key_id="k", token="t")
    world.store.begin([item], max_attempts=3)
    world.store.commit([world.outcome(item, 0.95)])

    world.claims.confirm(claims)

    assert ids(world.views.find(URGENT)) == ["a"]
    assert ids(world.views.find(TicketQuery(sort="-urgency_score"))) == ["a", "b"]
    assert world.store.get("b").state == "queued"


def test_a_failure_that_is_shown_late_does_not_bring_the_provisional_one_back(redis_client, redis_world, monkeypatch):
    world = redis_world()
    item = world.item("a")
    world.accept(item)

    def overtake():
        world.store.reopen("a")
        world.store.commit([world.outcome(item, 0.95)])

    between_round_trips(redis_client, monkeypatch, overtake)
    world.store.fail(item, "poison")

    assert ids(world.views.find(URGENT)) == ["a"]


def test_an_attempt_that_is_shown_late_does_not_bring_the_provisional_one_back(redis_client, redis_world, monkeypatch):
    world = redis_world()
    item = world.item("a")  # whose ingest had no Redis: the worker shows it

    def overtake():
        world.store.begin([item], max_attempts=3)
        world.store.commit([world.outcome(item, 0.95)])

    between_round_trips(redis_client, monkeypatch, overtake)
    world.store.begin([item], max_attempts=3)

    assert ids(world.views.find(URGENT)) == ["a"]


@pytest.mark.parametrize("left", [set(), {ACCEPTED}, {URGENCY}, {ACCEPTED, URGENCY}])
def test_an_id_that_is_used_again_is_listed_as_it_now_is(redis_client, redis_world, left):
    """What an expired ticket of the same id left in a list says nothing of the new one."""
    world = redis_world()
    old = world.item("a", provisional_score=0.9)
    old = replace(old, accepted_at_ms=old.accepted_at_ms - 5_000)
    world.accept(old)
    redis_client.run([("DEL", "ticket:{a}"), *(("ZREM", name, "a") for name in {ACCEPTED, URGENCY} - left)])
    new = world.item("a", provisional_score=0.2)

    world.accept(new, world.item("b", provisional_score=0.5))

    assert ids(world.views.find(TicketQuery(sort="-urgency_score"))) == ["b", "a"]
    assert redis_client.run([("ZSCORE", ACCEPTED, "a")]) == [str(new.accepted_at_ms).encode()]


def test_accepting_takes_one_round_trip_for_the_claims_and_one_to_confirm(redis_client, redis_world, monkeypatch):
    world = redis_world()
    trips = []
    run = redis_client.run
    monkeypatch.setattr(
        redis_client, "run", lambda commands, **options: trips.append(commands) or run(commands, **options)
    )

    world.accept(world.item(customer="ada"), world.item(customer="bob"))

    assert len([commands for commands in trips if commands]) == 2


def test_an_id_that_is_by_now_another_customers_is_not_found_with_the_first(world):
    """Else the deletion of the first one's tickets would take it along."""
    late = world.claims.claim([world.item("a", customer="ada")], key_id="k", token="t")
    world.store.delete("a")
    world.accept(world.item("a", "other words", customer="bob"))
    world.claims.confirm(late)

    assert world.views.ids_of_customer("ada", 10) == []
    assert world.views.ids_of_customer("bob", 10) == ["a"]


def test_a_ticket_that_only_a_commit_shows_is_found_with_its_customer(world):
    world.store.commit([world.outcome(world.item("a", customer="ada"))])

    assert world.views.ids_of_customer("ada", 10) == ["a"]


def test_a_deletion_leaves_nothing_of_a_customer(redis_client, redis_world):
    world = redis_world()
    world.accept(world.item("a", customer="ada"))
    world.store.delete("a")

    assert redis_client.run([("EXISTS", customer_key("ada"))]) == [0]


def test_very_many_expired_tickets_of_a_customer_hide_no_other(redis_client, redis_world):
    world = redis_world()
    gone = [part for number in range(2_000) for part in (number + 1, f"gone{number}")]
    redis_client.run([("ZADD", customer_key("ada"), *gone)])
    world.accept(*[world.item(name, customer="ada") for name in ("a", "b")])
    redis_client.run([("ZADD", customer_key("ada"), *gone)])

    assert world.views.ids_of_customer("ada", 1) == ["a"]
    assert redis_client.run([("ZRANGE", customer_key("ada"), 0, -1)]) == [[b"a", b"b"]]


def test_an_active_customers_set_is_no_longer_than_records_live(redis_client):
    item = WorkItem(Ticket("new", "on fire", customer="ada"), Lane.STANDARD, 0.2, SystemClock().now_ms())
    claims = RedisClaims(redis_client, record_ttl_s=3_600)
    now_ms = SystemClock().now_ms()
    redis_client.run([("ZADD", customer_key("ada"), now_ms - 3_601_000, "old", now_ms - 3_590_000, "alive")])

    claims.confirm(claims.claim([item], key_id="k", token="t"))

    members, ttl_s = redis_client.run([("ZRANGE", customer_key("ada"), 0, -1), ("TTL", customer_key("ada"))])
    assert members == [b"alive", b"new"]
    assert 3_590 <= ttl_s <= 3_600


def test_a_redrive_keeps_an_old_ticket_with_its_customer(redis_client, redis_world):
    """It gives the record its whole time again, so a deletion of the customer must still find it."""
    world = redis_world()
    item = world.item("a", customer="ada")
    world.accept(item)
    world.store.fail(item, "poison")
    redis_client.run([("ZADD", customer_key("ada"), 1, "a")])  # long ago

    world.store.reopen("a")
    world.accept(world.item("b", customer="ada"))  # which trims

    assert world.views.ids_of_customer("ada", 10) == ["a", "b"]


def between_round_trips(redis_client, monkeypatch, overtake):
    """Call `overtake` after the next round trip, before the one that follows it."""
    run = redis_client.run

    def run_once(commands):
        replies = run(commands)
        monkeypatch.setattr(redis_client, "run", run)
        overtake()
        return replies

    monkeypatch.setattr(redis_client, "run", run_once)
