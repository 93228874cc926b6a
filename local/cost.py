"""What a deployment costs: what the template makes, times infra/prices.toml. An estimate; nobody has paid it yet.

The free tier is not counted: it is the account's, and other stacks use it too.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.errors import LocalStackError
from local.inventory import Item
from ticketrouter.telemetry import EMITTED_BY

_MB_A_GB = 1024
_SECONDS_AN_HOUR = 3600
_MINUTES = {"minute": 1, "hour": 60, "day": 1440}


class Prices:
    """The price table."""

    def __init__(self, path: Path) -> None:
        """Read the table.

        Raises:
            LocalStackError: It cannot be read.
        """
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise LocalStackError(f"{path} cannot be read: {error}") from error
        self.region: str = table["region"]
        self.date: str = table["date"]
        self.hours: float = table["hours_a_month"]
        self._prices: Mapping[str, Mapping[str, Any]] = table["price"]
        self._facts: Mapping[str, Mapping[str, Any]] = table["fact"]

    def usd(self, name: str) -> float:
        """Return a price in US dollars."""
        return float(self._prices[name]["usd"])

    def fact(self, name: str) -> float:
        """Return a number that is no price."""
        return float(self._facts[name]["count"])

    def unconfirmed(self) -> list[str]:
        """Name the prices that no page of AWS was seen for."""
        return [name for name, it in self._prices.items() if not it["confirmed"]]


@dataclass(frozen=True)
class Line:
    """One line of a bill: `count` of something, and what they cost together."""

    group: str
    what: str
    count: float
    usd: float


def total(lines: Sequence[Line]) -> float:
    """Return the sum in US dollars."""
    return sum(line.usd for line in lines)


def idle_month(items: Sequence[Item], prices: Prices, *, own_secrets: int = 0) -> list[Line]:
    """Return what a month costs in which nobody posts a ticket.

    Args:
        items: What is deployed.
        prices: The price table.
        own_secrets: Secrets that the user made for it: the one with the URL of an external cache.
    """
    return [*_watching(items, prices), *_waiting(items, prices, own_secrets), *_standing(items, prices)]


def _watching(items: Sequence[Item], prices: Prices) -> Iterator[Line]:
    alarms = sum(_alarm_metrics(it) for it in _of(items, "AWS::CloudWatch::Alarm"))
    composites = len(_of(items, "AWS::CloudWatch::CompositeAlarm"))
    dashboards = len(_of(items, "AWS::CloudWatch::Dashboard"))
    yield _line("alarms and dashboards", "metrics in alarms", alarms, prices.usd("alarm_metric"))
    yield _line("alarms and dashboards", "composite alarms", composites, prices.usd("composite_alarm"))
    yield _line("alarms and dashboards", "dashboards", dashboards, prices.usd("dashboard"))


def _alarm_metrics(alarm: Item) -> int:
    """Count what an alarm is charged for: itself, or each metric of its expression."""
    return sum("MetricStat" in it for it in alarm.properties.get("Metrics", [])) or 1


def _waiting(items: Sequence[Item], prices: Prices, own_secrets: int) -> Iterator[Line]:
    mappings = [it for it in _of(items, "AWS::Lambda::EventSourceMapping") if _is_on(it)]
    polls = prices.hours * _SECONDS_AN_HOUR / prices.fact("poll_s") * prices.fact("pollers_a_mapping")
    yield _line("polling the queues", "empty receives", len(mappings) * polls, prices.usd("sqs_request"))
    runs = sum(_runs(it, prices.hours) for it in _of(items, "AWS::Events::Rule"))
    gb_s = runs * _gb(_function(items, "reconciler")) * prices.fact("reconciler_ms") / 1000
    yield _line("reconciler, each minute", "Lambda requests", runs, prices.usd("lambda_request"))
    yield _line("reconciler, each minute", "Lambda GB-s", gb_s, prices.usd("lambda_gb_s"))
    yield _line("reconciler, each minute", "X-Ray traces", runs, prices.usd("trace"))
    log_gb = runs * prices.fact("lambda_log_bytes") / 1e9
    yield _line("reconciler, each minute", "GB of logs", log_gb, prices.usd("log_gb"))
    secrets = len(_of(items, "AWS::SecretsManager::Secret")) + own_secrets
    yield _line("secrets and image", "secrets", secrets, prices.usd("secret"))
    yield _line("secrets and image", "GB in ECR", prices.fact("image_gb"), prices.usd("image_gb"))


def _standing(items: Sequence[Item], prices: Prices) -> Iterator[Line]:
    caches = len(_of(items, "AWS::ElastiCache::ServerlessCache"))
    gb_hours = caches * prices.fact("cache_minimum_gb") * prices.hours
    yield _line("cache", "GB-hours of the cache's minimum", gb_hours, prices.usd("cache_gb_hour"))
    nat_hours = len(_of(items, "AWS::EC2::NatGateway")) * prices.hours
    yield _line("NAT", "hours of NAT gateways", nat_hours, prices.usd("nat_hour"))
    address_hours = len(_of(items, "AWS::EC2::EIP")) * prices.hours
    yield _line("NAT", "hours of public addresses", address_hours, prices.usd("public_address_hour"))
    seconds = prices.hours * _SECONDS_AN_HOUR
    warm = sum(_provisioned_gb(items, it) for it in _of(items, "AWS::Lambda::Alias"))
    yield _line("kept warm", "GB-s of provisioned concurrency", warm * seconds, prices.usd("provisioned_gb_s"))
    snapshots = sum(_gb(it) for it in _of(items, "AWS::Lambda::Function") if _has_snapshot(it))
    yield _line("kept warm", "GB-s of snapshots", snapshots * seconds, prices.usd("snapshot_gb_s"))


def thousand_tickets(items: Sequence[Item], prices: Prices) -> list[Line]:
    """Return what 1,000 tickets cost that come one by one, none of them batched, each with an alert."""
    tickets = 1000
    invocations = tickets * prices.fact("invocations_a_ticket")
    small = sum(_gb(_function(items, word)) for word in ("authorizer", "ingest", "dispatcher"))
    worker = _gb(_function(items, "worker"))
    gb_s = tickets / 1000 * (small * prices.fact("small_function_ms") + worker * prices.fact("worker_ms"))
    log_bytes = tickets * prices.fact("own_log_bytes_a_ticket") + invocations * prices.fact("lambda_log_bytes")
    counts = {
        "http_request": tickets,
        "lambda_request": invocations,
        "lambda_gb_s": gb_s,
        "sqs_request": tickets * prices.fact("sqs_requests_a_ticket"),
        "log_gb": log_bytes / 1e9,
        "trace": tickets,
        "cache_unit": tickets
        * prices.fact("cache_units_a_ticket")
        * bool(_of(items, "AWS::ElastiCache::ServerlessCache")),
    }
    return [_line("1,000 tickets", name, count, prices.usd(name)) for name, count in counts.items()]


def busy_month_metrics(items: Sequence[Item], prices: Prices) -> list[Line]:
    """Return the most that metrics cost in a month with traffic of every kind in every hour.

    They are paid by the hour in which they are written, hence not at all when nothing happens.
    """
    own = sum(len(functions) for functions in EMITTED_BY.values())
    detailed = [it for it in _of(items, "AWS::ApiGatewayV2::Stage") if _has_route_metrics(it)]
    routes = sum(_routes(it) for it in _of(items, "AWS::ApiGatewayV2::Api")) if detailed else 0
    of_routes = routes * prices.fact("metrics_a_route")
    return [
        _line("metrics", "metrics of ours", own, prices.usd("custom_metric")),
        _line("metrics", "metrics of routes", of_routes, prices.usd("custom_metric")),
    ]


def _has_route_metrics(stage: Item) -> bool:
    return bool(stage.properties.get("DefaultRouteSettings", {}).get("DetailedMetricsEnabled"))


def _routes(api: Item) -> int:
    return sum(len(methods) for methods in api.properties["Body"]["paths"].values())


def _line(group: str, what: str, count: float, price: float) -> Line:
    return Line(group, what, count, count * price)


def _of(items: Sequence[Item], kind: str) -> list[Item]:
    return [it for it in items if it.kind == kind]


def _is_on(mapping: Item) -> bool:
    return str(mapping.properties.get("Enabled", True)).lower() == "true"


def _function(items: Sequence[Item], word: str) -> Item:
    (found,) = [it for it in _of(items, "AWS::Lambda::Function") if it.name == f"{word.capitalize()}Function"]
    return found


def _gb(function: Item) -> float:
    return float(function.properties["MemorySize"]) / _MB_A_GB


def _has_snapshot(function: Item) -> bool:
    return bool(function.properties.get("SnapStart", {}).get("ApplyOn") == "PublishedVersions")


def _provisioned_gb(items: Sequence[Item], alias: Item) -> float:
    config = alias.properties.get("ProvisionedConcurrencyConfig", {})
    count = float(config.get("ProvisionedConcurrentExecutions", 0))
    (function,) = [it for it in items if it.name == alias.properties["FunctionName"]["Ref"]]
    return count * _gb(function)


def _runs(rule: Item, hours: float) -> float:
    """Return how often a rule fires in that time; only rates, which is what the template has."""
    if match := re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", rule.properties.get("ScheduleExpression", "")):
        return hours * 60 / (int(match[1]) * _MINUTES[match[2]])
    return 0
