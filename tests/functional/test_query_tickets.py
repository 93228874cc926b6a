"""Tickets on real API Gateway events: one, lists, filters, deletion."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import pytest

from tests.query_events import World, load
from ticketrouter.domain.record import Attempt
from ticketrouter.domain.status import DeliveryStatus

SENT_SINGLY = {"digest_id": None, "fallback": None, "fallback_for": None}


@pytest.fixture
def world() -> World:
    return World()


def test_a_ticket_is_flat_and_has_every_name_that_clients_know(world: World) -> None:
    world.delivered()
    status, body = world.ask("get_ticket", "")
    assert status == 200
    assert body == {
        "ticket_id": "INC-2041",
        "status": "scored",
        "subject": "",
        "description": "We can see other customers' invoices",
        "customer": "acme-gmbh",
        "channel": "",
        "category": "Technical",
        "category_confidence": 0.91,
        "needs_review": False,
        "urgency_score": 0.93,
        "urgency_band": "critical",
        "sentiment": "negative",
        "sentiment_score": -0.4,
        "lane": "express",
        "accepted_at": "2026-11-21T12:00:00.000Z",
        "scored_at": "2026-11-21T12:00:00.150Z",
        "timings": {"queue_ms": 120, "scoring_ms": 28.5, "dispatch_ms": 100, "total_ms": 150},
        "latency_ms": 150,
        "cold_start": True,
        "attempts": 1,
        "model_version": "test-1",
        "degraded": False,
        "incident_id": None,
        "alerts": [{"destination": "sink", "status": "delivered", "attempts": 2, **SENT_SINGLY}],
        "webhook_triggered": True,
        "failure": None,
    }


def test_what_include_asks_for_is_added_and_nothing_else(world: World) -> None:
    world.delivered()
    plain = world.ask("get_ticket", "")[1]
    explained = world.ask("get_ticket", "include=explanation")[1]
    full = world.ask("get_ticket")[1]
    assert explained.keys() - plain.keys() == {"explanation"}
    assert full.keys() - plain.keys() == {"explanation", "deliveries"}
    assert sum(term["value"] for term in explained["explanation"]) == pytest.approx(0.93)
    assert [attempt["status"] for attempt in full["deliveries"][0]["log"]] == [503, 200]


def test_an_accepted_ticket_has_no_verdict_yet(world: World) -> None:
    world.accept("INC-2041")
    body = world.ask("get_ticket")[1]
    assert body["status"] == "accepted"
    unknown = ("category", "urgency_score", "urgency_band", "scored_at", "latency_ms", "model_version", "failure")
    assert {body[name] for name in unknown} == {None}
    assert (body["explanation"], body["deliveries"], body["webhook_triggered"]) == ([], [], False)


def test_an_alert_is_pending_until_the_dispatcher_has_it_and_triggered_only_after_a_2xx(world: World) -> None:
    record = world.score(world.accept("INC-2041"))
    waiting = world.ask("get_ticket")[1]
    world.deliver(record, 503)
    tried = world.ask("get_ticket")[1]
    assert waiting["alerts"] == [{"destination": "sink", "status": "pending", "attempts": 0, **SENT_SINGLY}]
    assert tried["alerts"] == [{"destination": "sink", "status": "pending", "attempts": 1, **SENT_SINGLY}]
    assert (waiting["webhook_triggered"], tried["webhook_triggered"]) == (False, False)
    assert tried["timings"]["dispatch_ms"] is None


def test_a_failed_ticket_says_why(world: World) -> None:
    world.fail("INC-2041", "poison")
    body = world.ask("get_ticket")[1]
    assert (body["status"], body["failure"]) == ("failed", "poison")


def test_an_unknown_ticket_is_a_problem(world: World) -> None:
    status, body = world.ask("get_ticket")
    assert (status, body["code"]) == (404, "not-found")


def test_all_filters_at_once_find_the_ticket(world: World) -> None:
    world.delivered()
    world.score(world.accept("other", customer="acme-gmbh"), urgency=0.3)
    status, body = world.ask(
        "list_tickets",
        "q=invoices&status=scored&category=Technical&sentiment=negative&min_urgency=0.8&max_urgency=1"
        "&customer=acme-gmbh&since=2026-11-21T00%3A00%3A00Z&until=1795348800000&sort=-urgency_score&limit=10",
    )
    assert status == 200
    assert [ticket["ticket_id"] for ticket in body["tickets"]] == ["INC-2041"]
    assert body["cursor"] is None


@pytest.mark.parametrize(
    "query",
    ["q=refund", "status=failed", "category=Legal", "sentiment=positive", "min_urgency=0.94", "max_urgency=0.92",
     "customer=bolt", "channel=fax", "band=high", "needs_review=true", "incident=inc_none",
     "since=2026-11-21T12:00:01Z", "until=2026-11-21T12:00:00", "until=1795262400000"],
)  # fmt: skip
def test_each_filter_can_leave_the_ticket_out(world: World, query: str) -> None:
    world.delivered()
    assert len(world.ask("list_tickets", "")[1]["tickets"]) == 1
    assert world.ask("list_tickets", query)[1]["tickets"] == []


def test_a_category_of_your_own_filters_and_counts_by_its_name(world: World) -> None:
    name = 'Straßen & "Wege" 🚧: Nord'
    world.score(world.accept("own"), category=name)
    world.score(world.accept("other"), category="Wege")

    found = world.ask("list_tickets", f"category={quote(name)}")[1]["tickets"]
    assert [(ticket["ticket_id"], ticket["category"]) for ticket in found] == [("own", name)]
    assert world.ask("get_stats", "")[1]["by_category"] == {name: 1, "Wege": 1}


def test_pages_follow_each_other_without_gap_or_repetition(world: World) -> None:
    for number in range(5):
        world.accept(f"t{number}")
        world.clock.advance(1)
    found: list[str] = []
    query = "limit=2"
    while True:
        body = world.ask("list_tickets", query)[1]
        found += [ticket["ticket_id"] for ticket in body["tickets"]]
        if body["cursor"] is None:
            break
        query = f"limit=2&cursor={body['cursor']}"
    assert found == ["t4", "t3", "t2", "t1", "t0"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("status=scored&status=failed", "/status"),
        ("min_urgency=nan", "/min_urgency"),
        ("since=99999999999999999999", "/since"),
        ("since=0001-01-01T25:00:00", "/since"),
        ("cursor=nonsense", "/cursor"),
        ("q=%ff", ""),
        ("&".join(f"p{number}=1" for number in range(40)), ""),
        ("sort=name", "/sort"),
        ("needs_review=maybe", "/needs_review"),
        ("band=urgent", "/band"),
        ("min_urgency=0.6&max_urgency=0.5", "/max_urgency"),
        ("since=2026-11-21T12:00:01Z&until=2026-11-21T12:00:00Z", "/until"),
    ],
)
def test_hostile_queries_are_refused_by_name(world: World, query: str, pointer: str) -> None:
    status, body = world.ask("list_tickets", query)
    assert status == 422
    assert body["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("since=0001-01-01T00:00:00", 1),
        ("since=0001-01-01T00:00:00%2B23:59", 1),
        ("since=1969-12-31T23:59:59.999Z&until=9999-12-31T23:59:59-23:59", 1),
        ("until=999999999999999", 1),
        ("until=0001-01-01", 0),
        ("since=999999999999999", 0),
    ],
)
def test_a_time_out_of_all_bounds_is_the_bound(world: World, query: str, found: int) -> None:
    world.accept("t1")
    status, body = world.ask("list_tickets", query)
    assert (status, len(body["tickets"])) == (200, found)


def test_an_empty_parameter_counts_as_not_given(world: World) -> None:
    world.accept("t1")
    assert len(world.ask("list_tickets", "q=&status=&min_urgency=&cursor=")[1]["tickets"]) == 1


def test_deletion_of_a_ticket_answers_204_and_then_404(world: World) -> None:
    world.delivered()
    assert world.call(load("delete_ticket"))["statusCode"] == 204
    assert world.ask("delete_ticket")[0] == 404


def test_deletion_of_a_customer_counts(world: World) -> None:
    world.delivered()
    assert world.ask("delete_customer") == (200, {"deleted": 1, "more": False})


def test_a_ticket_shows_who_was_told_in_place_of_whom(world: World) -> None:
    # given: sink does not take it, chat does not either, mail does
    record = world.score(world.accept("INC-2041"))
    world.deliver(record, 503)
    told = record.alerts[0]
    for destination, status in (("chat", DeliveryStatus.EXHAUSTED), ("mail", DeliveryStatus.DELIVERED)):
        world.deliveries.note_fallback(told, destination)
        told = replace(told, destination=destination, fallback_for=told.destination)
        world.deliveries.claim(told, token="t", lease_ms=1_000)
        error = None if status is DeliveryStatus.DELIVERED else "webhook-rejected"
        attempt = Attempt(world.clock.now_ms(), 1.0, None, error)
        world.deliveries.record(told, attempt, status, token="t", retry_in_ms=None)

    ticket = world.ask("get_ticket")[1]

    assert [tuple(alert.values()) for alert in ticket["alerts"]] == [
        ("sink", "pending", 1, "chat", None, None),
        ("chat", "exhausted", 1, "mail", "sink", None),
        ("mail", "delivered", 1, None, "chat", None),
    ]
    assert ticket["webhook_triggered"] is True
