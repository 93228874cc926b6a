"""Shapes of the answers about feedback."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from ticketrouter.domain.feedback import Feedback
from ticketrouter.edge.shapes import Cursor, Shape, Share, Time, rfc3339

FeedbackId = Annotated[str, Field(pattern="^fb_[0-9a-z]{26}$")]


class SaidResource(Shape):
    """What the model had said of the ticket when the row was written."""

    category: str
    urgency_score: Share
    sentiment: str
    model_version: str


class FeedbackResource(Shape):
    """What one caller said of a ticket's labels; a label that is null was not spoken of."""

    id: FeedbackId
    ticket_id: str
    at: Time
    key_id: str = Field(description="Public id of the caller's key.")
    key_name: str = Field(description="Its name in the document of keys; may be empty.")
    category: str | None
    urgency: float | None = Field(description="A level of the rubric: 0, 0.25, 0.5, 0.75 or 1.")
    sentiment: str | None
    note: str
    said: SaidResource | None = Field(description="What the model had said; null of a ticket without a score.")

    @classmethod
    def of(cls, row: Feedback) -> Self:
        """Translate."""
        said = row.said
        return cls(
            id=row.id,
            ticket_id=row.ticket_id,
            at=rfc3339(row.at_ms),
            key_id=row.key_id,
            key_name=row.key_name,
            category=row.category or None,
            urgency=row.urgency,
            sentiment=row.sentiment or None,
            note=row.note,
            said=None
            if said is None
            else SaidResource(
                category=said.category,
                urgency_score=said.urgency_score,
                sentiment=said.sentiment,
                model_version=said.model_version,
            ),
        )


class FeedbackPage(Shape):
    """Feedback, newest first."""

    feedback: list[FeedbackResource]
    cursor: Cursor
