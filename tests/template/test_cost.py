"""What a deployment costs: counted from the template, and README says the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from local.commands.cost import MODES, SWITCHES, section, write_into
from local.cost import Line, Prices, busy_month_metrics, idle_month, thousand_tickets, total
from local.inventory import Item, inventory
from local.overrides import parameter_values
from tests.template.transformed import ROOT

TABLE = tomllib.loads((ROOT / "infra/prices.toml").read_text())
PRICES = Prices(ROOT / "infra/prices.toml")
RECONCILER = Item("AWS::Lambda::Function", "ReconcilerFunction", {"MemorySize": 512})


def line(lines: list[Line], what: str) -> Line:
    (found,) = [it for it in lines if it.what == what]
    return found


def idle(*items: Item) -> list[Line]:
    return idle_month([RECONCILER, *items], PRICES)


def test_the_readme_has_what_the_template_and_the_prices_say(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text((ROOT / "README.md").read_text())

    write_into(readme, section(ROOT))

    assert readme.read_text() == (ROOT / "README.md").read_text(), "run `make cost`"


@pytest.mark.parametrize("given", [*MODES.values(), *({"CacheMode": "managed", **it} for it in SWITCHES)])
def test_every_column_and_switch_is_one_of_the_template(written: dict[str, Any], given: dict[str, str]) -> None:
    parameter_values(written["Parameters"], given)  # raises on what it refuses


def test_idle_is_never_nothing_and_the_managed_cache_is_most_of_it() -> None:
    external, managed = (total(idle_month(inventory(ROOT, given), PRICES)) for given in MODES.values())

    assert 1 < external < 20 < managed < 100


def test_high_availability_is_one_more_nat_with_its_address() -> None:
    one, two = (
        idle_month(inventory(ROOT, {"CacheMode": "managed", "HighAvailability": it}), PRICES)
        for it in ("false", "true")
    )

    for what in ("hours of NAT gateways", "hours of public addresses"):
        assert line(two, what).count == 2 * line(one, what).count == 2 * PRICES.hours


def test_an_alarm_costs_by_the_metrics_in_it() -> None:
    stat = {"MetricStat": {}}
    plain = Item("AWS::CloudWatch::Alarm", "Plain", {"MetricName": "Errors"})
    math = Item("AWS::CloudWatch::Alarm", "Math", {"Metrics": [{"Expression": "a + b"}, stat, stat]})

    assert line(idle(plain, math), "metrics in alarms").count == 3


def test_a_queue_is_polled_by_five_each_twenty_seconds_unless_it_is_off() -> None:
    on = Item("AWS::Lambda::EventSourceMapping", "On", {"Enabled": "true"})
    off = Item("AWS::Lambda::EventSourceMapping", "Off", {"Enabled": "false"})

    assert line(idle(on, off), "empty receives").count == PRICES.hours * 180 * 5


@pytest.mark.parametrize(
    ("rate", "runs"), [("rate(1 minute)", 43_800), ("rate(2 hours)", 365), ("cron(0 8 * * ? *)", 0)]
)
def test_a_schedule_runs_by_its_rate(rate: str, runs: int) -> None:
    rule = Item("AWS::Events::Rule", "Rule", {"ScheduleExpression": rate})

    assert line(idle(rule), "X-Ray traces").count == runs


def test_what_is_kept_warm_costs_by_its_memory() -> None:
    function = Item("AWS::Lambda::Function", "F", {"MemorySize": 2048, "SnapStart": {"ApplyOn": "PublishedVersions"}})
    config = {"ProvisionedConcurrentExecutions": "3"}
    alias = Item("AWS::Lambda::Alias", "Alias", {"FunctionName": {"Ref": "F"}, "ProvisionedConcurrencyConfig": config})

    lines = idle(function, alias)

    assert line(lines, "GB-s of provisioned concurrency").count == 3 * 2 * PRICES.hours * 3600
    assert line(lines, "GB-s of snapshots").count == 2 * PRICES.hours * 3600


def test_tickets_cost_more_the_more_memory_the_worker_has() -> None:
    items = inventory(ROOT, MODES["CacheMode=managed"])
    doubled = [
        Item(it.kind, it.name, it.properties | {"MemorySize": 6016}) if it.name == "WorkerFunction" else it
        for it in items
    ]

    before, after = (line(thousand_tickets(each, PRICES), "lambda_gb_s").count for each in (items, doubled))

    assert after - before == pytest.approx(3008 / 1024 * PRICES.fact("worker_ms"))


def test_metrics_of_routes_are_counted_only_where_they_are_detailed() -> None:
    api = Item("AWS::ApiGatewayV2::Api", "Api", {"Body": {"paths": {"/tickets": {"get": {}, "post": {}}}}})

    def counted(detailed: bool) -> float:
        stage = Item(
            "AWS::ApiGatewayV2::Stage", "Stage", {"DefaultRouteSettings": {"DetailedMetricsEnabled": detailed}}
        )
        return line(busy_month_metrics([api, stage], PRICES), "metrics of routes").count

    assert (counted(True), counted(False)) == (12, 0)


@pytest.mark.parametrize("name", TABLE["price"])
def test_every_price_has_a_source_and_says_whether_it_is_confirmed(name: str) -> None:
    price = TABLE["price"][name]

    assert price["usd"] > 0
    assert isinstance(price["confirmed"], bool)
    assert price["source"].startswith(("https://aws.amazon.com/", "https://docs.aws.amazon.com/"))


@pytest.mark.parametrize("name", ["lambda_gb_s", "lambda_request", "http_request", "sqs_request"])
def test_the_dashboard_counts_with_the_same_prices(name: str) -> None:
    dashboard = (ROOT / "infra/dashboard.yaml").read_text()

    assert re.search(rf"\b{PRICES.usd(name):.10f}".rstrip("0") + r"\b", dashboard)


def test_every_price_and_fact_is_used_and_none_is_missing() -> None:
    code = (ROOT / "local/cost.py").read_text()
    used = set(re.findall(r'usd\("(\w+)"\)|fact\("(\w+)"\)|^        "(\w+)": ', code, re.MULTILINE))

    assert {name for names in used for name in names if name} == set(TABLE["price"]) | set(TABLE["fact"])
