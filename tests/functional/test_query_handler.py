"""Query on real API Gateway events: the API about itself, and what holds for every route."""

from __future__ import annotations

import json
import re

import pytest

from local.expectations import load_cases
from tests.openapi_check import document
from tests.query_events import EVENTS, World, load
from ticketrouter.usecases.query import Query


@pytest.fixture
def world() -> World:
    return World()


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


def test_the_page_shows_every_shape_and_its_links_lead_there(world: World) -> None:
    page = world.call(load("get_docs"))["body"]
    shapes = document()["components"]["schemas"]
    assert set(re.findall(r'<p id="(\w+)"', page)) == set(shapes)
    assert set(re.findall(r'href="#(\w+)"', page)) <= set(shapes)
    for shape in shapes.values():
        for field in shape.get("properties", {}):
            assert f"<td><code>{field}</code></td>" in page
    assert "`" not in page


@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [
        ("/tickets/batch", "PUT", "POST"),
        ("/deliveries/replay", "DELETE", "POST"),
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


@pytest.mark.parametrize(
    "case", sorted(case.path.stem for case in load_cases(EVENTS.parent) if case.function == "query")
)
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


def test_no_text_of_a_ticket_is_logged(world: World, output: pytest.CaptureFixture[str]) -> None:
    world.delivered()
    for case in ("get_ticket", "list_tickets", "replay_delivery", "delete_ticket"):
        world.call(load(case))
    written = output.readouterr().out
    assert "ticket deleted" in written
    assert "invoices" not in written
