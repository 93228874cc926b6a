"""Incidents: a list, one with its tickets, and what an operator does about it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ticketrouter.domain.incident import IncidentAction
from ticketrouter.edge import http
from ticketrouter.edge.requests import IncidentsParameters, read_parameters
from ticketrouter.edge.schemas_incidents import IncidentDetail, IncidentPage, IncidentResource
from ticketrouter.http_function import Event
from ticketrouter.telemetry import logger
from ticketrouter.usecases.incident_desk import IncidentDesk
from ticketrouter.usecases.query import Query


def routes(query: Query, desk: IncidentDesk) -> dict[str, Callable[[Event], Event]]:
    """Return who answers what."""

    def list_incidents(event: Event) -> Event:
        asked = read_parameters(event, IncidentsParameters)
        found, cursor = desk.find(status=asked.status or "", limit=asked.limit, cursor=asked.cursor)
        page = IncidentPage(incidents=[IncidentResource.of(incident) for incident in found], cursor=cursor)
        return http.json_response(200, page.model_dump())

    def get_incident(event: Event) -> Event:
        incident, members, messages = desk.get(event["pathParameters"]["incident_id"])
        detail = IncidentDetail.whole(incident, members, messages, query.kinds())
        return http.json_response(200, detail.model_dump())

    def change(action: IncidentAction, event: Event) -> Event:
        incident = desk.change(event["pathParameters"]["incident_id"], action)
        logger.info("incident changed", incident_id=incident.id, status=incident.status)
        return http.json_response(200, IncidentResource.of(incident).model_dump())

    return {
        "GET /incidents": list_incidents,
        "GET /incidents/{incident_id}": get_incident,
        "POST /incidents/{incident_id}/ack": partial(change, IncidentAction.ACK),
        "POST /incidents/{incident_id}/resolve": partial(change, IncidentAction.RESOLVE),
        "POST /incidents/{incident_id}/mute": partial(change, IncidentAction.MUTE),
    }
