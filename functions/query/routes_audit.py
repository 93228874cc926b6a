"""What operators did."""

from __future__ import annotations

from ticketrouter.edge import http
from ticketrouter.edge.requests import AuditParameters, read_parameters
from ticketrouter.edge.schemas_audit import AuditPage, AuditResource
from ticketrouter.http_function import Event, Route
from ticketrouter.usecases.audit import AuditTrail


def routes(trail: AuditTrail) -> dict[str, Route]:
    """Return who answers what."""

    def list_audit(event: Event) -> Event:
        asked = read_parameters(event, AuditParameters)
        found, cursor = trail.entries(limit=asked.limit, cursor=asked.cursor)
        page = AuditPage(entries=[AuditResource.of(entry) for entry in found], cursor=cursor)
        return http.json_response(200, page.model_dump())

    return {"GET /audit": list_audit}
