"""Incidents and their window in memory."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

from ticketrouter.adapters.memory.state import MemoryState
from ticketrouter.domain import incident as rules
from ticketrouter.domain.incident import ANSWER_TTL_S, CONFIRM_MS, MAX_NEIGHBOURS, Incident, IncidentAction, choose
from ticketrouter.domain.joiner import Joiner, Member, Neighbour
from ticketrouter.domain.listing import decode_cursor, encode_cursor
from ticketrouter.ports.incidents import Embedded, IncidentChanges, Joined

_READ_AT_ONCE = 1_000


@dataclass(slots=True)
class _Answer:
    """What a ticket was told when it joined."""

    ticket: Joiner
    joined: Joined
    live_until_ms: int
    kept_until_ms: int
    live: bool = True


class MemoryIncidents:
    """The twin of `RedisIncidents`.

    Args:
        state: What the twins share.
        window_s: How long a ticket counts for the limit.
        limit: Tickets within the window that are still told singly.
    """

    def __init__(self, state: MemoryState, *, window_s: int = 300, limit: int = 10) -> None:
        self._state = state
        self._window_ms = window_s * 1_000
        self._answer_ttl_ms = max(ANSWER_TTL_S, 2 * window_s) * 1_000
        self._limit = limit
        self._groups: dict[str, Incident] = {}
        self._answers: dict[str, _Answer] = {}
        self._members: dict[str, dict[str, Member]] = {}

    def join(self, tickets: Sequence[Joiner]) -> list[Joined]:
        """Put each ticket, in order, into the group that it belongs to."""
        with self._state.open() as now_ms:
            self._expire(now_ms)
            return [self._join(ticket, now_ms) for ticket in tickets]

    def _join(self, ticket: Joiner, now_ms: int) -> Joined:
        before = self._answers.get(ticket.ticket_id)
        if before is not None and before.joined.incident.id in self._groups:
            group = self._groups[before.joined.incident.id]
            self._list(group, (*before.joined.link, ticket.member))
            return replace(before.joined, incident=deepcopy(group))
        group_of = {name: answer.joined.incident.id for name, answer in self._answers.items() if answer.live}
        near = [group_of.get(one.ticket_id) for one in ticket.neighbours]
        hits = Counter(name for name in near if name is not None)
        chosen = choose(self._groups, hits)
        if chosen is None:
            group = Incident(ticket.group_id, ticket.accepted_at_ms, ticket.accepted_at_ms, now_ms)
            self._groups[group.id] = group
        else:
            group = self._groups[chosen]
        was_formed = group.formed
        close = near[: ticket.close].count(chosen) if chosen is not None else 0
        verdict = group.add(ticket, now_ms, limit=self._limit, close=close)
        link: tuple[Member, ...] = ()
        if group.formed and not was_formed:
            link, group.early = tuple(group.early), []
        self._list(group, (*link, ticket.member))
        if group.formed:
            self._state.incident_changes.note(group.id)
        joined = Joined(deepcopy(group), verdict, link)
        self._answers[ticket.ticket_id] = _Answer(
            ticket, joined, now_ms + self._window_ms, now_ms + self._answer_ttl_ms
        )
        return joined

    def _list(self, group: Incident, members: Sequence[Member]) -> None:
        """List the members of what is an incident."""
        if group.formed:
            self._members.setdefault(group.id, {}).update({member.ticket_id: member for member in members})

    def _expire(self, now_ms: int) -> None:
        for ticket_id, answer in list(self._answers.items()):
            if answer.live and answer.live_until_ms <= now_ms:
                self._leave(answer)
            if answer.kept_until_ms <= now_ms:
                del self._answers[ticket_id]

    def _leave(self, answer: _Answer) -> None:
        answer.live = False
        group = self._groups.get(answer.joined.incident.id)
        if group is None:
            return
        group.leave(answer.ticket.ticket_id, category=answer.ticket.category, urgent=answer.ticket.urgent)
        if group.live <= 0 and not group.formed:
            del self._groups[group.id]

    def confirm(self, incident_id: str, update: int, destinations: Sequence[str]) -> None:
        """Note that this message about the incident is queued for these destinations."""
        with self._state.open():
            group = self._groups.get(incident_id)
            if group is not None:
                group.confirm(update, destinations)

    def change(self, incident_id: str, action: IncidentAction) -> Incident | None:
        """Carry out an action unless the incident is over."""
        with self._state.open() as now_ms:
            group = self._groups.get(incident_id)
            if group is None or not group.formed:
                return None
            self._change(group, action, now_ms)
            return deepcopy(group)

    def _change(self, group: Incident, action: IncidentAction, now_ms: int) -> None:
        if group.change(action, now_ms):
            self._state.incident_changes.note(group.id)

    def due(self, *, quiet_ms: int) -> list[Incident]:
        """Close what is quiet; return incidents that owe a message which may not be queued."""
        with self._state.open() as now_ms:
            self._expire(now_ms)
            found = []
            for group in [group for group in self._groups.values() if group.formed]:
                if group.joined_at_ms <= now_ms - quiet_ms:
                    self._change(group, IncidentAction.CLOSE, now_ms)
                if group.owed and (group.status.is_over or group.updated_at_ms <= now_ms - CONFIRM_MS):
                    found.append(deepcopy(group))
            return found

    def fading(self) -> dict[str, list[str]]:
        """Return, by incident that `stands`, which of its newest tickets will soon stand for it no more."""
        with self._state.open() as now_ms:
            standing = sorted((one for one in self._groups.values() if one.stands), key=lambda one: -one.first_seen_ms)
            found = {group.id: self._fading(group.id, now_ms) for group in standing[: rules.STANDING_INCIDENTS]}
            return {incident_id: tickets for incident_id, tickets in found.items() if tickets}

    def _fading(self, incident_id: str, now_ms: int) -> list[str]:
        soon_ms = now_ms + rules.FADING_S * 1_000
        newest = (one.ticket_id for one in self.members(incident_id, rules.STANDING))
        answers = ((ticket_id, self._answers.get(ticket_id)) for ticket_id in newest)
        return [name for name, one in answers if one and not (one.live and one.live_until_ms >= soon_ms)]

    def stand(self, incident_id: str, tickets: Sequence[str]) -> list[str]:
        """Let tickets stand for their incident for another while; return those that are forgotten."""
        with self._state.open() as now_ms:
            group = self._groups.get(incident_id)
            if group is None:
                return []
            answers = [self._answers.get(ticket_id) for ticket_id in tickets]
            for answer in answers:
                if answer is not None and answer.joined.incident.id == incident_id:
                    group.live += not answer.live
                    group.live_urgent += answer.ticket.urgent and not answer.live
                    answer.live = True
                    answer.live_until_ms = max(answer.live_until_ms, now_ms + rules.STANDING_S * 1_000)
                    answer.kept_until_ms = max(answer.kept_until_ms, now_ms + self._answer_ttl_ms)
            return [ticket_id for ticket_id, answer in zip(tickets, answers, strict=True) if answer is None]

    def get(self, incident_id: str) -> Incident | None:
        """Return an incident; None if there is none, or only a group that is none yet."""
        with self._state.open():
            group = self._groups.get(incident_id)
            return deepcopy(group) if group is not None and group.formed else None

    def members(self, incident_id: str, limit: int) -> list[Member]:
        """Return its newest tickets, newest first."""
        with self._state.open():
            found = self._members.get(incident_id, {}).values()
            return sorted(found, key=lambda one: (one.accepted_at_ms, one.ticket_id), reverse=True)[:limit]

    def find(self, *, status: str, limit: int, cursor: str | None) -> tuple[list[Incident], str | None]:
        """Return incidents, newest first."""
        with self._state.open():
            before = decode_cursor("incidents", cursor) if cursor else None
            wanted = [group for group in self._groups.values() if group.formed and status in ("", group.status.value)]
            places = sorted(((group.first_seen_ms, group.id) for group in wanted), reverse=True)
            left = [place for place in places if before is None or place < before]
            more = encode_cursor("incidents", *left[limit - 1]) if len(left) > limit else None
            return [deepcopy(self._groups[group_id]) for _, group_id in left[:limit]], more

    def changes(self, since: int | None, limit: int) -> IncidentChanges:
        """Return what changed after a cursor; without one, nothing but the cursor of now."""
        with self._state.open():
            names, cursor, more = self._state.incident_changes.newer(since, limit)
            return IncidentChanges([deepcopy(self._groups[name]) for name in names], cursor, more)

    def count_open(self) -> int:
        """Return how many are not over."""
        with self._state.open():
            return sum(group.formed and not group.status.is_over for group in self._groups.values())

    def forget(self, ticket_id: str, incident_id: str | None) -> None:
        """Remove a deleted ticket from the window and from its incident."""
        with self._state.open() as now_ms:
            self._state.vectors[:] = [
                (model, replace(one, vector=b"") if one.ticket_id == ticket_id else one)
                for model, one in self._state.vectors
            ]
            self._state.vectors.append(("", Embedded(ticket_id, b"", now_ms)))
            answer = self._answers.pop(ticket_id, None)
            group = self._groups.get(answer.joined.incident.id if answer else incident_id or "")
            if group is not None:
                group.forget(ticket_id)
                self._members.get(group.id, {}).pop(ticket_id, None)
                if group.formed:
                    self._state.incident_changes.note(group.id)
            if answer is not None and answer.live:
                self._leave(answer)


class MemoryVectorLog:
    """The twin of `RedisVectorLog`.

    Args:
        state: What the twins share.
    """

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    def exchange(self, own: Sequence[Embedded], *, model_version: str, since: str) -> tuple[list[Embedded], str, bool]:
        """Put down own vectors, then read what has come since a cursor."""
        with self._state.open() as now_ms:
            self._state.vectors += [(model_version, replace(one, at_ms=now_ms)) for one in own]
            start = int(since or 0)
            page = self._state.vectors[start : start + _READ_AT_ONCE]
            found = [entry for model, entry in page if model == model_version or not entry.vector]
            return found, str(start + len(page)), len(page) == _READ_AT_ONCE

    def put(self, own: Sequence[Embedded], *, model_version: str) -> None:
        """Put down vectors for others to read."""
        with self._state.open() as now_ms:
            self._state.vectors += [(model_version, replace(one, at_ms=now_ms)) for one in own]


class MemoryNeighbours:
    """The twin of `MatrixNeighbours`, without a window: the store forgets who has left it.

    Args:
        similarity: Cosine from which on two tickets are alike.
    """

    def __init__(self, similarity: float = 0.5) -> None:
        self._similarity = similarity
        self._vectors: dict[str, bytes] = {}

    def update(self, entries: Sequence[Embedded]) -> None:
        """Take in what is new, and drop what was deleted."""
        self._vectors |= {entry.ticket_id: entry.vector for entry in entries}

    def nearest(self, vectors: Sequence[bytes]) -> list[list[Neighbour]]:
        """Return for each vector the tickets that are like it."""
        return [self._of_one(vector) for vector in vectors]

    def _of_one(self, vector: bytes) -> list[Neighbour]:
        comparable = {name: other for name, other in self._vectors.items() if other and len(other) == len(vector)}
        cosines = {name: _cosine(vector, other) for name, other in comparable.items()}
        alike = [Neighbour(name, round(cosine, 4)) for name, cosine in cosines.items() if cosine >= self._similarity]
        return sorted(alike, key=lambda one: -one.similarity)[:MAX_NEIGHBOURS]


def _cosine(first: bytes, second: bytes) -> float:
    """Return the cosine of two int8 vectors."""
    a, b = memoryview(first).cast("b"), memoryview(second).cast("b")
    lengths = math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))
    return sum(x * y for x, y in zip(a, b, strict=True)) / max(1.0, lengths)
