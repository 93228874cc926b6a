"""Lists and figures in memory, computed from the records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ticketrouter.adapters.memory.state import MemoryState
from ticketrouter.domain import stats
from ticketrouter.domain.errors import CursorExpiredError
from ticketrouter.domain.listing import (
    TicketQuery,
    decode_cursor,
    encode_cursor,
    rank_bounds,
    urgency_of,
    urgency_rank,
)
from ticketrouter.domain.pulse import HOUR_S, RATE_WINDOW_MS, Backlog, Pulse
from ticketrouter.domain.record import TicketRecord
from ticketrouter.domain.status import DeliveryStatus, State
from ticketrouter.ports import ChangePage, TicketPage


class MemoryViews:
    """The twin of `RedisViews`.

    Args:
        state: What the twins share.
    """

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    def find(self, query: TicketQuery) -> TicketPage:
        """Return a page of tickets."""
        with self._state.open():
            newest_first = query.sort.startswith("-")
            behind = decode_cursor(query.sort, query.cursor) if query.cursor else None
            low, high = rank_bounds(query)
            places = sorted(
                (
                    (_place(row.record, query.sort), row.record)
                    for row in self._state.rows.values()
                    if row.counted and query.keeps(row.record) and _has_place(row.record, query)
                ),
                key=lambda place: place[0],
                reverse=newest_first,
            )
            left = [
                (place, record)
                for place, record in places
                if low <= place[0] <= high and (behind is None or (place < behind if newest_first else place > behind))
            ]
            page = left[: query.limit]
            more = encode_cursor(query.sort, *page[-1][0]) if len(left) > query.limit else None
            counts = replace(query, incident="" if query.order == "accepted_at" else query.incident).is_a_range
            return TicketPage([record for _, record in page], more, len(places) if counts else None)

    def changes(self, since: str | None, limit: int) -> ChangePage:
        """Return what changed after the cursor."""
        with self._state.open():
            if since is None:
                return ChangePage([], [], _change_cursor(self._state.sequence), more=False)
            behind, _ = decode_cursor("changes", since, pointer="/since")
            if behind < self._state.floor:
                raise CursorExpiredError("the cursor is older than what is kept")
            later = [(member, number) for member, number in self._state.changes.items() if number > behind]
            page = later[:limit]
            rows = [self._state.rows.get(member) for member, _ in page]
            return ChangePage(
                records=[row.record for row in rows if row is not None],
                removed=[m.removeprefix("~") for (m, _), row in zip(page, rows, strict=True) if row is None],
                cursor=_change_cursor(page[-1][1]) if page else since,
                more=len(later) > limit,
            )

    def stats(self, window_s: int) -> Mapping[str, Any]:
        """Return counters and latency percentiles."""
        with self._state.open() as now_ms:
            return stats.shape(self._state.bags, window_s=window_s, now_ms=now_ms)

    def backlog(self) -> Backlog:
        """Return what is in flight."""
        with self._state.open() as now_ms:
            open_rows = [row for row in self._state.rows.values() if row.record.state is State.QUEUED]
            accepted = [row.record.item.accepted_at_ms for row in open_rows]
            return Backlog(len(accepted), max(0, now_ms - min(accepted)) if accepted else None)

    def pulse(self) -> Pulse:
        """Return the figures of now."""
        with self._state.open() as now_ms:
            accepted = [row.record.item.accepted_at_ms for row in self._state.rows.values() if row.counted]
            return Pulse(
                at_ms=now_ms,
                accepted_per_min=sum(at_ms > now_ms - RATE_WINDOW_MS for at_ms in accepted),
                backlog=self.backlog(),
                pending_deliveries=len(self._pending()),
                dead_letters=len(self._state.letters),
                minutes={
                    minute: dict(self._state.bags[minute])
                    for minute in stats.minutes_of(HOUR_S, now_ms)
                    if minute in self._state.bags
                },
            )

    def _pending(self) -> set[tuple[str, str]]:
        """Return alerts that are neither delivered nor given up: those under way, and those nobody has taken yet."""
        tried = self._state.deliveries
        due = {(a.about, a.destination) for row in self._state.rows.values() for a in row.record.alerts}
        pending = {name for name, row in tried.items() if row.delivery.status is DeliveryStatus.PENDING}
        return pending | (due - tried.keys())

    def ids_of_customer(self, customer: str, limit: int) -> list[str]:
        """Return ids of the customer's tickets."""
        with self._state.open():
            accepted = {key: row.record.item.ticket for key, row in self._state.rows.items() if row.counted}
            return sorted(key for key, ticket in accepted.items() if ticket.customer == customer)[:limit]


def _has_place(record: TicketRecord, query: TicketQuery) -> bool:
    return query.order != "total_ms" or record.total_ms is not None


def _place(record: TicketRecord, sort: str) -> tuple[int, str]:
    accepted_at_ms, ticket_id = record.item.accepted_at_ms, record.item.ticket.ticket_id
    if sort.endswith("accepted_at"):
        return accepted_at_ms, ticket_id
    if sort.endswith("total_ms"):
        return record.total_ms or 0, ticket_id
    return urgency_rank(urgency_of(record), accepted_at_ms), ticket_id


def _change_cursor(number: int) -> str:
    return encode_cursor("changes", number, "")
