"""Lists, changes and figures; on memory and on a real Redis."""

from __future__ import annotations

import pytest

from ticketrouter.domain.errors import CursorExpiredError, InvalidQueryError
from ticketrouter.ports import TicketQuery


def ids(records):
    return [record.item.ticket.ticket_id for record in records]


def pages(world, query, limit):
    cursor, seen = None, []
    while True:
        page = world.views.find(TicketQuery(**query, limit=limit, cursor=cursor))
        assert len(page.records) <= limit
        seen += ids(page.records)
        cursor = page.cursor
        if cursor is None:
            return seen


def test_only_accepted_tickets_are_listed(world):
    world.claims.claim([world.item("sending")], key_id="k", token="t")
    world.accept(world.item("accepted"))

    assert ids(world.views.find(TicketQuery()).records) == ["accepted"]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
def test_every_order_is_complete_page_by_page_with_ties(world, limit):
    now_ms = world.clock.now_ms()
    urgencies = {"a": 0.9, "b": 0.2, "c": 0.9, "d": 0.2, "e": 0.55, "f": 0.2, "g": 0.2}
    items = [world.item(name, accepted_at_ms=now_ms - (number // 2) * 1000) for number, name in enumerate(urgencies)]
    world.accept(*items)
    world.store.commit([world.outcome(item, urgencies[item.ticket.ticket_id]) for item in items])

    # a, b at the newest time, then c, d, then e, f, then g; equal ranks go by id
    assert pages(world, {"sort": "-accepted_at"}, limit) == ["b", "a", "d", "c", "f", "e", "g"]
    assert pages(world, {"sort": "accepted_at"}, limit) == ["g", "e", "f", "c", "d", "a", "b"]
    assert pages(world, {"sort": "-urgency_score"}, limit) == ["a", "c", "e", "b", "d", "f", "g"]
    assert pages(world, {"sort": "urgency_score"}, limit) == ["g", "f", "d", "b", "e", "c", "a"]


def test_the_provisional_urgency_gives_way_to_the_final_one(world):
    first, second = world.item("first", provisional_score=0.9), world.item("second", provisional_score=0.3)
    world.accept(first, second)
    assert pages(world, {"sort": "-urgency_score"}, 10) == ["first", "second"]

    world.store.commit([world.outcome(first, 0.1)])

    assert pages(world, {"sort": "-urgency_score"}, 10) == ["second", "first"]


def test_filters(world):
    now_ms = world.clock.now_ms()
    billing = world.item("billing", "Charged TWICE for May", customer="ada", accepted_at_ms=now_ms - 9_000)
    outage = world.item("outage", "Everything is down", subject="Straße gesperrt", accepted_at_ms=now_ms - 5_000)
    waiting = world.item("waiting", "Twice the fun", provisional_score=0.5)
    failed = world.item("failed", "poison")
    world.accept(billing, outage, waiting, failed)
    world.store.commit(
        [
            world.outcome(billing, 0.5, category="Billing", sentiment="neutral"),
            world.outcome(outage, 0.95),
        ]
    )
    world.store.fail(failed, "poison")

    def found(**query):
        return set(ids(world.views.find(TicketQuery(**query)).records))

    assert found() == {"billing", "outage", "waiting", "failed"}
    assert found(status="accepted") == {"waiting"}
    assert found(status="scored") == {"billing", "outage"}
    assert found(status="failed") == {"failed"}
    assert found(category="Billing") == {"billing"}
    assert found(sentiment="negative") == {"outage"}
    assert found(customer="ada") == {"billing"}
    assert found(text="twice") == {"billing", "waiting"}
    assert found(text="MAY twice") == {"billing"}
    assert found(text="STRASSE down") == {"outage"}
    for sort in ("-accepted_at", "-urgency_score", "urgency_score"):
        assert found(min_urgency=0.5, sort=sort) == {"billing", "outage", "waiting"}
        assert found(min_urgency=0.5, max_urgency=0.5, sort=sort) == {"billing", "waiting"}
        assert found(since_ms=now_ms - 5_000, sort=sort) == {"outage", "waiting", "failed"}
        assert found(since_ms=now_ms - 9_000, until_ms=now_ms - 5_000, sort=sort) == {"billing"}


def test_filters_read_what_json_writes_in_another_way(world):
    quoted = world.item("quoted", 'It says "PLÖTZLICH\\aus"\nand\tstops', customer='Ünal & "söhne"')
    plain = world.item("plain", "It says nothing", customer="Ünal")
    world.accept(quoted, plain)
    world.store.commit([world.outcome(quoted, category='Rück"frage'), world.outcome(plain)])

    def found(**query):
        return ids(world.views.find(TicketQuery(**query)).records)

    assert found(text='"plötzlich\\AUS" stops') == ["quoted"]
    assert found(text="and says") == ["quoted"]
    assert found(customer='Ünal & "söhne"') == ["quoted"]
    assert found(customer="Ünal") == ["plain"]
    assert found(category='Rück"frage') == ["quoted"]
    assert found(text="description") == []  # the name of a field, not a word of the ticket


def test_a_filter_that_keeps_little_still_finds_it(world):
    now_ms = world.clock.now_ms()
    items = [world.item(f"n{number:03d}", accepted_at_ms=now_ms - number) for number in range(450)]
    items[444] = world.item("needle", "in a haystack", accepted_at_ms=now_ms - 444)
    world.accept(*items)

    for limit in (1, 5, 200):
        assert pages(world, {"text": "haystack"}, limit) == ["needle"]
        assert pages(world, {"text": "haystack", "sort": "urgency_score"}, limit) == ["needle"]
    assert len(pages(world, {"text": "printer", "min_urgency": 0.2}, 150)) == 449
    assert len(set(pages(world, {}, 100))) == 450


def test_a_late_commit_moves_nothing(world):
    first, second = world.item("first"), world.item("second")
    world.accept(first, second)
    world.store.commit([world.outcome(first, 0.9), world.outcome(second, 0.5)])

    world.store.commit([world.outcome(first, 0.1)])

    assert pages(world, {"sort": "-urgency_score"}, 10) == ["first", "second"]


@pytest.mark.parametrize("cursor", ["nonsense", "!", "Zm9v", "ü", "MQoxCjEKMQ"])
def test_a_cursor_that_is_not_ours_is_refused(world, cursor):
    with pytest.raises(InvalidQueryError) as refusal:
        world.views.find(TicketQuery(cursor=cursor))
    assert refusal.value.problems[0].pointer == "/cursor"
    with pytest.raises(InvalidQueryError) as refusal:
        world.views.changes(cursor, 10)
    assert refusal.value.problems[0].pointer == "/since"


def test_a_cursor_of_another_order_is_refused(world):
    world.accept(world.item("a"), world.item("b"))
    cursor = world.views.find(TicketQuery(limit=1)).cursor

    with pytest.raises(InvalidQueryError):
        world.views.find(TicketQuery(limit=1, sort="-urgency_score", cursor=cursor))


class TestChanges:
    def test_each_ticket_comes_once_as_it_is_now(self, world):
        start = world.views.changes(None, 10)
        assert (start.records, start.removed, start.more) == ([], [], False)
        first, second = world.item("first"), world.item("second")
        world.accept(first)
        world.accept(second)
        world.store.commit([world.outcome(first)])

        page = world.views.changes(start.cursor, 10)

        assert ids(page.records) == ["second", "first"]
        assert [record.state.value for record in page.records] == ["queued", "scored"]
        assert world.views.changes(page.cursor, 10) == type(page)([], [], page.cursor, more=False)

    def test_pages_neither_lose_nor_repeat(self, world):
        cursor = world.views.changes(None, 10).cursor
        world.accept(*[world.item(f"n{number}") for number in range(7)])

        seen = []
        for expected_more in (True, True, False):
            page = world.views.changes(cursor, 3)
            assert page.more is expected_more
            seen += ids(page.records)
            cursor = page.cursor

        assert sorted(seen) == [f"n{number}" for number in range(7)]

    def test_an_old_cursor_expires_exactly_when_something_was_missed(self, forgetful_world):
        world = forgetful_world  # keeps five changes
        cursors = []
        for number in range(8):
            cursors.append(world.views.changes(None, 10).cursor)
            world.accept(world.item(f"n{number}"))

        # n0, n1 and n2 were dropped: a cursor from before n2 has missed one, the one from before n3 has not
        for old in cursors[:3]:
            with pytest.raises(CursorExpiredError):
                world.views.changes(old, 10)
        assert ids(world.views.changes(cursors[3], 10).records) == ["n3", "n4", "n5", "n6", "n7"]

    def test_a_deletion_is_told_to_those_who_may_have_seen_the_ticket(self, world):
        world.accept(world.item("a"), world.item("b"))
        since = world.views.changes(None, 10).cursor
        world.store.delete("a")

        page = world.views.changes(since, 10)

        assert (ids(page.records), page.removed) == ([], ["a"])


def test_tickets_of_a_customer(world):
    world.accept(*[world.item(name, customer="ada") for name in ("a", "b", "c")], world.item("d", customer="bob"))

    assert world.views.ids_of_customer("ada", 10) == ["a", "b", "c"]
    assert len(world.views.ids_of_customer("ada", 2)) == 2
    assert world.views.ids_of_customer("nobody", 10) == []
