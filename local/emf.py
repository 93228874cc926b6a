"""CloudWatch's embedded metric format -> metrics in the emulator's CloudWatch.

In AWS, CloudWatch Logs does this. Here it is best effort: a metric that cannot be stored is dropped, nothing waits.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from local.aws import AwsClient, AwsError

_FLUSH_EACH_S = 1.0
_MAX_PER_CALL = 1000  # Source: PutMetricData quotas
_MAX_HELD = 50_000

Datum = dict[str, Any]


def read_emf(line: bytes) -> Iterator[tuple[str, Datum]]:
    """Yield namespace and datum of every metric in a line; nothing for a line that is no EMF."""
    try:
        document = json.loads(line)
        directives = document["_aws"]["CloudWatchMetrics"]
        timestamp_s = document["_aws"]["Timestamp"] / 1000
        for directive in directives:
            for names in directive.get("Dimensions") or [[]]:
                dimensions = [{"Name": name, "Value": str(document[name])} for name in names]
                for metric in directive["Metrics"]:
                    values = document[metric["Name"]]
                    yield (
                        directive["Namespace"],
                        {
                            "MetricName": metric["Name"],
                            "Unit": metric.get("Unit", "None"),
                            "Timestamp": timestamp_s,
                            "Dimensions": dimensions,
                            "Values": values if isinstance(values, list) else [values],
                        },
                    )
    except (ValueError, LookupError, TypeError):
        return


class MetricsForwarder:
    """Collects metrics and stores them once a second."""

    def __init__(self, aws: AwsClient) -> None:
        """Prepare."""
        self._aws = aws
        self._held: dict[str, list[Datum]] = defaultdict(list)
        self._count = 0

    def take(self, line: bytes) -> None:
        """Take one line of a function's output."""
        if self._count < _MAX_HELD:
            for namespace, datum in read_emf(line):
                self._held[namespace].append(datum)
                self._count += 1

    async def run(self) -> None:
        """Store what was taken, for ever."""
        while True:
            await asyncio.sleep(_FLUSH_EACH_S)
            await self.flush()

    async def flush(self) -> None:
        """Store what was taken."""
        held, self._held, self._count = self._held, defaultdict(list), 0
        for namespace, data in held.items():
            for start in range(0, len(data), _MAX_PER_CALL):
                part = data[start : start + _MAX_PER_CALL]
                try:
                    await self._aws.call("monitoring", "PutMetricData", Namespace=namespace, MetricData=part)
                except AwsError:
                    return
