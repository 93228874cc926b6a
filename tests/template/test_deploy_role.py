"""infra/deploy-role.yaml: GitHub's environment alone gets in, and can make what the template has, and little else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatch, fnmatchcase
from typing import Any

import pytest

from local.inventory import inventory
from local.samconfig import read_environments
from tests.template.transformed import ROOT, as_list, read

EVERYTHING = {
    "CacheMode": "managed",
    "HighAvailability": "true",
    "Deployment": "Canary10Percent5Minutes",
    "Site": "true",
}
# CloudFormation's word -> IAM's, where they differ.
SERVICES = {"ApiGatewayV2": "apigateway"}
# Why each may name every resource stands beside it in the file.
UNNAMED = {
    "DeployRole": {"Summary", "LoginToImages"},
    "ExecutionRole": {"NamedByNobody", "SiteEverywhere"},
}


@pytest.fixture(scope="module")
def roles() -> dict[str, dict[str, Any]]:
    resources = read("infra/deploy-role.yaml")["Resources"]
    return {name: it["Properties"] for name, it in resources.items() if it["Type"] == "AWS::IAM::Role"}


def statements(role: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for policy in role["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]


def allowed(role: dict[str, Any]) -> list[str]:
    return [action for it in statements(role) if it["Effect"] == "Allow" for action in as_list(it["Action"])]


def test_only_jobs_of_the_environment_of_the_repository_get_in(roles: dict[str, dict[str, Any]]) -> None:
    (trust,) = roles["DeployRole"]["AssumeRolePolicyDocument"]["Statement"]

    assert trust["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert trust["Condition"] == {  # StringEquals and nothing else: a pattern would let others in
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": {"Fn::Sub": "repo:${Repository}:environment:${Environment}"},
        }
    }


def test_the_workflow_hands_over_to_cloudformation_and_makes_no_resource_itself(
    roles: dict[str, dict[str, Any]],
) -> None:
    services = {action.split(":")[0] for action in allowed(roles["DeployRole"])}

    assert services == {"cloudformation", "iam", "s3", "ecr", "cloudfront"}
    assert [action for action in allowed(roles["DeployRole"]) if action.startswith("iam:")] == ["iam:PassRole"]
    assert not [action for action in allowed(roles["DeployRole"]) if "*" in action]


@pytest.mark.parametrize("name", UNNAMED)
def test_only_these_statements_name_every_resource(roles: dict[str, dict[str, Any]], name: str) -> None:
    assert {it["Sid"] for it in statements(roles[name]) if "*" in as_list(it["Resource"])} == UNNAMED[name]


def test_cloudformation_may_make_each_kind_that_the_template_has(roles: dict[str, dict[str, Any]]) -> None:
    actions = allowed(roles["ExecutionRole"])
    words = {item.kind.split("::")[1] for item in inventory(ROOT, EVERYTHING)}

    assert words
    for word in words:
        service = SERVICES.get(word, word.lower())
        assert [it for it in actions if it.startswith(f"{service}:")], f"nothing of {service}"


# What AWS takes with every resource or not at all, or with a name that begins as none of ours does.
BEYOND_OUR_NAMES = {
    # Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
    "cloudwatch:PutCompositeAlarm": "*",
    "cloudwatch:DeleteAlarms": "*",
    "cloudwatch:DescribeAlarms": "*",
    # Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
    "logs:CreateLogDelivery": "*",
    "logs:DeleteLogDelivery": "*",
    "logs:DescribeResourcePolicies": "*",
    "logs:GetLogDelivery": "*",
    "logs:ListLogDeliveries": "*",
    "logs:PutResourcePolicy": "*",
    "logs:UpdateLogDelivery": "*",
    # Source: https://github.com/aws-samples/sample-autonomous-cloud-coding-agents/issues/407, where it was missing
    "lambda:ListTags": ":event-source-mapping:*",
    "lambda:TagResource": ":event-source-mapping:*",
    "lambda:UntagResource": ":event-source-mapping:*",
}


@pytest.mark.parametrize("action", BEYOND_OUR_NAMES)
def test_cloudformation_may_do_what_takes_more_than_our_names(roles: dict[str, dict[str, Any]], action: str) -> None:
    resources = {
        resource if isinstance(resource, str) else resource["Fn::Sub"]
        for it in statements(roles["ExecutionRole"])
        if it["Effect"] == "Allow" and any(fnmatchcase(action, granted) for granted in as_list(it["Action"]))
        for resource in as_list(it["Resource"])
    }

    assert [it for it in resources if it.endswith(BEYOND_OUR_NAMES[action]) and "Prefix" not in it]


def test_cloudformation_may_use_the_transform_of_each_template(roles: dict[str, dict[str, Any]]) -> None:
    # Source: https://github.com/aws-cloudformation/aws-cloudformation-templates/issues/358 quotes the refusal
    (statement,) = [it for it in statements(roles["ExecutionRole"]) if it["Sid"] == "Transforms"]
    allowed_transforms = {arn["Fn::Sub"].rpartition("/")[2] for arn in statement["Resource"]}
    templates = [ROOT / "template.yaml", *(ROOT / "infra").glob("*.yaml")]
    used = {read(str(path.relative_to(ROOT))).get("Transform") for path in templates} - {None}

    assert allowed_transforms == {name.removeprefix("AWS::") for name in used}


@pytest.mark.parametrize("name", UNNAMED)
def test_a_role_holds_its_policy(roles: dict[str, dict[str, Any]], name: str) -> None:
    # Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    text = json.dumps(roles[name]["Policies"], separators=(",", ":"))
    for written, value in {
        "AWS::Partition": "aws",
        "AWS::Region": "ap-southeast-2",
        "AWS::AccountId": "0" * 12,
    }.items():
        text = text.replace(f"${{{written}}}", value)

    assert len(text) < 10_240


@pytest.mark.parametrize("name", UNNAMED)
def test_an_environments_roles_end_at_its_own_stack(roles: dict[str, dict[str, Any]], name: str) -> None:
    # Else main, which may deploy to dev, could put its code into prod past the reviewers.
    text = json.dumps([it for it in statements(roles[name]) if it["Effect"] == "Allow"])

    assert "${StackPrefix}-${Environment}" in text
    assert text.count("StackPrefix") == text.count("${StackPrefix}-${Environment}")


def test_the_stacks_of_samconfig_are_called_as_the_roles_expect() -> None:
    prefix = read("infra/deploy-role.yaml")["Parameters"]["StackPrefix"]["Default"]

    for name, environment in read_environments(ROOT / "samconfig.toml").items():
        assert environment.stack_name == f"{prefix}-{name}"


def test_the_managed_policies_are_those_that_sam_attaches(roles: dict[str, dict[str, Any]]) -> None:
    attached = {
        arn.rpartition(":")[2] if isinstance(arn, str) else arn["Fn::Sub"].rpartition(":")[2]
        for item in inventory(ROOT, EVERYTHING)
        if item.kind == "AWS::IAM::Role"
        for arn in item.properties.get("ManagedPolicyArns", [])
    }
    (statement,) = [it for it in statements(roles["ExecutionRole"]) if it["Sid"] == "ManagedPoliciesOfFunctions"]
    named = {arn["Fn::Sub"].rpartition(":")[2] for arn in statement["Condition"]["ArnEquals"]["iam:PolicyARN"]}

    assert named == attached


def test_a_deployment_cannot_change_what_a_deployment_may_do(roles: dict[str, dict[str, Any]]) -> None:
    (denial,) = [it for it in statements(roles["ExecutionRole"]) if it["Effect"] == "Deny"]

    assert denial["Action"] == "iam:*"
    assert denial["Resource"]["Fn::Sub"].endswith(":role/${AWS::StackName}-*")


def test_secrets_and_layers_that_the_role_names_are_those_of_the_template(roles: dict[str, dict[str, Any]]) -> None:
    (statement,) = [it for it in statements(roles["ExecutionRole"]) if it["Sid"] == "NamedByTheTemplate"]
    names = [arn["Fn::Sub"].rpartition(":")[2] for arn in statement["Resource"]]
    items = inventory(ROOT, EVERYTHING)

    for item in items:
        if item.kind == "AWS::SecretsManager::Secret":  # CloudFormation: the logical id, a dash and a random word
            assert f"{item.name}-*" in names
        if item.kind == "AWS::Lambda::LayerVersion":
            assert any(fnmatch(item.properties["LayerName"], name) for name in names)
