"""What people see of incidents, and what an operator does about them."""

from __future__ import annotations

from ticketrouter.domain.errors import ConflictError, NotFoundError
from ticketrouter.domain.incident import INCIDENT_ID, Incident, IncidentAction
from ticketrouter.domain.joiner import Member
from ticketrouter.domain.record import Delivery
from ticketrouter.ports import Deliveries, Incidents

MEMBERS = 100  # of an incident's tickets, the newest
MESSAGES = 20  # of an incident, the newest: after them it has thousands of tickets


class IncidentDesk:
    """Incidents for people. Every method may raise CacheUnavailableError.

    Args:
        incidents: Groups.
        deliveries: What their messages came to.
    """

    def __init__(self, *, incidents: Incidents, deliveries: Deliveries) -> None:
        self._incidents = incidents
        self._deliveries = deliveries

    def find(self, *, status: str, limit: int, cursor: str | None) -> tuple[list[Incident], str | None]:
        """Return incidents, newest first, and the cursor of the next page.

        Raises:
            InvalidQueryError: The cursor is not one of ours.
        """
        return self._incidents.find(status=status, limit=limit, cursor=cursor)

    def get(self, incident_id: str) -> tuple[Incident, list[Member], list[Delivery]]:
        """Return an incident, its newest tickets and its newest messages.

        Raises:
            NotFoundError: There is none; also for what cannot be an id.
        """
        incident = self._incidents.get(incident_id) if INCIDENT_ID.fullmatch(incident_id) else None
        if incident is None:
            raise NotFoundError("there is no incident with this id")
        members = self._incidents.members(incident_id, MEMBERS)
        return incident, members, self._deliveries.of_incident(incident, MESSAGES)

    def change(self, incident_id: str, action: IncidentAction) -> Incident:
        """Acknowledge, mute or resolve an incident; the same again changes nothing.

        Raises:
            NotFoundError: There is none; also for what cannot be an id.
            ConflictError: It is over.
        """
        incident = self._incidents.change(incident_id, action) if INCIDENT_ID.fullmatch(incident_id) else None
        if incident is None:
            raise NotFoundError("there is no incident with this id")
        if incident.status is not action.status:
            raise ConflictError("this incident is over")
        return incident
