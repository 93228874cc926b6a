"""What to set for a rate, and what AWS has to be asked for: needs with a reserve, rounded up."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from local.scaling.demand import SLOT_OF_INCIDENTS, Demand, demands
from local.scaling.facts import Facts

_GB = 1e9
RESERVE = 1.5  # over the mean: tickets do not come evenly


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter of the template, and what it must be."""

    parameter: str
    value: int


def settings_for(facts: Facts, rate_per_s: float) -> list[Setting]:
    """Return the parameters that a rate needs to differ from their defaults."""
    kept_s = fitting_ttl_s(facts, rate_per_s)
    lowered = [] if kept_s >= facts.number("RecordTtlSeconds") else [Setting("RecordTtlSeconds", kept_s)]
    if any(it.what == SLOT_OF_INCIDENTS and it.met_at_per_s < rate_per_s for it in demands(facts)):
        lowered.append(Setting("IncidentLimit", 0))
    facts = with_parameters(facts, lowered)
    raised = [Setting(name, value) for name, value in _wanted(facts, rate_per_s) if value > facts.number(name)]
    return [*lowered, *raised]


def with_parameters(facts: Facts, settings: Sequence[Setting]) -> Facts:
    """Return the facts of a stack that is set so."""
    return replace(facts, parameters={**facts.parameters, **{it.parameter: it.value for it in settings}})


def _wanted(facts: Facts, rate_per_s: float) -> Iterator[tuple[str, int]]:
    for demand in demands(facts):
        if demand.set_by and demand.set_by != "RateLimitPerMinute":
            yield demand.set_by, round_up(demand.need(rate_per_s) * RESERVE)
    yield "ThrottleBurst", round_up(rate_per_s * RESERVE * 2)
    yield "RateLimitPerMinute", round_up(rate_per_s * 60 * RESERVE)


def fitting_ttl_s(facts: Facts, rate_per_s: float) -> int:
    """Return for how long records can be kept at a steady rate, with a reserve, in whole hours."""
    sizes = (("all", "cache_gb"), ("ticket_lists", "cache_gb_per_slot"))
    fits_s = min(facts.limits[limit] * _GB / facts.kept_bytes(kept) for kept, limit in sizes) / rate_per_s / RESERVE
    return max(1, int(fits_s // 3_600)) * 3_600


def beyond(facts: Facts, rate_per_s: float) -> list[Demand]:
    """Return what no parameter of the template helps with at this rate, the scarcest first."""
    found = [it for it in demands(facts) if not it.set_by and it.met_at_per_s < rate_per_s]
    too_high = [
        it for it in demands(facts)
        if it.set_by.endswith("Concurrency") and it.need(rate_per_s) > facts.limits["mapping_concurrency"]
    ]  # fmt: skip
    return sorted([*found, *too_high], key=lambda it: it.met_at_per_s)


def round_up(value: float) -> int:
    """Round up to two digits: a parameter is no measurement."""
    if value <= 10:
        return math.ceil(value)
    step: int = 10 ** (math.floor(math.log10(value)) - 1)
    return math.ceil(value / step) * step
