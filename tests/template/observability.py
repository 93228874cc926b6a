"""infra/observability.yaml and its neighbours, with each parameter standing for what template.yaml hands over.

`!Ref WorkerFunction` is read as the text `WorkerFunction`: a test of the parameters shows that it is what it is called.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from local.intrinsics import Resolver
from tests.template import transformed
from tests.template.aws_metrics import KNOWN
from ticketrouter.telemetry import EMITTED_BY, NAMESPACE, Metric

PSEUDO = {
    "AWS::Region": "eu-west-1",
    "AWS::Partition": "aws",
    "AWS::AccountId": "000000000000",
    "AWS::StackName": "router",
    "AWS::NoValue": None,
}
GIVEN = {"Router": "router", "RunbookUrl": "docs/operations.md", "Architecture": "x86_64"}


@dataclass(frozen=True)
class Watched:
    """One metric that an alarm or a graph looks at."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    stat: str
    id: str = ""
    visible: bool = True

    @property
    def service(self) -> str:
        """Return the function that writes it; only metrics of ours have it."""
        return dict(self.dimensions)["service"]


def properties(path: str, kind: str) -> dict[str, dict[str, Any]]:
    """Return the properties of each resource of a type, intrinsic functions resolved, by logical id."""
    document = transformed.read(path)
    parameters = {name: GIVEN.get(name, name) for name in document["Parameters"]}
    resolver = Resolver(
        document,
        references=PSEUDO | parameters,
        attribute_of=lambda name, attribute: f"{name}.{attribute}",
        reference_of=lambda name: name,
    )
    found = {name: it["Properties"] for name, it in document["Resources"].items() if it["Type"] == kind}
    return {name: resolver.resolve(_as_object(it), name) for name, it in found.items()}


def _as_object(node: Any) -> Any:
    """Replace `Fn::ToJsonString`, which the local stack does not know, by what it would write down."""
    if isinstance(node, dict):
        return (
            node["Fn::ToJsonString"]
            if set(node) == {"Fn::ToJsonString"}
            else {k: _as_object(v) for k, v in node.items()}
        )
    return node


def watched_by(alarm: dict[str, Any]) -> list[Watched]:
    """Return what an alarm looks at."""
    if "Metrics" not in alarm:
        dimensions = tuple((it["Name"], it["Value"]) for it in alarm["Dimensions"])
        stat = alarm.get("Statistic") or alarm["ExtendedStatistic"]
        return [Watched(alarm["Namespace"], alarm["MetricName"], dimensions, stat)]
    return [
        Watched(
            it["MetricStat"]["Metric"]["Namespace"],
            it["MetricStat"]["Metric"]["MetricName"],
            tuple((each["Name"], each["Value"]) for each in it["MetricStat"]["Metric"]["Dimensions"]),
            it["MetricStat"]["Stat"],
            it["Id"],
        )
        for it in alarm["Metrics"]
        if "MetricStat" in it
    ]


def expressions_of(alarm: dict[str, Any]) -> list[str]:
    """Return an alarm's formulas."""
    return [it["Expression"] for it in alarm.get("Metrics", []) if "Expression" in it]


def watched_in(widget: dict[str, Any]) -> list[Watched]:
    """Return what a graph shows."""
    graph = widget["properties"]
    found = []
    for row in graph.get("metrics", []):
        options = row[-1] if isinstance(row[-1], dict) else {}
        path = [part for part in row if isinstance(part, str)]
        if path:
            dimensions = tuple(zip(path[2::2], path[3::2], strict=True))
            stat = options.get("stat") or graph["stat"]
            found.append(
                Watched(path[0], path[1], dimensions, stat, options.get("id", ""), options.get("visible", True))
            )
    return found


def formulas_in(widget: dict[str, Any]) -> dict[str, str]:
    """Return a graph's formulas by their ids."""
    rows = [row[0] for row in widget["properties"].get("metrics", []) if isinstance(row[0], dict)]
    return {row["id"]: row["expression"] for row in rows}


def assert_exists(watched: Watched) -> None:
    """Fail unless somebody writes this metric, with these dimensions."""
    dimensions = dict(watched.dimensions)
    if watched.namespace != NAMESPACE:
        names, keys = KNOWN[watched.namespace]
        assert watched.name in names, watched
        assert tuple(dimensions) == keys, watched
        return
    metric = Metric(watched.name)
    assert dimensions["service"] in EMITTED_BY[metric], watched
    if metric is Metric.COLD_START:
        assert dimensions == {
            "function_name": f"{watched.service.capitalize()}Function",
            "service": watched.service,
        }
    else:
        assert set(dimensions) == {"service"}, watched


ALARMS = properties("infra/observability.yaml", "AWS::CloudWatch::Alarm")
(PAGE,) = properties("infra/observability.yaml", "AWS::CloudWatch::CompositeAlarm").values()
(_DASHBOARD,) = properties("infra/dashboard.yaml", "AWS::CloudWatch::Dashboard").values()
WIDGETS: list[dict[str, Any]] = _DASHBOARD["DashboardBody"]["widgets"]  # in their order
QUERIES = properties("infra/queries.yaml", "AWS::Logs::QueryDefinition")
OPERATIONS = (transformed.ROOT / "docs/operations.md").read_text(encoding="utf-8")
