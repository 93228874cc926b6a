"""The audit: whatever an operator does through the API is written down, before it is done and after."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from functions.query.audited import audited
from tests.lambda_context import FakeLambdaContext
from tests.query_events import World, load
from ticketrouter.domain.access import ROUTE_SCOPES, Scope
from ticketrouter.domain.errors import CacheUnavailableError

ACTIONS = sorted(key for key, scope in ROUTE_SCOPES.items() if scope is Scope.OPERATE and not key.startswith("GET "))


@pytest.fixture
def world() -> World:
    return World()


def audit(world: World) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = world.ask("list_audit")[1]["entries"]
    return entries


def request(key: str, **changes: Any) -> dict[str, Any]:
    """Return a request of a route as the gateway writes it, from an operator whose key has a name."""
    event = copy.deepcopy(load("redrive"))
    event |= {"routeKey": key, "pathParameters": {}, **changes}
    event["requestContext"]["authorizer"]["lambda"] |= {"key_id": "ops", "key_name": "Nina"}
    return event


@pytest.mark.parametrize("key", ACTIONS)
def test_every_route_that_operates_leaves_an_entry_even_when_it_refuses(world: World, key: str) -> None:
    parameters = {name.split("}")[0]: "nobody" for name in key.split("{")[1:]}
    world.handler(request(key, pathParameters=parameters, body="{"), FakeLambdaContext("query"))

    (entry,) = audit(world)

    assert (entry["action"], entry["actor"], entry["actor_name"]) == (key, "ops", "Nina")
    assert entry["status"] is not None


def test_reads_leave_none(world: World) -> None:
    world.delivered()
    for case in ("get_ticket", "list_deliveries", "get_delivery", "list_destinations", "list_audit", "unknown_path"):
        world.handler(load(case), FakeLambdaContext("query"))
    assert audit(world) == []


def test_an_entry_tells_what_was_done_and_how_it_ended(world: World) -> None:
    world.delivered()
    world.fail("INC-2042")
    world.ask("replay_delivery")
    world.ask("redrive")
    world.ask("test_unknown_destination")

    refused, redriven, replayed = audit(world)

    assert (replayed["target"], replayed["outcome"], replayed["status"]) == ("INC-2041~sink", "done", 202)
    assert redriven["facts"] == {"dead_letters": 1, "sent": 1, "dry_run": 0}
    assert (refused["outcome"], refused["code"]) == ("refused", "not-found")


def test_what_a_route_tells_the_audit_does_not_leave_with_its_answer(world: World) -> None:
    assert "audit" not in world.call(load("redrive"))


def test_a_customer_is_told_by_a_digest_alone(world: World) -> None:
    world.score(world.accept("INC-2041", customer="acme-gmbh"))
    world.ask("delete_customer")

    (entry,) = audit(world)

    assert entry["target"].startswith("sha256:")
    assert "acme" not in json.dumps(entry)
    assert entry["facts"] == {"tickets": 1}


def test_without_the_audit_nothing_is_done(world: World) -> None:
    world.delivered()

    def away(entry: object) -> None:
        raise CacheUnavailableError("away")

    world.audit_list.begin = away  # type: ignore[method-assign, assignment]
    assert world.ask("replay_delivery")[0] == 503
    assert world.alerts.sent == []


def test_an_action_whose_end_cannot_be_written_is_done_and_shows_as_running(world: World) -> None:
    world.delivered()

    def away(entry_id: str, end: object) -> None:
        raise CacheUnavailableError("away")

    world.audit_list.end = away  # type: ignore[method-assign, assignment]
    assert world.ask("replay_delivery")[0] == 202
    assert [(entry["outcome"], entry["status"]) for entry in audit(world)] == [("running", None)]


def test_a_route_that_breaks_is_written_down_as_failed(world: World) -> None:
    def broken(event: dict[str, Any]) -> dict[str, Any]:
        raise ZeroDivisionError

    route = audited({"POST /dead-letters/redrive": broken}, world.trail)["POST /dead-letters/redrive"]
    with pytest.raises(ZeroDivisionError):
        route(request("POST /dead-letters/redrive"))
    (entry,) = audit(world)
    assert (entry["outcome"], entry["status"], entry["code"]) == ("failed", 500, "internal")
