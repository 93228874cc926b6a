"""What `make deploy` and `make delete` do beside the SAM CLI, on the emulator's CloudFormation, S3 and logs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.account import Account, Resource, log_groups
from tests.servers import aws_server

INNER = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}


def _outer(inner_url: str) -> dict[str, Any]:
    return {
        "Resources": {
            "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "own-logs"}},
            "Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": inner_url}},
        },
        "Outputs": {"ApiUrl": {"Value": "https://api"}},
    }


@pytest.fixture(scope="module")
def session() -> Iterator[boto3.Session]:
    with aws_server("cloudformation,s3,logs,iam,sts,cloudfront") as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", url)
        yield boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")


@pytest.fixture(scope="module")
def account(session: boto3.Session) -> Account:
    return Account(session)


@pytest.fixture(scope="module")
def stack(session: boto3.Session) -> str:
    """Deploy a stack that holds a log group and, within a nested stack, a bucket."""
    s3: Any = session.client("s3")
    stacks: Any = session.client("cloudformation")
    s3.create_bucket(Bucket="templates")
    s3.put_object(Bucket="templates", Key="inner.json", Body=json.dumps(INNER).encode())
    outer = _outer(f"{s3.meta.endpoint_url}/templates/inner.json")
    stacks.create_stack(StackName="router", TemplateBody=json.dumps(outer))
    stacks.get_waiter("stack_create_complete").wait(StackName="router", WaiterConfig={"Delay": 1})
    return "router"


def test_outputs_of_a_stack_and_of_none(account: Account, stack: str) -> None:
    assert account.outputs(stack) == {"ApiUrl": "https://api"}
    assert account.outputs("nobody") == {}


def test_a_stack_without_outputs_is_there_all_the_same(account: Account, session: boto3.Session, stack: str) -> None:
    # As one is whose first deployment was rolled back
    stacks: Any = session.client("cloudformation")
    stacks.create_stack(StackName="silent", TemplateBody=json.dumps(INNER))
    stacks.get_waiter("stack_create_complete").wait(StackName="silent", WaiterConfig={"Delay": 1})

    assert [account.exists(name) for name in (stack, "silent", "nobody")] == [True, True, False]
    assert account.outputs("silent") == {}


def test_resources_of_nested_stacks_are_found(account: Account, stack: str) -> None:
    kinds = [it.kind for it in account.resources(stack)]

    assert sorted(kinds) == ["AWS::CloudFormation::Stack", "AWS::Logs::LogGroup", "AWS::S3::Bucket"]


def test_a_folder_is_uploaded_with_its_kinds_and_emptied_in_every_version(
    account: Account, session: boto3.Session, tmp_path: Path
) -> None:
    # Given a bucket that keeps versions, and a built dashboard that is uploaded twice
    s3: Any = session.client("s3")
    s3.create_bucket(Bucket="site")
    s3.put_bucket_versioning(Bucket="site", VersioningConfiguration={"Status": "Enabled"})
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<p>")
    (tmp_path / "assets/app.js").write_text("0")
    (tmp_path / ".made-from-1").touch()

    assert [account.upload(tmp_path, "site"), account.upload(tmp_path, "site")] == [2, 2]

    page, script = (s3.head_object(Bucket="site", Key=key) for key in ("index.html", "assets/app.js"))
    assert (page["ContentType"], page["CacheControl"]) == ("text/html", "no-cache")
    assert script["ContentType"] == "text/javascript"
    assert "immutable" in script["CacheControl"]
    assert account.empty("site") == 4
    s3.delete_bucket(Bucket="site")  # fails if anything is left
    with pytest.raises(ClientError):
        s3.head_bucket(Bucket="site")


def test_only_log_groups_that_are_left_are_deleted(account: Account, session: boto3.Session) -> None:
    logs: Any = session.client("logs")
    logs.create_log_group(logGroupName="/aws/lambda/router-Worker")
    logs.create_log_group(logGroupName="/aws/lambda/router-Worker-of-another-stack")

    deleted = account.delete_log_groups(["gone-with-the-stack", "/aws/lambda/router-Worker"])

    left = {it["logGroupName"] for it in logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]}
    assert (deleted, left) == (["/aws/lambda/router-Worker"], {"/aws/lambda/router-Worker-of-another-stack"})


def test_log_groups_of_a_stack_are_its_own_and_those_that_lambda_makes() -> None:
    resources = [
        Resource("AWS::Logs::LogGroup", "router-IngestLogs-1"),
        Resource("AWS::Lambda::Function", "router-IngestFunction-2"),
        Resource("AWS::SQS::Queue", "router-alerts"),
    ]

    assert log_groups(resources) == ["router-IngestLogs-1", "/aws/lambda/router-IngestFunction-2"]
