"""Lists and figures, as the commands that write them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ticketrouter.adapters.redis_store import keys
from ticketrouter.adapters.redis_store.client import Command, call
from ticketrouter.domain.listing import urgency_rank
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.stats import MAX_WINDOW_S, Tally

CHANGES_KEPT = 100_000
STATS_TTL_S = MAX_WINDOW_S + 3_600

Entry = tuple[WorkItem, float, int | None]  # a ticket, its urgency, its total_ms once it is scored


class Projections:
    """Makes the commands that keep lists and figures in step with the records.

    Args:
        record_ttl_s: How long a record, and so its place in the lists, is kept.
        changes_kept: How many changes are kept: what a cursor may lag behind.
    """

    def __init__(self, *, record_ttl_s: int, changes_kept: int = CHANGES_KEPT) -> None:
        self._record_ttl_ms = record_ttl_s * 1000
        self._changes_kept = changes_kept

    def accepted(self, items: Sequence[WorkItem]) -> list[Command]:
        """List accepted tickets as `listed` does, by their provisional urgency; whoever shows S first is not undone."""
        return self._shown("offer", [(item, item.provisional_score, None) for item in items])

    def listed(self, entries: Sequence[Entry]) -> list[Command]:
        """List tickets by time of acceptance, urgency, total_ms and customer, and note that they changed."""
        return self._shown("show", entries)

    def _shown(self, what: str, entries: Sequence[Entry]) -> list[Command]:
        places: list[str | int] = []
        customers: dict[str, list[str]] = {}
        for item, urgency, total_ms in entries:
            ticket_id, rank = item.ticket.ticket_id, urgency_rank(urgency, item.accepted_at_ms)
            places += (what, ticket_id, item.accepted_at_ms, rank, "" if total_ms is None else total_ms)
            if item.ticket.customer:
                customers.setdefault(keys.customer_key(item.ticket.customer), []).append(ticket_id)
        commands = [self._project(places)] if places else []
        return commands + [call("customer", [key], self._record_ttl_ms, *ids) for key, ids in customers.items()]

    def touched(self, ticket_id: str) -> Command:
        """Note that something beside the record changed, if the ticket is listed."""
        return self._project(["touch", ticket_id, "", "", ""])

    def removed(self, ticket_id: str) -> Command:
        """Take a ticket out of the lists and leave a tombstone among the changes."""
        return self._project(["remove", ticket_id, "", "", ""])

    def _project(self, entries: Sequence[str | int]) -> Command:
        return call("project", keys.TICKET_LISTS, self._changes_kept, self._record_ttl_ms, *entries)


def counted(tallies: Iterable[Tally], *, sign: int = 1) -> list[Command]:
    """Add tallies to the figures; with sign -1, take back what was added for somebody who was not first."""
    totals: dict[int, Counter[str]] = {}
    for tally in tallies:
        totals.setdefault(tally.minute, Counter()).update(tally.counts)
    return [
        call("count", [keys.stats_key(minute)], STATS_TTL_S, *_pairs(total, sign))
        for minute, total in totals.items()
        if total
    ]


def _pairs(total: Counter[str], sign: int) -> list[str | int]:
    return [part for name, count in total.items() if count for part in (name, sign * count)]
