"""Queues outlive slow functions and bad deploys, and what they give up is kept."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.template import transformed
from tests.template.transformed import Template, target, transform

DAY_S = 86_400
# Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
VISIBILITY_FACTOR = 6

SOURCES = {
    "ExpressQueue": "ExpressDeadLetters",
    "StandardQueue": "StandardDeadLetters",
    "AlertQueue": "AlertDeadLetters",
}


# Who keeps what a function could not do.
DEAD_LETTER_PATHS = {
    "worker": {"ExpressDeadLetters", "StandardDeadLetters"},
    "dispatcher": {"AlertDeadLetters"},
}
NO_DEAD_LETTERS = {
    "ingest": "the caller is told",
    "query": "the caller is told",
    "score": "the caller is told",
    "authorizer": "the caller is told",
    "reconciler": "it empties the dead letters, which stay where they are until it can; an alarm watches their age",
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
        window_s = template.value(mapping["MaximumBatchingWindowInSeconds"])

        assert visibility_s >= VISIBILITY_FACTOR * timeout_s + window_s, name


@pytest.mark.parametrize("deployment", transformed.read()["Parameters"]["Deployment"]["AllowedValues"][1:])
def test_a_bad_version_is_rolled_back_before_it_can_dead_letter(deployment: str) -> None:
    # Given the longest time that a bad version may get some of the messages
    template = transform(Deployment=deployment)
    groups = template.of_type("AWS::CodeDeploy::DeploymentGroup")
    (name,) = {it["DeploymentConfigName"]["Fn::Sub"][1]["ConfigName"] for it in groups.values()}
    duration_s = 60 * _minutes(name)

    for queue, properties in template.of_type("AWS::SQS::Queue").items():
        if queue in SOURCES:
            receives = properties["RedrivePolicy"]["maxReceiveCount"]
            assert template.value(properties["VisibilityTimeout"]) * receives >= 2 * duration_s, queue


def _minutes(deployment: str) -> int:
    """Return how long CodeDeploy shifts traffic, by the name of its configuration.

    Source: https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
    """
    if canary := re.fullmatch(r"Canary10Percent(\d+)Minutes", deployment):
        return int(canary[1])
    linear = re.fullmatch(r"Linear10PercentEvery(\d+)Minutes?", deployment)
    assert linear, deployment
    return 10 * int(linear[1])


def test_receive_counts_are_backstops(queues: dict[str, Any]) -> None:
    # Our own count of attempts (3) decides what is poison; an outage of the cache must not.
    counts = {name: queues[name]["RedrivePolicy"]["maxReceiveCount"] for name in SOURCES}

    assert counts == {"ExpressQueue": 20, "StandardQueue": 20, "AlertQueue": 200}


def test_failures_of_single_messages_are_reported(mappings: dict[str, Any]) -> None:
    for name, mapping in mappings.items():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"], name


def test_batches_and_concurrency_are_what_lambda_allows(template: Template, mappings: dict[str, Any]) -> None:
    for name, mapping in mappings.items():
        # cfn-lint passes a MaximumConcurrency of 1, Lambda does not; more than 10 messages need a window.
        concurrency = mapping["ScalingConfig"]["MaximumConcurrency"]
        window_s = template.value(mapping["MaximumBatchingWindowInSeconds"])

        assert 2 <= template.lowest(concurrency) <= template.highest(concurrency) <= 1000, name
        assert template.value(mapping["BatchSize"]) <= 10 or window_s >= 1, name


def test_the_lanes_start_at_once(template: Template, mappings: dict[str, Any]) -> None:
    lanes = {name: it for name, it in mappings.items() if target(it["FunctionName"]) == "WorkerFunction"}

    assert {template.value(it["MaximumBatchingWindowInSeconds"]) for it in lanes.values()} == {0}
    assert template.value(lanes["WorkerFromExpress"]["ScalingConfig"]["MaximumConcurrency"]) == 4
    assert template.value(lanes["WorkerFromStandard"]["ScalingConfig"]["MaximumConcurrency"]) == 8


def test_one_switch_stops_all_that_works_by_itself() -> None:
    stopped = transform(EventSources="false")
    (schedule,) = stopped.of_type("AWS::Events::Rule").values()

    assert {stopped.value(it["Enabled"]) for it in stopped.of_type("AWS::Lambda::EventSourceMapping").values()} == {
        "false"
    }
    assert schedule["State"] == "DISABLED"


def test_every_function_has_a_dead_letter_path_or_a_reason(
    template: Template, mappings: dict[str, Any], queues: dict[str, Any]
) -> None:
    paths: dict[str, set[str]] = {}
    for mapping in mappings.values():
        if redrive := queues[target(mapping["EventSourceArn"])].get("RedrivePolicy"):
            word = target(mapping["FunctionName"]).removesuffix("Function").lower()
            paths.setdefault(word, set()).add(target(redrive["deadLetterTargetArn"]))

    assert paths == DEAD_LETTER_PATHS
    assert set(template.functions()) == set(DEAD_LETTER_PATHS) | set(NO_DEAD_LETTERS)


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
