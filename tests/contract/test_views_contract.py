"""Lists, changes and figures; on memory and on a real Redis."""

from __future__ import annotations

import pytest

from tests.contract.test_incidents_contract import LIMIT, storm
from ticketrouter.domain.errors import CursorExpiredError, InvalidQueryError
from ticketrouter.domain.status import Lane
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


EVERY_SORT = ("-accepted_at", "accepted_at", "-urgency_score", "urgency_score", "-total_ms")


def test_more_filters_and_all_of_them_combine(world):
    now_ms = world.clock.now_ms()
    mail, chat, other = (
        world.item(name, channel=channel, accepted_at_ms=now_ms - 5_000)
        for name, channel in (("mail", "e-mail"), ("chat", 'ch"at'), ("other", ""))
    )
    waiting = world.item("waiting", channel="e-mail", provisional_score=0.85)
    world.accept(mail, chat, other, waiting)
    world.store.commit(
        [
            world.outcome(mail, 0.8, needs_review=False, incident_id="inc_a"),
            world.outcome(chat, 0.81, needs_review=True),
            world.outcome(other, 0.3, needs_review=True, incident_id="inc_b"),
        ]
    )

    def found(**query):
        return set(ids(world.views.find(TicketQuery(**query)).records))

    for sort in EVERY_SORT:
        unscored = set() if sort == "-total_ms" else {"waiting"}
        assert found(channel="e-mail", sort=sort) == {"mail"} | unscored
        assert found(channel='ch"at', sort=sort) == {"chat"}
        assert found(needs_review=True, sort=sort) == {"chat", "other"}
        assert found(needs_review=False, sort=sort) == {"mail"}
        assert found(band="critical", sort=sort) == {"chat"} | unscored
        assert found(band="high", sort=sort) == {"mail"}
        assert found(band="normal", sort=sort) == set()
        assert found(band="low", sort=sort) == {"other"}
        assert found(band="critical", max_urgency=0.82, sort=sort) == {"chat"}
        assert found(band="critical", max_urgency=0.5, sort=sort) == set()
        assert found(min_urgency=0.5, since_ms=now_ms - 6_000, until_ms=now_ms - 4_000, sort=sort) == {"mail", "chat"}
        assert found(needs_review=True, category="Technical", sentiment="negative", text="fire", sort=sort) == {
            "chat", "other",
        }  # fmt: skip


def test_the_tickets_of_an_incident_in_every_order(world):
    joined = storm(world, LIMIT + 2)
    incident_id = joined[0].incident.id
    now_ms = world.clock.now_ms()
    items = [world.item(f"t{n}", accepted_at_ms=now_ms - 9_000 + n) for n in range(LIMIT + 2)]
    stranger = world.item("stranger")
    world.accept(*items, stranger)
    world.store.commit([world.outcome(stranger, 0.95)])
    world.store.commit(
        [
            world.outcome(item, round(0.5 + n / 100, 2), incident_id=incident_id, scored_at_ms=now_ms - 8_000 + 9 * n)
            for n, item in enumerate(items)
        ]
    )

    oldest_first = [f"t{n}" for n in range(LIMIT + 2)]
    for sort in ("accepted_at", "urgency_score", "total_ms"):
        assert pages(world, {"incident": incident_id, "sort": sort}, 5) == oldest_first
        assert pages(world, {"incident": incident_id, "sort": f"-{sort}"}, 5) == oldest_first[::-1]
    assert world.views.find(TicketQuery(incident=incident_id)).matched == LIMIT + 2
    assert world.views.find(TicketQuery(incident=incident_id, sort="total_ms")).matched is None
    assert pages(world, {"incident": "inc_unknown"}, 5) == []


