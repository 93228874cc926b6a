"""Queues outlive slow functions and bad deploys, and what they give up is kept."""

from __future__ import annotations

from typing import Any

import pytest

from tests.template.transformed import Template, target

DAY_S = 86_400
# How long a bad version may run as a canary before its alarm rolls it back.
CANARY_S = 600
# Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
VISIBILITY_FACTOR = 6

SOURCES = {
    "ExpressQueue": "ExpressDeadLetters",
    "StandardQueue": "StandardDeadLetters",
    "AlertQueue": "AlertDeadLetters",
}


@pytest.fixture(scope="session")
def queues(template: Template) -> dict[str, dict[str, Any]]:
    return template.of_type("AWS::SQS::Queue")


@pytest.fixture(scope="session")
def mappings(template: Template) -> dict[str, dict[str, Any]]:
    return template.of_type("AWS::Lambda::EventSourceMapping")


def test_each_queue_has_one_consumer(mappings: dict[str, Any], queues: dict[str, Any]) -> None:
    consumers = {target(it["EventSourceArn"]): target(it["FunctionName"]) for it in mappings.values()}

    assert len(mappings) == len(queues)
    assert consumers == {
        "ExpressQueue": "WorkerFunction",
        "StandardQueue": "WorkerFunction",
        "AlertQueue": "DispatcherFunction",
        "ExpressDeadLetters": "ReconcilerFunction",
        "StandardDeadLetters": "ReconcilerFunction",
        "AlertDeadLetters": "ReconcilerFunction",
    }


def test_visibility_outlasts_the_function(template: Template, mappings: dict[str, Any], queues: dict[str, Any]) -> None:
    functions = template.of_type("AWS::Lambda::Function")
    for name, mapping in mappings.items():
        visibility_s = template.value(queues[target(mapping["EventSourceArn"])]["VisibilityTimeout"])
        timeout_s = template.value(functions[target(mapping["FunctionName"])]["Timeout"])
        window_s = mapping["MaximumBatchingWindowInSeconds"]

        assert visibility_s >= VISIBILITY_FACTOR * timeout_s + window_s, name


def test_a_bad_canary_does_not_dead_letter(template: Template, queues: dict[str, Any]) -> None:
    for name in SOURCES:
        receives = queues[name]["RedrivePolicy"]["maxReceiveCount"]

        assert template.value(queues[name]["VisibilityTimeout"]) * receives >= 2 * CANARY_S, name


def test_receive_counts_are_backstops(queues: dict[str, Any]) -> None:
    # Our own count of attempts (3) decides what is poison; an outage of the cache must not.
    counts = {name: queues[name]["RedrivePolicy"]["maxReceiveCount"] for name in SOURCES}

    assert counts == {"ExpressQueue": 20, "StandardQueue": 20, "AlertQueue": 200}


def test_failures_of_single_messages_are_reported(mappings: dict[str, Any]) -> None:
    for name, mapping in mappings.items():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"], name


def test_batches_and_concurrency_are_what_lambda_allows(mappings: dict[str, Any]) -> None:
    for name, mapping in mappings.items():
        # cfn-lint passes a MaximumConcurrency of 1, Lambda does not; more than 10 messages need a window.
        assert 2 <= mapping["ScalingConfig"]["MaximumConcurrency"] <= 1000, name
        assert mapping["BatchSize"] <= 10 or mapping["MaximumBatchingWindowInSeconds"] >= 1, name


def test_the_lanes_start_at_once(mappings: dict[str, Any]) -> None:
    lanes = {name: it for name, it in mappings.items() if target(it["FunctionName"]) == "WorkerFunction"}

    assert {it["MaximumBatchingWindowInSeconds"] for it in lanes.values()} == {0}
    assert lanes["WorkerFromExpress"]["ScalingConfig"]["MaximumConcurrency"] == 4
    assert lanes["WorkerFromStandard"]["ScalingConfig"]["MaximumConcurrency"] == 8


def test_dead_letters_are_kept_longer_than_their_queue_keeps(queues: dict[str, Any]) -> None:
    for name, dead_letters in SOURCES.items():
        assert target(queues[name]["RedrivePolicy"]["deadLetterTargetArn"]) == dead_letters
        assert queues[name]["MessageRetentionPeriod"] == 4 * DAY_S
        assert queues[dead_letters]["MessageRetentionPeriod"] == 14 * DAY_S


def test_dead_letter_queues_take_from_their_own_queue_alone(queues: dict[str, Any]) -> None:
    for name, dead_letters in SOURCES.items():
        allowed = queues[dead_letters]["RedriveAllowPolicy"]
        (source,) = allowed["sourceQueueArns"]

        assert allowed["redrivePermission"] == "byQueue"
        assert source["Fn::Sub"].endswith(":" + queues[name]["QueueName"]["Fn::Sub"])


def test_queues_are_encrypted_and_refuse_plain_http(template: Template, queues: dict[str, Any]) -> None:
    (policy,) = template.of_type("AWS::SQS::QueuePolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]

    assert all(it["SqsManagedSseEnabled"] is True for it in queues.values())
    assert {target(it) for it in policy["Queues"]} == set(queues)
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_reconciler_waits_until_a_message_had_a_second_chance(template: Template, queues: dict[str, Any]) -> None:
    deadline_s = template.parameters["DeadlineSeconds"]["Default"]

    assert all(deadline_s >= 2 * template.value(queues[name]["VisibilityTimeout"]) for name in SOURCES)
