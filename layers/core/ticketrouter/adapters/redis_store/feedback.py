"""Feedback: a hash of rows beside each ticket's record, and one list of them all by time."""

from __future__ import annotations

import json
from dataclasses import asdict

from ticketrouter.adapters.redis_store import encoding, keys
from ticketrouter.adapters.redis_store.client import Command, RedisClient, call
from ticketrouter.adapters.redis_store.walk import Place, walk
from ticketrouter.domain.feedback import Feedback, Said


class RedisFeedbackList:
    """What people said.

    Args:
        client: The way to Redis.
    """

    def __init__(self, client: RedisClient) -> None:
        self._client = client

    def add(self, row: Feedback, *, limit: int) -> bool:
        """Add a row; False if its ticket is gone, or has `limit` rows already."""
        body = json.dumps(asdict(row), ensure_ascii=False, separators=(",", ":"))
        own = [keys.feedback_key(row.ticket_id), keys.ticket_key(row.ticket_id)]
        # The list first: a place without a row is dropped when it is read, a row without a place would not be found.
        place = ("ZADD", keys.FEEDBACK, row.at_ms, f"{row.ticket_id}~{row.id}")
        _, added = self._client.run([place, call("feedback_add", own, row.id, body, limit)])
        return bool(added)

    def of_ticket(self, ticket_id: str) -> list[Feedback]:
        """Return the rows of a ticket, oldest first."""
        (rows,) = self._client.run([("HVALS", keys.feedback_key(ticket_id))])
        return sorted((_row(raw) for raw in rows), key=lambda row: (row.at_ms, row.id))

    def find(self, *, limit: int, cursor: str | None) -> tuple[list[Feedback], str | None]:
        """Return rows, newest first, and the cursor of the next page."""
        return walk(
            self._client,
            keys.FEEDBACK,
            order="feedback",
            read=_read_place,
            decode=_decode,
            limit=limit,
            cursor=cursor,
        )


def _read_place(place: Place) -> Command:
    ticket_id, _, row_id = place[1].rpartition("~")
    return ("HMGET", keys.feedback_key(ticket_id), row_id)


def _decode(values: encoding.Values) -> Feedback | None:
    return None if values[0] is None else _row(values[0])


def _row(raw: bytes) -> Feedback:
    document = json.loads(raw)
    said = document.pop("said")
    return Feedback(**document, said=None if said is None else Said(**said))
