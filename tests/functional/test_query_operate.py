"""Deliveries, dead letters and the operator's actions on real API Gateway events."""

from __future__ import annotations

import json

import pytest

from tests.query_events import World, load
from ticketrouter.adapters.memory import MemoryDestinations
from ticketrouter.domain.alert import Destination
from ticketrouter.domain.errors import MissingSettingError
from ticketrouter.domain.record import DeadLetter


@pytest.fixture
def world() -> World:
    return World()


def test_deliveries_are_listed_and_replayed(world: World) -> None:
    world.delivered()
    (delivery,) = world.ask("list_deliveries")[1]["deliveries"]
    assert (delivery["id"], delivery["delivered_at"]) == ("INC-2041~sink", "2026-11-21T12:00:00.250Z")
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


@pytest.mark.parametrize("case", ["replay_delivery", "replay_deliveries"])
def test_a_replay_that_is_repeated_under_its_key_is_the_same_one(world: World, case: str) -> None:
    world.delivered()
    event = load(case)
    event["headers"]["idempotency-key"] = "after-the-outage"
    for _ in range(2):
        assert world.call(event)["statusCode"] in (200, 202)
    first, second = world.alerts.sent
    assert first.replay == second.replay

    event["headers"]["idempotency-key"] = "not printable\x7f"
    refused = world.call(event)
    assert (refused["statusCode"], len(world.alerts.sent)) == (422, 2)
    assert "/headers/idempotency-key" in refused["body"]


def test_destinations_are_told_without_a_secret(world: World) -> None:
    unset = {"languages": [], "hourly_budget": 60, "budget_used": 0, "fallback": None, "since": None}
    unset |= {"state": "ok", "failures": 0, "paused_until": None, "disabled_at": None}
    assert world.ask("list_destinations")[1]["destinations"] == [
        unset | {"id": "sink", "kind": "generic", "threshold": 0.8, "categories": []},
        unset | {"id": "legal", "kind": "slack", "threshold": 0.9, "categories": ["Legal"]},
    ]


def test_destinations_say_what_is_held_against_them(world: World) -> None:
    for _ in range(3):
        world.health.failed("sink", slow=False, wish_s=0)
    world.health.gone("legal", secret_print="print")

    sink, legal = world.ask("list_destinations")[1]["destinations"]

    assert (sink["state"], sink["failures"], sink["paused_until"]) == ("failing", 3, "2026-11-21T12:00:30.000Z")
    assert (legal["state"], legal["disabled_at"]) == ("disabled", "2026-11-21T12:00:00.000Z")
    assert sink["since"] == legal["since"] == "2026-11-21T12:00:00.000Z"


def test_destinations_say_what_is_used_of_their_budget(world: World) -> None:
    (alert, *_) = world.delivered().alerts
    world.budgets.spend(alert, 60)
    world.destinations = MemoryDestinations([Destination("sink"), Destination("free", hourly_budget=None)])
    world.query._destinations = world.destinations

    sink, free = world.ask("list_destinations")[1]["destinations"]

    assert (sink["budget_used"], sink["hourly_budget"]) == (1, 60)
    assert (free["budget_used"], free["hourly_budget"]) == (None, None)


def test_destinations_are_told_while_the_store_is_away(world: World) -> None:
    world.state.available = False
    destinations = world.ask("list_destinations")[1]["destinations"]
    told = [(each["id"], each["state"], each["budget_used"]) for each in destinations]
    assert told == [("sink", None, None), ("legal", None, None)]


def test_destinations_that_cannot_be_read_are_our_failure(
    world: World, monkeypatch: pytest.MonkeyPatch, output: pytest.CaptureFixture[str]
) -> None:
    def unreadable() -> list[Destination]:
        raise MissingSettingError("parameter /router/destinations: is not JSON")

    monkeypatch.setattr(world.destinations, "all", unreadable)

    status, body = world.ask("list_destinations")

    assert (status, body["code"]) == (500, "internal")
    assert "/router/destinations" not in json.dumps(body), "a reader of tickets cannot mend it"
    out = output.readouterr().out
    assert '"level":"ERROR"' in out and "/router/destinations" in out, "an operator can"
    assert "InternalErrors" in out


def test_dead_letters_are_listed_and_redriven(world: World) -> None:
    world.fail("INC-2042")
    world.dead_letters.keep(DeadLetter("m1", "malformed-message", 1, body="{no", source="express"))
    listed = world.ask("list_dead_letters")[1]["dead_letters"]
    assert [(letter["id"], letter["reason"]) for letter in listed] == [
        ("INC-2042", "poison"),
        ("m1", "malformed-message"),
    ]
    rehearsed = world.ask("redrive_all_dry_run")[1]
    assert (rehearsed["matched"], rehearsed["sent"]) == (2, 2)
    assert rehearsed["dry_run"] and {result["outcome"] for result in rehearsed["results"]} == {"would-send"}
    assert world.ask("redrive") == (
        200,
        {
            "dry_run": False,
            "matched": 1,
            "sent": 1,
            "results": [{"id": "INC-2042", "outcome": "sent"}],
            "spread_s": 0,
            "more": False,
            "cursor": None,
        },
    )


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ('{"ids":["a"],"all":true}', 422, ""),
        ("{}", 422, ""),
        ('{"ids":[]}', 422, ""),
        ('{"ids":[1]}', 422, "/ids/0"),
        ('{"ids":["a"],"reason":"poison"}', 422, ""),
        ('{"ids":["a"],"cursor":"x"}', 422, ""),
        ('{"reason":""}', 422, ""),
        ('{"since":"yesterday"}', 422, "/since"),
        ('{"all":true,"per_minute":0}', 422, "/per_minute"),
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


def test_a_filter_finds_the_same_in_the_list_and_in_the_redrive(world: World) -> None:
    world.fail("INC-2042")
    world.fail("INC-2043", reason="overdue")
    listed = world.ask("list_dead_letters", "reason=overdue&since=2026-11-21T00:00:00Z")[1]["dead_letters"]

    redriven = json.loads(world.call(load("redrive") | {"body": '{"reason": "overdue"}'})["body"])

    assert [letter["id"] for letter in listed] == ["INC-2043"]
    assert redriven["results"] == [{"id": "INC-2043", "outcome": "sent"}]
    assert [letter["id"] for letter in world.ask("list_dead_letters")[1]["dead_letters"]] == ["INC-2042"]


def test_a_redrive_needs_json(world: World) -> None:
    event = load("redrive")
    event["headers"]["content-type"] = "text/plain"
    assert world.call(event)["statusCode"] == 415
