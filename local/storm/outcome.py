"""What a storm came to, counted from what a user can see: tickets, incidents, and the messages that arrived."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.storm.tickets import APART, Telling
from ticketrouter.domain.urgency import ALERT_THRESHOLD

Json = dict[str, Any]
_NAME = re.compile(r"\w+")  # of a ticket, an incident or a digest


@dataclass(frozen=True, slots=True)
class Seen:
    """All that there was to see at the end.

    Attributes:
        posted: What was answered 202, by ticket id.
        tickets: As the API tells them, by ticket id; one that is missing is lost.
        incidents: As the API tells them, other people's included.
        messages: The sink's arrivals since the first post, refused ones included.
    """

    posted: Mapping[str, Telling]
    tickets: Mapping[str, Json]
    incidents: Sequence[Json]
    messages: Sequence[Json]


@dataclass(frozen=True, slots=True)
class Story:
    """How the tellings of one incident, or the tickets apart, were taken.

    Attributes:
        posted: Tellings.
        urgent: Of these, above the alert threshold.
        joined: Urgent ones in an announced incident.
        single: Urgent ones that a message of their own tells.
    """

    posted: int
    urgent: int
    joined: int
    single: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures.

    Attributes:
        posted: Tickets answered 202.
        scored: Of these, with a score at the end.
        lost: The others.
        incidents: Announced ones that hold tickets of this storm.
        unrelated_merged: Ids of tickets apart that are in one of these.
        messages: Accepted ones, by destination.
        forgotten: Ids of urgent tickets that no message names, nor their incident, nor the digest that they are in.
        stories: By name.
        mixture: How many tickets of which story an incident holds, by its id.
    """

    posted: int
    scored: int
    lost: int
    incidents: int
    unrelated_merged: tuple[str, ...]
    messages: Mapping[str, int]
    forgotten: tuple[str, ...]
    stories: Mapping[str, Story]
    mixture: Mapping[str, Mapping[str, int]]

    @property
    def figures(self) -> dict[str, int]:
        """Return the seven figures; `messages` are those of the destination that got the most."""
        return {
            "posted": self.posted,
            "scored": self.scored,
            "lost": self.lost,
            "incidents": self.incidents,
            "unrelated_merged": len(self.unrelated_merged),
            "messages": max(self.messages.values(), default=0),
            "forgotten": len(self.forgotten),
        }


def count(seen: Seen) -> Outcome:
    """Count."""
    announced = {each["incident_id"] for each in seen.incidents if each["announced_at"] is not None}
    accepted = [message for message in seen.messages if 200 <= message["status"] < 300]
    told = {name for message in accepted for name in names_in(message["body"])}
    tickets = {ticket_id: seen.tickets[ticket_id] for ticket_id in seen.posted if ticket_id in seen.tickets}
    scored = [ticket_id for ticket_id, ticket in tickets.items() if ticket["status"] == "scored"]
    urgent = {ticket_id for ticket_id in scored if tickets[ticket_id]["urgency_score"] > ALERT_THRESHOLD}
    joined = {ticket_id for ticket_id in scored if tickets[ticket_id].get("incident_id") in announced}
    mixture: dict[str, Counter[str]] = {}
    for ticket_id in joined:
        mixture.setdefault(tickets[ticket_id]["incident_id"], Counter())[seen.posted[ticket_id].story] += 1
    return Outcome(
        posted=len(seen.posted),
        scored=len(scored),
        lost=len(seen.posted) - len(scored),
        incidents=len(mixture),
        unrelated_merged=tuple(sorted(each for each in joined if seen.posted[each].story in APART)),
        messages=Counter(str(message["destination"]) for message in accepted),
        forgotten=tuple(sorted(each for each in urgent if told.isdisjoint(_names_of(tickets[each])))),
        stories=_stories(seen.posted, urgent, joined, told),
        mixture=mixture,
    )


def names_in(body: Any) -> set[str]:
    """Return every word of a message's body, so that ids are found in it wherever its kind has them."""
    match body:
        case str():
            # Discord's text has a backslash before each punctuation mark, an id's underscore too.
            return set(_NAME.findall(body.replace("\\", "")))
        case dict():
            return names_in(list(body.values()))
        case list():
            return {name for each in body for name in names_in(each)}
    return set()


def _names_of(ticket: Json) -> Iterable[str]:
    """Return the names under which a message may tell a ticket: its own, its incident's, its digests'."""
    digests = (alert.get("digest_id") for alert in ticket["alerts"])
    return filter(None, (ticket["ticket_id"], ticket.get("incident_id"), *digests))


def _stories(posted: Mapping[str, Telling], urgent: set[str], joined: set[str], told: set[str]) -> dict[str, Story]:
    members: dict[str, set[str]] = {}
    for ticket_id, telling in posted.items():
        members.setdefault(telling.story, set()).add(ticket_id)
    return {
        story: Story(
            posted=len(ids),
            urgent=len(ids & urgent),
            joined=len(ids & urgent & joined),
            single=len(ids & urgent & told),
        )
        for story, ids in sorted(members.items())
    }
