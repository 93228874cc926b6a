"""Who gets in: every route x every caller, the time that a refusal takes, and the rate that a key has.

`python -m tests.faults access`.
"""

from __future__ import annotations

from tests.faults import access_matrix, access_rate, access_timing
from tests.faults.harness.capture import captured
from tests.faults.suite import Result


def run(seed: int, scale: float) -> Result:
    """Try all of it; see the three modules."""
    with captured():
        matrix = access_matrix.attack(seed)
        timing = access_timing.measure(seed, rounds=max(200, round(20_000 * scale)))
        rate = access_rate.attack(seed, posts=max(1_000, round(8_000 * scale)))
    figures = {
        "calls": matrix.calls,
        "refused": matrix.refused,
        "admitted": matrix.admitted,
        "timing": timing,
        "rate": rate.figures,
    }
    again = f" (seed {seed}: python -m tests.faults access --seed {seed})"
    return Result(figures, [sentence + again for sentence in [*matrix.broken, *rate.broken]])
