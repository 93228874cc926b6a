"""What people say of tickets' labels."""

from __future__ import annotations

from typing import Protocol

from ticketrouter.domain.feedback import Feedback


class FeedbackList(Protocol):
    """Rows of feedback, kept as long as their tickets. Every method may raise CacheUnavailableError."""

    def add(self, row: Feedback, *, limit: int) -> bool:
        """Add a row; False if its ticket is gone, or has `limit` rows already."""

    def of_ticket(self, ticket_id: str) -> list[Feedback]:
        """Return the rows of a ticket, oldest first."""

    def find(self, *, limit: int, cursor: str | None) -> tuple[list[Feedback], str | None]:
        """Return rows, newest first, and the cursor of the next page.

        Raises:
            InvalidQueryError: The cursor is not one of ours.
        """
