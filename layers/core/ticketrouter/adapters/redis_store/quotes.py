"""What others keep of a ticket that is deleted: quotes of messages about several tickets, and its name in budgets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from ticketrouter.adapters.redis_store import encoding, keys
from ticketrouter.adapters.redis_store.client import Command, RedisClient, call
from ticketrouter.domain.alert import redacted_excerpt, without_quotes
from ticketrouter.domain.record import Delivery, Outcome, TicketRecord


def forget_quotes(client: RedisClient, record: TicketRecord) -> None:
    """Take out what digests and messages about the ticket's incident quote of it.

    Args:
        client: The way to Redis.
        record: The ticket's; its deliveries are still there.
    """
    ticket = record.item.ticket
    about_incident = _told(client, _messages_of(client, record.incident_id))
    digests = {each.digest_id for each in (*_told(client, [ticket.ticket_id]), *about_incident) if each.digest_id}
    said = redacted_excerpt(ticket.description)
    rewritten = [
        (each, without_quotes(each.alert, ticket.ticket_id, said))
        for each in (*about_incident, *_told(client, sorted(digests)))
    ]
    client.run(
        [
            call("deliver_note", [_key(each)], "alert", encoding.encode_alert(alert))
            for each, alert in rewritten
            if alert != each.alert
        ]
    )
    _forget_in_records(client, record, said)


def forget_places(client: RedisClient, record: TicketRecord) -> None:
    """Take the ticket's name out of the budgets of all who were told of it.

    Args:
        client: The way to Redis.
        record: The ticket's; its deliveries are still there.
    """
    ticket_id = record.item.ticket.ticket_id
    told = (each.alert for each in _told(client, [ticket_id]))
    places = {(each.destination, keys.encode_place(each)) for each in (*record.alerts, *told)}
    client.run([call("budget_forget", keys.budget_keys(name)[:2], place) for name, place in sorted(places)])


def telling(outcomes: Iterable[Outcome], ttl_ms: int) -> list[Command]:
    """Note whose records hold messages about incidents: what those quote must be found when it is to be forgotten."""
    tellers = {
        (keys.tellers_key(alert.incident.incident_id), outcome.item.ticket.ticket_id)
        for outcome in outcomes
        for alert in outcome.alerts
        if alert.incident is not None
    }
    return [one for key, name in sorted(tellers) for one in (("SADD", key, name), ("PEXPIRE", key, ttl_ms))]


def _forget_in_records(client: RedisClient, record: TicketRecord, said: str) -> None:
    """Take out what the records of other tickets, those that announced its incident, quote of the ticket."""
    if record.incident_id is None:
        return
    (tellers,) = client.run([("SMEMBERS", keys.tellers_key(record.incident_id))])
    records = [keys.ticket_key(teller.decode()) for teller in sorted(tellers)]
    outcomes = client.run([("HGET", key, "outcome") for key in records])
    ticket_id = record.item.ticket.ticket_id
    client.run(
        [
            call("requote", [key], outcome, encoding.without_quotes_in(outcome, ticket_id, said))
            for key, outcome in zip(records, outcomes, strict=True)
            if outcome is not None
        ]
    )


def _messages_of(client: RedisClient, incident_id: str | None) -> list[str]:
    """Return what messages about an incident are known by (`Alert.about`)."""
    if incident_id is None:
        return []
    (group,) = client.run([("HGET", keys.INCIDENT_STATES[0], incident_id)])
    updates = 0 if group is None else int(json.loads(group)["update"])
    return [f"{incident_id}~{update}" for update in range(1, updates + 1)]


def _told(client: RedisClient, abouts: Sequence[str]) -> list[Delivery]:
    """Return all deliveries about something, also those to fallbacks."""
    names: Iterable[set[bytes]] = client.run([("SMEMBERS", keys.destinations_key(about)) for about in abouts])
    places = [
        keys.delivery_key(about, name.decode())
        for about, found in zip(abouts, names, strict=True)
        for name in sorted(found)
    ]
    replies = client.run([("HMGET", place, *encoding.DELIVERY_FIELDS) for place in places])
    return [delivery for delivery in map(encoding.decode_delivery, replies) if delivery is not None]


def _key(delivery: Delivery) -> str:
    return keys.delivery_key(delivery.alert.about, delivery.alert.destination)
