"""Figures of merit, numpy only: what the evaluation reports and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.tickets import CATEGORIES, SENTIMENTS, Ticket

if TYPE_CHECKING:
    from models.outputs import Outputs

Floats = NDArray[np.floating]
URGENT = 0.75  # AUROC separates labels >= this from the rest
ALERT = 0.8  # an alert needs S strictly above


def ranks(values: Floats) -> NDArray[np.float64]:
    """Ranks from 1, ties share their mean."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2.0)[inverse], dtype=np.float64)


def spearman(first: Floats, second: Floats) -> float | None:
    """Rank correlation; None when one side is constant."""
    a, b = ranks(first), ranks(second)
    if a.std() == 0 or b.std() == 0:
        return None
    return float(np.corrcoef(a, b)[0, 1])


def auroc(scores: Floats, positive: NDArray[np.bool_]) -> float | None:
    """Chance that a positive scores above a negative; None unless both exist."""
    count, rest = int(positive.sum()), int((~positive).sum())
    if not count or not rest:
        return None
    return float((ranks(scores)[positive].sum() - count * (count + 1) / 2) / (count * rest))


def macro_f1(truth: list[str], guess: list[str], labels: Sequence[str]) -> float:
    """Mean F1 over the labels that occur in `truth`."""
    scores = []
    for label in labels:
        if label in truth:
            hit = sum(t == g == label for t, g in zip(truth, guess, strict=True))
            scores.append(2 * hit / (truth.count(label) + guess.count(label)))
    return float(np.mean(scores))


def pair_labels(groups: Sequence[str]) -> NDArray[np.bool_]:
    """[n * (n - 1) / 2] for each unordered pair: do both carry the same, non-empty group id?"""
    names = np.asarray(groups)
    first, second = np.triu_indices(len(names), 1)
    return np.asarray((names[first] == names[second]) & (names[first] != ""))


def pair_similarities(vectors: Floats) -> NDArray[np.float64]:
    """Cosine of each unordered pair, in the order of `pair_labels`; vectors [n, d] are unit length."""
    first, second = np.triu_indices(len(vectors), 1)
    return np.asarray((vectors @ vectors.T)[first, second], dtype=np.float64)


def best_pair_f1(similarity: Floats, same: NDArray[np.bool_]) -> tuple[float, float]:
    """The best F1 over all thresholds, and the threshold (halfway to the next lower similarity)."""
    order = np.argsort(-similarity)
    hits = np.cumsum(same[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + same.sum())
    best = int(np.argmax(f1))
    following = similarity[order[min(best + 1, len(order) - 1)]]
    return float(f1[best]), float((similarity[order[best]] + following) / 2)


def pair_f1(similarity: Floats, same: NDArray[np.bool_], threshold: float) -> float:
    """F1 of "same incident" where the cosine reaches the threshold."""
    guess = similarity >= threshold
    return float(2 * (guess & same).sum() / max(1, guess.sum() + same.sum()))


def urgency_figures(truth: Floats, score: Floats) -> dict[str, float | int | None]:
    """Figures of S against labels; `alert_*` at the fixed threshold S > 0.8 against label 1."""
    alert, severe = score > ALERT, truth >= 1.0
    hits = int((alert & severe).sum())
    return {
        "urgency_n": len(truth),
        "urgency_spearman": spearman(truth, score),
        "urgency_auroc": auroc(score, truth >= URGENT),
        "urgency_mae": float(np.abs(truth - score).mean()),
        "alert_precision": hits / int(alert.sum()) if alert.any() else None,
        "alert_recall": hits / int(severe.sum()) if severe.any() else None,
        "alert_precision_075": float((truth[alert] >= URGENT).mean()) if alert.any() else None,
        "alerts_per_1000": 1000.0 * float(alert.mean()),
    }


def report(
    tickets: Sequence[Ticket], outputs: Outputs, duplicate_similarity: float | None = None
) -> dict[str, float | int | None]:
    """All figures that the labels allow, rounded to 4 digits; absent labels leave their figure out."""
    figures: dict[str, float | int | None] = {"n": len(tickets)}
    rows = [i for i, t in enumerate(tickets) if t.category]
    if rows:
        guess = [CATEGORIES[int(outputs.category[i].argmax())] for i in rows]
        truth = [str(tickets[i].category) for i in rows]
        # A second reading that the annotators also accept counts as right.
        guess = [t if g == tickets[i].alt_category else g for i, t, g in zip(rows, truth, guess, strict=True)]
        figures["category_macro_f1"] = macro_f1(truth, guess, CATEGORIES)
        figures["category_accuracy"] = float(np.mean([t == g for t, g in zip(truth, guess, strict=True)]))
    rows = [i for i, t in enumerate(tickets) if t.urgency is not None]
    if rows:
        labels = np.array([tickets[i].urgency for i in rows], dtype=np.float64)
        figures |= urgency_figures(labels, outputs.urgency[rows])
    rows = [i for i, t in enumerate(tickets) if t.sentiment]
    if rows:
        right = [SENTIMENTS[int(outputs.sentiment[i].argmax())] == tickets[i].sentiment for i in rows]
        figures["sentiment_accuracy"] = float(np.mean(right))
    same = pair_labels([t.group for t in tickets])
    if same.any():
        similarity = pair_similarities(outputs.vectors)
        figures["best_pair_f1"], figures["best_pair_threshold"] = best_pair_f1(similarity, same)
        if duplicate_similarity is not None:
            figures["pair_f1"] = pair_f1(similarity, same, duplicate_similarity)
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in figures.items()}
