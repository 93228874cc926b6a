"""Claims: rate, deadlines and claims of a request in one round trip; confirmation and lists in another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ticketrouter.adapters.redis_store import keys
from ticketrouter.adapters.redis_store.client import Command, RedisClient, call
from ticketrouter.adapters.redis_store.deadlines import expected
from ticketrouter.adapters.redis_store.projections import CHANGES_KEPT, Projections, counted
from ticketrouter.domain.errors import RateLimitedError
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.stats import of_accepted
from ticketrouter.domain.status import State
from ticketrouter.ports import Claim, ClaimOutcome

LEASE_MS = 5_000
MIN_BURST = 500  # one full batch
# A refused request leaves deadlines, which only time can take away (another one may have claimed the same id). So does
# the first one only: the key's next so many requests spend a round trip on asking first, and write nothing if refused.
ASK_FIRST = 100
# So does every request of more items than this: its claims take long, and if they take too long it is accepted without
# them. Were the rate in the same trip, whoever posts large batches fast enough to slow Redis down would have none.
ONE_TRIP_ITEMS = 50


class RedisClaims:
    """The one record per ticket id.

    Args:
        client: The way to Redis.
        rate_limit_per_minute: Tickets a minute for each key; the burst is a tenth of it, at least 500.
        record_ttl_s: How long a record is kept.
        deadline_s: After how long without a final status a ticket is overdue.
        lease_ms: How long a claim is safe from being taken over.
        changes_kept: How many changes are kept.
    """

    def __init__(
        self,
        client: RedisClient,
        *,
        rate_limit_per_minute: int = 6_000,
        record_ttl_s: int = 30 * 86_400,
        deadline_s: int = 3_600,
        lease_ms: int = LEASE_MS,
        changes_kept: int = CHANGES_KEPT,
    ) -> None:
        self._client = client
        self._interval_us = max(1, round(60_000_000 / rate_limit_per_minute))
        self._burst_us = max(MIN_BURST, rate_limit_per_minute // 10) * self._interval_us
        self._record_ttl_ms = record_ttl_s * 1000
        self._deadline_ms = deadline_s * 1000
        self._lease_ms = lease_ms
        self._asks_first: dict[str, int] = {}  # by key: how many more requests do
        self._left_s: float | None = None  # of the time that the last claim had
        self._projections = Projections(record_ttl_s=record_ttl_s, changes_kept=changes_kept)

    def claim(self, items: Sequence[WorkItem], *, key_id: str, token: str) -> list[Claim]:
        """Claim every item in one round trip, rate limit included; in two for many, or near the limit.

        Raises:
            RateLimitedError: The key has no rate left for so many items; nothing stays claimed.
            CacheUnavailableError: No answer in time, or the breaker is open.
        """
        rate = call("rate", [keys.rate_key(key_id)], len(items) * self._interval_us, self._burst_us)
        near_limit = self._asks_first.get(key_id, 0)
        asks_first = near_limit > 0 or len(items) > ONE_TRIP_ITEMS
        if asks_first:
            self._asks_first[key_id] = max(0, near_limit - 1)
            self._refuse(key_id, *self._client.run([rate]))
        commands = [] if asks_first else [rate]
        # Before the claims: a deadline without a claim is looked at and forgotten, a claim without one could be lost.
        commands += expected(items, self._deadline_ms)
        commands += [self._claim(item, token) for item in items]
        replies = self._client.run(commands)
        self._left_s = self._client.left_s()
        claims = [_claim(item, reply, token) for item, reply in zip(items, replies[-len(items) :], strict=True)]
        if not asks_first and replies[0]:
            self._client.run([_release(claim) for claim in claims if claim.owned])
            self._refuse(key_id, replies[0])
        return claims

    def _refuse(self, key_id: str, retry_after_s: int) -> None:
        """Turn the request away unless the wait is zero, and have the key's next ones ask before they write."""
        if retry_after_s:
            self._asks_first[key_id] = ASK_FIRST
            raise RateLimitedError("the key's rate is used up", retry_after_s=int(retry_after_s))

    def _claim(self, item: WorkItem, token: str) -> Command:
        key = keys.ticket_key(item.ticket.ticket_id)
        return call("claim", [key], token, self._lease_ms, item.ticket.fingerprint, item.to_json(), self._record_ttl_ms)

    def confirm(self, claims: Sequence[Claim]) -> None:
        """Move owned claims from `sending` to `queued`, and show them in lists and figures.

        Raises:
            CacheUnavailableError: The records stay `sending`; a retry, the worker or the reconciler moves them on.
        """
        owned = [claim for claim in claims if claim.owned]
        if not owned:
            return
        items = [claim.item for claim in owned]
        commands = [call("confirm", [keys.ticket_key(claim.item.ticket.ticket_id)], claim.token) for claim in owned]
        # In the same round trip, before it is known who was faster: lists keep what a worker has shown.
        commands += self._projections.accepted(items)
        commands += counted(map(of_accepted, items))
        # The ticket is safe: what Redis may cost a request, the claim may have used up already.
        moved = self._client.run(commands, trip_s=self._left_s)[: len(owned)]
        # Whoever was faster, a worker or a new owner, has counted the ticket or will: ours is taken back.
        self._client.run(
            counted((of_accepted(item) for item, mine in zip(items, moved, strict=True) if not mine), sign=-1)
        )


def _claim(item: WorkItem, reply: Sequence[Any], token: str) -> Claim:
    outcome, state, left_ms, held = reply
    return Claim(
        outcome=ClaimOutcome(outcome.decode()),
        item=WorkItem.from_json(held.decode()) if held else item,
        token=token,
        state=State(state.decode()),
        retry_after_s=math.ceil(left_ms / 1000) if left_ms else None,
    )


def _release(claim: Claim) -> Command:
    key = keys.ticket_key(claim.item.ticket.ticket_id)
    return call("release", [key], claim.token, claim.outcome.value, keys.TOMBSTONE_MS)
