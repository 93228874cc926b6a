"""Feedback in memory."""

from __future__ import annotations

from ticketrouter.adapters.memory.state import MemoryState
from ticketrouter.domain.feedback import Feedback
from ticketrouter.domain.listing import decode_cursor, encode_cursor


class MemoryFeedbackList:
    """The twin of `RedisFeedbackList`.

    Args:
        state: What the twins share.
    """

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    def add(self, row: Feedback, *, limit: int) -> bool:
        """Add a row; False if its ticket is gone, or has `limit` rows already."""
        with self._state.open():
            if row.ticket_id not in self._state.rows or len(self.of_ticket(row.ticket_id)) >= limit:
                return False
            self._state.feedback[row.id] = row
            return True

    def of_ticket(self, ticket_id: str) -> list[Feedback]:
        """Return the rows of a ticket, oldest first."""
        with self._state.open():
            rows = [row for row in self._state.feedback.values() if row.ticket_id == ticket_id]
            return sorted(rows, key=lambda row: (row.at_ms, row.id))

    def find(self, *, limit: int, cursor: str | None) -> tuple[list[Feedback], str | None]:
        """Return rows, newest first, and the cursor of the next page."""
        with self._state.open():
            before = decode_cursor("feedback", cursor) if cursor else None
            placed = {(row.at_ms, f"{row.ticket_id}~{row.id}"): row for row in self._state.feedback.values()}
            left = [place for place in sorted(placed, reverse=True) if before is None or place < before]
            more = encode_cursor("feedback", *left[limit - 1]) if len(left) > limit else None
            return [placed[place] for place in left[:limit]], more
