"""Reconciler: dead letters, or the clock -> every ticket final. Translation only."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ticketrouter.domain.incident import Incident
from ticketrouter.edge import sqs
from ticketrouter.telemetry import Handler, Metric, count, instrumented, logger
from ticketrouter.usecases.digests import DigestReport, Digests
from ticketrouter.usecases.incidents import Closing
from ticketrouter.usecases.reconcile_report import ReconcileReport
from ticketrouter.usecases.reconciler import Reconciler

Event = dict[str, Any]


def make_handler(*, reconciler: Reconciler, digests: Digests, closing: Closing) -> Handler:
    """Build the handler of the dead-letter queues and of the schedule."""

    @instrumented
    def handler(event: Event, context: Any) -> Event:
        if "Records" in event:
            report = reconciler.drain(sqs.received(event))
            _tell(report, reason="dead-lettered")
            return sqs.batch_item_failures(report.failed)
        sent = digests.send_due()
        _tell_digests(sent)
        _tell_closing(closing.run())
        # Last: it takes what time is left.
        report = reconciler.sweep(remaining_ms=context.get_remaining_time_in_millis)
        _tell(report, reason="overdue")
        return {
            "overdue": len(report.overdue),
            "resent": len(report.resent),
            "failed": len(report.given_up),
            "digests": len(sent.sent),
        }

    return handler


def _tell_digests(report: DigestReport) -> None:
    for alert in report.sent:
        tells = 0 if alert.digest is None else alert.digest.count
        logger.info("digest queued", digest_id=alert.ticket_id, destination=alert.destination, alerts=tells)
    if report.queue_unavailable:
        logger.warning("the queue did not take a digest: the next run sends it")
    if report.store_unavailable:
        logger.warning("the store is away: digests wait for the next run")


def _tell(report: ReconcileReport, *, reason: str) -> None:
    count(Metric.RESENT, len(report.resent))
    count(Metric.OVERDUE, len(report.overdue))
    count(Metric.DEAD_LETTERED, len(report.kept) + len(report.given_up))
    count(Metric.FAILED, len(report.given_up))
    count(Metric.EXHAUSTED, len(report.exhausted))
    for ticket_id in report.resent:
        logger.warning("resent", ticket_id=ticket_id)
    for ticket_id in report.alerted:
        logger.warning("alerts queued at last", ticket_id=ticket_id)
    for ticket_id in report.given_up:
        logger.error("given up", ticket_id=ticket_id, reason=reason)
    for letter in report.kept:
        logger.error("message kept", message_id=letter.id, ticket_id=letter.ticket_id, reason=letter.reason)
    for alert in report.exhausted:
        logger.error("alert given up", ticket_id=alert.ticket_id, destination=alert.destination)
    if report.queue_unavailable:
        logger.warning("the queue did not take everything: the rest waits for the next run")
    if report.store_unavailable:
        logger.warning("the store is away: what is not done comes back", messages=len(report.failed))


def _tell_closing(incidents: Sequence[Incident]) -> None:
    for incident in incidents:
        logger.info(
            "incident told",
            incident_id=incident.id,
            status=incident.status,
            update=incident.update,
            tickets=incident.count,
            urgent=incident.urgent_count,
        )


if os.environ.get("AWS_LAMBDA_FUNCTION_NAME"):
    from ticketrouter import bootstrap

    looks_after_tickets, sends_digests, ends_incidents = bootstrap.reconciler()
    lambda_handler = make_handler(reconciler=looks_after_tickets, digests=sends_digests, closing=ends_incidents)
