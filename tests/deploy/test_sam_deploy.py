"""The SAM CLI deploys the template by samconfig.toml, the functions work where it put them, and nothing is left of it.

Real: `sam deploy` and `sam delete`, the SAM transform, packaging, change sets, the seven functions and what their
environments say, event source mappings, Redis, the model. Emulated: AWS (ministack). Not shown here: IAM (nothing is
denied), the routes of the HTTP API (the emulator does not import them), and what variant.py leaves out.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from samtranslator.yaml_helper import yaml_parse

from local.account import Account, log_groups
from local.keys import key_entry, new_api_key
from local.sam import override_words, sam
from local.samconfig import read_environment
from tests.deploy.variant import NESTED, ROOT, written, zip_only
from tests.servers import aws_server, redis_server

SERVICES = (
    "apigateway,cloudformation,ecr,events,iam,lambda,logs,monitoring,s3,secretsmanager,sqs,ssm,sts,xray,cloudfront"
)
EVENTS = ROOT / "events"
WAIT_S = 60


class Deployment:
    """The stack of the environment dev, on the emulator."""

    def __init__(self, template: Path, cache_secret_arn: str) -> None:
        dev = read_environment(ROOT / "samconfig.toml", "dev")
        self.name = dev.stack_name
        self._template = template
        self._overrides = override_words({**dev.parameters, "CacheUrlSecretArn": cache_secret_arn})
        self._lambda: Any = boto3.client("lambda")
        self.account = Account()

    def deploy(self) -> None:
        """Deploy as `make deploy ENV=dev` does after the build."""
        config = ["--config-file", str(ROOT / "samconfig.toml"), "--config-env", "dev"]  # else: beside the template
        sam(ROOT, "deploy", *config, "--template-file", str(self._template), *self._overrides)

    def outputs(self) -> dict[str, str]:
        """Return what the stack tells."""
        return self.account.outputs(self.name)

    def invoke(self, word: str, event: dict[str, Any]) -> Any:
        """Run the deployed function of that name; what it raises fails the test."""
        (name,) = [it["FunctionName"] for it in self.functions() if it["Handler"].startswith(f"{word}.")]
        answer = self._lambda.invoke(FunctionName=name, Payload=json.dumps(event))
        payload = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, payload
        return payload

    def functions(self) -> list[dict[str, Any]]:
        """Return the functions of the stack."""
        return [it for it in self._lambda.list_functions()["Functions"] if it["FunctionName"].startswith(self.name)]

    def mappings(self) -> list[dict[str, Any]]:
        """Return which queue feeds which function."""
        found: list[dict[str, Any]] = self._lambda.list_event_source_mappings()["EventSourceMappings"]
        return found


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with aws_server(SERVICES) as url, redis_server() as redis, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", url)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            patch.setenv(name, "/dev/null")
        secret = boto3.client("secretsmanager").create_secret(Name="cache", SecretString=redis.url)
        template = zip_only(tmp_path_factory.mktemp("variant"), url)
        made = Deployment(template, secret["ARN"])
        made.deploy()
        yield made


def event(name: str, **changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((EVENTS / name).read_text())
    return document | changes


def properties(template: dict[str, Any]) -> dict[str, Any]:
    """Return what a template says of each resource, but for nested templates' addresses and what the SAM CLI adds."""
    return {
        name: {key: value for key, value in it.get("Properties", {}).items() if key not in NESTED.values()}
        for name, it in template["Resources"].items()
    }


def wait_for(look: Callable[[], Any]) -> Any:
    give_up_at = time.monotonic() + WAIT_S
    while not (found := look()):
        assert time.monotonic() < give_up_at, "never came"
        time.sleep(0.2)
    return found


def test_every_function_queue_and_mapping_is_there(deployment: Deployment) -> None:
    kinds = [it.kind for it in deployment.account.resources(deployment.name)]

    assert len(deployment.functions()) == 7
    assert kinds.count("AWS::SQS::Queue") == 6
    assert len(deployment.mappings()) == 6


