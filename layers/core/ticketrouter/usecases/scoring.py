"""Score texts whatever happens: find the one that breaks the model, and do without the model when it is the model.

Shared by the worker and by `POST /score`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from statistics import median

from ticketrouter.domain import lexicon
from ticketrouter.domain.errors import InferenceError
from ticketrouter.domain.score import Score
from ticketrouter.domain.urgency import from_lexicon_alone
from ticketrouter.ports import Clock, Scorer

LEXICON_VERSION = "lexicon"
MAX_SELF_TEST_MISSES = 1  # int8 differs by CPU: one miss is a metric and an alarm, two are a model that cannot be used
_PROBE = "The export to CSV shows an error since this morning."
_WINDOW = 20  # scorings that the breaker looks back on
_COOL_DOWN_MS = 30_000.0


Guess = Callable[[str], str]  # a text's category, by its words


class WordScorer:
    """The scorer of last resort, without a model: it says so by `degraded`, and asks for a person.

    Args:
        guess: Tells the category.
    """

    model_version = LEXICON_VERSION

    def __init__(self, guess: Guess = lexicon.guess_category) -> None:
        self._guess = guess

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Score each text by its words."""
        return [self._score(text) for text in texts]

    def _score(self, text: str) -> Score:
        urgency = from_lexicon_alone(lexicon.assess(text))
        return Score(
            category=self._guess(text),
            category_confidence=0.0,
            needs_review=True,
            urgency_score=urgency.score,
            sentiment="neutral",
            sentiment_score=0.0,
            contributions=urgency.contributions,
            model_version=LEXICON_VERSION,
            degraded=True,
        )


class GuardedScorer:
    """A scorer with a breaker: too slow or broken, the word list answers until a probe succeeds.

    Args:
        scorer: The models.
        clock: Time.
        breaker_ms_per_ticket: Median time a ticket above which the breaker opens (manifest; default bundle: 500).
        guess: Tells the category where the models do not answer.
    """

    def __init__(
        self,
        scorer: Scorer,
        clock: Clock,
        breaker_ms_per_ticket: float = 500.0,
        guess: Guess = lexicon.guess_category,
    ) -> None:
        self._scorer = scorer
        self._words = WordScorer(guess)
        self._clock = clock
        self._limit_ms = breaker_ms_per_ticket
        self._recent_ms: deque[float] = deque(maxlen=_WINDOW)
        self._closed_again_at_ms = 0.0

    @property
    def model_version(self) -> str:
        """Return the version of the models behind the breaker."""
        return self._scorer.model_version

    def score(self, texts: Sequence[str]) -> list[Score | None]:
        """Score all texts; None where the model fails on this very text and on no other."""
        if not texts:
            return []
        now_ms = self._clock.monotonic_ms()
        if now_ms < self._closed_again_at_ms:
            return [*self.by_words(texts)]
        try:
            scores: list[Score | None] = [*self._scorer.score(texts)]
        except InferenceError:
            if not self._answers(_PROBE):
                self._open()
                return [*self.by_words(texts)]
            scores = self._bisect(texts)
        self._watch((self._clock.monotonic_ms() - now_ms) / len(texts))
        return scores

    def by_words(self, texts: Sequence[str]) -> list[Score]:
        """Score all texts without the models."""
        return self._words.score(texts)

    def _bisect(self, texts: Sequence[str]) -> list[Score | None]:
        """Score what can be scored, knowing that the whole fails."""
        if len(texts) == 1:
            return [None]
        middle = len(texts) // 2
        scores: list[Score | None] = []
        for half in (texts[:middle], texts[middle:]):
            try:
                scores += self._scorer.score(half)
            except InferenceError:
                scores += self._bisect(half)
        return scores

    def _answers(self, text: str) -> bool:
        try:
            self._scorer.score([text])
        except InferenceError:
            return False
        return True

    def _watch(self, ms_per_ticket: float) -> None:
        self._recent_ms.append(ms_per_ticket)
        half_open = self._closed_again_at_ms > 0
        full = len(self._recent_ms) == _WINDOW
        if (full and median(self._recent_ms) > self._limit_ms) or (half_open and ms_per_ticket > self._limit_ms):
            self._open()
        else:
            self._closed_again_at_ms = 0.0

    def _open(self) -> None:
        self._recent_ms.clear()
        self._closed_again_at_ms = self._clock.monotonic_ms() + _COOL_DOWN_MS
