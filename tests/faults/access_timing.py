"""How long a refusal takes, by its reason: could somebody learn from it which ids exist, or a secret bit by bit?

What the figures can show: the time of the authorizer's handler in this process, many times, the reasons in turns and in
a random order within each turn, so that whatever slows the machine down slows all of them. `p` is of a two-sided rank
test (Mann and Whitney) against the unknown id; `superiority` is how often this reason takes longer than that one, 0.5
when nobody can tell. With thousands of rounds a difference of a hundred nanoseconds has a small p: read the medians.
What they cannot show: the way over the network, API Gateway and Lambda's own start, whose noise is thousands of times
larger; nor caches of another processor. A secret cannot be found bit by bit whatever the time says: what is compared
are SHA-256 digests, of which nobody can choose the next byte.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from random import Random
from statistics import NormalDist, median
from typing import Any

from functions.authorizer.handler import make_handler
from tests.faults.harness.callers import ALPHABET, keyring
from tests.lambda_context import FakeLambdaContext
from ticketrouter.adapters.memory import MemoryApiKeys
from ticketrouter.domain.access import Scope

BASE = "unknown id"


def measure(seed: int, rounds: int) -> dict[str, Any]:
    """Return for each reason the median in us, and how it compares with an unknown id."""
    chance = Random(seed)
    ring = keyring(chance)
    right = ring.handed_out["-".join(Scope)]
    half = len(right) - 21

    def key_for(reason: str) -> str:
        noise = "".join(chance.choices(ALPHABET, k=43))
        return {
            BASE: f"tr_{''.join(chance.choices('abcdefgh', k=19))}_{noise}",
            "known id, wrong secret": right[:-43] + noise,
            "known id, half of the secret right": right[:half] + noise[:21],
            "disabled id, wrong secret": f"tr_disabled_{noise}",
        }[reason]

    handler = make_handler(api_keys=MemoryApiKeys(ring.stored))
    context = FakeLambdaContext("authorizer")
    reasons = [BASE, "known id, wrong secret", "known id, half of the secret right", "disabled id, wrong secret"]
    times: dict[str, list[float]] = {reason: [] for reason in reasons}
    for _ in range(rounds):
        for reason in chance.sample(reasons, len(reasons)):
            event = {"routeKey": "POST /tickets", "headers": {"authorization": f"Bearer {key_for(reason)}"}}
            began = time.perf_counter_ns()
            handler(event, context)
            times[reason].append((time.perf_counter_ns() - began) / 1_000)
    figures: dict[str, Any] = {"rounds": rounds}
    for reason in reasons:
        figures[reason] = {"median_us": round(median(times[reason]), 2)}
        if reason != BASE:
            superiority, p = rank_test(times[reason], times[BASE])
            figures[reason] |= {"superiority": round(superiority, 3), "p": float(f"{p:.2g}")}
    return figures


def rank_test(left: Sequence[float], right: Sequence[float]) -> tuple[float, float]:
    """Return how often `left` is the larger one (ties count half), and the two-sided p of that by Mann and Whitney.

    The normal approximation with the correction for ties, for twenty values or more on each side.
    Source: Mann, Whitney, "On a Test of Whether one of Two Random Variables is Stochastically Larger than the Other",
    Annals of Mathematical Statistics 18 (1947); ties: Lehmann, "Nonparametrics" (1975), section 1.4.
    """
    pooled = sorted([(value, True) for value in left] + [(value, False) for value in right])
    total, rank_sum, ties, start = len(pooled), 0.0, 0, 0
    while start < total:
        end = start
        while end < total and pooled[end][0] == pooled[start][0]:
            end += 1
        rank_sum += (start + 1 + end) / 2 * sum(mine for _, mine in pooled[start:end])
        ties += (end - start) ** 3 - (end - start)
        start = end
    pairs = len(left) * len(right)
    larger = rank_sum - len(left) * (len(left) + 1) / 2
    variance = pairs / 12 * (total + 1 - ties / (total * (total - 1)))
    z = (larger - pairs / 2) / variance**0.5 if variance else 0.0
    return larger / pairs, 2 * NormalDist().cdf(-abs(z))
