"""Every event of events/ through its real handler, around the twins and the real model, against its expectation."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from aws_lambda_powertools.utilities.parser.models import (
    ApiGatewayAuthorizerRequestV2,
    APIGatewayProxyEventV2Model,
    EventBridgeModel,
    SqsModel,
)

from local.expectations import Case, check, load_cases
from local.stage import API_KEYS, FIXTURE_KEY
from tests.event_stage import EVENTS, ROOT, MemoryStage
from tests.openapi_check import assert_as_documented
from ticketrouter.domain.access import OPEN_ROUTES, ROUTE_SCOPES
from ticketrouter.domain.alert import KINDS

CASES = load_cases(EVENTS)
HTTP = [case for case in CASES if "routeKey" in case.event]
REQUESTS = [case for case in HTTP if case.function != "authorizer"]
DOCUMENTED = [case for case in REQUESTS if case.event["routeKey"] != "$default"]
QUEUED = [case for case in CASES if "Records" in case.event]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@each_case
def test_what_comes_of_an_event_is_what_is_expected(case: Case) -> None:
    stage = MemoryStage()

    assert check(case, stage.invoke, stage) == []


@each_case
def test_an_expectation_can_fail(case: Case) -> None:
    # Given a function that answers nothing, and a router that knows nothing
    class Nothing:
        def invoke(self, word: str, event: object) -> dict[str, object]:
            return {}

        def begin(self, event: object) -> None: ...

    problems = check(case, Nothing().invoke, Nothing())

    assert any(problem.startswith("answer") for problem in problems)
    for call in case.afterwards:
        assert any(problem.startswith(call) for problem in problems), f"{call} expects nothing"


@pytest.mark.parametrize("case", DOCUMENTED, ids=lambda case: case.name)
def test_an_answer_is_as_documented(case: Case) -> None:
    stage = MemoryStage()
    answers = []

    check(case, lambda word, event: answers.append(stage.invoke(word, event)) or answers[0], stage)

    assert_as_documented(case.event["routeKey"], answers[0])


def test_every_expectation_has_its_event() -> None:
    expected = {path.name.removesuffix(".expected.json") for path in EVENTS.glob("*/*.expected.json")}

    assert expected == {case.path.stem for case in CASES}
    assert {path.parent.name for path in EVENTS.glob("*/*")} == {case.function for case in CASES}


def test_there_is_an_event_for_every_function() -> None:
    assert {path.parent.name for path in ROOT.glob("functions/*/handler.py")} == {case.function for case in CASES}


def test_there_is_an_event_for_every_route() -> None:
    assert {case.event["routeKey"] for case in REQUESTS} == ROUTE_SCOPES.keys() | OPEN_ROUTES


def test_there_is_an_event_for_every_kind_of_alert() -> None:
    assert set(KINDS) <= {case.path.stem for case in CASES if case.function == "dispatcher"}


# --- the events are what AWS sends: Powertools' models of its payloads, and what those leave open ---------------------


@each_case
def test_an_event_has_the_shape_of_its_source(case: Case) -> None:
    if case in QUEUED:
        model = SqsModel
    elif case.function == "authorizer":
        model = ApiGatewayAuthorizerRequestV2
    elif case in HTTP:
        model = APIGatewayProxyEventV2Model
    else:
        model = EventBridgeModel
    model.model_validate(case.event)


@pytest.mark.parametrize("case", HTTP, ids=lambda case: case.name)
def test_the_parts_of_a_request_agree(case: Case) -> None:
    event, context = case.event, case.event["requestContext"]
    method, _, pattern = event["routeKey"].partition(" ")
    assert context["routeKey"] == event["routeKey"]
    assert context["http"]["path"] == event["rawPath"]
    assert event["routeKey"] == "$default" or method == context["http"]["method"]
    assert pattern.format(**event.get("pathParameters", {})) in (event["rawPath"], "")
    assert ("queryStringParameters" in event) == bool(event["rawQueryString"])
    assert list(event["headers"]) == [name.lower() for name in event["headers"]]
    assert not context["timeEpoch"] % 1_000
    if "body" in event:
        body = event["body"].encode()
        sent = base64.b64decode(body) if event["isBase64Encoded"] else body
        assert event["headers"]["content-length"] == str(len(sent))


@pytest.mark.parametrize("case", REQUESTS, ids=lambda case: case.name)
def test_whoever_calls_a_guarded_route_was_let_in(case: Case) -> None:
    guarded = case.event["routeKey"] not in OPEN_ROUTES

    assert ("authorizer" in case.event["requestContext"]) == guarded


@pytest.mark.parametrize("case", QUEUED, ids=lambda case: case.name)
def test_messages_are_whole_and_come_from_the_queues_of_the_template(case: Case) -> None:
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    ids = [record["messageId"] for record in case.event["Records"]]
    assert len(set(ids)) == len(ids)
    for record in case.event["Records"]:
        assert record["md5OfBody"] == hashlib.md5(record["body"].encode()).hexdigest()
        queue = record["eventSourceARN"].rpartition(":")[2].removeprefix("ticket-router-")
        assert f"QueueName: !Sub ${{AWS::StackName}}-{queue}\n" in template
        dead = queue.endswith("-dead-letters")
        assert ("DeadLetterQueueSourceArn" in record["attributes"]) == dead == (case.function == "reconciler")


def test_no_key_of_an_event_opens_anything() -> None:
    for case in REQUESTS:
        assert case.event["headers"].get("authorization") in (None, "Bearer tr_dev_REDACTED"), case.name
    for entry in json.loads(API_KEYS.read_text(encoding="utf-8"))["keys"]:
        secret = FIXTURE_KEY.replace("_dev_", f"_{entry['id']}_")
        assert entry["sha256"] == hashlib.sha256(secret.encode()).hexdigest()
