"""Claims in memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from ticketrouter.adapters.memory.state import MemoryState, TicketRow
from ticketrouter.domain.errors import RateLimitedError
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.record import TicketRecord
from ticketrouter.domain.status import State
from ticketrouter.ports import Claim, ClaimOutcome

MIN_BURST = 500  # one full batch


class MemoryClaims:
    """The twin of `RedisClaims`.

    Args:
        state: What the twins share.
        rate_limit_per_minute: Tickets a minute for each key; the burst is a tenth of it, at least 500.
        lease_ms: How long a claim is safe from being taken over.
    """

    def __init__(self, state: MemoryState, *, rate_limit_per_minute: int = 6_000, lease_ms: int = 5_000) -> None:
        self._state = state
        self._interval_ms = 60_000 / rate_limit_per_minute
        self._burst_ms = max(MIN_BURST, rate_limit_per_minute // 10) * self._interval_ms
        self._lease_ms = lease_ms

    def claim(self, items: Sequence[WorkItem], *, key_id: str, token: str) -> list[Claim]:
        """Claim every item, or none where the key has no rate left."""
        with self._state.open() as now_ms:
            paid_until_ms = max(self._state.rates.get(key_id, 0.0), now_ms) + len(items) * self._interval_ms
            over_ms = paid_until_ms - now_ms - self._burst_ms
            if over_ms > 1e-6:
                raise RateLimitedError("the key's rate is used up", retry_after_s=math.ceil(over_ms / 1000))
            self._state.rates[key_id] = paid_until_ms
            return [self._claim(item, token, now_ms) for item in items]

    def _claim(self, item: WorkItem, token: str, now_ms: int) -> Claim:
        row = self._state.rows.get(item.ticket.ticket_id)
        if row is None:
            record = TicketRecord(item, State.SENDING)
            self._state.create(item, TicketRow(record, token, now_ms + self._lease_ms))
            return Claim(ClaimOutcome.NEW, item, token, State.SENDING)
        held = row.record
        if held.item.ticket.fingerprint != item.ticket.fingerprint:
            return Claim(ClaimOutcome.CONFLICT, item, token, held.state)
        if held.state is not State.SENDING:
            return Claim(ClaimOutcome.DUPLICATE, held.item, token, held.state)
        left_ms = row.lease_until_ms - now_ms
        if left_ms > 0 and row.token != token:
            return Claim(ClaimOutcome.IN_PROGRESS, held.item, token, held.state, math.ceil(left_ms / 1000))
        outcome = ClaimOutcome.NEW if row.token == token else ClaimOutcome.TAKEN_OVER
        row.token, row.lease_until_ms = token, now_ms + self._lease_ms
        return Claim(outcome, held.item, token, held.state)

    def confirm(self, claims: Sequence[Claim]) -> None:
        """Move owned claims on to `queued`."""
        with self._state.open():
            for claim in claims:
                row = self._state.rows.get(claim.item.ticket.ticket_id)
                if row and claim.owned and row.record.state is State.SENDING and row.token == claim.token:
                    row.record = replace(row.record, state=State.QUEUED)
                    self._state.accept(row)
