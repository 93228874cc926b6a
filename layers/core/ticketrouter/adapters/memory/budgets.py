"""Alert budgets in memory."""

from __future__ import annotations

from collections.abc import Sequence

from ticketrouter.adapters.memory.state import BudgetRow, MemoryState
from ticketrouter.domain.alert import Alert
from ticketrouter.domain.digest import BUDGET_WINDOW_MS, MAX_LINES, digest_id, following_gap_ms, max_gap_ms
from ticketrouter.domain.message import RETENTION_S
from ticketrouter.ports import ClosedDigest, Held


class MemoryBudgets:
    """The twin of `RedisBudgets`.

    Args:
        state: What the twins share.
    """

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    def spend(self, alert: Alert, limit: int) -> Held | None:
        """Take the alert out of the budget of the last hour; see the port."""
        name = (alert.about, alert.epoch)
        with self._state.open() as now_ms:
            row = self._state.budgets.setdefault(alert.destination, BudgetRow())
            if name in row.held:
                return _held(row, alert.destination, row.held[name][0], now_ms)
            if name in row.paid:
                return None
            row.paid = {paid: at_ms for paid, at_ms in row.paid.items() if at_ms > now_ms - BUDGET_WINDOW_MS}
            if len(row.paid) < limit:
                row.paid[name] = now_ms
                return None
            earliest_ms = max(now_ms, row.closed_at_ms + min(row.gap_ms, max_gap_ms(alert.urgency_score)))
            if row.open_ms is None:
                row.open_ms = row.newest_ms = max(now_ms, row.newest_ms + 1)
                row.due_ms = earliest_ms
            row.due_ms = min(row.due_ms, earliest_ms)
            row.held[name] = (row.open_ms, alert.rank)
            forgotten_ms = now_ms - RETENTION_S * 1000
            row.held = {held: place for held, place in row.held.items() if place[0] > forgotten_ms}
            return _held(row, alert.destination, row.open_ms, now_ms)

    def used(self, destinations: Sequence[str]) -> list[int]:
        """Return how many messages each was sent within the last hour out of its budget, in their order."""
        with self._state.open() as now_ms:
            rows = [self._state.budgets.get(destination, BudgetRow()) for destination in destinations]
            return [sum(at_ms > now_ms - BUDGET_WINDOW_MS for at_ms in row.paid.values()) for row in rows]

    def destinations(self) -> list[str]:
        """Return every destination whose budget was ever asked for."""
        with self._state.open():
            return sorted(self._state.budgets)

    def close(self, destination: str) -> ClosedDigest | None:
        """Close the open digest if it is due; return the closed one until it is told."""
        with self._state.open() as now_ms:
            row = self._state.budgets.setdefault(destination, BudgetRow())
            if row.closed_ms is None:
                if row.open_ms is None or row.due_ms > now_ms:
                    return None
                row.gap_ms = following_gap_ms(now_ms - row.closed_at_ms, row.gap_ms)
                row.closed_ms, row.closed_at_ms, row.open_ms = row.open_ms, now_ms, None
            members = [(s, epoch, about) for (about, epoch), (since, s) in row.held.items() if since == row.closed_ms]
            top = tuple(about for _, _, about in sorted(members, reverse=True)[:MAX_LINES])
            return ClosedDigest(destination, row.closed_ms, row.closed_at_ms, row.gap_ms, len(members), top)

    def told(self, digest: ClosedDigest) -> None:
        """Note that this digest is on the alert queue."""
        with self._state.open():
            row = self._state.budgets.setdefault(digest.destination, BudgetRow())
            row.told_ms = max(row.told_ms, digest.since_ms)
            if row.closed_ms == digest.since_ms:
                row.closed_ms = None


def _held(row: BudgetRow, destination: str, since_ms: int, now_ms: int) -> Held:
    due_in_ms = max(0, row.due_ms - now_ms) if since_ms == row.open_ms else 0
    return Held(digest_id(destination, since_ms), due_in_ms, told=since_ms <= row.told_ms)
