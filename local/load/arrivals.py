"""When requests are due: decided before the first one is sent."""

from __future__ import annotations

import random
from typing import Literal

Pattern = Literal["poisson", "constant"]


def arrivals(pattern: Pattern, *, rate_per_s: float, seconds: float, seed: int) -> list[float]:
    """Return the times in seconds, ascending, from 0 up to `seconds`.

    Args:
        pattern: `poisson` as independent customers come, with gaps that are drawn; `constant` with one gap for all.
        rate_per_s: Requests a second, on average.
        seconds: For how long.
        seed: Decides the gaps.
    """
    if pattern == "constant":
        return [number / rate_per_s for number in range(round(rate_per_s * seconds))]
    chance = random.Random(seed)
    times: list[float] = []
    at_s = chance.expovariate(rate_per_s)
    while at_s < seconds:
        times.append(at_s)
        at_s += chance.expovariate(rate_per_s)
    return times
