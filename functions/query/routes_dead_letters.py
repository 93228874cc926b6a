"""Dead letters and their redrive."""

from __future__ import annotations

from collections.abc import Callable

from ticketrouter.edge import http
from ticketrouter.edge.requests import read_parameters, read_request
from ticketrouter.edge.requests_operate import DeadLettersParameters, RedriveRequest
from ticketrouter.edge.schemas_operate import DeadLetterPage, DeadLetterResource, RedriveReport, RedriveResult
from ticketrouter.http_function import Event
from ticketrouter.telemetry import Metric, count, logger
from ticketrouter.usecases.operate import Operate, RedriveOutcome
from ticketrouter.usecases.query import Query

from .audited import FACTS


def routes(query: Query, operate: Operate) -> dict[str, Callable[[Event], Event]]:
    """Return who answers what."""

    def list_dead_letters(event: Event) -> Event:
        asked = read_parameters(event, DeadLettersParameters)
        found, cursor = query.dead_letters(limit=asked.limit, cursor=asked.cursor, where=asked.to_filter())
        page = DeadLetterPage(dead_letters=[DeadLetterResource.of(letter) for letter in found], cursor=cursor)
        return http.json_response(200, page.model_dump())

    def redrive(event: Event) -> Event:
        asked = read_request(event, RedriveRequest)
        if asked.ids:
            redriven = operate.redrive(asked.ids, per_minute=asked.per_minute, dry_run=asked.dry_run)
        else:
            redriven = operate.redrive_matching(
                asked.to_filter(), per_minute=asked.per_minute, dry_run=asked.dry_run, cursor=asked.cursor
            )
        outcomes = list(redriven.outcomes.values())
        sent = outcomes.count(RedriveOutcome.SENT)
        count(Metric.RESENT, sent)
        logger.info("redrive", dead_letters=len(outcomes), sent=sent, dry_run=asked.dry_run)
        report = RedriveReport(
            dry_run=asked.dry_run,
            matched=len(outcomes),
            sent=outcomes.count(RedriveOutcome.WOULD_SEND) if asked.dry_run else sent,
            results=[RedriveResult(id=letter_id, outcome=outcome) for letter_id, outcome in redriven.outcomes.items()],
            spread_s=redriven.spread_s,
            more=redriven.cursor is not None,
            cursor=redriven.cursor,
        )
        facts = {"dead_letters": len(outcomes), "sent": sent, "dry_run": int(asked.dry_run)}
        return {**http.json_response(200, report.model_dump()), FACTS: facts}

    return {"GET /dead-letters": list_dead_letters, "POST /dead-letters/redrive": redrive}
