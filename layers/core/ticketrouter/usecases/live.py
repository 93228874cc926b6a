"""What a live page polls: everything that changed since it last asked, and how the router is doing now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ticketrouter.domain.errors import FieldProblem, InvalidQueryError, MissingSettingError
from ticketrouter.domain.incident import Incident
from ticketrouter.domain.pulse import Pulse
from ticketrouter.domain.record import Delivery
from ticketrouter.ports import Deliveries, Incidents, Views
from ticketrouter.usecases.query import DestinationView, Query, TicketView

# A page that polls asks again soon while something happens, and seldom when nothing does.
POLL_NOW_MS, POLL_BUSY_MS, POLL_QUIET_MS = 0, 2_000, 5_000


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a cursor, oldest first in each list, and the figures of now.

    Attributes:
        tickets: The changed tickets as they are now.
        removed: Ids of tickets that were deleted.
        incidents: The changed incidents as they are now.
        deliveries: The changed deliveries as they are now.
        pulse: The figures of now.
        open_incidents: How many are not over.
        destinations: Where alerts go, and how well that goes; None when the list of them cannot be read.
        cursor: For the next call.
        more: Whether there is more already.
        poll_after_ms: When the next call is worth while.
    """

    tickets: list[TicketView]
    removed: list[str]
    incidents: list[Incident]
    deliveries: list[Delivery]
    pulse: Pulse
    open_incidents: int
    destinations: list[DestinationView] | None
    cursor: str
    more: bool
    poll_after_ms: int

    @property
    def is_degraded(self) -> bool:
        """Tell whether anything is not as it should be."""
        if self.destinations is None or self.pulse.queues != "ok" or self.pulse.model == "degraded":
            return True
        return any(view.condition is None or view.condition.state != "ok" for view in self.destinations)

    @property
    def kinds(self) -> Mapping[str, str]:
        """Return the kind of each destination."""
        return {view.destination.id: view.destination.kind for view in self.destinations or ()}


class Live:
    """The live side of reading.

    Args:
        query: Tickets with their deliveries, destinations with their condition.
        views: What changed of tickets, and the figures.
        deliveries: What changed of deliveries.
        incidents: What changed of incidents.
    """

    def __init__(self, *, query: Query, views: Views, deliveries: Deliveries, incidents: Incidents) -> None:
        self._query = query
        self._views = views
        self._deliveries = deliveries
        self._incidents = incidents

    def changes(self, since: str | None, limit: int) -> Changes:
        """Return what changed after a cursor, at most `limit` tickets; without one, the cursor of now.

        Costs eight round trips to the store when nothing has changed, however many tickets there are.

        Raises:
            CursorExpiredError: Start again without a cursor.
            InvalidQueryError: The cursor is not one of ours.
            CacheUnavailableError: The store did not answer.
        """
        known_tickets, known_deliveries, known_incidents = _parts(since)
        # What changes while this is read is at worst told twice, here and by the next call, and never lost.
        tickets = self._views.changes(known_tickets, limit)
        deliveries = self._deliveries.changes(known_deliveries, limit)
        incidents = self._incidents.changes(known_incidents, limit)
        pulse = self._views.pulse()
        more = tickets.more or deliveries.more or incidents.more
        happened = tickets.records or tickets.removed or deliveries.deliveries or incidents.incidents
        is_busy = since is None or happened or pulse.backlog.in_flight
        return Changes(
            tickets=self._query.with_deliveries(tickets.records),
            removed=tickets.removed,
            incidents=incidents.incidents,
            deliveries=deliveries.deliveries,
            pulse=pulse,
            open_incidents=self._incidents.count_open(),
            destinations=self._destinations(),
            cursor=f"{tickets.cursor}.{deliveries.cursor}.{incidents.cursor}",
            more=more,
            poll_after_ms=POLL_NOW_MS if more else POLL_BUSY_MS if is_busy else POLL_QUIET_MS,
        )

    def _destinations(self) -> list[DestinationView] | None:
        try:
            return self._query.destinations()
        except MissingSettingError:
            return None  # the page shows everything else, and that something is wrong


def _parts(cursor: str | None) -> tuple[str | None, int | None, int | None]:
    if cursor is None:
        return None, None, None
    try:
        tickets, deliveries, incidents = cursor.split(".")
        return tickets, int(deliveries), int(incidents)
    except ValueError as error:
        raise InvalidQueryError(FieldProblem("/since", "is not a cursor of this list")) from error
