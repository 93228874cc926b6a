"""Incidents: which tickets tell of one, when a message about it goes out, and which alerts it stands in for.

A ticket joins the largest group of which enough members are like it. Up to a limit each urgent ticket is told singly;
the one that passes the limit announces the incident, and from then on a destination hears of further tickets through
updates at growing steps, and through the summary at the end. A ticket that says something new is told singly still.

Redis carries out the same rules in `incident_join.lua`; one contract suite holds both to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ticketrouter.domain.alert import IncidentFacts, IncidentPhase
from ticketrouter.domain.joiner import Joiner, Member, Verdict

# Customers tell of one incident in very different words, so three fifths of a group must be like a ticket, but at 0.8
# of the cosine of duplicates; only what is as good as a duplicate of two of its members (1.1 of it) is not told singly.
# How that was measured, and what it costs: docs/incidents.md. Groups are never merged.
MIN_SHARE = 0.6
GROUP_SIMILARITY, CLOSE_SIMILARITY = 0.8, 1.1
MIN_CLOSE = 2
MAX_NEIGHBOURS = 200  # as many of the most similar tickets are asked; of a larger group its share of these counts
STEPS = (20, 50, 100, 200, 500)  # urgent tickets at which an update goes out; then every 500
NEWS_MARGIN = 0.1  # S by which a ticket must exceed all that was told to be told singly still
SAMPLES = 3
ANSWER_TTL_S = 1_800  # how long a redelivered ticket gets the answer that it had: five visibilities of its queue
CONFIRM_MS = 60_000  # a worker that has not said by then that its message is queued may have died
WINDOW_VECTORS = 50_000  # the newest; more than that within the window are not looked at
# However long a storm pauses, an incident that people were told of must be found while it is open: its newest tickets
# stand for it, and are put down again before they lapse. About 50 had joined each when the share was measured.
STANDING = 50
STANDING_INCIDENTS = 100  # the newest; with those of more, the vectors that stay would have no bound
STANDING_S = 300  # how long a ticket stands each time
FADING_S = 120  # two runs of the reconciler: what lapses within them is put down again
INCIDENT_ID = re.compile(r"inc_[0-9a-z]{26}")


class IncidentStatus(StrEnum):
    """Where an incident is."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"  # somebody is at it: no more updates but the summary
    MUTED = "muted"  # nothing more at all, unless it is acknowledged
    RESOLVED = "resolved"  # by an operator; the next such ticket opens a new one
    CLOSED = "closed"  # by itself, after a quiet time

    @property
    def is_over(self) -> bool:
        """Tell whether no ticket joins any more."""
        return self in (IncidentStatus.RESOLVED, IncidentStatus.CLOSED)


class IncidentAction(StrEnum):
    """What is done to an incident; all but the last one by an operator."""

    ACK = "ack"
    MUTE = "mute"
    RESOLVE = "resolve"
    CLOSE = "close"

    @property
    def status(self) -> IncidentStatus:
        """Return the status that it leads to."""
        words = {"ack": "acknowledged", "mute": "muted", "resolve": "resolved", "close": "closed"}
        return IncidentStatus(words[self.value])


