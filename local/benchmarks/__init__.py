"""What `python -m local bench` measures: each module times one thing and returns rows."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure.

    Attributes:
        what: What was measured.
        figure: The result, with its unit.
        aim: What it should reach.
        met: Whether it does.
    """

    what: str
    figure: str
    aim: str
    met: bool


def latency_row(what: str, samples_ms: Sequence[float], *, p50_ms: float, p99_ms: float | None = None) -> Row:
    """Return p50 and p99 of some durations beside what they should reach."""
    p50, p99 = statistics.median(samples_ms), statistics.quantiles(samples_ms, n=100)[98]
    aim = f"p50 <= {p50_ms:g} ms" + ("" if p99_ms is None else f", p99 <= {p99_ms:g} ms")
    met = p50 <= p50_ms and (p99_ms is None or p99 <= p99_ms)
    return Row(what, f"p50 {p50:.2f} ms, p99 {p99:.2f} ms (n={len(samples_ms)})", aim, met)
