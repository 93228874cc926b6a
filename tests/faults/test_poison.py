"""Poison in batches, on a small scale, and that the suite sees a worker that does it wrong."""

from __future__ import annotations

import pytest

from tests.faults.harness.capture import captured
from tests.faults.poison import Batch, run


def test_one_to_nine_bad_ones_of_ten_leave_the_others_alone():
    result = run(seed=1, scale=0.005)
    assert result.broken == []
    assert result.figures["deaths"] > 0
    assert result.figures["batches"] >= 4 * 10


def _without_bisecting(router):
    score = router.scorer.score
    # As if the breaker took poison for a broken model: the probe fails too, and the word list answers for all.
    router.scorer.score = lambda texts: score([*texts, "poison"] if "poison" in texts or len(texts) == 1 else texts)


def _counting_twice(router):
    begin = router.store.begin

    def twice(items, *, max_attempts):
        begin(items, max_attempts=max_attempts)
        return begin(items, max_attempts=max_attempts)

    router.store.begin = twice


@pytest.mark.parametrize(
    ("change", "kind"), [(_without_bisecting, "fails_in_the_model"), (_counting_twice, "kills_the_process")]
)
def test_the_suite_sees_what_is_broken(change, kind):
    with captured():
        assert list(Batch((4,), kind, change).run())
