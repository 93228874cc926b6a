"""Worker: SQS batch -> scored records and alerts -> batchItemFailures. Translation only."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ticketrouter.domain.message import Received
from ticketrouter.domain.urgency import ALERT_THRESHOLD
from ticketrouter.edge import sqs
from ticketrouter.telemetry import Handler, Metric, count, instrumented, logger, observe_ms
from ticketrouter.usecases.work_report import WorkReport
from ticketrouter.usecases.worker import Worker

Event = dict[str, Any]


def make_handler(*, worker: Worker) -> Handler:
    """Build the handler of both lanes."""
    cold_start = True

    @instrumented
    def handler(event: Event, context: Any) -> Event:
        nonlocal cold_start
        messages = sqs.received(event)
        report = worker.work(messages, cold_start=cold_start)
        cold_start = False
        _tell(messages, report)
        return sqs.batch_item_failures(report.failed)

    return handler


def _tell(messages: Sequence[Received], report: WorkReport) -> None:
    count(Metric.BATCH_SIZE, len(messages))
    count(Metric.SCORED, len(report.scored))
    count(Metric.RETRIED, len(report.retried))
    count(Metric.FAILED, len(report.poisoned))
    count(Metric.DEAD_LETTERED, len(report.poisoned) + len(report.dead_lettered))
    _tell_incidents(report)
    if report.scored:
        observe_ms(Metric.SCORING_MS, report.scoring_ms)
    for record, score in report.scored:
        observe_ms(Metric.QUEUE_AGE_MS, record.queue_ms or 0)
        observe_ms(Metric.END_TO_END_MS, record.total_ms or 0)
        count(Metric.URGENT, score.urgency_score > ALERT_THRESHOLD)
        count(Metric.DEGRADED, score.degraded)
        logger.info(
            "scored",
            ticket_id=record.item.ticket.ticket_id,
            category=score.category,
            urgency_score=score.urgency_score,
            lane=record.item.lane,
            attempts=record.attempts,
            queue_ms=record.queue_ms,
            scoring_ms=record.scoring_ms,
            total_ms=record.total_ms,
            alerts=len(record.alerts),
            incident_id=record.incident_id,
            degraded=score.degraded,
            trace=record.item.trace or None,
        )
    for ticket_id in report.retried:
        logger.warning("retried", ticket_id=ticket_id)
    for ticket_id in report.poisoned:
        logger.error("given up", ticket_id=ticket_id, reason="poison")
    for letter in report.dead_lettered:
        logger.error("message kept", message_id=letter.id, ticket_id=letter.ticket_id, reason=letter.reason)
    if report.duplicates:
        logger.info("duplicates left alone", messages=report.duplicates)
    if report.store_unavailable:
        logger.warning("the store is away: messages stay on the queue", messages=len(report.failed))


def _tell_incidents(report: WorkReport) -> None:
    count(Metric.SUPPRESSED, sum(bool(record.suppressed) for record, _ in report.scored))
    ungrouped = sum(grouped.ungrouped for grouped in report.grouped)
    count(Metric.UNGROUPED, ungrouped)
    count(Metric.INCIDENTS, sum(grouped.opened for grouped in report.grouped))
    announced = [alert.incident for grouped in report.grouped for alert in grouped.announced]
    told = {(fact.incident_id, fact.update, fact.phase): fact for fact in announced if fact is not None}
    for fact in told.values():
        logger.warning(
            "incident",
            incident_id=fact.incident_id,
            phase=fact.phase,
            update=fact.update,
            tickets=fact.count,
            urgent=fact.urgent_count,
            category=fact.category,
        )
    if ungrouped:
        logger.warning("told singly: the store of incidents did not answer", tickets=ungrouped)


if os.environ.get("AWS_LAMBDA_FUNCTION_NAME"):
    from ticketrouter import bootstrap

    lambda_handler = make_handler(worker=bootstrap.worker())
