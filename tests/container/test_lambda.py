"""`sam local start-lambda`, driven by boto3 as by any client of Lambda: every event, and one ticket's whole way."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from redis import Redis

from local.expectations import Case, Event, Invoke, check, load_cases, question, read_event
from tests.container.conftest import Report
from tests.container.sam import Sam
from tests.container.services import Services
from tests.container.shell import ROOT

CREDENTIALS = {"region_name": "us-east-1", "aws_access_key_id": "local", "aws_secret_access_key": "local"}
CASES = load_cases(ROOT / "events")


@pytest.fixture(scope="module")
def invoke(sam: Sam, stack: Services, report: Report) -> Iterator[Invoke]:
    """Runs a function in its warm container and gives its answer."""
    began = time.monotonic()
    with sam.serve("start-lambda", stack) as url:
        report("sam local start-lambda", f"ready, seven warm containers {time.monotonic() - began:5.1f} s")
        client = boto3.client(
            "lambda",
            endpoint_url=url,
            config=Config(read_timeout=300, retries={"total_max_attempts": 1}),
            **CREDENTIALS,
        )

        def invoke(word: str, event: Event) -> Any:
            answer = client.invoke(FunctionName=f"{word.capitalize()}Function", Payload=json.dumps(event).encode())
            return json.loads(answer["Payload"].read())

        yield invoke
        client.close()


@pytest.mark.parametrize("case", [case for case in CASES if case.function != "dispatcher"], ids=lambda it: it.name)
def test_every_event_has_its_outcome(stack: Services, invoke: Invoke, case: Case) -> None:
    stack.stage.empty()

    assert check(case, invoke, stack.stage) == []


@pytest.mark.parametrize("case", [case for case in CASES if case.function == "dispatcher"], ids=lambda it: it.name)
def test_every_alert_is_answered_for(stack: Services, invoke: Invoke, case: Case) -> None:
    # The local sink listens on 127.0.0.1, which in a container is the container: see the test below.
    stack.stage.empty()

    assert check(replace(case, afterwards={}), invoke, stack.stage) == []


def test_the_guard_of_webhooks_is_closed_in_the_image_that_is_deployed(stack: Services, invoke: Invoke) -> None:
    # Given an alert for an address that only the local stack may send to
    stack.stage.empty()
    stack.stage.invoke("worker", read_event(ROOT / "events/worker/one.json"))

    # When
    invoke("dispatcher", read_event(ROOT / "events/dispatcher/generic.json"))

    # Then
    answer = invoke("query", question(ROOT / "events", "GET /deliveries"))
    (delivery,) = json.loads(answer["body"])["deliveries"]
    assert delivery["status"] == "exhausted"
    assert delivery["log"][-1]["error"] == "unsafe-webhook-url"


def test_a_ticket_goes_all_the_way(stack: Services, invoke: Invoke, report: Report) -> None:
    stack.stage.empty()
    sqs = boto3.client("sqs", endpoint_url=stack.plan.place.emulator_url, **CREDENTIALS)
    queues = {queue.logical_id: queue.url for queue in stack.plan.queues}

    def receive(queue: str) -> list[dict[str, Any]]:
        answer = sqs.receive_message(QueueUrl=queues[queue], MaxNumberOfMessages=10, WaitTimeSeconds=1)
        return [json.loads(message["Body"]) for message in answer.get("Messages", ())]

    # When a ticket comes in, and the worker gets what ingest has queued
    accepted = invoke("ingest", read_event(ROOT / "events/ingest/valid.json"))
    (message,) = receive("ExpressQueue")
    event = read_event(ROOT / "events/worker/one.json")
    event["Records"][0]["body"] = json.dumps(message)
    answer = invoke("worker", event)

    # Then
    ticket_id = message["ticket"]["ticket_id"]
    with Redis.from_url(stack.redis_url, decode_responses=True) as redis:
        state = redis.hget(f"ticket:{{{ticket_id}}}", "state")
    assert accepted["statusCode"] == 202
    assert answer == {"batchItemFailures": []}
    assert state == "scored"
    assert {message["alert"]["destination"] for message in receive("AlertQueue")} == {
        "sink",
        "sink-slack",
        "sink-discord",
        "sink-teams",
        "sink-pagerduty",
    }
    sqs.close()