@dataclass(slots=True)
class Incident:
    """A group of tickets that are alike: an incident from the moment that it is `formed`.

    Attributes:
        id: `inc_` and 26 characters of base32 in lower case.
        first_seen_ms: When its first ticket was accepted.
        last_seen_ms: When its last ticket was accepted.
        joined_at_ms: When the last ticket joined, by the store's clock.
        status: Where it is.
        count: Tickets that have joined.
        urgent_count: Those above the alert threshold.
        live: Tickets that stand for it: those within the window, and the newest ones as long as it `stands`.
        live_urgent: Urgent ones among them.
        formed: Whether more tickets than the limit were within the window at once.
        announced_at_ms: When the first message about it was due; None before.
        update: Number of the last message.
        updated_at_ms: When the last message to anybody was due.
        confirmed: By destination, number of the last message that is known to be queued.
        categories: Tickets by category.
        samples: Excerpts by ticket.
        told: By destination, number of the last message due to it; 0 for one that was spared tickets of a muted
            incident and has had none.
        told_categories: Categories of which a message has told people.
        told_urgency: The highest S of which a message has told people.
        told_count: Urgent tickets at the last announcement.
        top_urgency: The highest S of its tickets.
        early: Its live tickets until it is formed: they are linked to it then.
        muted: Whether it is muted, or was when it ended.
    """

    id: str
    first_seen_ms: int
    last_seen_ms: int
    joined_at_ms: int
    status: IncidentStatus = IncidentStatus.OPEN
    count: int = 0
    urgent_count: int = 0
    live: int = 0
    live_urgent: int = 0
    formed: bool = False
    announced_at_ms: int | None = None
    update: int = 0
    updated_at_ms: int = 0
    confirmed: dict[str, int] = field(default_factory=dict)
    categories: dict[str, int] = field(default_factory=dict)
    samples: dict[str, str] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    told_categories: list[str] = field(default_factory=list)
    told_urgency: float = 0.0
    told_count: int = 0
    top_urgency: float = 0.0
    early: list[Member] = field(default_factory=list)
    muted: bool = False

    @property
    def category(self) -> str:
        """Return the category of most of its tickets."""
        return min(self.categories, key=lambda name: (-self.categories[name], name), default="")

    @property
    def owed(self) -> dict[str, int]:
        """Return by destination the number of the message that is due and not known to be queued."""
        if self.muted:
            return {}
        return {name: update for name, update in self.told.items() if update > self.confirmed.get(name, 0)}

    @property
    def stands(self) -> bool:
        """Tell whether its newest tickets outlast the window: people were told of it, or muted it, and it is open."""
        return self.formed and not self.status.is_over and (self.announced_at_ms is not None or self.muted)

    def facts(self, phase: IncidentPhase, update: int) -> IncidentFacts:
        """Return what a message says of it now."""
        return IncidentFacts(
            incident_id=self.id,
            update=update,
            count=self.count,
            urgent_count=self.urgent_count,
            first_seen_ms=self.first_seen_ms,
            category=self.category,
            samples=tuple(self.samples.values()),
            phase=phase,
        )

    def add(self, ticket: Joiner, now_ms: int, *, limit: int, close: int) -> Verdict:
        """Take a ticket in and decide how it is told.

        Args:
            ticket: The ticket.
            now_ms: The store's time.
            limit: Tickets within the window that are still told singly.
            close: Members of which the ticket is as good as a duplicate.
        """
        self.count += 1
        self.live += 1
        self.first_seen_ms = min(self.first_seen_ms, ticket.accepted_at_ms)
        self.last_seen_ms = max(self.last_seen_ms, ticket.accepted_at_ms)
        self.joined_at_ms = now_ms
        self.categories[ticket.category] = self.categories.get(ticket.category, 0) + 1
        self.top_urgency = max(self.top_urgency, ticket.urgency_score)
        if len(self.samples) < SAMPLES:
            self.samples[ticket.ticket_id] = ticket.excerpt
        if ticket.urgent:
            self.urgent_count += 1
            self.live_urgent += 1
        if not self.formed:
            self.early.append(ticket.member)
            self.formed = self.live > limit
        if not ticket.urgent or not ticket.destinations:
            return Verdict()
        if self.announced_at_ms is not None or self.muted:
            return self._tell(ticket, now_ms) if close >= MIN_CLOSE else Verdict()
        self._note(ticket)
        return self._announce(ticket, now_ms) if close >= MIN_CLOSE and self.live_urgent > limit else Verdict()

    def _announce(self, ticket: Joiner, now_ms: int) -> Verdict:
        self.announced_at_ms = self.updated_at_ms = now_ms
        self.update, self.told_count = 1, self.urgent_count
        self.told |= dict.fromkeys((*self.told, *ticket.destinations), 1)
        return Verdict(tuple(sorted(self.told)), (), IncidentPhase.OPENED, 1)

    def _tell(self, ticket: Joiner, now_ms: int) -> Verdict:
        if ticket.category not in self.told_categories or ticket.urgency_score > self.told_urgency + NEWS_MARGIN:
            self._note(ticket)
            return Verdict()
        if self.muted:
            self.told = {
                **dict.fromkeys(ticket.destinations, 0),
                **self.told,
            }  # the summary is for them, should it come
            return Verdict((), tuple(sorted(ticket.destinations)))
        new = sorted(name for name in ticket.destinations if not self.told.get(name))
        grows = self.status is IncidentStatus.OPEN and passes_step(self.told_count, self.urgent_count)
        if not new and not grows:
            return Verdict((), tuple(sorted(ticket.destinations)))
        self.updated_at_ms = now_ms
        if grows:
            self.update += 1
            self.told_count = self.urgent_count
            self.told = dict.fromkeys((*self.told, *new), self.update)
            return Verdict(tuple(sorted(self.told)), (), IncidentPhase.GROWN, self.update)
        self.told |= dict.fromkeys(new, self.update)
        spared = sorted(set(ticket.destinations) - set(new))
        return Verdict(tuple(new), tuple(spared), IncidentPhase.OPENED, self.update)

    def _note(self, ticket: Joiner) -> None:
        """Remember what people are told by this ticket's message."""
        self.told_categories = sorted({*self.told_categories, ticket.category})
        self.told_urgency = max(self.told_urgency, ticket.urgency_score)

    def leave(self, ticket_id: str, *, category: str, urgent: bool) -> None:
        """Let a ticket go that has left the window or was deleted; of it an incident keeps the count, a group nothing.

        Else a group that a ticket joins every few minutes would grow for days without ever being an incident.
        """
        self.live -= 1
        self.live_urgent -= urgent
        if self.formed:
            return
        self.count, self.urgent_count = self.live, self.live_urgent
        self.categories = {
            name: n - (name == category) for name, n in self.categories.items() if n > (name == category)
        }
        self.samples.pop(ticket_id, None)
        self.early = [member for member in self.early if member.ticket_id != ticket_id]
        self.first_seen_ms = min((member.accepted_at_ms for member in self.early), default=self.first_seen_ms)
        self.top_urgency = max((member.urgency_score for member in self.early), default=0.0)

    def forget(self, ticket_id: str) -> None:
        """Quote a deleted ticket no more."""
        self.samples.pop(ticket_id, None)

    def confirm(self, update: int, destinations: Iterable[str]) -> None:
        """Note that this message is queued for these destinations."""
        self.confirmed |= {name: max(update, self.confirmed.get(name, 0)) for name in destinations}

    def change(self, action: IncidentAction, now_ms: int) -> bool:
        """Carry out an action; False where it changes nothing, as the incident is over or was there already."""
        if self.status.is_over or self.status is action.status:
            return False
        if action.status.is_over and self.told and not self.muted:
            self.update += 1  # the summary
            self.updated_at_ms = now_ms
            self.told = dict.fromkeys(self.told, self.update)
        self.muted = action is IncidentAction.MUTE or (self.muted and action is not IncidentAction.ACK)
        self.status = action.status
        return True


def vectors_s(window_s: int) -> int:
    """Return how long a vector is looked at."""
    return max(window_s, STANDING_S)


def passes_step(told: int, urgent_count: int) -> bool:
    """Tell whether so many urgent tickets are an update, when a message has told of so many."""
    following = next((step for step in STEPS if step > told), (told // STEPS[-1] + 1) * STEPS[-1])
    return urgent_count >= following


def choose(groups: Mapping[str, Incident], hits: Mapping[str, int]) -> str | None:
    """Return the id of the group that a ticket joins: the largest of those of which enough members are like it.

    Args:
        groups: Groups by id.
        hits: How many members of each group are like the ticket.
    """
    fitting = [
        groups[group_id]
        for group_id, count in hits.items()
        if group_id in groups
        and not groups[group_id].status.is_over
        and count >= MIN_SHARE * min(groups[group_id].live, MAX_NEIGHBOURS)
    ]
    best = min(fitting, key=lambda group: (-group.live, -hits[group.id], group.id), default=None)
    return None if best is None else best.id
