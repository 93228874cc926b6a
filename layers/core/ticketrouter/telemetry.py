"""Logs and metrics, through Powertools. Metric names stand here and nowhere else.

Never a ticket's text, a key or an address: logs name tickets by id.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from enum import StrEnum
from typing import Any, cast

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

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


def instrumented(handler: Handler) -> Handler:
    """Wrap a handler: its request id on every log line, its metrics flushed at the end, cold starts counted."""
    measured = metrics.log_metrics(handler, capture_cold_start_metric=True)
    return cast(Handler, logger.inject_lambda_context(measured))


class Metric(StrEnum):
    """Every metric of the router."""

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
    DEAD_LETTERED = "DeadLettered"
    RESENT = "Resent"
    OVERDUE = "Overdue"


def count(metric: Metric, value: float = 1) -> None:
    """Add to a counter; nothing is written for zero."""
    if value:
        metrics.add_metric(name=metric, unit=MetricUnit.Count, value=value)


def observe_ms(metric: Metric, value_ms: float) -> None:
    """Record a duration in milliseconds."""
    metrics.add_metric(name=metric, unit=MetricUnit.Milliseconds, value=value_ms)
