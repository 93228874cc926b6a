"""Logs and metrics, through Powertools. Metric names stand here and nowhere else.

Never a ticket's text, a key or an address: logs name tickets by id. What each line may hold is in docs/logs.md.
"""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

from ticketrouter.domain.errors import RouterError

NAMESPACE = "TicketRouter"
logging.getLogger("botocore").setLevel(logging.WARNING)  # it tells at every start where it found its endpoints

_SERVICE = os.environ.get("POWERTOOLS_SERVICE_NAME", "local")


class _Provider(AmazonCloudWatchEMFProvider):
    """Writes nothing where there is nothing to tell, as in most reads; Powertools itself would warn of it."""

    def flush_metrics(self, raise_on_empty_metrics: bool = False) -> None:
        if self.metric_set:
            super().flush_metrics(raise_on_empty_metrics)


logger = Logger(service=_SERVICE, use_rfc3339=True)
metrics = Metrics(provider=_Provider(namespace=NAMESPACE, service=_SERVICE))


Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


# Powertools puts them on every line: 190 bytes of what `service` and the log group say already, at $0.50 a GB.
_SPARED = ("function_arn", "function_memory_size", "function_name")


_FRAMES = 12  # the innermost ones


class CrashError(Exception):
    """What a handler ends with in place of an exception that was not foreseen: that one's words may be a ticket's."""


def crash_facts(error: BaseException) -> dict[str, Any]:
    """Return what may be logged of an exception: which kind, where, and what kind it came from; not a word of it.

    Libraries quote in their exceptions what they choke on: a ticket's text, or an address.
    """
    causes: list[str] = []
    cause = error.__cause__ or error.__context__
    while cause is not None and len(causes) < _FRAMES:
        causes.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = [f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}" for frame in frames]
    return {"exception_name": " from ".join([type(error).__name__, *causes]), "frames": places}


def instrumented(handler: Handler) -> Handler:
    """Wrap a handler: its request id on every log line, its metrics flushed at the end, cold starts counted.

    Lambda's runtime logs the words of an exception that leaves a handler: only ours do, which quote nothing.
    """

    def brief(event: dict[str, Any], context: Any) -> dict[str, Any]:
        logger.remove_keys(_SPARED)
        try:
            return handler(event, context)
        except RouterError:
            raise
        except Exception as error:
            facts = crash_facts(error)
            raise CrashError(f"{facts['exception_name']} at {' > '.join(facts['frames'])}") from None

    measured = metrics.log_metrics(brief, capture_cold_start_metric=True)
    return cast(Handler, logger.inject_lambda_context(measured))


class Metric(StrEnum):
    """Every metric of the router. Durations end in `Ms` and are milliseconds, all others are counts."""

    ACCEPTED = "Accepted"
    DUPLICATES = "Duplicates"
    REFUSED = "Refused"
    INTERNAL_ERRORS = "InternalErrors"
    EXPRESS_LANE = "ExpressLane"
    DEDUPE_BYPASSED = "DedupeBypassed"
    ENQUEUE_FAILED = "EnqueueFailed"
    BATCH_SIZE = "BatchSize"
    QUEUE_AGE_MS = "QueueAgeMs"
    SCORING_MS = "ScoringMs"
    END_TO_END_MS = "EndToEndMs"
    SCORED = "Scored"
    URGENT = "Urgent"
    DEGRADED = "Degraded"
    FAILED = "Failed"
    RETRIED = "Retried"
    COLD_START = "ColdStart"
    SELF_TEST_MISSES = "SelfTestMisses"
    DELIVERED = "Delivered"
    DELIVERY_MS = "DeliveryMs"
    DELIVERY_FAILED = "DeliveryFailed"
    EXHAUSTED = "Exhausted"
    DIGESTED = "Digested"
    FALLBACKS = "Fallbacks"
    DEAD_LETTERED = "DeadLettered"
    RESENT = "Resent"
    OVERDUE = "Overdue"
    INCIDENTS = "Incidents"
    SUPPRESSED = "Suppressed"
    UNGROUPED = "Ungrouped"

    @property
    def unit(self) -> MetricUnit:
        """Return the unit under which CloudWatch keeps it."""
        return MetricUnit.Milliseconds if self.endswith("Ms") else MetricUnit.Count


_HTTP = ("ingest", "query", "score")
_ALL = ("ingest", "worker", "dispatcher", "query", "score", "reconciler", "authorizer")

# Which functions write which metric. The function is its only dimension, `service`; ColdStart has `function_name` too,
# which Powertools adds. So each pair of metric and function is one custom metric, and is paid as one.
EMITTED_BY: Mapping[Metric, tuple[str, ...]] = {
    Metric.ACCEPTED: ("ingest",),
    Metric.DUPLICATES: ("ingest",),
    Metric.REFUSED: (*_HTTP, "authorizer"),
    Metric.INTERNAL_ERRORS: _HTTP,
    Metric.EXPRESS_LANE: ("ingest",),
    Metric.DEDUPE_BYPASSED: ("ingest",),
    Metric.ENQUEUE_FAILED: ("ingest",),
    Metric.BATCH_SIZE: ("worker", "dispatcher"),
    Metric.QUEUE_AGE_MS: ("worker",),
    Metric.SCORING_MS: ("worker", "score"),
    Metric.END_TO_END_MS: ("worker",),
    Metric.SCORED: ("worker",),
    Metric.URGENT: ("worker",),
    Metric.DEGRADED: ("worker", "score"),
    Metric.FAILED: ("worker", "reconciler"),
    Metric.RETRIED: ("worker",),
    Metric.COLD_START: _ALL,
    Metric.SELF_TEST_MISSES: ("worker", "score"),
    Metric.DELIVERED: ("dispatcher",),
    Metric.DELIVERY_MS: ("dispatcher",),
    Metric.DELIVERY_FAILED: ("dispatcher",),
    Metric.EXHAUSTED: ("dispatcher", "reconciler"),
    Metric.DIGESTED: ("dispatcher",),
    Metric.FALLBACKS: ("dispatcher",),
    Metric.DEAD_LETTERED: ("worker", "dispatcher", "reconciler"),
    Metric.RESENT: ("query", "reconciler"),
    Metric.OVERDUE: ("reconciler",),
    Metric.INCIDENTS: ("worker",),
    Metric.SUPPRESSED: ("worker",),
    Metric.UNGROUPED: ("worker",),
}


def count(metric: Metric, value: float = 1) -> None:
    """Add to a counter; nothing is written for zero."""
    if value:
        metrics.add_metric(name=metric, unit=metric.unit, value=value)


def observe_ms(metric: Metric, value_ms: float) -> None:
    """Record a duration in milliseconds."""
    metrics.add_metric(name=metric, unit=metric.unit, value=value_ms)
