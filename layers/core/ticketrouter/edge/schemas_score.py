"""Shapes of the answer of `POST /score`."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from ticketrouter.domain.score import Score
from ticketrouter.domain.urgency import band
from ticketrouter.edge.schemas import Band, Sentiment, TermResource
from ticketrouter.edge.shapes import Shape, Share


class SegmentResource(Shape):
    """A piece of the text; all pieces joined are the text as it was sent, to the last character.

    Not offsets: those break on emoji in JavaScript.
    """

    text: str
    weight: float = Field(description="What S loses without this piece; negative where the piece lowers S.")


class ScoreResource(Shape):
    """The verdict on one text; nothing is stored."""

    category: str
    category_confidence: Share
    needs_review: bool = Field(description="A person should look: low confidence, or a language that it does not read.")
    urgency_score: Share
    urgency_band: Band
    sentiment: Sentiment
    sentiment_score: float = Field(ge=-1, le=1)
    contributions: list[TermResource] = Field(description="What S is made of; they add up to S.")
    segments: list[SegmentResource] = Field(description="At most 9, in order.")
    latency_ms: float
    model_version: str
    degraded: bool

    @classmethod
    def of(cls, score: Score, segments: list[SegmentResource], latency_ms: float) -> Self:
        """Translate."""
        return cls(
            category=score.category,
            category_confidence=score.category_confidence,
            needs_review=score.needs_review,
            urgency_score=score.urgency_score,
            urgency_band=band(score.urgency_score),
            sentiment=score.sentiment,
            sentiment_score=score.sentiment_score,
            contributions=TermResource.of(score.contributions),
            segments=segments,
            latency_ms=round(latency_ms, 1),
            model_version=score.model_version,
            degraded=score.degraded,
        )
