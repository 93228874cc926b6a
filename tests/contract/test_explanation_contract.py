"""What made S, all the way: scored by the committed bundle, stored in memory and in a real Redis, told over HTTP."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from functions.query.handler import make_handler
from tests.incident_twins import grouping
from tests.lambda_context import FakeLambdaContext
from tests.openapi_check import assert_as_documented
from tests.query_events import load
from tests.query_world import QueryWorld
from ticketrouter.adapters.memory import MemoryAlertQueue, MemoryDestinations, MemoryState, MemoryVisibility
from ticketrouter.adapters.onnx_scorer import OnnxScorer
from ticketrouter.domain.message import Received
from ticketrouter.usecases.query import Query
from ticketrouter.usecases.score import ScoreText
from ticketrouter.usecases.scoring import GuardedScorer, WordScorer
from ticketrouter.usecases.worker import Worker

MODEL_DIR = Path(__file__).parents[2] / "models"
TEXTS = {
    "outage": "Since 9:00 nobody can pay, the outage is still going on and we are losing money.",
    "calm": "Where can I download my invoice? 🧾",
    "over": "The outage is resolved, thank you!",
    "german": "Unsere Rechnung vom März enthält einen falschen Betrag.",
}


@pytest.fixture(scope="module")
def onnx() -> OnnxScorer:
    return OnnxScorer(MODEL_DIR)


@pytest.fixture(params=["models", "words"])
def scorer(request, onnx):
    return onnx if request.param == "models" else WordScorer()


def work(world, scorer):
    """Post the texts and let a worker score them."""
    items = [world.item(name, text) for name, text in TEXTS.items()]
    world.accept(*items)
    worker = Worker(
        store=world.store,
        scorer=GuardedScorer(scorer, world.clock),
        alerts=MemoryAlertQueue(),
        destinations=MemoryDestinations([]),
        grouping=grouping(MemoryState(world.clock)),
        dead_letters=world.letters,
        visibility=MemoryVisibility(),
        clock=world.clock,
    )
    messages = [Received(f"m-{item.ticket.ticket_id}", "r", "arn:x:y", item.to_json(), 1) for item in items]
    assert not worker.work(messages, cold_start=False).failed


def ask(world, ticket_id):
    """Return what `GET /tickets/{ticket_id}?include=explanation` says."""
    memory = QueryWorld()
    query = Query(
        store=world.store,
        views=world.views,
        deliveries=world.deliveries,
        dead_letters=world.letters,
        queue=memory.queue,
        destinations=memory.destinations,
        health=world.health,
        budgets=world.budgets,
    )
    event = load("get_ticket") | {"rawQueryString": "include=explanation", "pathParameters": {"ticket_id": ticket_id}}
    event["rawPath"] = event["requestContext"]["http"]["path"] = f"/tickets/{ticket_id}"
    response = make_handler(**{**memory.parts, "query": query})(event, FakeLambdaContext("query"))
    assert response["statusCode"] == 200, response["body"]
    assert_as_documented(event["routeKey"], response)
    return json.loads(response["body"])


def test_each_ticket_tells_what_its_urgency_is_made_of(world, scorer):
    work(world, scorer)
    for ticket_id, expected in zip(TEXTS, scorer.score([*TEXTS.values()]), strict=True):
        body = ask(world, ticket_id)
        assert body["urgency_score"] == expected.urgency_score
        assert body["explanation"] == [{"term": part.term, "value": part.value} for part in expected.contributions]
        assert sum(term["value"] for term in body["explanation"]) == pytest.approx(body["urgency_score"], abs=1e-6)


def test_every_term_has_its_name_and_the_words_that_counted_are_in_it(world, onnx):
    work(world, onnx)
    terms = {term["term"]: term["value"] for term in ask(world, "outage")["explanation"]}
    assert {"base", "model", "sentiment", "calibration"} < terms.keys()
    assert any(term.startswith("words: ") and "outage" in term for term in terms)


def test_the_same_words_have_the_same_explanation_without_a_ticket(world, onnx):
    work(world, onnx)
    scored = ScoreText(scorer=GuardedScorer(onnx, world.clock), store=world.store, clock=world.clock).ticket("outage")
    stored = ask(world, "outage")
    assert [part.value for part in scored.score.contributions] == [term["value"] for term in stored["explanation"]]
    assert "".join(part.text for part in scored.segments) == stored["description"]
