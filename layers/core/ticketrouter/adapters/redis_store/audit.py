"""The audit list: a hash an entry, and a list of them by time."""

from __future__ import annotations

import json
from dataclasses import asdict

from ticketrouter.adapters.redis_store import encoding, keys
from ticketrouter.adapters.redis_store.client import Command, RedisClient
from ticketrouter.adapters.redis_store.walk import Place, walk
from ticketrouter.domain.audit import KEPT_ENTRIES, KEPT_S, AuditEnd, AuditEntry


class RedisAuditList:
    """What operators did.

    Args:
        client: The way to Redis.
        kept: How many entries are kept.
    """

    def __init__(self, client: RedisClient, *, kept: int = KEPT_ENTRIES) -> None:
        self._client = client
        self._kept = kept

    def begin(self, entry: AuditEntry) -> None:
        """Add an action before it is done; see the port."""
        key = keys.audit_key(entry.id)
        document = asdict(entry)
        del document["end"]
        self._client.run(
            [
                ("HSETNX", key, "entry", json.dumps(document, ensure_ascii=False, separators=(",", ":"))),
                ("EXPIRE", key, KEPT_S),
                ("ZADD", keys.AUDIT, "NX", entry.at_ms, entry.id),
                ("ZREMRANGEBYRANK", keys.AUDIT, 0, -1 - self._kept),
            ]
        )

    def end(self, entry_id: str, end: AuditEnd) -> None:
        """Write down how it ended; the first end stands."""
        document = json.dumps(asdict(end), ensure_ascii=False, separators=(",", ":"))
        self._client.run([("HSETNX", keys.audit_key(entry_id), "end", document)])

    def find(self, *, limit: int, cursor: str | None) -> tuple[list[AuditEntry], str | None]:
        """Return entries, newest first, and the cursor of the next page."""
        return walk(
            self._client,
            keys.AUDIT,
            order="audit",
            read=_read_place,
            decode=_decode,
            limit=limit,
            cursor=cursor,
        )


def _read_place(place: Place) -> Command:
    return ("HMGET", keys.audit_key(place[1]), "entry", "end")


def _decode(values: encoding.Values) -> AuditEntry | None:
    entry, end = values
    if entry is None:
        return None
    return AuditEntry(**json.loads(entry), end=None if end is None else AuditEnd(**json.loads(end)))
