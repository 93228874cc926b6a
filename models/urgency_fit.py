"""Fit how the terms of S are fused and what the fused value means, and compare the ways to do it.

Calibrated means: the mean label of the tickets with S = s is s. So S > 0.8 says that the rubric's verdict is expected
to lie above .8: a 1 is then about as likely as not, and nearly everything else is a .75.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression, Ridge

from models.metrics import urgency_figures
from models.outputs import expected_level, softmax
from models.reliability import calibration_error
from models.tickets import URGENCY_LEVELS, Ticket
from ticketrouter.adapters.onnx_scorer import Inference
from ticketrouter.domain import lexicon
from ticketrouter.domain.urgency import ALERT_THRESHOLD, interpolate

Floats = NDArray[np.float64]
Knots = tuple[list[float], list[float]]  # x ascending, y not descending
Map = Callable[[Floats, Floats], Knots]  # fused values and labels -> knots
FOLDS = 5
TERMS = ("model", "sentiment", "lexicon")
TICKETS_A_BIN = 25
LEAST_STEP = 0.01  # between knots: a steep piece would turn int8's small differences into large ones


@dataclass(frozen=True)
class UrgencyFit:
    """Weights of the fusion by term, "bias" among them, and the calibration's knots."""

    weights: dict[str, float]
    x: list[float]
    y: list[float]

    def score(self, terms: Floats) -> Floats:
        """S for terms [n, 3]: model, P(negative), lexicon."""
        raw = self.weights["bias"] + terms @ np.array([self.weights[term] for term in TERMS])
        return np.clip([interpolate(value, self.x, self.y) for value in raw], 0.0, 1.0)


def urgency_terms(tickets: Sequence[Ticket], raw: Inference) -> Floats:
    """What S is made of, [n, 3]: the model's expected level, P(negative), the word list's score."""
    words = [lexicon.assess(ticket.text).score for ticket in tickets]
    return np.column_stack([expected_level(raw.urgency), softmax(raw.sentiment)[:, 0], words]).astype(np.float64)


def isotonic(raw: Floats, labels: Floats) -> Knots:
    """Join the centres of the blocks that isotonic regression finds, so that no two tickets are tied by the map.

    On means of small bins, not on single tickets: that is smoother and costs nothing in MAE. The ends go to 0 and 1.

    Source: centred isotonic regression, Oron and Flournoy 2017.
    """
    order = np.argsort(raw, kind="stable")
    bins = np.array_split(order, max(2, len(raw) // TICKETS_A_BIN))
    sizes = np.array([len(one) for one in bins], dtype=np.float64)
    x, y = (np.array([values[one].mean() for one in bins]) for values in (raw, labels))
    levels, block = np.unique(IsotonicRegression().fit_transform(x, y, sample_weight=sizes), return_inverse=True)
    centres = np.bincount(block, sizes * x) / np.bincount(block, sizes)
    return _knots([float(raw.min()), *centres, float(raw.max())], [0.0, *levels, 1.0])


def cut_points(raw: Floats, labels: Floats) -> Knots:
    """Place S halfway between two levels where the upper becomes more likely than not (logistic, one dimension).

    The topmost cut is the alert threshold, where the chance of a 1 is two in five.
    """
    cuts = []
    for level in URGENCY_LEVELS[1:]:
        logistic = LogisticRegression(C=1e4).fit(raw[:, None], labels >= level)
        chance = 0.4 if level == URGENCY_LEVELS[-1] else 0.5
        cuts.append(float((np.log(chance / (1 - chance)) - logistic.intercept_[0]) / logistic.coef_[0, 0]))
    low, high = np.quantile(raw, (0.02, 0.98))
    cuts = [min(low, cuts[0] - 0.1), *cuts, max(high, cuts[-1] + 0.1)]
    return _knots(cuts, [0.0, 0.125, 0.375, 0.625, ALERT_THRESHOLD, 1.0])


def platt(raw: Floats, labels: Floats) -> Knots:
    """One logistic curve whose value is the expected label. Source: Platt 1999, with labels between 0 and 1."""
    twice, outcome = np.concatenate([raw, raw])[:, None], np.repeat([1, 0], len(raw))
    logistic = LogisticRegression(C=1e4).fit(twice, outcome, sample_weight=np.concatenate([labels, 1 - labels]))
    x = np.linspace(raw.min(), raw.max(), 21)
    return _knots(list(x), list(logistic.predict_proba(x[:, None])[:, 1]))


def as_it_is(raw: Floats, labels: Floats) -> Knots:
    """No calibration beyond the fusion's own."""
    return [0.0, 1.0], [0.0, 1.0]


MAPS: Mapping[str, Map] = {"isotonic": isotonic, "cut points": cut_points, "Platt": platt, "none": as_it_is}


def _knots(x: Sequence[float], y: Sequence[float]) -> Knots:
    """Round as the manifest keeps them, ascending whatever a small sample says."""
    steps = LEAST_STEP * np.arange(len(x))
    apart = np.maximum.accumulate(np.asarray(x) - steps) + steps
    return [round(float(value), 4) for value in apart], [round(float(value), 4) for value in y]


def fit_urgency(terms: Floats, labels: Floats, shape: Map = isotonic, used: Sequence[str] = TERMS) -> UrgencyFit:
    """Fit the fusion by ridge, without negative weights, then the map from the fused value to S.

    No word that sounds urgent and no anger may lower S: an explanation that says so would be an artefact of the fit.
    """
    columns = [TERMS.index(term) for term in used]
    ridge = Ridge(alpha=1.0, positive=True).fit(terms[:, columns], labels)
    weights = {"bias": float(ridge.intercept_), **dict.fromkeys(TERMS, 0.0)}
    weights |= dict(zip(used, map(float, ridge.coef_), strict=True))
    return UrgencyFit(weights, *shape(ridge.predict(terms[:, columns]), labels))


def fold_of(ticket: Ticket) -> int:
    """The fold of a ticket's stem (another byte of the hash than the one that chose the split)."""
    return hashlib.sha256(ticket.stem.encode()).digest()[1] % FOLDS


def cross_fitted(
    tickets: Sequence[Ticket], terms: Floats, labels: Floats, shape: Map = isotonic, used: Sequence[str] = TERMS
) -> Floats:
    """S of each ticket from numbers fitted on the other folds."""
    folds = np.array([fold_of(ticket) for ticket in tickets])
    scores = np.zeros(len(labels))
    for fold in range(FOLDS):
        here = folds == fold
        scores[here] = fit_urgency(terms[~here], labels[~here], shape, used).score(terms[here])
    return scores


def compared(tickets: Sequence[Ticket], terms: Floats, labels: Floats) -> dict[str, dict[str, float | int | None]]:
    """Cross-fitted figures of each map, and of the fusion without this or that term."""
    ways = {f"all terms, {name}": cross_fitted(tickets, terms, labels, shape) for name, shape in MAPS.items()}
    for used in (("model",), ("model", "sentiment"), ("model", "lexicon")):
        ways[" + ".join(used)] = cross_fitted(tickets, terms, labels, isotonic, used)
    return {
        name: urgency_figures(labels, scores) | {"urgency_ece": calibration_error(scores, labels)}
        for name, scores in ways.items()
    }
