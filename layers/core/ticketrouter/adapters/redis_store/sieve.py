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
        # The list that is walked is cut to its own bounds; the other list knows the ranks of the other filter.
        by_time = query.sort.endswith("accepted_at")
        self._other = keys.URGENCY if by_time else keys.ACCEPTED
        other_query = replace(query, sort="urgency_score" if by_time else "accepted_at")
        self._bounds = rank_bounds(other_query)
        self._has_bounds = self._bounds != rank_bounds(TicketQuery(sort=other_query.sort))

    def sift(self, places: Sequence[Place]) -> list[Place]:
        """Return the places whose tickets may pass; a ticket that is gone passes if no field is looked at."""
        found = list(places)
        if self._has_bounds and found:
            (ranks,) = self._client.run([("ZMSCORE", self._other, *(ticket_id for _, ticket_id in found))])
            found = [place for place, rank in zip(found, ranks, strict=True) if self._is_within(rank)]
        if self._tests:
            fields = tuple(self._tests)
            replies = self._client.run([_read(place, fields) for place in found])
            found = [place for place, values in zip(found, replies, strict=True) if self._may_pass(values)]
        return found

    def _is_within(self, rank: bytes | None) -> bool:
        low, high = self._bounds
        return rank is None or low <= float(rank) <= high

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
    if verdict:
        parts = [_member(name, value) for name, value in verdict]
        tests["outcome"] = lambda raw: all(part in raw for part in parts)
    if query.customer or query.text:
        customer = _member("customer", query.customer) if query.customer else b""
        # Case folding goes character by character and leaves JSON's escapes as they are, so it may come after them.
        words = [_quoted(word)[1:-1] for word in query.text.casefold().split()]
        tests["item"] = lambda raw: customer in raw and _has_words(raw, words)
    return tests


def _has_words(raw: bytes, words: Sequence[str]) -> bool:
    if not words:
        return True
    folded = raw.decode().casefold()
    return all(word in folded for word in words)


def _member(name: str, value: str) -> bytes:
    return f"{_quoted(name)}:{_quoted(value)}".encode()


def _quoted(text: str) -> str:
    """Return a text as `WorkItem.to_json` and `keys.encode_outcome` write it."""
    return json.dumps(text, ensure_ascii=False)
