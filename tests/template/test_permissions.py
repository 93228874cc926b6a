"""Least privilege: who may touch what, and no `*` without a reason."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from tests.template.transformed import Template, as_list, target, transform

# Everything in a role that names more than one thing, with its reason.
WIDE_ACTIONS = {"sqs:SendMessage*": "SAM's policy template: SendMessage and SendMessageBatch, on one queue"}
MANAGED_POLICIES = {
    "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole": "writing logs; SAM attaches it to each role",
    "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess": "X-Ray's writes know no resource",
    # SAM attaches it to each function that may have a VpcConfig, also where a condition leaves that out.
    "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole": "a function in a network has interfaces",
}

POLL, SEND, DEPTH = "poll", "send", "depth"
QUEUE_RIGHTS = {
    "sqs:ChangeMessageVisibility": POLL,
    "sqs:ChangeMessageVisibilityBatch": POLL,
    "sqs:DeleteMessage": POLL,
    "sqs:DeleteMessageBatch": POLL,
    "sqs:ReceiveMessage": POLL,
    "sqs:SendMessage*": SEND,
    "sqs:GetQueueAttributes": DEPTH,
}


def _rights(template: Template) -> dict[str, set[tuple[str, str]]]:
    """Return action and target of every inline statement, by function."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for word, statement in template.statements():
        assert statement["Effect"] == "Allow"
        for resource in as_list(statement["Resource"]):
            found[word] |= {(action, target(resource)) for action in as_list(statement["Action"])}
    return found


def _who(template: Template, action: str) -> dict[str, set[str]]:
    """Return who may do this, by target."""
    holders: dict[str, set[str]] = defaultdict(set)
    for word, rights in _rights(template).items():
        for granted, resource in rights:
            if granted == action:
                holders[resource].add(word)
    return dict(holders)


def test_no_star_without_a_reason(template: Template) -> None:
    for word, statement in template.statements():
        for resource in as_list(statement["Resource"]):
            assert "*" not in str(resource), (word, statement)
        wide = {action for action in as_list(statement["Action"]) if "*" in action}
        assert wide <= set(WIDE_ACTIONS), (word, statement)


def test_no_managed_policy_without_a_reason(template: Template) -> None:
    for name, role in template.of_type("AWS::IAM::Role").items():
        assert set(role["ManagedPolicyArns"]) <= set(MANAGED_POLICIES), name


def test_each_function_has_a_role_of_its_own(template: Template) -> None:
    roles = [target(it["Role"]) for it in template.functions().values()]

    assert len(set(roles)) == len(roles)


def test_who_may_read_which_secret(template: Template) -> None:
    # Signing keys and webhook addresses: the dispatcher alone. Keys of clients: the authorizer alone.
    assert _who(template, "secretsmanager:GetSecretValue") == {
        "CacheUrlSecretArn": {"ingest", "worker", "dispatcher", "query", "score", "reconciler"},
        "IdSecret": {"ingest"},
        "ApiKeysSecret": {"authorizer"},
        "DestinationSecretsSecret": {"dispatcher"},
    }
    assert _who(template, "ssm:GetParameter") == {
        "DestinationsParameter": {"worker", "dispatcher", "query", "reconciler"}
    }


def test_who_may_do_what_with_which_queue(template: Template) -> None:
    assert _who(template, "sqs:SendMessage*") == {
        "ExpressQueue": {"ingest", "query", "reconciler"},
        "StandardQueue": {"ingest", "query", "reconciler"},
        "AlertQueue": {"worker", "dispatcher", "query", "reconciler"},
    }
    assert _who(template, "sqs:ReceiveMessage") == {
        "ExpressQueue": {"worker"},
        "StandardQueue": {"worker"},
        "AlertQueue": {"dispatcher"},
        "ExpressDeadLetters": {"reconciler"},
        "StandardDeadLetters": {"reconciler"},
        "AlertDeadLetters": {"reconciler"},
    }


def test_there_are_no_other_actions(template: Template) -> None:
    known = set(QUEUE_RIGHTS) | {"secretsmanager:GetSecretValue", "ssm:GetParameter"}

    assert {action for rights in _rights(template).values() for action, _ in rights} == known


def test_a_function_may_poll_exactly_the_queues_that_feed_it(template: Template) -> None:
    fed = defaultdict(set)
    for mapping in template.of_type("AWS::Lambda::EventSourceMapping").values():
        fed[target(mapping["FunctionName"]).removesuffix("Function").lower()].add(target(mapping["EventSourceArn"]))
    may_poll: dict[str, set[Any]] = defaultdict(set)
    for word, rights in _rights(template).items():
        for action, resource in rights:
            if QUEUE_RIGHTS.get(action) == POLL:
                may_poll[word].add(resource)

    assert may_poll == fed


def test_a_function_reaches_every_queue_whose_address_it_is_given(template: Template) -> None:
    rights = _rights(template)
    for word, function in template.functions().items():
        addresses = {
            target(value) for name, value in function["Environment"]["Variables"].items() if name.endswith("_QUEUE_URL")
        }

        assert addresses <= {resource for action, resource in rights[word] if action in QUEUE_RIGHTS}, word


def test_only_the_gateway_and_the_schedule_may_invoke(template: Template) -> None:
    invokers = {
        (target(it["FunctionName"]), it["Principal"]) for it in template.of_type("AWS::Lambda::Permission").values()
    }

    assert invokers == {
        ("AuthorizerFunction", "apigateway.amazonaws.com"),
        ("IngestFunction", "apigateway.amazonaws.com"),
        ("QueryFunction", "apigateway.amazonaws.com"),
        ("ScoreFunction", "apigateway.amazonaws.com"),
        ("ReconcilerFunction", "events.amazonaws.com"),
    }


def test_nothing_is_public_but_the_api_and_the_site() -> None:
    everything = transform(CacheMode="managed", Site="true", Deployment="Canary10Percent5Minutes")
    kinds = {resource["Type"] for resource in everything.resources.values()}
    permissions = everything.of_type("AWS::Lambda::Permission")

    # What can be reached from outside. The site is a stack of its own, with tests of its own.
    assert {kind for kind in kinds if kind.split("::")[1] in {"ApiGatewayV2", "S3", "SNS", "CloudFront"}} == {
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::Stage",
    }
    assert "AWS::Lambda::Url" not in kinds
    for name, permission in permissions.items():
        assert permission["Principal"].endswith(".amazonaws.com"), name
        assert "SourceArn" in permission, f"{name}: any account's gateway could call it"


def test_a_gradual_deployment_adds_one_role_of_codedeploys_own() -> None:
    gradual = transform(Deployment="Canary10Percent5Minutes").of_type("AWS::IAM::Role")
    added = {name: it for name, it in gradual.items() if name not in transform().of_type("AWS::IAM::Role")}

    assert list(added) == ["CodeDeployServiceRole"]
    assert added["CodeDeployServiceRole"]["ManagedPolicyArns"] == [
        "arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda"
    ]


def test_secrets_are_nobodys_output(template: Template, written: dict[str, Any]) -> None:
    # Outputs name ARNs, never values.
    assert "resolve:secretsmanager" not in str(written["Outputs"])
    assert "SecretString" not in str(written["Outputs"])
