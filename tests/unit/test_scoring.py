"""The breaker around the models."""

from __future__ import annotations

from collections.abc import Sequence

from ticketrouter.adapters.memory import MemoryClock, MemoryScorer
from ticketrouter.domain.score import Score
from ticketrouter.usecases.scoring import GuardedScorer, WordScorer


class _Slow(MemoryScorer):
    """Takes `ms` for each text."""

    def __init__(self, clock: MemoryClock, ms: float) -> None:
        super().__init__()
        self.clock = clock
        self.ms = ms

    def score(self, texts: Sequence[str]) -> list[Score]:
        self.clock.advance(ms=self.ms * len(texts))
        return super().score(texts)


def degraded(scores: list[Score | None]) -> list[bool]:
    return [score.degraded for score in scores if score is not None]


def test_nothing_is_asked_for_nothing() -> None:
    scorer = MemoryScorer()
    assert GuardedScorer(scorer, MemoryClock()).score([]) == []
    assert scorer.batches == []


def test_a_model_that_fails_on_everything_is_left_alone_and_probed_later() -> None:
    clock = MemoryClock()
    scorer = MemoryScorer()
    guarded = GuardedScorer(scorer, clock)
    scorer.down = True
    assert degraded(guarded.score(["a", "b"])) == [True, True]
    asked = len(scorer.batches)
    assert degraded(guarded.score(["c"])) == [True]
    assert len(scorer.batches) == asked, "while it is open nothing is asked"

    scorer.down = False
    clock.advance(30)
    assert degraded(guarded.score(["d"])) == [False]
    assert degraded(guarded.score(["e"])) == [False]


def test_a_model_that_is_too_slow_for_long_is_left_alone_until_it_is_fast() -> None:
    clock = MemoryClock()
    scorer = _Slow(clock, ms=501)
    guarded = GuardedScorer(scorer, clock, breaker_ms_per_ticket=500)
    assert degraded([score for _ in range(20) for score in guarded.score(["x"])]) == [False] * 20
    assert degraded(guarded.score(["x"])) == [True]

    clock.advance(30)
    assert degraded(guarded.score(["probe"])) == [False], "the probe is answered by the model"
    assert degraded(guarded.score(["x"])) == [True], "but it was slow again"

    clock.advance(30)
    scorer.ms = 1
    assert degraded(guarded.score(["probe"]) + guarded.score(["x"])) == [False, False]


def test_one_slow_call_does_not_open_the_breaker() -> None:
    clock = MemoryClock()
    scorer = _Slow(clock, ms=1)
    guarded = GuardedScorer(scorer, clock, breaker_ms_per_ticket=500)
    for n in range(40):
        scorer.ms = 5_000 if n == 20 else 1
        assert degraded(guarded.score(["x"])) == [False]


def test_words_alone_say_that_they_are_no_model() -> None:
    (score,) = WordScorer().score(["We had a data breach"])
    assert (score.degraded, score.needs_review, score.model_version) == (True, True, "lexicon")
    assert score.urgency_score > 0.8
    assert score.category == "Technical"


def test_categories_of_your_own_are_guessed_by_their_words() -> None:
    clock, scorer = MemoryClock(), MemoryScorer()
    guarded = GuardedScorer(scorer, clock, guess=lambda text: f"own {text}")
    assert [score.category for score in guarded.by_words(["a"])] == ["own a"]
    scorer.down = True
    assert [score.category for score in guarded.score(["b"]) if score] == ["own b"]
    assert [score.category for score in guarded.score(["c"]) if score] == ["own c"], "while the breaker is open"
