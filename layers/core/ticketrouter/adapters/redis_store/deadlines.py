"""When the reconciler looks at a ticket that is not final, as the commands that write it."""

from __future__ import annotations

from collections.abc import Sequence

from ticketrouter.adapters.redis_store import keys
from ticketrouter.adapters.redis_store.client import Command
from ticketrouter.domain.message import WorkItem


def expected(items: Sequence[WorkItem], deadline_ms: int) -> list[Command]:
    """Give each ticket a deadline, `deadline_ms` after its acceptance, unless it has one."""
    shards: dict[str, list[str | int]] = {}
    for item in items:
        ticket_id = item.ticket.ticket_id
        shards.setdefault(keys.deadline_key(ticket_id), []).extend((item.accepted_at_ms + deadline_ms, ticket_id))
    return [("ZADD", shard, "NX", *entries) for shard, entries in shards.items()]


def settled(ticket_ids: Sequence[str]) -> list[Command]:
    """Forget the deadlines of tickets."""
    shards: dict[str, list[str]] = {}
    for ticket_id in ticket_ids:
        shards.setdefault(keys.deadline_key(ticket_id), []).append(ticket_id)
    return [("ZREM", shard, *members) for shard, members in shards.items()]
