"""A limit to waiting for a model: whatever it hangs on, the invocation goes on without it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from queue import Empty, SimpleQueue

from ticketrouter.domain.errors import InferenceError
from ticketrouter.domain.score import Score
from ticketrouter.ports import Clock, Scorer

SLACK_MS = 5_000  # for a processor that is busy with something else
PAUSE_MS = 30_000  # no longer than the breaker's own: its next probe must be let through
MAX_HUNG = 3  # threads that never came back; from then on there is no model in this process


class TimedScorer:
    """Gives up on the models when they take twice as long as is slow; a thread that hangs is left behind.

    Args:
        scorer: The models.
        clock: Time.
        slow_ms_per_ticket: Above it the breaker takes them for slow.
        slack_ms: More time for each call.
    """

    def __init__(self, scorer: Scorer, clock: Clock, slow_ms_per_ticket: float, *, slack_ms: float = SLACK_MS) -> None:
        self._scorer = scorer
        self._clock = clock
        self._slow_ms = slow_ms_per_ticket
        self._slack_ms = slack_ms
        self._hung: list[threading.Thread] = []
        self._hung_at_ms = 0.0

    @property
    def model_version(self) -> str:
        """Return the version of the models."""
        return self._scorer.model_version

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Score all texts at once.

        Raises:
            InferenceError: At least one of them could not be scored, or there is no answer in time.
        """
        self._hung = [thread for thread in self._hung if thread.is_alive()]
        just_now = self._clock.monotonic_ms() - self._hung_at_ms < PAUSE_MS
        if len(self._hung) >= MAX_HUNG or (self._hung and just_now):
            raise InferenceError("the models hang since an earlier batch")
        answers: SimpleQueue[list[Score] | Exception] = SimpleQueue()
        thread = threading.Thread(target=self._answer, args=[texts, answers], daemon=True, name="scoring")
        thread.start()
        try:
            answer = answers.get(timeout=(self._slack_ms + 2 * self._slow_ms * len(texts)) / 1_000)
        except Empty:
            self._hung.append(thread)
            self._hung_at_ms = self._clock.monotonic_ms()
            raise InferenceError(f"no answer in time to a batch of {len(texts)}") from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _answer(self, texts: Sequence[str], answers: SimpleQueue[list[Score] | Exception]) -> None:
        try:
            answers.put(self._scorer.score(texts))
        except Exception as error:  # raised again where it is waited for
            answers.put(error)
