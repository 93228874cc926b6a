"""Take down what people say of a ticket's labels, and read it back."""

from __future__ import annotations

from ticketrouter.domain.errors import ConflictError, NotFoundError
from ticketrouter.domain.feedback import MAX_OF_TICKET, Feedback, Said
from ticketrouter.domain.score import Score
from ticketrouter.domain.ticket import TICKET_ID
from ticketrouter.ports import Clock, FeedbackList, Randomness, TicketStore


class FeedbackBook:
    """Feedback, row by row.

    Args:
        store: Records, for what the model had said.
        rows: The rows.
        clock: Time.
        randomness: Names of rows.
    """

    def __init__(self, *, store: TicketStore, rows: FeedbackList, clock: Clock, randomness: Randomness) -> None:
        self._store = store
        self._rows = rows
        self._clock = clock
        self._randomness = randomness

    def add(
        self,
        ticket_id: str,
        *,
        key_id: str,
        key_name: str,
        category: str = "",
        urgency: float | None = None,
        sentiment: str = "",
        note: str = "",
    ) -> Feedback:
        """Add a row about a ticket, and return it.

        Raises:
            NotFoundError: There is no such ticket.
            ConflictError: It has as many rows as a ticket may have.
            CacheUnavailableError: The store did not answer.
        """
        record = self._store.get(ticket_id) if TICKET_ID.fullmatch(ticket_id) else None
        if record is None:
            raise NotFoundError("there is no ticket with this id")
        row = Feedback(
            id=f"fb_{self._randomness.token()}",
            ticket_id=ticket_id,
            at_ms=self._clock.now_ms(),
            key_id=key_id,
            key_name=key_name,
            category=category,
            urgency=urgency,
            sentiment=sentiment,
            note=note,
            said=_said(record.score),
        )
        if not self._rows.add(row, limit=MAX_OF_TICKET):
            raise ConflictError(f"the ticket was just deleted, or has {MAX_OF_TICKET} rows of feedback")
        return row

    def of_ticket(self, ticket_id: str) -> list[Feedback]:
        """Return the rows of a ticket, oldest first."""
        return self._rows.of_ticket(ticket_id)

    def find(self, *, limit: int, cursor: str | None) -> tuple[list[Feedback], str | None]:
        """Return rows, newest first, and the cursor of the next page.

        Raises:
            InvalidQueryError: The cursor is not one of ours.
            CacheUnavailableError: The store did not answer.
        """
        return self._rows.find(limit=limit, cursor=cursor)


def _said(score: Score | None) -> Said | None:
    if score is None:
        return None
    return Said(score.category, score.urgency_score, score.sentiment, score.model_version)
