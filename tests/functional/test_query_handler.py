"""Query on real API Gateway events: every route, every refusal, and each answer held to the OpenAPI document."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from functions.query.handler import make_handler
from tests.lambda_context import FakeLambdaContext
from tests.openapi_check import assert_as_documented, document
from tests.query_world import QueryWorld
from ticketrouter.domain.access import OPEN_ROUTES, ROUTE_SCOPES
from ticketrouter.domain.record import DeadLetter, TicketRecord
from ticketrouter.usecases.query import Query

EVENTS = Path(__file__).parents[2] / "events" / "query"


def load(case: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{case}.json").read_text(encoding="utf-8"))
    return event


class World(QueryWorld):
    def __init__(self) -> None:
        super().__init__()
        self.handler = make_handler(query=self.query, operate=self.operate)

    def call(self, event: dict[str, Any]) -> dict[str, Any]:
        response = self.handler(copy.deepcopy(event), FakeLambdaContext("query"))
        if event["routeKey"] != "$default":
            assert_as_documented(event["routeKey"], response)
        return response

    def ask(self, case: str, query: str | None = None) -> tuple[int, Any]:
        event = load(case)
        if query is not None:
            event["rawQueryString"] = query
        response = self.call(event)
        return response["statusCode"], json.loads(response["body"])

    def delivered(self) -> TicketRecord:
        record = self.score(self.accept("INC-2041", customer="acme-gmbh"))
        self.deliver(record, 503, 200)
        return record


@pytest.fixture
def world() -> World:
    return World()


# --- tickets ---------------------------------------------------------------------------------------------------------


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
        "alerts": [{"destination": "oncall", "status": "delivered", "attempts": 2}],
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
    assert waiting["alerts"] == [{"destination": "oncall", "status": "pending", "attempts": 0}]
    assert tried["alerts"] == [{"destination": "oncall", "status": "pending", "attempts": 1}]
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
    status, body = world.ask("list_tickets")
    assert status == 200
    assert [ticket["ticket_id"] for ticket in body["tickets"]] == ["INC-2041"]
    assert body["cursor"] is None


@pytest.mark.parametrize(
    "query",
    ["q=refund", "status=failed", "category=Legal", "sentiment=positive", "min_urgency=0.94", "max_urgency=0.92",
     "customer=bolt", "since=2026-11-21T12:00:01Z", "until=2026-11-21T12:00:00", "until=1795262400000"],
)  # fmt: skip
def test_each_filter_can_leave_the_ticket_out(world: World, query: str) -> None:
    world.delivered()
    assert len(world.ask("list_tickets", "")[1]["tickets"]) == 1
    assert world.ask("list_tickets", query)[1]["tickets"] == []


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


def test_a_wrong_query_names_each_parameter(world: World) -> None:
    status, body = world.ask("list_tickets_wrong")
    assert (status, body["code"]) == (422, "invalid-query")
    assert [error["pointer"] for error in body["errors"]] == ["/status", "/min_urgency", "/since", "/limit", "/page"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("status=scored&status=failed", "/status"),
        ("min_urgency=nan", "/min_urgency"),
        ("since=99999999999999999999", "/since"),
        ("since=0001-01-01T00:00:00", "/since"),
        ("cursor=nonsense", "/cursor"),
        ("q=%ff", ""),
        ("&".join(f"p{number}=1" for number in range(40)), ""),
        ("sort=name", "/sort"),
    ],
)
def test_hostile_queries_are_refused_by_name(world: World, query: str, pointer: str) -> None:
    status, body = world.ask("list_tickets", query)
    assert status == 422
    assert body["errors"][0]["pointer"] == pointer


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


# --- live ------------------------------------------------------------------------------------------------------------


def test_changes_are_told_once_and_then_304(world: World) -> None:
    cursor = world.ask("get_changes")[1]["cursor"]
    world.delivered()
    event = load("get_changes") | {"rawQueryString": f"since={cursor}"}
    first = world.call(event)
    assert [ticket["ticket_id"] for ticket in json.loads(first["body"])["tickets"]] == ["INC-2041"]
    event["headers"]["if-none-match"] = f'"other", W/{first["headers"]["etag"]}'
    second = world.call(event)
    assert second["statusCode"] == 304
    assert second["headers"]["etag"] == first["headers"]["etag"]
    world.accept("new")
    assert world.call(event)["statusCode"] == 200


def test_an_expired_cursor_is_gone(world: World) -> None:
    cursor = world.ask("get_changes")[1]["cursor"]
    world.state.changes_kept = 1
    world.accept("t1")
    world.accept("t2")
    status, body = world.ask("get_changes", f"since={cursor}")
    assert (status, body["code"]) == (410, "cursor-expired")


def test_stats_have_counters_latencies_and_depths(world: World) -> None:
    world.queue.send([world.delivered().item])
    status, body = world.ask("get_stats")
    assert status == 200
    assert (body["window_s"], len(body["series"])) == (900, 16)
    assert {name: body["counters"][name] for name in ("accepted", "scored", "urgent", "delivered")} == {
        "accepted": 1, "scored": 1, "urgent": 1, "delivered": 1,
    }  # fmt: skip
    assert body["latency"]["total_ms"]["p50"] == pytest.approx(150, rel=0.05)
    assert body["latency"]["total_ms"]["count"] == 1
    assert body["by_category"] == {"Technical": 1}
    assert body["queues"]["express"] == {"waiting": 1, "in_flight": 0}


def test_stats_come_without_depths_when_sqs_does_not_say(world: World) -> None:
    world.queue.down = True
    status, body = world.ask("get_stats")
    assert (status, body["queues"]) == (200, None)
    assert body["latency"]["total_ms"] == {"count": 0, "p50": None, "p95": None, "p99": None}


@pytest.mark.parametrize("window", ["0", "59", "25h", "2d", "1w", "-5m", "1.5h"])
def test_a_window_has_limits(world: World, window: str) -> None:
    status, body = world.ask("get_stats", f"window={window}")
    assert (status, body["errors"][0]["pointer"]) == (422, "/window")


@pytest.mark.parametrize(
    ("window", "seconds"), [("60", 60), ("15m", 900), ("24h", 86_400), ("1d", 86_400), ("", 3_600)]
)
def test_a_window_has_units(world: World, window: str, seconds: int) -> None:
    assert world.ask("get_stats", f"window={window}")[1]["window_s"] == seconds


# --- deliveries and dead letters --------------------------------------------------------------------------------------


def test_deliveries_are_listed_and_replayed(world: World) -> None:
    world.delivered()
    (delivery,) = world.ask("list_deliveries")[1]["deliveries"]
    assert (delivery["id"], delivery["delivered_at"]) == ("INC-2041~oncall", "2026-11-21T12:00:00.250Z")
    status, body = world.ask("replay_delivery")
    assert (status, body["status"], body["webhook_id"]) == (202, "queued", delivery["webhook_id"])
    assert len(world.alerts.sent) == 1
    assert world.ask("list_deliveries", "status=exhausted")[1]["deliveries"] == []


def test_a_replay_says_why_not(world: World) -> None:
    assert world.ask("replay_delivery")[0] == 404
    record = world.score(world.accept("INC-2041"))
    world.deliver(record, 503)
    assert world.ask("replay_delivery")[0] == 409
    world.deliver(record, 200)
    world.alerts.down = True
    response = world.call(load("replay_delivery"))
    assert (response["statusCode"], response["headers"]["retry-after"]) == (503, "5")


def test_destinations_are_told_without_a_secret(world: World) -> None:
    assert world.ask("list_destinations")[1]["destinations"] == [
        {"id": "oncall", "kind": "generic", "threshold": 0.8, "categories": []},
        {"id": "legal", "kind": "slack", "threshold": 0.9, "categories": ["Legal"]},
    ]


def test_dead_letters_are_listed_and_redriven(world: World) -> None:
    world.fail("INC-2042")
    world.dead_letters.keep(DeadLetter("m1", "malformed-message", 1, body="{no", source="express"))
    listed = world.ask("list_dead_letters")[1]["dead_letters"]
    assert [(letter["id"], letter["reason"]) for letter in listed] == [
        ("INC-2042", "poison"),
        ("m1", "malformed-message"),
    ]
    rehearsed = world.ask("redrive_all_dry_run")[1]
    assert rehearsed["dry_run"] and {result["outcome"] for result in rehearsed["results"]} == {"would-send"}
    assert world.ask("redrive") == (
        200,
        {"dry_run": False, "results": [{"id": "INC-2042", "outcome": "sent"}], "more": False},
    )


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ('{"ids":["a"],"all":true}', 422, ""),
        ("{}", 422, ""),
        ('{"ids":[]}', 422, ""),
        ('{"ids":[1]}', 422, "/ids/0"),
        ('{"all":"yes"}', 422, "/all"),
        ('{"all":true,"dryrun":true}', 422, "/dryrun"),
        ("[]", 422, ""),
        ('{"all":true,"all":true}', 400, None),
        ("{", 400, None),
        ('{"ids":["' + "x" * 70_000 + '"]}', 413, None),
    ],
)
def test_a_wrong_redrive_is_refused(world: World, body: str, status: int, pointer: str | None) -> None:
    response = world.call(load("redrive") | {"body": body})
    problem = json.loads(response["body"])
    assert response["statusCode"] == status
    assert response["headers"]["content-type"] == "application/problem+json"
    if pointer is not None:
        assert problem["errors"][0]["pointer"] == pointer


def test_a_redrive_needs_json(world: World) -> None:
    event = load("redrive")
    event["headers"]["content-type"] = "text/plain"
    assert world.call(event)["statusCode"] == 415


# --- about -----------------------------------------------------------------------------------------------------------


def test_health_is_always_200(world: World) -> None:
    assert world.ask("get_health") == (200, {"status": "ok", "store": "ok"})
    world.state.available = False
    assert world.ask("get_health") == (200, {"status": "degraded", "store": "unavailable"})


def test_the_document_is_served_as_it_is_committed(world: World) -> None:
    assert world.ask("get_openapi") == (200, document())


def test_the_page_lists_every_operation_and_runs_no_script(world: World) -> None:
    response = world.call(load("get_docs"))
    page = response["body"]
    policy = response["headers"]["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe-inline" not in policy
    assert not re.search(r"<script|\son\w+=|style=|src=", page)
    for path, methods in document()["paths"].items():
        for method in methods:
            assert f"<b>{method.upper()}</b> <code>{path}</code>" in page


def test_an_unknown_path_is_a_problem_404(world: World) -> None:
    status, body = world.ask("unknown_path")
    assert (status, body["code"]) == (404, "not-found")


@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [
        ("/tickets/INC-2041", "PUT", "DELETE, GET"),
        ("/tickets", "DELETE", "GET, POST"),
        ("/health", "POST", "GET"),
        ("/score", "GET", "POST"),
    ],
)
def test_a_known_path_with_another_method_is_405_with_allow(world: World, path: str, method: str, allowed: str) -> None:
    event = load("wrong_method") | {"rawPath": path}
    event["requestContext"]["http"]["method"] = method
    response = world.call(event)
    assert (response["statusCode"], response["headers"]["allow"]) == (405, allowed)
    assert json.loads(response["body"])["code"] == "method-not-allowed"


def test_the_open_default_route_never_serves_a_guarded_one(world: World) -> None:
    world.delivered()
    event = load("wrong_method") | {"rawPath": "/tickets/INC-2041"}
    event["requestContext"]["http"]["method"] = "GET"
    event["pathParameters"] = {"ticket_id": "INC-2041"}
    assert world.call(event)["statusCode"] == 405


@pytest.mark.parametrize("case", sorted(path.stem for path in EVENTS.glob("*.json")))
def test_without_the_store_every_event_is_answered_and_503_says_when_to_come_back(world: World, case: str) -> None:
    world.state.available = False
    response = world.call(load(case))
    assert response["statusCode"] in (200, 404, 405, 422, 503)
    if response["statusCode"] == 503:
        assert response["headers"]["retry-after"]
        assert json.loads(response["body"])["code"] == "cache-unavailable"


def test_a_fault_of_ours_is_a_500_that_tells_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Query, ticket_id: str) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(Query, "ticket", fail)
    status, body = world.ask("get_ticket")
    assert (status, body["code"]) == (500, "internal")
    assert "secret" not in json.dumps(body)


def test_there_is_an_event_for_every_route_of_query() -> None:
    others = {"POST /tickets", "POST /tickets/batch", "POST /score", "GET /model"}
    keys = {json.loads(path.read_text(encoding="utf-8"))["routeKey"] for path in EVENTS.glob("*.json")}
    assert keys == (ROUTE_SCOPES.keys() | OPEN_ROUTES) - others


def test_no_text_of_a_ticket_is_logged(world: World, output: pytest.CaptureFixture[str]) -> None:
    world.delivered()
    for case in ("get_ticket", "list_tickets", "replay_delivery", "delete_ticket"):
        world.call(load(case))
    written = output.readouterr().out
    assert "ticket deleted" in written
    assert "invoices" not in written
