"""`make deploy` and `make delete` around the SAM CLI, which here writes down what it is told; AWS is the emulator."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.commands.delete import delete, delete_stack
from local.commands.deploy import build_and_deploy
from local.errors import LocalStackError
from local.samconfig import Environment
from tests.servers import aws_server

SAM = '#!/bin/sh\necho "$@" >> words\n'
MAKE = '#!/bin/sh\necho make "$@" >> words\ntest ! -e broken\n'
REVISION = {"Revision": "0123456789"}
PARAMETERS = {"LogLevel": "DEBUG", "CacheUrlSecretArn": "arn:aws:secretsmanager:us-east-1:1:secret:a", **REVISION}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A repository with a dashboard, and an account of its own."""
    programs = {".venv-sam/bin/sam": SAM, "real/make": MAKE, "real/python3.13": f"#!/bin/sh\necho {tmp_path}/real\n"}
    for path, text in programs.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
        (tmp_path / path).chmod(0o755)
    (tmp_path / "dashboard/dist").mkdir(parents=True)
    (tmp_path / "dashboard/dist/index.html").write_text("<p>")
    monkeypatch.setenv("PATH", f"{tmp_path}/real:/usr/bin:/bin")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with aws_server("cloudformation,s3,logs,iam,sts,cloudfront") as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        yield tmp_path


def make_stack(name: str, parameters: Mapping[str, str] = REVISION, **outputs: Any) -> str:
    """Make what `sam deploy` would have: parameters, a bucket, and outputs which may refer to it."""
    named = {"ApiUrl": "https://api", "ApiKeysSecretArn": "arn:keys", "DestinationSecretsArn": "arn:destinations"}
    values = {**named, "DestinationsParameterName": f"/{name}/destinations", **outputs}
    template = {
        "Parameters": {key: {"Type": "String"} for key in parameters},
        "Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}},
        "Outputs": {key: {"Value": value} for key, value in values.items()},
    }
    stacks: Any = boto3.client("cloudformation")
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    stacks.create_stack(StackName=name, TemplateBody=json.dumps(template), Parameters=given)
    stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    found: str = stacks.describe_stack_resource(StackName=name, LogicalResourceId="Bucket")["StackResourceDetail"][
        "PhysicalResourceId"
    ]
    return found


def test_a_deployment_builds_sets_all_parameters_and_tells_the_next_steps(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_stack("router-dev")

    build_and_deploy(root, Environment("dev", "router-dev", {}), PARAMETERS, ["--no-confirm-changeset"])

    _, deploy = (root / "words").read_text().splitlines()
    assert deploy.startswith("deploy --config-env dev --no-confirm-changeset --parameter-overrides ")
    assert all(f'{key}="{value}"' in deploy for key, value in PARAMETERS.items())
    told = capsys.readouterr().out
    assert "python -m local keys add me --secret-id arn:keys\n" in told
    assert "aws ssm put-parameter --overwrite --name /router-dev/destinations" in told
    assert '[{"id": "chat", "kind": "slack"}]' in told  # the terminal's markup has brackets too
    assert "curl -s https://api/tickets" in told


def test_what_is_built_fits_the_parameters_that_the_stack_has_kept(root: Path) -> None:
    # Given a stack that was once deployed with Architecture=arm64
    make_stack("router-dev", {**REVISION, "Architecture": "arm64"})

    build_and_deploy(root, Environment("dev", "router-dev", {}), {**REVISION, "LogLevel": "DEBUG"})

    build, deploy = (root / "words").read_text().splitlines()
    assert build.startswith("build --parameter-overrides ")
    assert 'Architecture="arm64"' in build and 'LogLevel="DEBUG"' in build
    assert "Architecture" not in deploy  # CloudFormation keeps it


def test_a_stack_without_a_site_gets_no_files_and_one_with_a_site_does(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a site whose distribution exists
    cdn: Any = boto3.client("cloudfront")
    origin = {"Id": "files", "DomainName": "files.example.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    config = {
        "CallerReference": "test", "Comment": "", "Enabled": True, "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {"TargetOriginId": "files", "ViewerProtocolPolicy": "https-only"},
    }  # fmt: skip
    distribution = cdn.create_distribution(DistributionConfig=config)["Distribution"]["Id"]
    site = {"SiteBucket": {"Ref": "Bucket"}, "SiteUrl": "https://site", "SiteDistributionId": distribution}
    bucket = make_stack("with-site", **site)
    make_stack("without")

    build_and_deploy(root, Environment("dev", "without", {}), REVISION)
    without = capsys.readouterr().out
    build_and_deploy(root, Environment("dev", "with-site", {}), REVISION)

    assert "files of the dashboard" not in without
    assert "1 files of the dashboard are at https://site/app/" in capsys.readouterr().out
    assert [it["Key"] for it in boto3.client("s3").list_objects_v2(Bucket=bucket)["Contents"]] == ["index.html"]
    assert cdn.list_invalidations(DistributionId=distribution)["InvalidationList"]["Quantity"] == 1


def test_with_a_site_the_dashboard_is_built_before_anything_else(root: Path) -> None:
    # Given a stack whose site was switched on by an earlier deployment
    make_stack("router-dev", {**REVISION, "Site": "true"})
    make_stack("without", {**REVISION, "Site": "false"})

    build_and_deploy(root, Environment("dev", "router-dev", {}), REVISION)
    build_and_deploy(root, Environment("dev", "without", {}), REVISION)

    words = [line.split()[0] for line in (root / "words").read_text().splitlines()]
    assert words == ["make", "build", "deploy", "build", "deploy"]


def test_a_dashboard_that_cannot_be_built_stops_the_deployment(root: Path) -> None:
    make_stack("router-dev")
    (root / "broken").touch()

    with pytest.raises(LocalStackError, match="could not be built"):
        build_and_deploy(root, Environment("dev", "router-dev", {}), {**REVISION, "Site": "true"})

    assert (root / "words").read_text() == "make --silent dashboard\n"


def test_a_change_set_that_nobody_confirmed_is_no_deployment(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Given a stack that is there from before
    make_stack("router-dev")

    for stack in ("nothing", "router-dev"):
        with pytest.raises(LocalStackError, match="was the change set confirmed"):
            build_and_deploy(root, Environment("dev", stack, {}), {"Revision": "abcdefghij"})

    assert "Deployed" not in capsys.readouterr().out


def test_a_deletion_empties_buckets_before_and_says_what_is_left(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bucket = make_stack("router-dev")
    boto3.client("s3").put_object(Bucket=bucket, Key="index.html", Body=b"<p>")

    delete_stack(root, "router-dev")

    assert (root / "words").read_text() == "delete --no-prompts --stack-name router-dev\n"
    assert boto3.client("s3").list_objects_v2(Bucket=bucket).get("Contents", []) == []
    told = capsys.readouterr().out
    assert f"Emptied {bucket}: 1 objects" in told
    assert "CacheUrlSecretArn" in told


def test_a_deletion_without_credentials_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    with pytest.raises(LocalStackError, match="No AWS credentials, or no region"):
        delete("dev", yes=True)