def test_by_total_ms_scored_tickets_are_listed_slowest_first(world):
    now_ms = world.clock.now_ms()
    items = {name: world.item(name, accepted_at_ms=now_ms - 5_000) for name in "abcd"}
    world.accept(*items.values())
    world.store.commit(
        [
            world.outcome(items[name], scored_at_ms=now_ms - 5_000 + ms)
            for name, ms in (("a", 40), ("b", 900), ("c", 40))
        ]
    )

    assert pages(world, {"sort": "-total_ms"}, 1) == ["b", "c", "a"]
    assert pages(world, {"sort": "total_ms"}, 2) == ["a", "c", "b"]
    world.store.delete("b")
    assert pages(world, {"sort": "-total_ms"}, 10) == ["c", "a"]


def test_how_many_match_is_told_where_nothing_has_to_be_searched(world):
    now_ms = world.clock.now_ms()
    items = [world.item(accepted_at_ms=now_ms - n * 1_000, provisional_score=n / 10) for n in range(1, 6)]
    world.accept(*items)

    def matched(**query):
        return world.views.find(TicketQuery(**query, limit=1)).matched

    assert matched() == 5
    assert matched(since_ms=now_ms - 4_000, until_ms=now_ms - 1_000) == 3
    assert matched(sort="urgency_score") == 5
    assert matched(sort="-urgency_score", min_urgency=0.2, max_urgency=0.4) == 3
    assert matched(min_urgency=0.2) is None
    assert matched(sort="-urgency_score", since_ms=1) is None
    assert matched(sort="-urgency_score", band="low") is None
    assert matched(sort="-total_ms") is None
    assert matched(channel="e-mail") is None


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


class TestStats:
    def test_an_empty_store_has_figures_of_zero(self, world):
        stats = world.views.stats(3_600)

        assert set(stats["counters"].values()) == {0}
        assert stats["latency"]["total_ms"] == {
            "count": 0, "mean": None, "p50": None, "p95": None, "p99": None,
        }  # fmt: skip
        assert len(stats["series"]) == 61
        assert (stats["window_s"], stats["step_s"]) == (3_600, 60)
        assert len(world.views.stats(86_400)["series"]) in (96, 97)
        assert abs(stats["until_ms"] - world.clock.now_ms()) < 5_000

    def test_counters_lanes_and_categories_add_up(self, world):
        express, standard = world.item(lane=Lane.EXPRESS), world.item()
        failed = world.item()
        world.accept(express, standard, failed)
        world.store.commit([world.outcome(express, 0.9), world.outcome(standard, 0.8, category="Billing")])
        world.store.fail(failed, "poison")

        stats = world.views.stats(60)

        assert stats["counters"] == {
            "accepted": 3, "scored": 2, "urgent": 1, "degraded": 0, "failed": 1,
            "delivered": 0, "exhausted": 0, "suppressed": 0,
        }  # fmt: skip
        assert stats["by_lane"] == {"express": 1, "standard": 1}
        assert stats["by_category"] == {"Technical": 1, "Billing": 1}
        assert sum(minute["accepted"] for minute in stats["series"]) == 3
        assert sum(minute["urgent"] for minute in stats["series"]) == 1

    def test_percentiles_come_from_all_tickets_not_from_averages(self, world):
        # Long enough ago that the scores lie in the past, and a window that a turn of the minute cannot cut.
        items = [world.item(accepted_at_ms=world.clock.now_ms() - 5_000) for _ in range(100)]
        world.accept(*items)
        world.store.commit(
            [
                world.outcome(item, started_at_ms=item.accepted_at_ms + (10 if n < 90 else 2_000),
                              scored_at_ms=item.accepted_at_ms + 2_100)
                for n, item in enumerate(items)
            ]
        )  # fmt: skip

        queue_ms = world.views.stats(180)["latency"]["queue_ms"]

        assert queue_ms["count"] == 100
        assert queue_ms["p50"] == pytest.approx(10, rel=0.06)
        assert queue_ms["p95"] == queue_ms["p99"] == pytest.approx(2_000, rel=0.06)

    def test_what_lies_before_the_window_is_not_counted(self, world):
        now_ms = world.clock.now_ms()
        old = world.item(accepted_at_ms=now_ms - 7_200_000)
        world.accept(old, world.item())

        assert world.views.stats(3_600)["counters"]["accepted"] == 1
        assert world.views.stats(86_400)["counters"]["accepted"] == 2
