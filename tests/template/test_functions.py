"""One word everywhere, and the environment of each function is exactly its settings."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

import boto3
import pytest

from tests.template.transformed import ROOT, Template, target
from ticketrouter import settings

WORDS = ("ingest", "worker", "dispatcher", "query", "score", "reconciler", "authorizer")
IMAGES = ("worker", "score")
# Read by Powertools, not by us; both are needed for logs and metrics to find each other.
POWERTOOLS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"}
# Read by the AWS SDK; empty in AWS. `sam local` sets only what the template declares.
SDK = {"AWS_ENDPOINT_URL"}
# Opens the webhook guard for the local stack's sink. In AWS it would be a hole.
LOCAL_ONLY = {"ALLOW_LOOPBACK_WEBHOOKS"}


def _environment(function: dict[str, Any]) -> dict[str, Any]:
    variables: dict[str, Any] = function["Environment"]["Variables"]
    return variables


def test_there_are_seven(template: Template) -> None:
    assert set(template.functions()) == set(WORDS)


@pytest.mark.parametrize("word", WORDS)
def test_one_word_everywhere(template: Template, word: str) -> None:
    assert (ROOT / "functions" / word / "handler.py").is_file()
    assert (ROOT / "layers/core/ticketrouter/usecases" / f"{word}.py").is_file()
    assert _environment(template.functions()[word])["POWERTOOLS_SERVICE_NAME"] == word
    assert target(template.functions()[word]["LoggingConfig"]["LogGroup"]) == f"{word.capitalize()}Logs"


def test_no_folder_without_a_function() -> None:
    folders = {it.name for it in (ROOT / "functions").iterdir() if it.is_dir() and it.name != "__pycache__"}

    assert folders == set(WORDS)


@pytest.mark.parametrize("word", WORDS)
def test_the_environment_is_the_settings(template: Template, word: str) -> None:
    given = set(_environment(template.functions()[word]))
    known = {it.name: it for it in fields(getattr(settings, f"{word.capitalize()}Settings"))}
    required = {name for name, it in known.items() if it.default is MISSING and it.default_factory is MISSING}

    assert given >= POWERTOOLS | SDK
    assert given - POWERTOOLS - SDK <= set(known), "set, but read by nobody"
    assert required <= given, "read, but never set"


@pytest.mark.parametrize("word", WORDS)
def test_what_is_not_a_reference_parses_as_its_setting(template: Template, word: str) -> None:
    # Given the template's defaults (addresses stand for themselves)
    variables = {
        name: str(template.value(value)) if _is_plain(template, value) else "reference"
        for name, value in _environment(template.functions()[word]).items()
    }

    settings.load(getattr(settings, f"{word.capitalize()}Settings"), variables)  # raises on what it cannot read


def _is_plain(template: Template, value: Any) -> bool:
    return not isinstance(value, dict) or "Default" in template.parameters.get(value.get("Ref", ""), {})


def test_the_webhook_guard_has_no_hole(template: Template) -> None:
    for word, function in template.functions().items():
        assert not LOCAL_ONLY & set(_environment(function)), word
    assert not LOCAL_ONLY & set((ROOT / "template.yaml").read_text(encoding="utf-8").split())


def test_in_aws_the_sdk_talks_to_aws(template: Template) -> None:
    for word, function in template.functions().items():
        assert _environment(function)["AWS_ENDPOINT_URL"] == "", word


def test_every_zip_holds_the_folder_of_functions(written: dict[str, Any]) -> None:
    # So that the handler is the module <word>.handler in a zip, in the image and in the local stack alike.
    assert written["Globals"]["Function"]["CodeUri"] == "functions/"
    assert not [name for name, it in written["Resources"].items() if "CodeUri" in it["Properties"]]


@pytest.mark.parametrize("word", WORDS)
def test_images_bring_their_own_runtime(template: Template, word: str) -> None:
    function = template.functions()[word]
    zip_only = {"Runtime", "Handler", "Layers"}

    if word in IMAGES:
        assert function["PackageType"] == "Image"
        assert not zip_only & set(function)
    else:
        assert zip_only <= set(function)
        assert (function["Runtime"], function["Handler"]) == ("python3.13", f"{word}.handler.lambda_handler")


def test_lambda_knows_the_runtime(template: Template) -> None:
    # cfn-lint passes python3.99. The list is the one of the SDK.
    known = boto3.client("lambda", region_name="eu-west-1").meta.service_model.shape_for("Runtime").enum
    named = {it["Runtime"] for it in template.functions().values() if "Runtime" in it}
    layers = [it["CompatibleRuntimes"] for it in template.of_type("AWS::Lambda::LayerVersion").values()]

    assert named <= set(known)
    assert [set(it) for it in layers] == [named]


def test_functions_are_traced_and_log_json(template: Template) -> None:
    for word, function in template.functions().items():
        assert function["TracingConfig"] == {"Mode": "Active"}, word
        assert function["LoggingConfig"]["LogFormat"] == "JSON", word


def test_logs_expire(template: Template) -> None:
    for name, group in template.of_type("AWS::Logs::LogGroup").items():
        assert 1 <= template.value(group["RetentionInDays"]) <= 365, name


def test_a_late_schedule_is_not_retried(template: Template) -> None:
    (config,) = template.of_type("AWS::Lambda::EventInvokeConfig").values()

    assert target(config["FunctionName"]) == "ReconcilerFunction"
    assert config["MaximumRetryAttempts"] == 0


@pytest.mark.parametrize("word", IMAGES)
def test_the_image_holds_what_its_command_names(template: Template, written: dict[str, Any], word: str) -> None:
    resource = written["Resources"][f"{word.capitalize()}Function"]
    dockerfile = (ROOT / resource["Metadata"]["Dockerfile"]).read_text(encoding="utf-8")

    assert template.functions()[word]["ImageConfig"]["Command"] == [f"{word}.handler.lambda_handler"]
    assert f"functions/{word}/handler.py" in dockerfile
    assert _environment(template.functions()[word])["MODEL_DIR"] == "/var/task/models"
