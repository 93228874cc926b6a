"""Confidence intervals by bootstrap over stems, all draws at once. numpy only.

Tellings of one incident and the members of a contrast set are no independent tickets, so whole stems are drawn, with
replacement. A draw is a row of multiplicities; each figure is computed for all rows [d, n] at once in its weighted
form, which for multiplicities of one is the figure of `models.metrics`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.metrics import ALERT, URGENT
from models.outputs import Outputs
from models.pairs import pairs_of
from models.reliability import accepted
from models.tickets import CATEGORIES, SENTIMENTS, Ticket

DRAWS = 1_000
SEED = 13
BLOCK = 250  # draws at once: bounds the memory to some 100 MB at 4,000 tickets
Floats = NDArray[np.floating]
Labels = NDArray[np.int_]
Draws = NDArray[np.float64]


def numbered(names: Sequence[str]) -> Labels:
    """Number names, equal ones alike, [n]."""
    return np.asarray(np.unique(np.asarray(names), return_inverse=True)[1], dtype=np.int_)


def stem_draws(stems: Sequence[str], draws: int = DRAWS, seed: int = SEED) -> Draws:
    """How often each ticket is in each draw, [draws, n]: as many stems as there are, with replacement."""
    number = numbered(stems)
    count = int(number.max()) + 1
    times = np.random.default_rng(seed).multinomial(count, np.full(count, 1.0 / count), size=draws)
    return np.asarray(times[:, number], dtype=np.float64)


def ratio(above: Draws, below: Draws) -> Draws:
    """The quotient of each draw, NaN where there is nothing below the line."""
    return np.asarray(above / np.where(below > 0, below, np.nan))


def ranks(values: Floats, weights: Draws) -> Draws:
    """Mid-ranks of weighted values, [n] and [d, n] -> [d, n]."""
    place = np.unique(values, return_inverse=True)[1]
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(int(place.max()) + 1))
    totals = np.add.reduceat(weights[:, order], starts, axis=1)
    return np.asarray((np.cumsum(totals, axis=1) - (totals - 1.0) / 2.0)[:, place])


def spearman(first: Floats, second: Floats, weights: Draws) -> Draws:
    """Rank correlation, [d]; NaN where one side is constant."""
    mean = (weights.sum(axis=1, keepdims=True) + 1.0) / 2.0  # of the ranks 1 to n
    a, b = ranks(first, weights) - mean, ranks(second, weights) - mean
    return ratio((weights * a * b).sum(axis=1), np.sqrt((weights * a * a).sum(axis=1) * (weights * b * b).sum(axis=1)))


def auroc(scores: Floats, positive: NDArray[np.bool_], weights: Draws) -> Draws:
    """Chance that a positive scores above a negative, [d]; NaN unless both are in the draw."""
    count, rest = weights[:, positive].sum(axis=1), weights[:, ~positive].sum(axis=1)
    of_ours = (weights * ranks(scores, weights))[:, positive].sum(axis=1)
    return ratio(of_ours - count * (count + 1) / 2, count * rest)


def macro_f1(truth: Labels, guess: Labels, weights: Draws) -> Draws:
    """Mean F1 over the categories that occur in the draw, [d]."""
    one_hot = np.eye(len(CATEGORIES))
    right = weights @ (one_hot[truth] * (truth == guess)[:, None])
    occurs = weights @ one_hot[truth]
    f1 = ratio(2.0 * right, occurs + weights @ one_hot[guess])
    return np.asarray(np.nanmean(np.where(occurs > 0, f1, np.nan), axis=1))


def pair_f1(tickets: Sequence[Ticket], vectors: Floats, threshold: float, weights: Draws) -> Draws:
    """F1 of "same incident", [d]. Two copies of a stem are two incidents: no pairs are counted between them."""
    pairs, stems = pairs_of(tickets, vectors), numbered([ticket.stem for ticket in tickets])
    guess, same = np.triu(pairs.similarity >= threshold, 1), np.triu(pairs.same, 1)
    inside = stems[:, None] == stems

    def within(chosen: NDArray[np.bool_]) -> Draws:
        return np.asarray(weights @ (chosen & inside).sum(axis=1))

    member = np.eye(int(stems.max()) + 1)[stems]  # [n, stems]
    across = member.T @ (guess & ~inside) @ member
    of_stem = weights[:, np.unique(stems, return_index=True)[1]]  # [d, stems]
    between = ((of_stem @ across) * of_stem).sum(axis=1)
    return ratio(2.0 * within(guess & same), within(guess) + between + within(same))


def figures(
    tickets: Sequence[Ticket], outputs: Outputs, weights: Draws, duplicate_similarity: float | None = None
) -> dict[str, Draws]:
    """The figures that the labels allow, [d] each, under the names of `models.metrics.report`."""
    found: dict[str, Draws] = {}
    if rows := [i for i, ticket in enumerate(tickets) if ticket.category]:
        truth = np.array([CATEGORIES.index(str(tickets[i].category)) for i in rows])
        guess = outputs.category[rows].argmax(axis=1)
        right = np.array([accepted(tickets[i], CATEGORIES[g]) for i, g in zip(rows, guess, strict=True)])
        found["category_macro_f1"] = macro_f1(truth, np.where(right, truth, guess), weights[:, rows])
    if rows := [i for i, ticket in enumerate(tickets) if ticket.urgency is not None]:
        labels, score = np.array([tickets[i].urgency for i in rows], dtype=np.float64), outputs.urgency[rows]
        found |= urgency_figures(labels, score, weights[:, rows])
    if rows := [i for i, ticket in enumerate(tickets) if ticket.sentiment]:
        truth = np.array([SENTIMENTS.index(str(tickets[i].sentiment)) for i in rows])
        hits = outputs.sentiment[rows].argmax(axis=1) == truth
        found["sentiment_accuracy"] = ratio(weights[:, rows] @ hits, weights[:, rows].sum(axis=1))
    if duplicate_similarity is not None and any(ticket.group for ticket in tickets):
        found["pair_f1"] = pair_f1(tickets, outputs.vectors, duplicate_similarity, weights)
    return found


def urgency_figures(labels: Floats, score: Floats, weights: Draws) -> dict[str, Draws]:
    """Figures of S, [d] each; `alert_*` at the fixed threshold against label 1."""
    alert, severe = score > ALERT, labels >= 1.0
    hits, size = weights @ (alert & severe), weights.sum(axis=1)
    return {
        "urgency_spearman": spearman(labels, score, weights),
        "urgency_auroc": auroc(score, labels >= URGENT, weights),
        "urgency_mae": ratio(weights @ np.abs(labels - score), size),
        "alert_precision": ratio(hits, weights @ alert),
        "alert_recall": ratio(hits, weights @ severe),
        "alerts_per_1000": ratio(1000.0 * (weights @ alert), size),
    }


def draw_figures(
    tickets: Sequence[Ticket], outputs: Outputs, duplicate_similarity: float | None = None, draws: int = DRAWS
) -> dict[str, Draws]:
    """Each figure in each bootstrap draw; the same draws for the same tickets, whatever the system: paired."""
    weights = stem_draws([ticket.stem for ticket in tickets], draws)
    parts = [
        figures(tickets, outputs, weights[start : start + BLOCK], duplicate_similarity)
        for start in range(0, draws, BLOCK)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def interval(values: Draws) -> tuple[float, float] | None:
    """The middle 95 %; None where too few draws have the figure at all."""
    known = values[~np.isnan(values)]
    if len(known) < 0.9 * len(values):
        return None
    low, high = np.quantile(known, (0.025, 0.975))
    return round(float(low), 4), round(float(high), 4)


def intervals(drawn: Mapping[str, Draws]) -> dict[str, tuple[float, float]]:
    """95 % intervals of the figures that have one."""
    found = {name: interval(values) for name, values in drawn.items()}
    return {name: pair for name, pair in found.items() if pair is not None}
