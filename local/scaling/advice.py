"""What to set for a rate, and what AWS has to be asked for: needs with a reserve, rounded up."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from local.scaling.demand import Demand, demands
from local.scaling.facts import Facts

RESERVE = 1.5  # over the mean: tickets do not come evenly


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter of the template, and what it must be."""

    parameter: str
    value: int


def settings_for(facts: Facts, rate_per_s: float) -> list[Setting]:
    """Return the parameters that a rate needs above their defaults."""
    wanted = dict(_wanted(facts, rate_per_s))
    return [Setting(name, value) for name, value in wanted.items() if value > facts.number(name)]


def _wanted(facts: Facts, rate_per_s: float) -> Iterator[tuple[str, int]]:
    for demand in demands(facts):
        if demand.set_by and demand.set_by != "RateLimitPerMinute":
            yield demand.set_by, round_up(demand.need(rate_per_s) * RESERVE)
    yield "ThrottleBurst", round_up(rate_per_s * RESERVE * 2)
    yield "RateLimitPerMinute", round_up(rate_per_s * 60 * RESERVE)


def beyond(facts: Facts, rate_per_s: float) -> list[Demand]:
    """Return what no parameter of the template helps with at this rate, the scarcest first."""
    found = [it for it in demands(facts) if not it.set_by and it.met_at_per_s < rate_per_s]
    too_high = [
        it for it in demands(facts)
        if it.set_by.endswith("Concurrency") and it.need(rate_per_s) > facts.limits["mapping_concurrency"]
    ]  # fmt: skip
    return sorted([*found, *too_high], key=lambda it: it.met_at_per_s)


def kept_days(facts: Facts, rate_per_s: float, sizes: Sequence[tuple[str, str]]) -> float:
    """Return for how many days records can be kept at a rate, by the tightest of the limits on sizes."""
    return min(facts.limits[limit] * 1e9 / facts.kept_bytes(kept) / rate_per_s / 86_400 for kept, limit in sizes)


def round_up(value: float) -> int:
    """Round up to two digits: a parameter is no measurement."""
    if value <= 10:
        return math.ceil(value)
    step: int = 10 ** (math.floor(math.log10(value)) - 1)
    return math.ceil(value / step) * step
