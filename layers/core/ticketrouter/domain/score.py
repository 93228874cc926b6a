"""What scoring says of one ticket."""

from __future__ import annotations

from dataclasses import dataclass

from ticketrouter.domain.urgency import Contribution


@dataclass(frozen=True, slots=True)
class Score:
    """The verdict on one text.

    Attributes:
        category: One of the bundle's labels, or of the categories of `categories.toml`.
        category_confidence: Calibrated probability of `category`, in [0, 1].
        needs_review: A person should look: the category is unsure, or the text in a language that the model misreads.
        urgency_score: S in [0, 1].
        sentiment: negative, neutral or positive.
        sentiment_score: Signed, P(positive) - P(negative), in [-1, 1].
        contributions: What S is made of; they add up to S.
        model_version: Version of the bundle, or `lexicon`.
        degraded: True when the model did not answer and the word list stood in.
        embedding: Unit vector as int8 bytes (127 = 1.0), `[embedding_dim]`; empty when degraded.
        language: One of `domain.language.LANGUAGES`; empty where nobody can tell.
    """

    category: str
    category_confidence: float
    needs_review: bool
    urgency_score: float
    sentiment: str
    sentiment_score: float
    contributions: tuple[Contribution, ...]
    model_version: str
    degraded: bool = False
    embedding: bytes = b""
    language: str = ""
