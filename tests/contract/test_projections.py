"""Lists that are written out of order: by a confirmation, a worker and a deletion in each other's way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ticketrouter.adapters.redis_store.keys import ACCEPTED, URGENCY
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
    monkeypatch.setattr(redis_client, "run", lambda commands: trips.append(commands) or run(commands))

    world.accept(world.item(customer="ada"), world.item(customer="bob"))

    assert len([commands for commands in trips if commands]) == 2


def between_round_trips(redis_client, monkeypatch, overtake):
    """Call `overtake` after the next round trip, before the one that follows it."""
    run = redis_client.run

    def run_once(commands):
        replies = run(commands)
        monkeypatch.setattr(redis_client, "run", run)
        overtake()
        return replies

    monkeypatch.setattr(redis_client, "run", run_once)
