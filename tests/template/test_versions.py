"""Callers reach published versions through the alias `live`; what changes is published; switches are off."""

from __future__ import annotations

from typing import Any

import pytest

from tests.template import transformed
from tests.template.transformed import ALIAS, Template, nested, read, target, transform

GRADUAL = read()["Parameters"]["Deployment"]["AllowedValues"][1:]
FUNCTIONS = {
    f"{word}Function" for word in ("Ingest", "Worker", "Dispatcher", "Query", "Score", "Reconciler", "Authorizer")
}


def _versions(template: Template) -> set[str]:
    return set(template.of_type("AWS::Lambda::Version"))


def test_nothing_calls_a_function_past_its_alias(template: Template) -> None:
    aliases = {f"{function}{ALIAS}" for function in FUNCTIONS}
    (schedule,) = template.of_type("AWS::Events::Rule").values()
    called = [it["FunctionName"] for it in template.of_type("AWS::Lambda::Permission").values()]
    called += [it["FunctionName"] for it in template.of_type("AWS::Lambda::EventSourceMapping").values()]
    called += [it["Arn"] for it in schedule["Targets"]]

    assert set(template.of_type("AWS::Lambda::Alias")) == aliases
    assert {it["Ref"] for it in called} <= aliases


def test_each_function_is_published_when_anything_of_it_changes(written: dict[str, Any]) -> None:
    for name in FUNCTIONS:
        properties = written["Resources"][name]["Properties"]

        assert properties["AutoPublishAliasAllProperties"] is True, name
        assert properties["AutoPublishCodeSha256"] == {"Ref": "Revision"}, name


def test_a_deployment_that_changes_nothing_publishes_nothing(template: Template) -> None:
    assert _versions(transform()) == _versions(template)


def test_a_new_revision_publishes_every_function(template: Template) -> None:
    # SAM does not see that a parameter has another value: without this, a changed LogLevel would never take effect.
    assert _versions(transform(LogLevel="DEBUG")) == _versions(template)
    assert not _versions(transform(LogLevel="DEBUG", Revision="0123456789")) & _versions(template)
    assert not _versions(transform(Revision="0123456789")) & _versions(transform(Revision="012345678a"))


def test_new_content_of_the_layer_publishes_the_functions_that_use_it(
    template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = transformed._package

    def package_other(properties: dict[str, Any]) -> None:
        package(properties)
        if "ContentUri" in properties:
            properties["ContentUri"] = "s3://bucket/other"

    monkeypatch.setattr(transformed, "_package", package_other)
    stayed = _versions(transform.__wrapped__()) & _versions(template)  # past the cache

    assert {name.partition("FunctionVersion")[0] for name in stayed} == {"Worker", "Score"}  # images have no layer


def test_old_versions_are_not_kept(template: Template) -> None:
    versions = [it for it in template.resources.values() if it["Type"] == "AWS::Lambda::Version"]

    assert {it["DeletionPolicy"] for it in versions} == {"Delete"}


def test_switches_are_off(template: Template) -> None:
    aliases = template.of_type("AWS::Lambda::Alias").values()
    zips = [it for it in template.functions().values() if "Runtime" in it]

    assert {template.value(it["SnapStart"]["ApplyOn"]) for it in zips} == {"None"}
    assert not [it for it in aliases if "ProvisionedConcurrencyConfig" in it]
    assert not template.of_type("AWS::CodeDeploy::DeploymentGroup")
    assert not template.of_type("AWS::CloudFormation::Stack").keys() & {"Rollback", "Network", "Cache", "Website"}


def test_provisioned_concurrency_is_for_the_two_that_people_wait_for() -> None:
    warm = transform(IngestProvisionedConcurrency="2", WorkerProvisionedConcurrency="3")
    given = {
        target(it["FunctionName"]): warm.value(it["ProvisionedConcurrencyConfig"]["ProvisionedConcurrentExecutions"])
        for it in warm.of_type("AWS::Lambda::Alias").values()
        if "ProvisionedConcurrencyConfig" in it
    }

    assert given == {"IngestFunction": 2, "WorkerFunction": 3}


def test_images_have_no_snapshot() -> None:
    functions = transform(SnapStart="PublishedVersions").functions()

    assert {word for word, it in functions.items() if "SnapStart" not in it} == {"worker", "score"}


@pytest.mark.parametrize("deployment", GRADUAL)
def test_a_gradual_deployment_is_undone_by_both_alarms(deployment: str) -> None:
    gradual = transform(Deployment=deployment)
    groups = gradual.of_type("AWS::CodeDeploy::DeploymentGroup")
    outputs = read("infra/rollback.yaml")["Outputs"]

    assert {name.removesuffix("DeploymentGroup") for name in groups} == FUNCTIONS
    for name, group in groups.items():
        alarms = [it["Name"]["Fn::GetAtt"] for it in group["AlarmConfiguration"]["Alarms"]]
        assert alarms == [["Rollback", f"Outputs.{output}"] for output in outputs], name
        assert group["AutoRollbackConfiguration"]["Enabled"] is True
    for alias in [it for it in gradual.resources.values() if it["Type"] == "AWS::Lambda::Alias"]:
        assert "CodeDeployLambdaAliasUpdate" in alias["UpdatePolicy"]


def test_every_kind_of_deployment_is_gradual_but_one(written: dict[str, Any]) -> None:
    kinds = {name: it["IsGradual"] for name, it in written["Mappings"]["Deployments"].items()}

    assert list(kinds) == written["Parameters"]["Deployment"]["AllowedValues"]
    assert [name for name, gradual in kinds.items() if gradual != "true"] == ["AllAtOnce"]


def test_the_alarms_watch_every_function() -> None:
    metrics = read("infra/rollback.yaml")["Resources"]["ErrorsAlarm"]["Properties"]["Metrics"]
    watched = {
        target(dimension["Value"])
        for metric in metrics
        if "MetricStat" in metric and metric["MetricStat"]["Metric"]["Namespace"] == "AWS/Lambda"
        for dimension in metric["MetricStat"]["Metric"]["Dimensions"]
    }

    assert watched == FUNCTIONS
    assert (
        len(metrics) <= 10
    )  # Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html


def test_rollback_is_given_the_functions_that_its_parameters_name(written: dict[str, Any]) -> None:
    given = nested(written)["Rollback"]["Parameters"]

    assert {name: target(value) for name, value in given.items()} == {name: name for name in FUNCTIONS}
