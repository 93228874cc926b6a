"""A model that hangs is left behind: the invocation goes on, and the model is asked again later."""

from __future__ import annotations

from threading import Event

import pytest

from ticketrouter.adapters.memory import MemoryClock, MemoryScorer
from ticketrouter.adapters.timed_scorer import MAX_HUNG, PAUSE_MS, TimedScorer
from ticketrouter.domain.errors import InferenceError
from ticketrouter.usecases.scoring import _COOL_DOWN_MS, GuardedScorer


class Hanging(MemoryScorer):
    """Hangs on texts with a word, until it is let go."""

    def __init__(self):
        super().__init__({"fire": 0.95}, poison=["poison"])
        self.let_go = Event()

    def score(self, texts):
        scores = super().score(texts)
        if any("hang" in text for text in texts):
            self.let_go.wait(30)
        return scores


@pytest.fixture
def model():
    model = Hanging()
    yield model
    model.let_go.set()


@pytest.fixture
def clock():
    return MemoryClock()


@pytest.fixture
def timed(model, clock):
    return TimedScorer(model, clock, 1, slack_ms=50)


def test_scores_and_failures_are_the_models(timed, model):
    assert timed.score(["fire", "else"]) == model.score(["fire", "else"])
    assert timed.model_version == "memory-1"
    with pytest.raises(InferenceError):
        timed.score(["poison"])


def test_a_model_that_hangs_is_an_inference_error_at_once_for_a_while(timed, model, clock):
    with pytest.raises(InferenceError):
        timed.score(["hang"])
    asked = len(model.batches)
    with pytest.raises(InferenceError):
        timed.score(["fire"])
    assert len(model.batches) == asked  # nobody waits again

    clock.advance(ms=PAUSE_MS)
    assert timed.score(["fire"])[0].urgency_score == 0.95


def test_it_is_asked_again_at_once_when_it_has_come_back(timed, model):
    with pytest.raises(InferenceError):
        timed.score(["hang"])
    model.let_go.set()
    timed._hung[0].join(5)

    assert timed.score(["fire"])[0].urgency_score == 0.95


def test_threads_that_never_come_back_are_few(timed, model, clock):
    for _ in range(MAX_HUNG):
        with pytest.raises(InferenceError):
            timed.score(["hang"])
        clock.advance(ms=PAUSE_MS)
    asked = len(model.batches)

    with pytest.raises(InferenceError):
        timed.score(["fire"])
    assert len(model.batches) == asked


def test_behind_the_breaker_the_words_answer_and_the_next_probe_is_let_through(timed, clock):
    guarded = GuardedScorer(timed, clock)
    assert [score.degraded for score in guarded.score(["hang", "fire"])] == [True, True]

    clock.advance(ms=_COOL_DOWN_MS)
    assert [score.degraded for score in guarded.score(["fire"])] == [False]
