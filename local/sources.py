"""What feeds functions without HTTP: the queues, event source mappings and timers of a template."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import Any

from local.document import EVENT_SOURCE_MAPPING, FUNCTION, QUEUE, Document, required
from local.errors import TemplateError
from local.plan import EventSourceMapping, Queue, Schedule
from local.sqs_limits import DEFAULT_BATCH, DEFAULT_RETENTION_S, DEFAULT_VISIBILITY_S, VISIBILITY_FACTOR

_RATE = re.compile(r"rate\((?P<count>\d+) (?P<unit>minute|hour|day)s?\)")
_UNIT_S = {"minute": 60, "hour": 3600, "day": 86_400}


def read_queues(document: Document) -> dict[str, Queue]:
    """Return all queues by ARN. Visibility follows a timeout that was overridden, unless it was overridden itself."""
    queues = {queue.arn: queue for queue in (_read_queue(document, each) for each in document.of_type(QUEUE))}
    for _, function, source in _read_sources(document):
        queue = queues.get(str(source.get("EventSourceArn")))
        if queue is None or not document.is_overridden(function, "Timeout"):
            continue
        if not document.is_overridden(queue.logical_id, "VisibilityTimeout"):
            timeout_s = int(document.properties(function, "Timeout")["Timeout"])
            visibility_s = VISIBILITY_FACTOR * timeout_s + _window_s(source)
            queues[queue.arn] = dataclasses.replace(queue, visibility_s=visibility_s)
    return queues


def _read_queue(document: Document, logical_id: str) -> Queue:
    keys = ("VisibilityTimeout", "MessageRetentionPeriod", "RedrivePolicy", "FifoQueue")
    properties = document.properties(logical_id, *keys)
    if properties.get("FifoQueue") in (True, "true"):
        raise TemplateError(f"{logical_id}: FIFO queues are not supported by the local stack")
    redrive = properties.get("RedrivePolicy", {})
    return Queue(
        logical_id=logical_id,
        name=document.name(logical_id),
        url=document.reference(logical_id),
        arn=document.attribute(logical_id, "Arn"),
        visibility_s=int(properties.get("VisibilityTimeout", DEFAULT_VISIBILITY_S)),
        retention_s=int(properties.get("MessageRetentionPeriod", DEFAULT_RETENTION_S)),
        dead_letter_arn=redrive.get("deadLetterTargetArn"),
        max_receive_count=int(redrive["maxReceiveCount"]) if redrive else None,
    )


def _read_sources(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield owner, function and properties of SAM's SQS events and of CloudFormation's event source mappings."""
    for function, name, event in document.events("SQS"):
        owner = f"{function}/{name}"
        yield owner, function, {**event, "EventSourceArn": required(owner, event, "Queue")}
    functions = {document.reference(each): each for each in document.of_type(FUNCTION)}
    functions |= {document.attribute(each, "Arn"): each for each in functions.values()}
    for logical_id in document.of_type(EVENT_SOURCE_MAPPING):
        properties = document.properties(logical_id)
        function_name = str(required(logical_id, properties, "FunctionName"))
        if function_name not in functions:
            raise TemplateError(f"{logical_id}: FunctionName must be a function of this template, not {function_name}")
        yield logical_id, functions[function_name], properties


def _window_s(source: Mapping[str, Any]) -> int:
    return int(source.get("MaximumBatchingWindowInSeconds", 0))


def read_mappings(document: Document, queues: Mapping[str, Queue]) -> tuple[EventSourceMapping, ...]:
    """Return what takes messages from queues to functions.

    Raises:
        TemplateError: One names no queue of this template.
    """
    mappings = []
    for owner, function, source in _read_sources(document):
        queue = queues.get(str(required(owner, source, "EventSourceArn")))
        if queue is None:
            raise TemplateError(f"{owner}: it must name the ARN of a queue in this template")
        concurrency = source.get("ScalingConfig", {}).get("MaximumConcurrency")
        mapping = EventSourceMapping(
            queue=queue,
            function=function,
            batch_size=int(source.get("BatchSize", DEFAULT_BATCH)),
            window_s=_window_s(source),
            maximum_concurrency=None if concurrency is None else int(concurrency),
            report_batch_item_failures="ReportBatchItemFailures" in source.get("FunctionResponseTypes", []),
        )
        if mapping.batch_size > DEFAULT_BATCH and not mapping.window_s:
            raise TemplateError(f"{owner}: a BatchSize above {DEFAULT_BATCH} needs MaximumBatchingWindowInSeconds")
        if source.get("Enabled", True) in (True, "true"):
            mappings.append(mapping)
    return tuple(mappings)


def read_schedules(document: Document) -> tuple[Schedule, ...]:
    """Return the timers that are on.

    Raises:
        TemplateError: An expression is not a rate.
    """
    events = document.events("Schedule", "ScheduleV2")
    return tuple(_read_schedule(document, *event) for event in events if event[2].get("State") != "DISABLED")


def _read_schedule(document: Document, function: str, name: str, event: Mapping[str, Any]) -> Schedule:
    expression = str(event.get("Schedule", event.get("ScheduleExpression", "")))
    match = _RATE.fullmatch(expression)
    if match is None:
        raise TemplateError(f"{function}/{name}: only rate(N minutes|hours|days) runs locally, not {expression!r}")
    service, kind = ("scheduler", "schedule/default") if event["Type"] == "ScheduleV2" else ("events", "rule")
    return Schedule(
        name=name,
        function=function,
        interval_s=int(match["count"]) * _UNIT_S[match["unit"]],
        source=f"aws.{service}",
        arn=document.place.arn(service, f"{kind}/{document.place.stack_name}-{function}{name}"),
        payload=event.get("Input"),
    )
