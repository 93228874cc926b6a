"""Which tickets tell of the same incident: pair F1 on sets of the size that it will be asked of. numpy only.

Over all pairs of a large set chance pairs grow with the square of the tickets and true ones do not, so the best
threshold of a thousand tickets is too high for a queue of two hundred. Hence everything here is a mean over random
sets of whole stems.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.tickets import Ticket

SET_SIZE = 200  # tickets in a set
SETS = 200
THRESHOLDS = np.arange(0.200, 0.996, 0.005)  # candidates for `duplicate_similarity`
Floats = NDArray[np.floating]
Matrix = NDArray[np.bool_]


@dataclass(frozen=True)
class Pairs:
    """All pairs of n tickets, as symmetric [n, n]: their cosine, whether they are one incident, whether they count."""

    similarity: Floats
    same: Matrix
    counts: Matrix


def pairs_of(tickets: Sequence[Ticket], vectors: Floats, languages: Sequence[str] | None = None) -> Pairs:
    """Compare all tickets; vectors [n, d] are unit length. With `languages` only pairs within one language count."""
    groups, spoken = np.asarray([ticket.group for ticket in tickets]), np.asarray(languages or [""] * len(tickets))
    same = (groups[:, None] == groups) & (groups != "")
    return Pairs(vectors @ vectors.T, same, spoken[:, None] == spoken)


def random_sets(
    tickets: Sequence[Ticket], size: int = SET_SIZE, count: int = SETS, seed: int = 7
) -> list[NDArray[np.int_]]:
    """Draw sets of about `size` tickets, as indexes, each of whole stems in random order."""
    rng = random.Random(seed)
    by_stem: dict[str, list[int]] = defaultdict(list)
    for index, ticket in enumerate(tickets):
        by_stem[ticket.stem].append(index)
    stems, drawn = list(by_stem.values()), []
    for _ in range(count):
        rng.shuffle(stems)
        one: list[int] = []
        for stem in stems:
            if len(one) >= size:
                break
            one += stem
        drawn.append(np.asarray(one))
    return drawn


def f1_curve(similarity: Floats, same: Matrix, thresholds: Floats = THRESHOLDS) -> NDArray[np.float64]:
    """F1 of "same incident" where the cosine reaches each threshold, [t], over pairs [p]."""
    everyone, right = np.sort(similarity), np.sort(similarity[same])
    guessed = len(everyone) - np.searchsorted(everyone, thresholds)
    hits = len(right) - np.searchsorted(right, thresholds)
    return np.asarray(2 * hits / np.maximum(1, guessed + len(right)), dtype=np.float64)


def mean_f1_curve(
    pairs: Pairs, sets: Sequence[NDArray[np.int_]], thresholds: Floats = THRESHOLDS
) -> NDArray[np.float64]:
    """F1 at each threshold, [t], as the mean over the sets that hold anything to find."""
    curves = []
    for one in sets:
        first, second = np.triu_indices(len(one), 1)
        rows, columns = one[first], one[second]
        kept = pairs.counts[rows, columns]
        same = pairs.same[rows, columns][kept]
        if same.any():
            curves.append(f1_curve(pairs.similarity[rows, columns][kept], same, thresholds))
    return np.asarray(np.mean(curves, axis=0))


def fit_threshold(pairs: Pairs, sets: Sequence[NDArray[np.int_]]) -> tuple[float, float]:
    """The threshold with the best mean F1 over the sets, and that F1."""
    curve = mean_f1_curve(pairs, sets)
    best = int(curve.argmax())
    return round(float(THRESHOLDS[best]), 4), float(curve[best])


def cross_fitted_f1(
    tickets: Sequence[Ticket], vectors: Floats, folds: NDArray[np.int_], languages: Sequence[str] | None = None
) -> float:
    """Mean F1 on each half of the stems at the threshold of the other half (odd and even folds)."""
    halves = []
    for half in (0, 1):
        rows = np.flatnonzero(folds % 2 == half)
        inside = [tickets[int(row)] for row in rows]
        spoken = [languages[int(row)] for row in rows] if languages else None
        halves.append((pairs_of(inside, vectors[rows], spoken), random_sets(inside)))
    scores = []
    for fitted, held in (halves, halves[::-1]):
        threshold, _ = fit_threshold(*fitted)
        scores.append(float(mean_f1_curve(*held, np.array([threshold]))[0]))
    return float(np.mean(scores))
