"""Lists and figures, read from the projections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ticketrouter.adapters.redis_store import encoding, keys
from ticketrouter.adapters.redis_store.client import Command, RedisClient
from ticketrouter.adapters.redis_store.pulse import (
    decode_minutes,
    read_backlog,
    read_minutes,
    read_pulse,
    server_time_ms,
)
from ticketrouter.adapters.redis_store.sieve import Sieve
from ticketrouter.adapters.redis_store.walk import READ_AT_ONCE, Place, walk
from ticketrouter.domain import stats
from ticketrouter.domain.errors import CursorExpiredError
from ticketrouter.domain.listing import TicketQuery, decode_cursor, encode_cursor, rank_bounds
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.pulse import Backlog, Pulse
from ticketrouter.ports import ChangePage, TicketPage


class RedisViews:
    """Lists and figures.

    Args:
        client: The way to Redis.
    """

    def __init__(self, client: RedisClient) -> None:
        self._client = client

    def find(self, query: TicketQuery) -> TicketPage:
        """Return a page of tickets.

        Raises:
            InvalidQueryError: The cursor is not one of ours.
        """
        # An incident has a list of its own, by time; in another order its tickets are picked out of the list of all.
        of_incident = query.incident and query.order == "accepted_at"
        index = keys.members_key(query.incident) if of_incident else keys.ORDERS[query.order]
        low, high = rank_bounds(query)
        matched: int | None = None
        if replace(query, incident="").is_a_range if of_incident else query.is_a_range:
            (matched,) = self._client.run([("ZCOUNT", index, low, high)])
        records, cursor = walk(
            self._client,
            index,
            order=query.sort,
            read=_read_place,
            decode=encoding.decode_record,
            keeps=query.keeps,
            limit=query.limit,
            cursor=query.cursor,
            newest_first=query.sort.startswith("-"),
            bounds=(low, high),
            sift=Sieve(self._client, query).sift,
        )
        return TicketPage(records, cursor, matched)

    def changes(self, since: str | None, limit: int) -> ChangePage:
        """Return what changed after the cursor; without one, nothing but the cursor of now.

        Raises:
            CursorExpiredError: The cursor is older than what is kept.
            InvalidQueryError: The cursor is not one of ours.
        """
        if since is None:
            (top,) = self._client.run([("ZREVRANGE", keys.CHANGES, 0, 0, "WITHSCORES")])
            return ChangePage([], [], _cursor(int(float(top[1])) if top else 0), more=False)
        behind, _ = decode_cursor("changes", since, pointer="/since")
        floor, flat = self._client.run(
            [
                ("GET", keys.FLOOR),
                ("ZRANGEBYSCORE", keys.CHANGES, f"({behind}", "+inf", "WITHSCORES", "LIMIT", 0, limit + 1),
            ]
        )
        if floor is not None and behind < int(float(floor)):
            raise CursorExpiredError("the cursor is older than what is kept")
        members = [member.decode() for member in flat[0 : 2 * limit : 2]]
        records = [encoding.decode_record(values) for values in self._client.run([_read(m) for m in members])]
        return ChangePage(
            records=[record for record in records if record is not None],
            # A record that has expired is as gone for the reader as one that was deleted.
            removed=[m.removeprefix("~") for m, record in zip(members, records, strict=True) if record is None],
            cursor=_cursor(int(float(flat[2 * len(members) - 1]))) if members else since,
            more=len(flat) > 2 * limit,
        )

    def stats(self, window_s: int) -> Mapping[str, Any]:
        """Return counters and latency percentiles of the last `window_s`, as `domain.stats` shapes them."""
        now_ms = server_time_ms(self._client)
        minutes = stats.minutes_of(window_s, now_ms)
        bags = decode_minutes(minutes, self._client.run(read_minutes(minutes)))
        return stats.shape(bags, window_s=window_s, now_ms=now_ms)

    def backlog(self) -> Backlog:
        """Return what is in flight."""
        return read_backlog(self._client)

    def pulse(self) -> Pulse:
        """Return the figures of now."""
        return read_pulse(self._client)

    def ids_of_customer(self, customer: str, limit: int) -> list[str]:
        """Return ids of the customer's tickets."""
        key = keys.customer_key(customer)
        while True:
            (found,) = self._client.run([("ZRANGE", key, 0, limit - 1)])
            ids = sorted(member.decode() for member in found)
            strays = self._strays(ids, customer)
            if not strays:
                return ids
            # They must make way, or they would hide the others from a caller that deletes page by page.
            self._client.run([("ZREM", key, *strays)])

    def _strays(self, ids: Sequence[str], customer: str) -> list[str]:
        """Return ids whose ticket has expired, was deleted, or is by now another customer's."""
        strays: list[str] = []
        for start in range(0, len(ids), READ_AT_ONCE):
            part = ids[start : start + READ_AT_ONCE]
            items = self._client.run([("HGET", keys.ticket_key(ticket_id), "item") for ticket_id in part])
            strays += [
                ticket_id
                for ticket_id, item in zip(part, items, strict=True)
                if item is None or WorkItem.from_json(item.decode()).ticket.customer != customer
            ]
        return strays


def _cursor(number: int) -> str:
    return encode_cursor("changes", number, "")


def _read(ticket_id: str) -> Command:
    return ("HMGET", keys.ticket_key(ticket_id), *encoding.RECORD_FIELDS)


def _read_place(place: Place) -> Command:
    return _read(place[1])
