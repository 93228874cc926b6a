"""Feedback: added to, never changed, gone with its ticket; on memory and on a real Redis."""

from __future__ import annotations

import pytest

from ticketrouter.domain.errors import InvalidQueryError
from ticketrouter.domain.feedback import Feedback, Said

SAID = Said("Technical", 0.9, "negative", "1.0.0")


def row(world, name, ticket_id="a", age_ms=0, **changes):
    chosen = {"category": "Légal ✓", "urgency": 0.75, "sentiment": "neutral", "note": "so", "said": SAID, **changes}
    return Feedback(name, ticket_id, world.clock.now_ms() - age_ms, "ops", "Nina", **chosen)


def test_rows_of_a_ticket_come_back_as_they_were_oldest_first(world):
    world.accept(world.item("a"), world.item("b"))
    second = row(world, "fb_2", category="", urgency=None, sentiment="", note="", said=None)
    first, other = row(world, "fb_1", age_ms=1_000), row(world, "fb_3", "b")

    assert all(world.feedback.add(each, limit=10) for each in (second, first, other))

    assert world.feedback.of_ticket("a") == [first, second]
    assert world.feedback.of_ticket("b") == [other]
    assert world.feedback.of_ticket("unknown") == []


def test_all_rows_are_listed_newest_first_page_by_page(world):
    world.accept(world.item("a"), world.item("b:1"))
    rows = [row(world, f"fb_{n}", "a" if n % 2 else "b:1", age_ms=n * 1_000) for n in range(5)]
    for each in rows:
        world.feedback.add(each, limit=10)

    first, cursor = world.feedback.find(limit=3, cursor=None)
    second, end = world.feedback.find(limit=3, cursor=cursor)

    assert (first + second, end) == (rows, None)
    with pytest.raises(InvalidQueryError):
        world.feedback.find(limit=3, cursor="nonsense")


def test_a_ticket_that_is_unknown_or_deleted_takes_none(world):
    world.accept(world.item("a"))
    world.store.delete("a")

    assert world.feedback.add(row(world, "fb_1"), limit=10) is False
    assert world.feedback.add(row(world, "fb_2", "unknown"), limit=10) is False
    assert world.feedback.find(limit=10, cursor=None) == ([], None)


def test_a_ticket_has_so_many_rows_at_most(world):
    world.accept(world.item("a"))

    assert [world.feedback.add(row(world, f"fb_{n}"), limit=2) for n in range(3)] == [True, True, False]
    assert len(world.feedback.of_ticket("a")) == 2


def test_feedback_goes_with_its_ticket(world):
    world.accept(world.item("a"), world.item("b"))
    world.feedback.add(row(world, "fb_1"), limit=10)
    world.feedback.add(row(world, "fb_2", "b"), limit=10)

    world.store.delete("a")

    assert world.feedback.of_ticket("a") == []
    assert [each.id for each in world.feedback.find(limit=10, cursor=None)[0]] == ["fb_2"]


def test_feedback_is_kept_as_long_as_its_ticket(redis_client, redis_world):
    world = redis_world()
    world.accept(world.item("a"))
    redis_client.run([("PEXPIRE", "ticket:{a}", 50_000)])

    world.feedback.add(row(world, "fb_1"), limit=10)

    (left_ms,) = redis_client.run([("PTTL", "ticket:{a}:feedback")])
    assert 45_000 < left_ms <= 50_000


def test_a_row_whose_ticket_expired_leaves_the_list(redis_client, redis_world):
    world = redis_world()
    world.accept(world.item("a"))
    world.feedback.add(row(world, "fb_1"), limit=10)
    redis_client.run([("DEL", "ticket:{a}"), ("DEL", "ticket:{a}:feedback")])

    assert world.feedback.find(limit=10, cursor=None) == ([], None)
    assert redis_client.run([("ZCARD", "index:{feedback}")]) == [0]
