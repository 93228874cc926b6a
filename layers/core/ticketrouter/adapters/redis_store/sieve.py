"""What a filter can tell from a ticket's raw fields, so that only what may pass is read whole and decoded.

It never drops a ticket that the filter keeps, and may pass some that it does not: the filter itself has the last word.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ticketrouter.adapters.redis_store import keys
from ticketrouter.adapters.redis_store.client import Command, RedisClient
from ticketrouter.adapters.redis_store.walk import Place
from ticketrouter.domain.listing import TicketQuery, rank_bounds
from ticketrouter.domain.status import State

Test = Callable[[bytes], bool]


class Sieve:
    """The coarse filter of a query.

    Args:
        client: The way to Redis.
        query: The filter.
    """

    def __init__(self, client: RedisClient, query: TicketQuery) -> None:
        self._client = client
        self._tests = _tests(query)
        # The list that is walked is cut to its own bounds; the others know the ranks of the other filters.
        self._others = [
            (keys.ORDERS[order], bounds)
            for order in ("accepted_at", "urgency_score")
            if order != query.order
            and (bounds := rank_bounds(replace(query, sort=order))) != rank_bounds(TicketQuery(sort=order))
        ]
        self._members = keys.members_key(query.incident) if query.incident and query.order != "accepted_at" else ""

    def sift(self, places: Sequence[Place]) -> list[Place]:
        """Return the places whose tickets may pass; a ticket that is gone passes if no field is looked at."""
        found = list(places)
        for index, (low, high) in self._others:
            # One without a rank passes, and is found to be gone.
            found = [place for place, rank in self._ranked(index, found) if rank is None or low <= rank <= high]
        if self._members:
            found = [place for place, rank in self._ranked(self._members, found) if rank is not None]
        if self._tests and found:
            fields = tuple(self._tests)
            replies = self._client.run([_read(place, fields) for place in found])
            found = [place for place, values in zip(found, replies, strict=True) if self._may_pass(values)]
        return found

    def _ranked(self, index: str, places: Sequence[Place]) -> list[tuple[Place, float | None]]:
        if not places:
            return []
        (ranks,) = self._client.run([("ZMSCORE", index, *(ticket_id for _, ticket_id in places))])
        return [(place, None if rank is None else float(rank)) for place, rank in zip(places, ranks, strict=True)]

    def _may_pass(self, reply: Any) -> bool:
        values = reply if isinstance(reply, list) else [reply]
        return all(values[at] is not None and test(values[at]) for at, test in enumerate(self._tests.values()))


def _read(place: Place, fields: Sequence[str]) -> Command:
    # One field is read as such: its reply takes half the time to parse that a list of one takes.
    return ("HGET" if len(fields) == 1 else "HMGET", keys.ticket_key(place[1]), *fields)


def _tests(query: TicketQuery) -> dict[str, Test]:
    """Return what each field must satisfy; fields that no filter looks at are not read."""
    tests: dict[str, Test] = {}
    if query.status:
        states = {state.value.encode() for state in State if state.status == query.status}
        tests["state"] = states.__contains__
    verdict = [(name, getattr(query, name)) for name in ("category", "sentiment") if getattr(query, name)]
    if verdict or query.needs_review is not None:
        parts = [_member(name, value) for name, value in verdict]
        if query.needs_review is not None:
            parts.append(b'"needs_review":true' if query.needs_review else b'"needs_review":false')
        tests["outcome"] = lambda raw: all(part in raw for part in parts)
    named = [_member(name, value) for name in ("customer", "channel") if (value := getattr(query, name))]
    if named or query.text:
        # Case folding goes character by character and leaves JSON's escapes as they are, so it may come after them.
        words = [_quoted(word)[1:-1] for word in query.text.casefold().split()]
        tests["item"] = lambda raw: all(part in raw for part in named) and _has_words(raw, words)
    return tests


def _has_words(raw: bytes, words: Sequence[str]) -> bool:
    if not words:
        return True
    folded = raw.decode().casefold()
    return all(word in folded for word in words)


def _member(name: str, value: str) -> bytes:
    return f"{_quoted(name)}:{_quoted(value)}".encode()


def _quoted(text: str) -> str:
    """Return a text as `WorkItem.to_json` and `encoding.encode_outcome` write it."""
    return json.dumps(text, ensure_ascii=False)
