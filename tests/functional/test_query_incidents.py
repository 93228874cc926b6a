"""Incidents for people and operators, on real API Gateway events."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.incident_twins import unite
from tests.query_events import World, load
from ticketrouter.domain.alert import IncidentPhase, trial_alert
from ticketrouter.domain.incident import IncidentAction


@pytest.fixture
def world() -> World:
    return World()


def act(world: World, case: str, incident_id: str) -> dict[str, Any]:
    return world.call(load(case) | {"pathParameters": {"incident_id": incident_id}})


def read(world: World, incident_id: str) -> tuple[int, Any]:
    answer = act(world, "get_unknown_incident", incident_id)
    return answer["statusCode"], json.loads(answer["body"])


def test_an_incident_is_listed_and_read_with_its_tickets(world: World) -> None:
    incident_id = unite(world.incidents, world.clock.now_ms())

    status, page = world.ask("list_incidents")
    (listed,) = page["incidents"]
    assert (status, listed["incident_id"], listed["status"], page["cursor"]) == (200, incident_id, "open", None)
    assert (listed["count"], listed["urgent_count"], listed["updates"], listed["category"]) == (11, 11, 1, "Legal")
    assert listed["first_seen"] == listed["announced_at"] == "2026-11-21T12:00:00.000Z"
    assert listed["samples"] == ["Nobody can pay"] * 3

    status, detail = read(world, incident_id)
    assert (status, len(detail["tickets"])) == (200, 11)
    assert detail["tickets"][0] == {
        "ticket_id": "i-10",
        "similarity": 0.9,
        "urgency_score": 0.9,
        "accepted_at": "2026-11-21T12:00:00.010Z",
    }
    assert world.ask("list_incidents", "status=closed")[1]["incidents"] == []
    assert world.ask("list_incidents", "status=over")[0] == 422


def test_an_incident_tells_its_messages_and_what_came_of_them(world: World) -> None:
    # Given an incident of which nothing was sent yet
    incident_id = unite(world.incidents, world.clock.now_ms())
    assert read(world, incident_id)[1]["messages"] == []
    incident = world.incidents.get(incident_id)
    assert incident is not None

    # When its announcement is taken by the destination at the second try
    alert = replace(trial_alert("oncall", now_ms=world.clock.now_ms(), token="t"), test=False)
    record = world.score(world.accept("i-10"))
    announced = replace(alert, ticket_id="i-10", incident=incident.facts(IncidentPhase.OPENED, 1))
    world.deliver(replace(record, alerts=(announced,)), 503, 200)

    # Then the page has it, with its number, its reason and its delivery
    (message,) = read(world, incident_id)[1]["messages"]
    delivery = message.pop("delivery")
    assert message == {"update": 1, "phase": "opened", "count": 11, "urgent_count": 11}
    assert (delivery["id"], delivery["status"], delivery["attempts"]) == (f"{incident_id}~1~oncall", "delivered", 2)


@pytest.mark.parametrize(
    ("case", "status"), [("ack_incident", "acknowledged"), ("mute_incident", "muted"), ("resolve_incident", "resolved")]
)
def test_an_operator_changes_it_and_twice_is_once(world: World, case: str, status: str) -> None:
    incident_id = unite(world.incidents, world.clock.now_ms())
    for _ in range(2):
        answer = act(world, case, incident_id)
        assert (answer["statusCode"], f'"status":"{status}"' in answer["body"]) == (200, True)


def test_what_is_over_or_unknown_cannot_be_changed(world: World) -> None:
    incident_id = unite(world.incidents, world.clock.now_ms())
    world.incidents.change(incident_id, IncidentAction.CLOSE)
    assert act(world, "ack_incident", incident_id)["statusCode"] == 409
    for unknown in ("inc_" + "z" * 26, "no id", "inc_"):
        assert act(world, "resolve_incident", unknown)["statusCode"] == 404
        assert read(world, unknown)[0] == 404


def test_deleting_a_ticket_takes_it_out_of_its_incident_and_of_similar_ones(world: World) -> None:
    incident_id = unite(world.incidents, world.clock.now_ms())
    world.score(world.accept("i-3"))
    answer = world.call(load("delete_ticket") | {"pathParameters": {"ticket_id": "i-3"}})
    assert answer["statusCode"] == 204
    detail = read(world, incident_id)[1]
    assert "i-3" not in {ticket["ticket_id"] for ticket in detail["tickets"]}
    assert len(detail["tickets"]) == 10


def test_a_ticket_that_is_deleted_days_later_leaves_its_incident_too(world: World) -> None:
    incident_id = unite(world.incidents, world.clock.now_ms())
    world.score(world.accept("i-0"))
    world.store.link({"i-0": incident_id})
    world.clock.advance(2 * 86_400)
    unite(world.incidents, world.clock.now_ms(), prefix="j")  # whoever joins clears away old answers
    assert world.call(load("delete_ticket") | {"pathParameters": {"ticket_id": "i-0"}})["statusCode"] == 204
    detail = read(world, incident_id)[1]
    assert len(detail["tickets"]) == 10
    assert len(detail["samples"]) == 2


def test_similar_tickets_are_told_when_asked_for_and_still_there(world: World) -> None:
    world.accept("other")
    world.score(world.accept("INC-2041"), similar=(("other", 0.81), ("gone", 0.79)))
    assert world.ask("get_ticket", "include=similar")[1]["similar"] == [{"ticket_id": "other", "similarity": 0.81}]
    assert "similar" not in world.ask("get_ticket", "")[1]
