"""Every alarm watches something that exists, says what to do first, and is answered for in docs/operations.md."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.template import observability as seen
from tests.template import transformed
from tests.template.observability import ALARMS, OPERATIONS, PAGE
from tests.template.transformed import Template, target
from ticketrouter.telemetry import EMITTED_BY, NAMESPACE, Metric

# What is worth a night's sleep: tickets or alerts that do not get through, and nothing that heals itself.
PAGING = {
    "ExpressLaneWaitsAlarm",
    "StandardLaneWaitsAlarm",
    "AlertsWaitAlarm",
    "DeadLettersStuckAlarm",
    "ExhaustedAlarm",
    "WorkerErrorsAlarm",
    "DispatcherErrorsAlarm",
    "ReconcilerStoppedAlarm",
    "IngestFailsAlarm",
    "ApiErrorsAlarm",
    "AuthorizerErrorsAlarm",
    "DegradedAlarm",
}
# Parameters of the nested stacks that are no resource of the same name.
SETTINGS = {"Router", "RunbookUrl", "PageTopicArn", "NoticeTopicArn", "Architecture", "ApiId"}


def section(name: str) -> str:
    """Return a section of docs/operations.md."""
    found = re.search(rf"^##+ {re.escape(name)}\n(.*?)(?=^##|\Z)", OPERATIONS, re.MULTILINE | re.DOTALL)
    assert found is not None, name
    return found[1]


# --- the parameters, all the way down ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outer", "stack"),
    [
        ("template.yaml", "Observability"),
        ("infra/observability.yaml", "Dashboard"),
        ("infra/observability.yaml", "Queries"),
    ],
)
def test_each_parameter_is_what_it_is_called(outer: str, stack: str) -> None:
    nested = transformed.nested(transformed.read(outer))[stack]
    folder = outer.rpartition("/")[0]
    inner = transformed.read(f"{folder}/{nested['TemplateURL']}".lstrip("/"))

    assert set(nested["Parameters"]) == set(inner["Parameters"])
    for name, value in nested["Parameters"].items():
        if name not in SETTINGS:
            assert target(value) == name


def test_a_queue_is_handed_over_by_its_name_and_not_by_its_address(written: dict[str, Any]) -> None:
    # The metric's dimension is QueueName, and !Ref of a queue is its URL.
    given = transformed.nested(written)["Observability"]["Parameters"]
    queues = [name for name, it in written["Resources"].items() if it["Type"] == "AWS::SQS::Queue"]

    assert len(queues) == 6
    for name in queues:
        assert given[name] == {"Fn::GetAtt": [name, "QueueName"]}


def test_nothing_of_the_router_waits_for_it(template: Template) -> None:
    rest = {name: it for name, it in template.resources.items() if name != "Observability"}

    assert "Observability" not in str(rest)


# --- alarms -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALARMS)
def test_it_watches_something_that_exists(name: str) -> None:
    for watched in seen.watched_by(ALARMS[name]):
        seen.assert_exists(watched)


@pytest.mark.parametrize("name", ALARMS)
def test_its_formula_uses_what_it_declares(name: str) -> None:
    ids = {watched.id for watched in seen.watched_by(ALARMS[name])} - {""}
    used = {word for it in seen.expressions_of(ALARMS[name]) for word in re.findall(r"\b[a-z]+\b", it)}

    assert used == ids


@pytest.mark.parametrize("name", ALARMS)
def test_a_duration_is_alarmed_by_percentile_and_a_count_by_its_sum(name: str) -> None:
    for watched in seen.watched_by(ALARMS[name]):
        if watched.namespace == NAMESPACE:
            expected = "p95" if Metric(watched.name).unit.value == "Milliseconds" else "Sum"
            assert watched.stat == expected


@pytest.mark.parametrize("name", ALARMS)
def test_silence_is_well_but_for_what_must_run_each_minute(name: str) -> None:
    expected = "breaching" if name == "ReconcilerStoppedAlarm" else "notBreaching"

    assert ALARMS[name]["TreatMissingData"] == expected


@pytest.mark.parametrize("name", [*ALARMS, "PageAlarm"])
def test_it_says_what_it_means_and_what_to_do_first(name: str) -> None:
    description = (ALARMS | {"PageAlarm": PAGE})[name]["AlarmDescription"]

    assert len(description) <= 1024  # Source: PutMetricAlarm, AlarmDescription
    assert " First: " in description
    assert description.endswith(f" docs/operations.md#{name.lower()}")


@pytest.mark.parametrize("name", ALARMS)
def test_its_section_tells_whether_it_pages(name: str) -> None:
    text = section(name).lstrip()

    assert text.startswith("**Pages.**" if name in PAGING else "Notice.")
    assert len(text) > 100


def test_no_section_without_an_alarm() -> None:
    assert set(re.findall(r"^##+ (\w+Alarm)$", OPERATIONS, re.MULTILINE)) == {*ALARMS, "PageAlarm"}


def test_every_function_has_an_alarm_on_its_failures(template: Template) -> None:
    watched = {
        dict(it.dimensions)["FunctionName"].removesuffix("Function").lower()
        for alarm in ALARMS.values()
        for it in seen.watched_by(alarm)
        if (it.namespace, it.name) == ("AWS/Lambda", "Errors")
    }

    assert watched == set(template.functions())


def test_every_queue_has_an_alarm_on_its_age(template: Template) -> None:
    watched = {
        dict(it.dimensions)["QueueName"]
        for alarm in ALARMS.values()
        for it in seen.watched_by(alarm)
        if it.name == "ApproximateAgeOfOldestMessage"
    }

    assert watched == set(template.of_type("AWS::SQS::Queue"))


def test_the_standard_lane_pages_later_than_two_redeliveries(template: Template) -> None:
    assert ALARMS["StandardLaneWaitsAlarm"]["Threshold"] > 2 * template.value({"Ref": "WorkerVisibility"})


# --- who is told ------------------------------------------------------------------------------------------------------


def test_one_alarm_pages_for_exactly_these() -> None:
    assert set(re.findall(r'ALARM\("(\w+)"\)', PAGE["AlarmRule"])) == PAGING
    assert re.sub(r'ALARM\("\w+"\)', "x", PAGE["AlarmRule"]).split() == ["x", *["OR", "x"] * (len(PAGING) - 1)]


def test_an_alarm_that_pages_tells_nobody_itself_and_each_other_one_does() -> None:
    document = transformed.read("infra/observability.yaml")["Resources"]
    notice = {"Fn::If": ["HasNoticeTopic", [{"Ref": "NoticeTopicArn"}], {"Ref": "AWS::NoValue"}]}
    page = {"Fn::If": ["HasPageTopic", [{"Ref": "PageTopicArn"}], {"Ref": "AWS::NoValue"}]}

    for name in ALARMS:
        actions = {key: it for key, it in document[name]["Properties"].items() if key.endswith("Actions")}
        assert actions == ({} if name in PAGING else {"AlarmActions": notice}), name
    assert document["PageAlarm"]["Properties"]["AlarmActions"] == page
    assert document["PageAlarm"]["Properties"]["OKActions"] == page


# --- what it costs ----------------------------------------------------------------------------------------------------


def cost_rows() -> dict[str, tuple[int, float]]:
    """Return how many and what they cost, of the table in docs/operations.md."""
    rows = re.findall(
        r"^\| ([a-z ]+?)(?:,.*)? \| (?:at most )?(\d+) \| (?:at most )?([\d.]+) \|", OPERATIONS, re.MULTILINE
    )
    return {what: (int(number), float(dollars)) for what, number, dollars in rows}


def test_what_watching_costs_is_what_is_there() -> None:
    # CloudWatch counts the metrics that an alarm watches, not the alarms.
    watched = sum(len(seen.watched_by(alarm)) for alarm in ALARMS.values())
    custom = sum(len(words) for words in EMITTED_BY.values())

    assert cost_rows() == {
        "alarms": (watched, pytest.approx(0.10 * watched)),
        "composite alarm": (1, 0.50),
        "dashboard": (1, 3.00),
        "custom metrics": (custom, pytest.approx(0.30 * custom)),
    }


def test_no_alarm_is_of_high_resolution() -> None:
    for name, alarm in ALARMS.items():
        periods = (
            [alarm["Period"]]
            if "Period" in alarm
            else [it["MetricStat"]["Period"] for it in alarm["Metrics"] if "MetricStat" in it]
        )
        assert all(period % 60 == 0 for period in periods), name
        assert len(set(periods)) == 1, name
