"""What a live page polls: changes and figures. An idle page costs a 304 without a body."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from ticketrouter.edge import http
from ticketrouter.edge.requests import ChangesParameters, StatsParameters, read_parameters
from ticketrouter.edge.schemas import TicketResource
from ticketrouter.edge.schemas_deliveries import DeliveryResource
from ticketrouter.edge.schemas_incidents import IncidentResource
from ticketrouter.edge.schemas_live import ChangesPage, DestinationHealth, RouterHealth, SummaryResource
from ticketrouter.edge.schemas_stats import QueueResource, StatsResource
from ticketrouter.edge.shapes import rfc3339
from ticketrouter.http_function import Event
from ticketrouter.usecases.live import Changes, Live
from ticketrouter.usecases.query import Query


def routes(query: Query, live: Live) -> dict[str, Callable[[Event], Event]]:
    """Return who answers what."""

    def get_changes(event: Event) -> Event:
        parameters = read_parameters(event, ChangesParameters)
        page = _page(live.changes(parameters.since, parameters.limit))
        return _unless_known(event, http.json_response(200, page.model_dump()), but_for=page.as_of)

    def get_stats(event: Event) -> Event:
        figures = query.figures(read_parameters(event, StatsParameters).window)
        queues = None
        if figures.depths is not None:
            queues = {
                lane: QueueResource(waiting=depth.waiting, in_flight=depth.in_flight)
                for lane, depth in figures.depths.items()
            }
        return http.json_response(200, StatsResource.of(figures.stats, figures.backlog, queues).model_dump())

    return {"GET /changes": get_changes, "GET /stats": get_stats}


def _page(changes: Changes) -> ChangesPage:
    return ChangesPage(
        as_of=rfc3339(changes.pulse.at_ms),
        tickets=[TicketResource.of(view.record, view.deliveries) for view in changes.tickets],
        removed=changes.removed,
        incidents=[IncidentResource.of(incident) for incident in changes.incidents],
        deliveries=[DeliveryResource.of(delivery, changes.kinds) for delivery in changes.deliveries],
        summary=SummaryResource.of(changes.pulse, changes.open_incidents),
        health=RouterHealth(
            status="degraded" if changes.is_degraded else "ok",
            store="ok",
            queues=changes.pulse.queues,
            model=changes.pulse.model,
            destinations=[
                DestinationHealth.of(view.destination.id, view.condition) for view in changes.destinations or ()
            ],
        ),
        cursor=changes.cursor,
        more=changes.more,
        poll_after_ms=changes.poll_after_ms,
    )


def _unless_known(event: Event, answer: Event, *, but_for: str) -> Event:
    """Add an ETag that names all of the body but for its first words; answer 304 to a client that has the rest."""
    named = answer["body"].replace(but_for, "", 1)
    etag = f'"{hashlib.sha256(named.encode()).hexdigest()[:32]}"'
    headers = {**answer["headers"], "etag": etag, "cache-control": "private, no-cache"}
    known = [tag.strip().removeprefix("W/") for tag in (http.header(event, "if-none-match") or "").split(",")]
    if etag in known or "*" in known:
        return {"statusCode": 304, "headers": {"etag": etag, "cache-control": headers["cache-control"]}}
    return {**answer, "headers": headers}
