"""CloudWatch's embedded metric format -> metrics in the emulator's CloudWatch.

In AWS, CloudWatch Logs does this. Here it is best effort: a metric that cannot be stored is dropped, nothing waits.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from local.aws import AwsClient, AwsError

_FLUSH_EACH_S = 5.0
_MAX_PER_CALL = 1000  # Source: PutMetricData quotas
_MAX_VALUES = 10  # of a metric between two flushes; the API takes 150

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
    """Collects metrics and stores them every few seconds, what is alike together.

    The emulator keeps each value for two weeks and looks at all of them at every call: under load, one by one, they
    took 4 kB a ticket of its memory (measured) and ever more of its time.
    """

    def __init__(self, aws: AwsClient) -> None:
        """Prepare."""
        self._aws = aws
        self._held: dict[str, dict[str, _Merged]] = defaultdict(dict)

    def take(self, line: bytes) -> None:
        """Take one line of a function's output."""
        for namespace, datum in read_emf(line):
            values = datum.pop("Values")
            kind = json.dumps([datum["MetricName"], datum["Unit"], datum["Dimensions"]])
            merged = self._held[namespace].setdefault(kind, _Merged(datum))
            merged.datum["Timestamp"] = datum["Timestamp"]
            merged.counts.update(values)

    async def run(self) -> None:
        """Store what was taken, for ever."""
        while True:
            await asyncio.sleep(_FLUSH_EACH_S)
            await self.flush()

    async def flush(self) -> None:
        """Store what was taken."""
        held, self._held = self._held, defaultdict(dict)
        for namespace, kinds in held.items():
            data = [merged.as_datum() for merged in kinds.values()]
            for start in range(0, len(data), _MAX_PER_CALL):
                part = data[start : start + _MAX_PER_CALL]
                try:
                    await self._aws.call("monitoring", "PutMetricData", Namespace=namespace, MetricData=part)
                except AwsError:
                    return


@dataclass(slots=True)
class _Merged:
    """The values of one metric since the last flush."""

    datum: Datum
    counts: Counter[float] = field(default_factory=Counter)

    def as_datum(self) -> Datum:
        """Return the values with their counts; of many different ones only what they add up to, without percentiles."""
        if len(self.counts) <= _MAX_VALUES:
            return {**self.datum, "Values": list(self.counts), "Counts": list(self.counts.values())}
        total = sum(value * count for value, count in self.counts.items())
        figures = {"SampleCount": self.counts.total(), "Sum": total}
        return {
            **self.datum,
            "StatisticValues": {**figures, "Minimum": min(self.counts), "Maximum": max(self.counts)},
        }
