"""Dispatcher: SQS batch of alerts -> deliveries -> batchItemFailures. Translation only."""

from __future__ import annotations

import os
from typing import Any

from ticketrouter.domain.errors import MalformedMessageError
from ticketrouter.edge import sqs
from ticketrouter.telemetry import Handler, Metric, count, instrumented, logger, observe_ms
from ticketrouter.usecases.dispatch_report import DispatchReport, Ending, Handled
from ticketrouter.usecases.dispatcher import Dispatcher

Event = dict[str, Any]


def make_handler(*, dispatcher: Dispatcher) -> Handler:
    """Build the handler of the alert queue."""

    @instrumented
    def handler(event: Event, context: Any) -> Event:
        report = dispatcher.dispatch(sqs.received(event), remaining_ms=context.get_remaining_time_in_millis)
        _measure(report)
        for handled in report.handled:
            _log(handled)
        return sqs.batch_item_failures(report.failed)

    return handler


def _measure(report: DispatchReport) -> None:
    count(Metric.BATCH_SIZE, len(report.handled))
    count(Metric.DELIVERED, len(report.ended(Ending.DELIVERED)))
    count(Metric.DELIVERY_FAILED, len(report.ended(Ending.RETRIED, Ending.EXHAUSTED)))
    count(Metric.EXHAUSTED, len(report.ended(Ending.EXHAUSTED)))
    count(Metric.DIGESTED, len(report.ended(Ending.DIGESTED)))
    count(Metric.FALLBACKS, sum(bool(handled.fallback) for handled in report.handled))
    count(Metric.DEAD_LETTERED, len(report.ended(Ending.MALFORMED)))
    for handled in report.ended(Ending.DELIVERED):
        if handled.attempt is not None:
            observe_ms(Metric.DELIVERY_MS, handled.attempt.latency_ms)


def _log(handled: Handled) -> None:
    facts: Event = {"message_id": handled.message.message_id}
    if handled.alert is not None:
        facts |= {
            "ticket_id": handled.alert.ticket_id,
            "destination": handled.alert.destination,
            "tries": handled.tries,
        }
    if handled.attempt is not None:
        facts |= {
            "http_status": handled.attempt.status,
            "latency_ms": handled.attempt.latency_ms,
            "code": handled.attempt.error,
        }
    if handled.digest_id:
        facts["digest_id"] = handled.digest_id
    if handled.delay_s is not None:
        facts["delay_s"] = handled.delay_s
    if handled.ending is Ending.MALFORMED:
        facts["reason"] = MalformedMessageError.code
    if handled.fallback:
        told = {name: facts[name] for name in ("message_id", "ticket_id", "destination")}
        logger.warning("fallback told", **told, fallback=handled.fallback)
    match handled.ending:
        case Ending.EXHAUSTED | Ending.MALFORMED:
            logger.error(handled.ending.value, **facts)
        case Ending.RETRIED | Ending.UNTOLD | Ending.LEASE_LOST | Ending.STORE_AWAY | Ending.OUT_OF_TIME:
            logger.warning(handled.ending.value, **facts)
        case _:
            logger.info(handled.ending.value, **facts)


if os.environ.get("AWS_LAMBDA_FUNCTION_NAME"):
    from ticketrouter import bootstrap

    lambda_handler = make_handler(dispatcher=bootstrap.dispatcher())
