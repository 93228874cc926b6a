"""Incidents: groups of tickets that are alike, each decision one script on the keys of one hash tag."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ticketrouter.adapters.redis_store import keys
from ticketrouter.adapters.redis_store.client import Command, RedisClient, call
from ticketrouter.adapters.redis_store.newer import newer
from ticketrouter.adapters.redis_store.walk import Place, walk
from ticketrouter.adapters.redis_store.window import forget_vectors
from ticketrouter.domain import incident as rules
from ticketrouter.domain.alert import IncidentPhase
from ticketrouter.domain.incident import Incident, IncidentAction, IncidentStatus
from ticketrouter.domain.joiner import Joiner, Member, Verdict
from ticketrouter.ports.incidents import IncidentChanges, Joined

_SCRIPTS_AT_ONCE = 200  # well inside the time-out
_EXPIRED_AT_ONCE = 500  # a few ms of a script; a batch of tickets brings ten
_EXPIRE_CALLS = 200  # of the reconciler: what is more than 100,000 tickets waits another minute
_EXPIRE = call("incident_expire", keys.INCIDENTS[:4], _EXPIRED_AT_ONCE)
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class RedisIncidents:
    """Groups of tickets.

    Args:
        client: The way to Redis.
        window_s: How long a ticket counts for the limit.
        limit: Tickets within the window that are still told singly.
        record_ttl_s: How long an incident is kept.
    """

    def __init__(
        self, client: RedisClient, *, window_s: int = 300, limit: int = 10, record_ttl_s: int = 30 * 86_400
    ) -> None:
        self._client = client
        self._record_ttl_s = record_ttl_s
        self._answer_ttl_ms = max(rules.ANSWER_TTL_S, 2 * window_s) * 1_000  # it tells of what group a live ticket is
        self._rules = _ENCODE(
            {
                "window_ms": window_s * 1_000,
                "limit": limit,
                "answer_ttl_ms": self._answer_ttl_ms,
                "record_ttl_ms": record_ttl_s * 1_000,
                "share": rules.MIN_SHARE,
                "close": rules.MIN_CLOSE,
                "neighbours": rules.MAX_NEIGHBOURS,
                "margin": rules.NEWS_MARGIN,
                "samples": rules.SAMPLES,
                "steps": rules.STEPS,
            }
        )

    def join(self, tickets: Sequence[Joiner]) -> list[Joined]:
        """Put each ticket, in order, into the group that it belongs to; see the port."""
        if not tickets:
            return []
        _, replies = self._client.run(
            [_EXPIRE, call("incident_join", keys.INCIDENTS, self._rules, *map(_encode, tickets))]
        )
        joined = [_joined(*reply) for reply in replies]
        self._client.run(self._listed(tickets, joined))
        return joined

    def _listed(self, tickets: Sequence[Joiner], joined: Sequence[Joined]) -> list[Command]:
        """List the members of what is an incident; written again by a ticket that joins again."""
        members: dict[str, dict[str, Member]] = {}
        for ticket, one in zip(tickets, joined, strict=True):
            if one.incident.formed:
                of_one = members.setdefault(one.incident.id, {})
                of_one |= {member.ticket_id: member for member in (*one.link, ticket.member)}
        commands: list[Command] = []
        for incident_id, found in members.items():
            listed, told = keys.members_key(incident_id), keys.similarities_key(incident_id)
            places = [part for one in found.values() for part in (one.accepted_at_ms, one.ticket_id)]
            details = [
                part for one in found.values() for part in (one.ticket_id, f"{one.similarity} {one.urgency_score}")
            ]
            commands += [("ZADD", listed, *places), ("HSET", told, *details)]
            commands += [("EXPIRE", key, self._record_ttl_s) for key in (listed, told)]
        return commands

    def confirm(self, incident_id: str, update: int, destinations: Sequence[str]) -> None:
        """Note that this message about the incident is queued for these destinations."""
        self._client.run([call("incident_change", keys.INCIDENT_STATES, incident_id, "", "", update, *destinations)])

    def change(self, incident_id: str, action: IncidentAction) -> Incident | None:
        """Carry out an action unless the incident is over; return it as it then is."""
        if self.get(incident_id) is None:
            return None
        (reply,) = self._client.run(
            [call("incident_change", keys.INCIDENT_STATES, incident_id, action.status.value, "", 0)]
        )
        return _group(reply[1]) if reply else None

    def due(self, *, quiet_ms: int) -> list[Incident]:
        """Close what is quiet; return incidents that owe a message which may not be queued."""
        (seconds, _), active = self._client.run([("TIME",), ("ZRANGE", keys.ACTIVE_INCIDENTS, 0, -1)])
        now_ms = int(seconds) * 1_000
        self._expire(now_ms - self._record_ttl_s * 1_000)
        for _ in range(_EXPIRE_CALLS):
            if not self._client.run([_EXPIRE])[0]:
                break
        closed = IncidentAction.CLOSE.status.value
        looks = [call("incident_change", keys.INCIDENT_STATES, member, closed, quiet_ms, 0) for member in active]
        parts = [looks[at : at + _SCRIPTS_AT_ONCE] for at in range(0, len(looks), _SCRIPTS_AT_ONCE)]
        found = [_group(reply[1]) for part in parts for reply in self._client.run(part) if reply]
        late_ms = now_ms - rules.CONFIRM_MS
        return [one for one in found if one.owed and (one.status.is_over or one.updated_at_ms <= late_ms)]

    def _expire(self, before_ms: int) -> None:
        (old,) = self._client.run([("ZRANGEBYSCORE", keys.INCIDENT_LIST, "-inf", before_ms, "LIMIT", 0, 100)])
        if old:
            lists = (keys.INCIDENT_LIST, keys.ACTIVE_INCIDENTS, keys.INCIDENT_CHANGES)
            self._client.run([("HDEL", keys.INCIDENTS[0], *old), *(("ZREM", key, *old) for key in lists)])

    def fading(self) -> dict[str, list[str]]:
        """Return, by incident that `stands`, which of its newest tickets will soon stand for it no more."""
        last = rules.STANDING_INCIDENTS - 1
        (seconds, _), active = self._client.run([("TIME",), ("ZREVRANGE", keys.ACTIVE_INCIDENTS, 0, last)])
        soon_ms = (int(seconds) + rules.FADING_S) * 1_000
        ids = [one.id for one in self._read_many(active) if one.stands]
        newest = self._client.run([("ZREVRANGE", keys.members_key(name), 0, rules.STANDING - 1) for name in ids])
        members = {name: found for name, found in zip(ids, newest, strict=True) if found}
        looks = [("ZMSCORE", key, *found) for found in members.values() for key in keys.INCIDENTS[2:4]]
        times = iter(self._client.run(looks))
        return {
            name: fading
            for name, found in members.items()
            if (fading := _fading(found, next(times), next(times), soon_ms))
        }

    def stand(self, incident_id: str, tickets: Sequence[str]) -> list[str]:
        """Let tickets stand for their incident for another while; return those that are forgotten."""
        stand_ms = rules.STANDING_S * 1_000
        (forgotten,) = self._client.run(
            [call("incident_stand", keys.INCIDENTS[:4], incident_id, stand_ms, self._answer_ttl_ms, *tickets)]
        )
        return [ticket_id.decode() for ticket_id in forgotten]

    def get(self, incident_id: str) -> Incident | None:
        """Return an incident; None if there is none, or only a group that is none yet."""
        return _formed(self._client.run([_read(incident_id)])[0])

    def members(self, incident_id: str, limit: int) -> list[Member]:
        """Return its newest tickets, newest first."""
        (flat,) = self._client.run([("ZREVRANGE", keys.members_key(incident_id), 0, limit - 1, "WITHSCORES")])
        if not flat:
            return []
        (details,) = self._client.run([("HMGET", keys.similarities_key(incident_id), *flat[::2])])
        return [
            _member(ticket_id.decode(), detail, int(float(at_ms)))
            for ticket_id, at_ms, detail in zip(flat[::2], flat[1::2], details, strict=True)
            if detail is not None
        ]

    def find(self, *, status: str, limit: int, cursor: str | None) -> tuple[list[Incident], str | None]:
        """Return incidents, newest first, and the cursor of the next page."""
        return walk(
            self._client,
            keys.INCIDENT_LIST,
            order="incidents",
            read=_read_place,
            decode=_formed,
            keeps=lambda incident: status in ("", incident.status.value),
            limit=limit,
            cursor=cursor,
        )

    def changes(self, since: int | None, limit: int) -> IncidentChanges:
        """Return what changed after a cursor, a time in ms; without one, nothing but the cursor of now.

        Costs one command, and another if anything changed.
        """
        found = newer(self._client, keys.INCIDENT_CHANGES, since, limit)
        return IncidentChanges(self._read_many(found.members), found.until_ms, found.more)

    def count_open(self) -> int:
        """Return how many are not over; of those, some may owe a last message. One or two commands."""
        (active,) = self._client.run([("ZRANGE", keys.ACTIVE_INCIDENTS, 0, -1)])
        return sum(not incident.status.is_over for incident in self._read_many(active))

    def _read_many(self, ids: Sequence[str | bytes]) -> list[Incident]:
        if not ids:
            return []
        (groups,) = self._client.run([("HMGET", keys.INCIDENT_STATES[0], *ids)])
        return [incident for raw in groups if (incident := _formed([raw])) is not None]

    def forget(self, ticket_id: str, incident_id: str | None) -> None:
        """Remove a deleted ticket from the window and from its incident."""
        # Without a window (NOMKSTREAM) no vector is looked at any more, and one made here would stay for ever.
        _, found = self._client.run(
            [
                ("XADD", keys.WINDOW, "NOMKSTREAM", "*", "t", ticket_id, "m", "", "v", ""),
                call("incident_forget", [*keys.INCIDENTS[:4], keys.INCIDENT_CHANGES], ticket_id, incident_id or ""),
            ]
        )
        if found is None:
            return
        name, joined = found[0].decode(), found[1]
        self._client.run(
            [("ZREM", keys.members_key(name), ticket_id), ("HDEL", keys.similarities_key(name), ticket_id)]
        )
        if joined:  # an answer outlives the vector by far: without one, there is none in the window
            forget_vectors(self._client, ticket_id)


def _fading(
    tickets: Sequence[bytes], answered: Sequence[bytes | None], live: Sequence[bytes | None], soon_ms: int
) -> list[str]:
    """Return those that will soon stand no more, or do so already, as far as they have their answer still."""
    places = zip(tickets, answered, live, strict=True)
    return [one.decode() for one, answer, until in places if answer is not None and float(until or 0) < soon_ms]


def _member(ticket_id: str, detail: bytes, accepted_at_ms: int) -> Member:
    similarity, urgency = map(float, detail.split())
    return Member(ticket_id, similarity, urgency, accepted_at_ms)


def _read(incident_id: str) -> Command:
    return ("HMGET", keys.INCIDENT_STATES[0], incident_id)


def _read_place(place: Place) -> Command:
    return _read(place[1])


def _encode(ticket: Joiner) -> str:
    return _ENCODE(
        {
            "id": ticket.ticket_id,
            "group": ticket.group_id,
            "category": ticket.category,
            "urgency": ticket.urgency_score,
            "urgent": ticket.urgent,
            "accepted": ticket.accepted_at_ms,
            "excerpt": ticket.excerpt,
            "destinations": ticket.destinations,
            "similarity": ticket.member.similarity,
            "close": ticket.close,
            "neighbours": [neighbour.ticket_id for neighbour in ticket.neighbours],
        }
    )


def _joined(answer: bytes, group: bytes, _: int) -> Joined:
    found = json.loads(answer)
    verdict = Verdict(
        announce=tuple(found.get("announce", ())),
        suppressed=tuple(found.get("suppressed", ())),
        phase=IncidentPhase(found["phase"]) if "phase" in found else None,
        update=int(found.get("update", 0)),
    )
    return Joined(_group(group), verdict, tuple(Member(*place) for place in found.get("link", ())))


def _formed(values: Sequence[bytes | None]) -> Incident | None:
    group = None if values[0] is None else _group(values[0])
    return group if group is not None and group.formed else None


def _group(raw: bytes) -> Incident:
    """Read a group; an empty list of Lua's is written as an empty object."""
    document: dict[str, Any] = json.loads(raw)
    return Incident(
        id=document["id"],
        first_seen_ms=int(document["first_seen"]),
        last_seen_ms=int(document["last_seen"]),
        joined_at_ms=int(document["joined"]),
        status=IncidentStatus(document["status"]),
        count=int(document["count"]),
        urgent_count=int(document["urgent"]),
        live=int(document["live"]),
        live_urgent=int(document["live_urgent"]),
        formed=document["formed"],
        announced_at_ms=int(document["announced"]) if "announced" in document else None,
        update=int(document["update"]),
        updated_at_ms=int(document["updated"]),
        confirmed={name: int(update) for name, update in document["confirmed"].items()},
        categories={name: int(count) for name, count in document["categories"].items()},
        samples=dict(document["samples"]),
        told={name: int(update) for name, update in document["told"].items()},
        told_categories=list(document["told_categories"]),
        told_urgency=document["told_urgency"],
        told_count=int(document["told_count"]),
        top_urgency=document["top"],
        early=[Member(*place) for place in document["early"]],
        muted=document["muted"],
    )
