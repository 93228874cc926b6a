"""The audit list in memory."""

from __future__ import annotations

from dataclasses import replace

from ticketrouter.adapters.memory.state import MemoryState
from ticketrouter.domain.audit import KEPT_ENTRIES, KEPT_S, AuditEnd, AuditEntry
from ticketrouter.domain.listing import decode_cursor, encode_cursor


class MemoryAuditList:
    """The twin of `RedisAuditList`.

    Args:
        state: What the twins share.
        kept: How many entries are kept.
    """

    def __init__(self, state: MemoryState, *, kept: int = KEPT_ENTRIES) -> None:
        self._state = state
        self._kept = kept

    def begin(self, entry: AuditEntry) -> None:
        """Add an action before it is done; see the port."""
        with self._state.open():
            self._state.audit.setdefault(entry.id, replace(entry, end=None))
            for _, entry_id in self._places()[self._kept :]:
                del self._state.audit[entry_id]

    def end(self, entry_id: str, end: AuditEnd) -> None:
        """Write down how it ended; the first end stands."""
        with self._state.open():
            entry = self._state.audit.get(entry_id)
            if entry is not None and entry.end is None:
                self._state.audit[entry_id] = replace(entry, end=end)

    def find(self, *, limit: int, cursor: str | None) -> tuple[list[AuditEntry], str | None]:
        """Return entries, newest first, and the cursor of the next page."""
        with self._state.open() as now_ms:
            before = decode_cursor("audit", cursor) if cursor else None
            oldest_ms = now_ms - KEPT_S * 1000
            places = [place for place in self._places() if place[0] > oldest_ms and (before is None or place < before)]
            more = encode_cursor("audit", *places[limit - 1]) if len(places) > limit else None
            return [self._state.audit[entry_id] for _, entry_id in places[:limit]], more

    def _places(self) -> list[tuple[int, str]]:
        return sorted(((entry.at_ms, entry.id) for entry in self._state.audit.values()), reverse=True)
