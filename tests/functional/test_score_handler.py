"""Score on real API Gateway events, each answer held to the OpenAPI document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from functions.score.handler import make_handler
from tests.lambda_context import FakeLambdaContext
from tests.openapi_check import assert_as_documented
from tests.query_world import QueryWorld
from ticketrouter.adapters.memory import MemoryScorer
from ticketrouter.usecases.score import ScoreText
from ticketrouter.usecases.scoring import GuardedScorer

ROOT = Path(__file__).parents[2]
EVENTS, MODELS = ROOT / "events" / "score", ROOT / "models"
MANIFEST = {"version": "memory-1", "max_tokens": 128, "self_test": [{"text": "a"}]}


def load(case: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{case}.json").read_text(encoding="utf-8"))
    return event


class World(QueryWorld):
    def __init__(self) -> None:
        super().__init__()
        self.scorer = MemoryScorer({"nobody can order": 0.97})
        self.score_text = ScoreText(scorer=GuardedScorer(self.scorer, self.clock), store=self.store, clock=self.clock)
        self.handler = make_handler(score_text=self.score_text, manifest=MANIFEST)

    def call(self, event: dict[str, Any]) -> tuple[int, Any]:
        response = self.handler(event, FakeLambdaContext("score"))
        assert_as_documented(event["routeKey"], response)
        return response["statusCode"], json.loads(response["body"])


@pytest.fixture
def world() -> World:
    return World()


def test_a_text_is_scored_and_explained(world: World) -> None:
    event = load("text")
    status, body = world.call(event)
    assert status == 200
    assert (body["urgency_score"], body["urgency_band"], body["model_version"]) == (0.97, "critical", "memory-1")
    assert "".join(part["text"] for part in body["segments"]) == json.loads(event["body"])["text"]
    raising = [part["text"].strip() for part in body["segments"] if part["weight"] > 0]
    assert raising == ["nobody", "can order."]
    assert len(world.scorer.batches) == 1


def test_without_the_models_the_words_answer(world: World) -> None:
    world.scorer.down = True
    status, body = world.call(load("text"))
    assert (status, body["degraded"], body["needs_review"]) == (200, True, True)


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ("{}", 422, ""),
        ('{"text":"a","ticket_id":"b"}', 422, ""),
        ('{"text":""}', 422, "/text"),
        ('{"text":" \\u202e "}', 422, ""),
        ('{"text":5}', 422, "/text"),
        ('{"text":"' + "x" * 20_001 + '"}', 422, "/text"),
        ('{"text":"a","explain":true}', 422, "/explain"),
        ('"text"', 422, ""),
        ('{"text":"\\ud800"}', 400, None),
        ("[" * 100_000, 413, None),
        ("[" * 40_000, 400, None),
    ],
)
def test_a_wrong_body_is_refused(world: World, body: str, status: int, pointer: str | None) -> None:
    answered, problem = world.call(load("text") | {"body": body})
    assert answered == status
    if pointer is not None:
        assert problem["errors"][0]["pointer"] == pointer


def test_without_the_store_a_text_is_scored_and_a_ticket_is_not(world: World) -> None:
    world.state.available = False
    assert world.call(load("text"))[0] == 200
    assert world.call(load("ticket"))[0] == 503


def test_the_model_is_described_without_its_self_test(world: World) -> None:
    assert world.call(load("get_model")) == (
        200,
        {"model_version": "memory-1", "manifest": {"version": "memory-1", "max_tokens": 128}, "evaluation": None},
    )


def test_what_was_found_out_about_the_committed_model_is_told(world: World) -> None:
    manifest = json.loads((MODELS / "manifest.json").read_bytes())
    evaluation = json.loads((MODELS / "evaluation.json").read_bytes())
    world.handler = make_handler(score_text=world.score_text, manifest=manifest, evaluation=evaluation)

    _, answer = world.call(load("get_model"))

    assert answer["manifest"] == {name: value for name, value in manifest.items() if name != "self_test"}
    told = answer["evaluation"]
    assert [told[name] == evaluation[name] for name in ("slices", "confusion", "reliability")] == [True] * 3
    for name, found in evaluation["sets"].items():
        assert told["sets"][name] == {part: value for part, value in found.items() if part != "ahead"}


def test_no_text_is_logged(world: World, output: pytest.CaptureFixture[str]) -> None:
    world.call(load("text"))
    written = output.readouterr().out
    assert "scored a text" in written
    assert "Checkout" not in written
