"""A scorer whose verdicts a test writes."""

from __future__ import annotations

from collections.abc import Sequence

from ticketrouter.domain.errors import InferenceError
from ticketrouter.domain.score import Score
from ticketrouter.domain.urgency import Contribution


class MemoryScorer:
    """The twin of `OnnxScorer`.

    Args:
        urgency: Words to S: a text that holds one of them gets the highest S among them; 0.25 without any.
        poison: Words that make a text fail, and every batch with it.
        model_version: What it calls itself.

    Attributes:
        scores: Whole texts to the score they get, before `urgency` is asked.
        batches: Every batch it was given.
        down: Every call fails.
    """

    def __init__(
        self,
        urgency: dict[str, float] | None = None,
        *,
        poison: Sequence[str] = (),
        model_version: str = "memory-1",
    ) -> None:
        self.urgency = {} if urgency is None else urgency
        self.poison = tuple(poison)
        self.scores: dict[str, Score] = {}
        self.batches: list[list[str]] = []
        self.down = False
        self._model_version = model_version

    @property
    def model_version(self) -> str:
        """Return the version of the bundle."""
        return self._model_version

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Score all texts at once.

        Raises:
            InferenceError: Switched off, or one of the texts is poison.
        """
        self.batches.append(list(texts))
        if self.down or any(word in text for text in texts for word in self.poison):
            raise InferenceError("the model failed on this batch")
        return [self.scores[text] if text in self.scores else self._score(text) for text in texts]

    def _score(self, text: str) -> Score:
        words = [(value, word) for word, value in self.urgency.items() if word in text]
        value, word = max(words, default=(0.25, "nothing"))
        return Score(
            category="Technical",
            category_confidence=0.9,
            needs_review=False,
            urgency_score=value,
            sentiment="negative" if value > 0.5 else "neutral",
            sentiment_score=-value,
            contributions=(Contribution(f"words: {word}", value),),
            model_version=self._model_version,
            embedding=bytes(range(8)),
        )
