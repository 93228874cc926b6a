"""What a live page polls: changes and figures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from ticketrouter.edge import http
from ticketrouter.edge.requests import ChangesParameters, StatsParameters, read_parameters
from ticketrouter.edge.schemas import TicketResource
from ticketrouter.edge.schemas_live import ChangesPage, QueueResource, StatsResource
from ticketrouter.http_function import Event
from ticketrouter.usecases.query import Query


def routes(query: Query) -> dict[str, Callable[[Event], Event]]:
    """Return who answers what."""

    def get_changes(event: Event) -> Event:
        parameters = read_parameters(event, ChangesParameters)
        changes = query.changes(parameters.since, parameters.limit)
        page = ChangesPage(
            tickets=[TicketResource.of(view.record, view.deliveries) for view in changes.tickets],
            removed=changes.removed,
            cursor=changes.cursor,
            more=changes.more,
            poll_after_ms=changes.poll_after_ms,
        )
        return _unless_known(event, http.json_response(200, page.model_dump()))

    def get_stats(event: Event) -> Event:
        figures = query.figures(read_parameters(event, StatsParameters).window)
        queues = None
        if figures.depths is not None:
            queues = {
                lane: QueueResource(waiting=depth.waiting, in_flight=depth.in_flight)
                for lane, depth in figures.depths.items()
            }
        return http.json_response(200, StatsResource.of(figures.stats, queues).model_dump())

    return {"GET /changes": get_changes, "GET /stats": get_stats}


def _unless_known(event: Event, answer: Event) -> Event:
    """Add an ETag; answer 304 without a body to a client that has this very answer."""
    etag = f'"{hashlib.sha256(answer["body"].encode()).hexdigest()[:32]}"'
    headers = {**answer["headers"], "etag": etag, "cache-control": "private, no-cache"}
    known = [tag.strip().removeprefix("W/") for tag in (http.header(event, "if-none-match") or "").split(",")]
    if etag in known or "*" in known:
        return {"statusCode": 304, "headers": {"etag": etag, "cache-control": headers["cache-control"]}}
    return {**answer, "headers": headers}
