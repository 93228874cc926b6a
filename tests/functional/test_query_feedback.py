"""Feedback on real API Gateway events."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.query_events import World, load
from ticketrouter.domain.feedback import MAX_OF_TICKET


@pytest.fixture
def world() -> World:
    return World()


def say(world: World, body: Any, ticket_id: str = "INC-2041", **caller: str) -> tuple[int, Any]:
    event = load("post_feedback") | {"body": json.dumps(body), "pathParameters": {"ticket_id": ticket_id}}
    event["requestContext"]["authorizer"]["lambda"] |= caller
    response = world.call(event)
    return response["statusCode"], json.loads(response["body"])


def test_a_row_says_who_said_what_when_and_what_the_model_had_said(world: World) -> None:
    world.delivered()

    status, row = say(world, {"category": "Legal", "urgency": 1, "note": "a breach"}, key_id="ops", key_name="Nina")

    assert status == 201
    assert (row["ticket_id"], row["key_id"], row["key_name"]) == ("INC-2041", "ops", "Nina")
    assert (row["category"], row["urgency"], row["sentiment"], row["note"]) == ("Legal", 1.0, None, "a breach")
    assert row["said"] == {
        "category": "Technical", "urgency_score": 0.93, "sentiment": "negative", "model_version": "test-1",
    }  # fmt: skip


def test_rows_are_added_and_never_replaced(world: World) -> None:
    world.delivered()
    say(world, {"urgency": 0.5})
    world.clock.advance(ms=1_000)
    say(world, {"urgency": 0.75})

    listed = world.ask("list_feedback")[1]["feedback"]
    ticket = world.ask("get_ticket", "include=feedback")[1]

    assert [row["urgency"] for row in listed] == [0.75, 0.5]
    assert [row["urgency"] for row in ticket["feedback"]] == [0.5, 0.75]
    assert ticket["urgency_score"] == 0.93
    assert "feedback" not in world.ask("get_ticket", "include=explanation")[1]


def test_a_ticket_that_is_not_scored_can_be_spoken_of(world: World) -> None:
    world.accept("waits")
    assert say(world, {"sentiment": "neutral"}, "waits")[1]["said"] is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""),
        ({"note": " "}, ""),
        ({"urgency": 0.6}, "/urgency"),
        ({"urgency": "1"}, "/urgency"),
        ({"urgency": True}, "/urgency"),
        ({"sentiment": "angry"}, "/sentiment"),
        ({"category": "x" * 101}, "/category"),
        ({"note": "x" * 1_001}, "/note"),
        ({"urgency": 1, "text": "x"}, "/text"),
    ],
)
def test_what_is_against_the_rules_is_named(world: World, body: dict[str, Any], pointer: str) -> None:
    world.delivered()
    status, problem = say(world, body)
    assert (status, problem["code"], problem["errors"][0]["pointer"]) == (422, "invalid-query", pointer)


def test_a_ticket_that_is_not_there_takes_none(world: World) -> None:
    assert say(world, {"urgency": 1}, "unknown")[0] == 404
    assert say(world, {"urgency": 1}, "no id")[0] == 404


def test_a_ticket_takes_so_many_rows(world: World) -> None:
    world.delivered()
    answers = [say(world, {"urgency": 1})[0] for _ in range(MAX_OF_TICKET + 1)]
    assert (set(answers[:-1]), answers[-1]) == ({201}, 409)


def test_feedback_leaves_with_its_ticket(world: World) -> None:
    world.delivered()
    say(world, {"urgency": 1})
    world.operate.delete_ticket("INC-2041")
    assert world.ask("list_feedback")[1]["feedback"] == []
