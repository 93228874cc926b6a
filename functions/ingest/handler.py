"""Ingest: HTTP event -> tickets -> 202. Translation only; the story is in `usecases/ingest.py`."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

from ticketrouter.domain.errors import QueueUnavailableError, RouterError
from ticketrouter.edge import http, tickets
from ticketrouter.http_function import Event, http_handler
from ticketrouter.telemetry import Handler, Metric, count, logger
from ticketrouter.usecases.ingest import Accepted, Draft, Ingest, Verdict


def make_handler(*, ingest: Ingest) -> Handler:
    """Build the handler of `POST /tickets` and `POST /tickets/batch`."""
    return http_handler(
        {"POST /tickets": partial(_post_ticket, ingest), "POST /tickets/batch": partial(_post_batch, ingest)}
    )


def _post_ticket(ingest: Ingest, event: Event) -> Event:
    text = http.read_body(event, media_types=("application/json",), max_bytes=http.MAX_BODY_BYTES)
    draft = _draft(http.parse_json(text), http.header(event, "idempotency-key"))
    (verdict,) = ingest.accept([draft], key_id=_key_id(event), trace=http.trace_id(event))
    _measure([verdict])
    if isinstance(verdict, RouterError):
        raise verdict
    body = _accepted(verdict)
    logger.info("accepted", ticket_id=body.ticket_id, lane=body.lane, duplicate=body.duplicate)
    return http.json_response(202, body.model_dump(), {"location": body.status_url, "retry-after": "1"})


def _post_batch(ingest: Ingest, event: Event) -> Event:
    text = http.read_body(event, media_types=("application/json", "text/csv"), max_bytes=http.MAX_BATCH_BYTES)
    rows = tickets.csv_rows(text) if http.media_type(event) == "text/csv" else tickets.json_rows(http.parse_json(text))
    key = http.header(event, "idempotency-key")
    drafts = [_try_draft(row, key, index) for index, row in enumerate(rows)]
    verdicts = ingest.accept(drafts, key_id=_key_id(event), trace=http.trace_id(event))
    _measure(verdicts)
    if all(isinstance(verdict, QueueUnavailableError) for verdict in verdicts):
        raise verdicts[0]  # type: ignore[misc]  # nothing was taken: one clear 503 that a client retries
    answer = tickets.AcceptedBatch(accepted=[], duplicates=[], rejected=[])
    for index, verdict in enumerate(verdicts):
        if isinstance(verdict, RouterError):
            answer.rejected.append(tickets.RejectedRow(index=index, problem=http.problem(verdict).body))
        else:
            (answer.duplicates if verdict.duplicate else answer.accepted).append(_accepted(verdict))
    logger.info(
        "batch",
        accepted=len(answer.accepted),
        duplicates=len(answer.duplicates),
        rejected=len(answer.rejected),
        trace=http.trace_id(event) or None,  # its tickets have it too, on their worker's lines
    )
    return http.json_response(202, answer.model_dump())


def _try_draft(document: Any, idempotency_key: str | None, row: int) -> Draft | RouterError:
    try:
        return _draft(document, idempotency_key, row)
    except RouterError as error:
        return error


def _draft(document: Any, idempotency_key: str | None, row: int | None = None) -> Draft:
    request = tickets.parse_ticket(document)
    return Draft(
        description=request.description or request.text or "",
        ticket_id=request.ticket_id,
        subject=request.subject,
        customer=request.customer,
        channel=request.channel,
        metadata=request.metadata,
        idempotency_key=idempotency_key,
        row=row,
    )


def _accepted(verdict: Accepted) -> tickets.AcceptedTicket:
    ticket_id = verdict.item.ticket.ticket_id
    return tickets.AcceptedTicket(
        ticket_id=ticket_id,
        status=verdict.state.status,
        urgency_score=verdict.item.provisional_score,
        provisional=True,
        lane=verdict.item.lane,
        duplicate=verdict.duplicate,
        status_url=f"/tickets/{ticket_id}",
    )


def _key_id(event: Event) -> str:
    return str(event["requestContext"]["authorizer"]["lambda"]["key_id"])


def _measure(verdicts: list[Verdict]) -> None:
    accepted = [verdict for verdict in verdicts if isinstance(verdict, Accepted)]
    count(Metric.ACCEPTED, sum(not verdict.duplicate for verdict in accepted))
    count(Metric.DUPLICATES, sum(verdict.duplicate for verdict in accepted))
    count(Metric.EXPRESS_LANE, sum(not verdict.duplicate and verdict.item.lane == "express" for verdict in accepted))
    count(Metric.DEDUPE_BYPASSED, sum(not verdict.deduplicated for verdict in accepted))
    count(Metric.ENQUEUE_FAILED, sum(isinstance(verdict, QueueUnavailableError) for verdict in verdicts))


if os.environ.get("AWS_LAMBDA_FUNCTION_NAME"):
    from ticketrouter import bootstrap

    lambda_handler = make_handler(ingest=bootstrap.ingest())
