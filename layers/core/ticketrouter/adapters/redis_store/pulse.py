"""The figures of now: counts of the last hour, and what is in flight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from ticketrouter.adapters.redis_store import keys
from ticketrouter.adapters.redis_store.client import Command, RedisClient
from ticketrouter.domain import stats
from ticketrouter.domain.pulse import HOUR_S, RATE_WINDOW_MS, Backlog, Pulse
from ticketrouter.domain.status import State

HEADS = 8  # deadlines of each shard that are looked at, the earliest: 128 tickets


def read_pulse(client: RedisClient) -> Pulse:
    """Return the figures of now.

    Costs 1 + 96 commands in two round trips, and two for each of at most 128 tickets in flight in a third.
    """
    now_ms = server_time_ms(client)
    minutes = stats.minutes_of(HOUR_S, now_ms)
    replies = client.run(
        [
            ("ZCOUNT", keys.ACCEPTED, f"({now_ms - RATE_WINDOW_MS}", "+inf"),
            # Of what is older no queue holds a message any more.
            ("ZCOUNT", keys.PENDING, now_ms - keys.TOMBSTONE_MS, "+inf"),
            ("ZCARD", keys.DEAD_LETTERS),
            *_deadlines(),
            *read_minutes(minutes),
        ]
    )
    accepted, pending, dead_letters, *rest = replies
    shards = 2 * keys.SHARDS
    return Pulse(
        at_ms=now_ms,
        accepted_per_min=accepted,
        backlog=_backlog(client, rest[:shards], now_ms),
        pending_deliveries=pending,
        dead_letters=dead_letters,
        minutes=decode_minutes(minutes, rest[shards:]),
    )


def read_backlog(client: RedisClient) -> Backlog:
    """Return what is in flight. Costs 1 + 32 commands, and two for each of at most 128 tickets that is."""
    now_ms = server_time_ms(client)
    return _backlog(client, client.run(_deadlines()), now_ms)


def server_time_ms(client: RedisClient) -> int:
    """Return the server's time."""
    ((seconds, microseconds),) = client.run([("TIME",)])
    return int(seconds) * 1_000 + int(microseconds) // 1_000


def read_minutes(minutes: Iterable[int]) -> list[Command]:
    """Return what reads the counts of minutes."""
    return [("HGETALL", keys.stats_key(minute)) for minute in minutes]


def decode_minutes(minutes: Iterable[int], replies: Sequence[Any]) -> dict[int, dict[str, int]]:
    """Return counts by minute, without the minutes that have none."""
    known = {name: name.decode() for flat in replies for name in flat[::2]}  # the same few hundred come again and again
    return {
        minute: dict(zip(map(known.__getitem__, flat[::2]), map(int, flat[1::2]), strict=True))
        for minute, flat in zip(minutes, replies, strict=True)
        if flat
    }


def _deadlines() -> list[Command]:
    shards = keys.deadline_keys()
    return [("ZCARD", shard) for shard in shards] + [("ZRANGE", shard, 0, HEADS - 1) for shard in shards]


def _backlog(client: RedisClient, replies: Sequence[Any], now_ms: int) -> Backlog:
    """Count the tickets that have a deadline, without those that need none.

    A repetition of a ticket that is final leaves a deadline, which the reconciler takes away when it is due. Of the
    tickets that are looked at those are known and not counted; of the others the store does not say it at this price.
    """
    counts, heads = replies[: keys.SHARDS], replies[keys.SHARDS :]
    ids = [member.decode() for member in chain(*heads)]
    if not ids:
        return Backlog(0, None)
    found = client.run(
        [
            command
            for one in ids
            for command in (("HGET", keys.ticket_key(one), "state"), ("ZSCORE", keys.ACCEPTED, one))
        ]
    )
    waiting_since = [
        None if accepted is None else int(float(accepted))
        for state, accepted in zip(found[::2], found[1::2], strict=True)
        if state == State.QUEUED.encode()
    ]
    oldest_ms = min((at_ms for at_ms in waiting_since if at_ms is not None), default=None)
    return Backlog(
        in_flight=sum(counts) - len(ids) + len(waiting_since),
        oldest_wait_ms=None if oldest_ms is None else max(0, now_ms - oldest_ms),
    )
