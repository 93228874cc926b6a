"""A ticket on its way into an incident: what is like it, what is kept of it, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass

from ticketrouter.domain.alert import IncidentPhase


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A ticket of the window and its cosine with the one that was asked about."""

    ticket_id: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Member:
    """A ticket of an incident; `similarity` is its cosine with the ticket of the window that was most like it."""

    ticket_id: str
    similarity: float
    urgency_score: float
    accepted_at_ms: int


@dataclass(frozen=True, slots=True)
class Joiner:
    """A scored ticket that looks for its incident.

    Attributes:
        ticket_id: The ticket.
        group_id: Id of the group that it opens if it finds none.
        category: As scored.
        urgency_score: S.
        urgent: Whether S lies above the alert threshold.
        accepted_at_ms: Unix time in milliseconds.
        excerpt: What a message would quote of it, redacted.
        destinations: Ids of those that want it.
        neighbours: Tickets of the window that are like it, most similar first, at most `MAX_NEIGHBOURS`.
        close: How many of them, from the first on, are as good as duplicates.
    """

    ticket_id: str
    group_id: str
    category: str
    urgency_score: float
    urgent: bool
    accepted_at_ms: int
    excerpt: str
    destinations: tuple[str, ...]
    neighbours: tuple[Neighbour, ...]
    close: int

    @property
    def member(self) -> Member:
        """Return what its incident keeps of it."""
        nearest = self.neighbours[0].similarity if self.neighbours else 0.0
        return Member(self.ticket_id, nearest, self.urgency_score, self.accepted_at_ms)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an urgent ticket is told.

    Attributes:
        announce: Destinations that are sent a message about the incident, carried by this ticket.
        suppressed: Destinations that are not told of this ticket now: a message about the incident counts it.
        phase: Of the message; None without one.
        update: Its number.

    To every destination in neither list the ticket is told singly.
    """

    announce: tuple[str, ...] = ()
    suppressed: tuple[str, ...] = ()
    phase: IncidentPhase | None = None
    update: int = 0