def test_a_key_that_was_put_into_the_secret_opens_the_api(deployment: Deployment) -> None:
    # Given a key, made and stored as the steps after a deployment say
    api_key = new_api_key("smoke")
    boto3.client("secretsmanager").put_secret_value(
        SecretId=deployment.outputs()["ApiKeysSecretArn"],
        SecretString=json.dumps({"keys": [key_entry(api_key, ("submit",))]}),
    )
    request = event("authorizer/good.json", identitySource=[f"Bearer {api_key}", "POST /tickets"])
    request["headers"]["authorization"] = f"Bearer {api_key}"

    answer = deployment.invoke("authorizer", request)

    context = {"key_id": "smoke", "key_name": "smoke", "scopes": "submit"}
    assert answer == {"isAuthorized": True, "context": context}


def test_a_ticket_is_taken_scored_by_the_model_and_read_again(deployment: Deployment) -> None:
    # When ingest takes a ticket, the mapping feeds it to the worker, and query reads what became of it
    taken = deployment.invoke("ingest", event("ingest/valid.json"))
    assert taken["statusCode"] == 202, taken
    ticket_id = json.loads(taken["body"])["ticket_id"]

    request = event("query/get_ticket.json", rawPath=f"/tickets/{ticket_id}", pathParameters={"ticket_id": ticket_id})
    request["requestContext"]["http"]["path"] = f"/tickets/{ticket_id}"

    def scored() -> Any:
        ticket = json.loads(deployment.invoke("query", request)["body"])
        return ticket if ticket["status"] != "accepted" else None

    ticket = wait_for(scored)

    assert (ticket["status"], ticket["degraded"]) == ("scored", False)
    assert ticket["model_version"]


def test_the_same_again_is_no_change(deployment: Deployment) -> None:
    before = boto3.client("cloudformation").describe_stacks(StackName=deployment.name)["Stacks"][0]

    deployment.deploy()  # raises if sam thinks that this is an error

    after = boto3.client("cloudformation").describe_stacks(StackName=deployment.name)["Stacks"][0]
    assert after.get("LastUpdatedTime") == before.get("LastUpdatedTime")


def test_nested_stacks_are_packaged_with_it(deployment: Deployment, tmp_path: Path) -> None:
    # Given the template as it is written, but for the images, which need an engine
    template = zip_only(tmp_path, "", nested=True)
    packaged = tmp_path / "packaged.json"
    boto3.client("s3").create_bucket(Bucket="packaged")

    sam(
        ROOT, "package", "--template-file", str(template), "--output-template-file", str(packaged), "--use-json",
        "--s3-bucket", "packaged",
    )  # fmt: skip

    assert_stored(json.loads(packaged.read_text()), written(), ROOT)


def assert_stored(packaged: dict[str, Any], source: dict[str, Any], folder: Path) -> None:
    """Hold each nested stack, and those nested in it, against its file; paths count from the file that names them."""
    stacks = {name: it for name, it in source["Resources"].items() if it["Type"] in NESTED}
    for name, stack in stacks.items():
        location = NESTED[stack["Type"]]
        key = packaged["Resources"][name]["Properties"][location].partition("packaged/")[2]
        stored = yaml_parse(boto3.client("s3").get_object(Bucket="packaged", Key=key)["Body"].read().decode())
        file = folder / stack["Properties"][location]
        inner = yaml_parse(file.read_text(encoding="utf-8"))
        assert properties(stored) == properties(inner)
        assert stored.get("Transform") == inner.get("Transform")
        assert_stored(stored, inner, file.parent)


def test_a_deletion_leaves_nothing(deployment: Deployment) -> None:
    resources = deployment.account.resources(deployment.name)

    sam(ROOT, "delete", "--no-prompts", "--stack-name", deployment.name)
    deployment.account.delete_log_groups(log_groups(resources))

    assert deployment.outputs() == {}
    assert deployment.functions() == []
    assert boto3.client("sqs").list_queues().get("QueueUrls", []) == []
    assert boto3.client("logs").describe_log_groups()["logGroups"] == []
    # The bucket is the SAM CLI's own, for all stacks.
    (bucket,) = [it["Name"] for it in boto3.client("s3").list_buckets()["Buckets"] if "aws-sam-cli" in it["Name"]]
    assert boto3.client("s3").list_objects_v2(Bucket=bucket).get("Contents", []) == []
