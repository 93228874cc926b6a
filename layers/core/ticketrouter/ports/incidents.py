"""Finding tickets that are alike, and the incidents that they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ticketrouter.domain.incident import Incident, IncidentAction
from ticketrouter.domain.joiner import Joiner, Member, Neighbour, Verdict


@dataclass(frozen=True, slots=True)
class Embedded:
    """A ticket with its vector.

    Attributes:
        ticket_id: The ticket.
        vector: Unit vector as int8 bytes (127 = 1.0); empty for a ticket that was deleted.
        at_ms: When it was put down, by the store's clock; 0 before.
    """

    ticket_id: str
    vector: bytes
    at_ms: int = 0


class VectorLog(Protocol):
    """The vectors of the window, shared by all workers. Every method may raise CacheUnavailableError."""

    def exchange(self, own: Sequence[Embedded], *, model_version: str, since: str) -> tuple[list[Embedded], str, bool]:
        """Put down own vectors, then read what has come since a cursor, own ones included, oldest first.

        Args:
            own: May be empty. The same ticket again counts from then on.
            model_version: Vectors of other models are not returned: they cannot be compared.
            since: Cursor of the call before; empty for the whole window.

        Returns:
            Vectors, cursor, and whether there is more to read.
        """

    def put(self, own: Sequence[Embedded], *, model_version: str) -> None:
        """Put down vectors for others to read; an empty one takes a ticket's away, of whatever model."""


class Neighbours(Protocol):
    """The window in this process, to search in."""

    def update(self, entries: Sequence[Embedded]) -> None:
        """Take in what is new, and drop what has left the window or was deleted."""

    def nearest(self, vectors: Sequence[bytes]) -> list[list[Neighbour]]:
        """Return for each vector the tickets that are like it, most similar first."""


@dataclass(frozen=True, slots=True)
class Joined:
    """What became of a joiner.

    Attributes:
        incident: Its group as it then was.
        verdict: How it is told; the same when it joins again.
        link: Tickets that joined before the group was an incident, and belong to it from now on.
    """

    incident: Incident
    verdict: Verdict
    link: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class IncidentChanges:
    """Incidents that changed, oldest change first.

    Attributes:
        incidents: As they are now.
        cursor: Up to here nothing is missing: `since` of the next call.
        more: Whether there is more already.
    """

    incidents: list[Incident]
    cursor: int
    more: bool


class Incidents(Protocol):
    """Groups of tickets that are alike. Every method may raise CacheUnavailableError."""

    def join(self, tickets: Sequence[Joiner]) -> list[Joined]:
        """Put each ticket, in order, into the group that it belongs to, or into one of its own; all at once."""

    def confirm(self, incident_id: str, update: int, destinations: Sequence[str]) -> None:
        """Note that this message about the incident is queued for these destinations."""

    def change(self, incident_id: str, action: IncidentAction) -> Incident | None:
        """Carry out an action unless the incident is over; return it as it then is, None if there is none."""

    def due(self, *, quiet_ms: int) -> list[Incident]:
        """Close what has been quiet for so long; return incidents that owe a message which may not be queued.

        A message is given a minute to be confirmed by the worker whose ticket carries it. What has left the window is
        forgotten here, too, for it may be long until a further ticket comes.
        """

    def fading(self) -> dict[str, list[str]]:
        """Return, by incident that `stands`, which of its newest tickets will soon stand for it no more."""

    def stand(self, incident_id: str, tickets: Sequence[str]) -> list[str]:
        """Let tickets stand for their incident for another while; return those that are forgotten, as if deleted."""

    def get(self, incident_id: str) -> Incident | None:
        """Return an incident; None if there is none, or only a group that is none yet."""

    def members(self, incident_id: str, limit: int) -> list[Member]:
        """Return its newest tickets, newest first."""

    def find(self, *, status: str, limit: int, cursor: str | None) -> tuple[list[Incident], str | None]:
        """Return incidents, newest first, and the cursor of the next page; `status` "" means any.

        Raises:
            InvalidQueryError: The cursor is not one of ours.
        """

    def changes(self, since: int | None, limit: int) -> IncidentChanges:
        """Return what changed after a cursor, about `limit` of them; without one, nothing but the cursor of now."""

    def count_open(self) -> int:
        """Return how many are not over."""

    def forget(self, ticket_id: str, incident_id: str | None) -> None:
        """Remove a deleted ticket: its vector, its membership, what is quoted of it.

        Args:
            ticket_id: The ticket.
            incident_id: Its incident by its record; without it, only what has joined of late is found.
        """
