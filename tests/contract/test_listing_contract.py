"""Lists of tickets: every filter in every order, and how many match; on memory and on a real Redis."""

from __future__ import annotations

from tests.contract.test_incidents_contract import LIMIT, storm
from tests.contract.test_views_contract import ids, pages
from ticketrouter.ports import TicketQuery

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
