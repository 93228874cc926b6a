"""Does a number mean what it says? Reliability curves and expected calibration errors, numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.tickets import CATEGORIES, Ticket

if TYPE_CHECKING:
    from models.outputs import Outputs

BINS = 10  # of equal width over [0, 1]
Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Bin:
    """The tickets whose prediction falls into one bin: how many, what was said on average, and what was true."""

    n: int
    said: float
    true: float


def reliability(said: Floats, true: Floats, bins: int = BINS) -> list[Bin]:
    """Group predictions in [0, 1] into bins of equal width; empty bins are left out."""
    place = np.minimum((said * bins).astype(int), bins - 1)
    return [
        Bin(int(here.sum()), round(float(said[here].mean()), 4), round(float(true[here].mean()), 4))
        for here in (place == number for number in range(bins))
        if here.any()
    ]


def calibration_error(said: Floats, true: Floats, bins: int = BINS) -> float:
    """Expected calibration error: |said - true| of each bin, weighted by its size.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", eq. 3.
    """
    return sum(one.n * abs(one.said - one.true) for one in reliability(said, true, bins)) / len(said)


def accepted(ticket: Ticket, category: str) -> bool:
    """Whether a category is right, by the label or by the second reading that the annotators also accept."""
    return category in (ticket.category, ticket.alt_category)


def category_reliability(tickets: Sequence[Ticket], outputs: Outputs) -> tuple[Floats, Floats]:
    """Confidence in the best category and whether it is right, for each ticket that has one."""
    rows = [i for i, ticket in enumerate(tickets) if ticket.category]
    best = outputs.category[rows].argmax(axis=1)
    right = [accepted(tickets[i], CATEGORIES[b]) for i, b in zip(rows, best, strict=True)]
    return outputs.category[rows].max(axis=1).astype(np.float64), np.asarray(right, dtype=np.float64)


def urgency_reliability(tickets: Sequence[Ticket], outputs: Outputs) -> tuple[Floats, Floats]:
    """S and the label, for each ticket that has one: calibrated, the mean label of the tickets with S = s is s."""
    rows = [i for i, ticket in enumerate(tickets) if ticket.urgency is not None]
    labels = np.array([tickets[i].urgency for i in rows], dtype=np.float64)
    return outputs.urgency[rows].astype(np.float64), labels
