"""Fit the manifest's numbers on the rubric dev split, through the worker's own scorer: `python -m models.calibrate`.

Fitted on the int8 graph, since that is what runs: temperature, fusion, calibration, review and duplicate thresholds.
The dev tickets were not trained on. Because the numbers are fitted on them, the honest dev figures are the
cross-fitted ones (`eval.cross_fitted_dev`): each fifth of the stems is scored with numbers fitted on the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, Ridge

from models.bundle import MODELS_DIR, Manifest, read_manifest, write_manifest
from models.language import fit_language, vocabulary
from models.metrics import best_pair_f1, pair_labels, pair_similarities, urgency_figures
from models.outputs import expected_level, softmax
from models.self_test import CANDIDATES
from models.tickets import CATEGORIES, URGENCY_LEVELS, Ticket, read_rubric
from ticketrouter.adapters.onnx_scorer import Inference, OnnxScorer
from ticketrouter.domain import lexicon
from ticketrouter.domain.score import Score
from ticketrouter.domain.urgency import ALERT_THRESHOLD, interpolate

Floats = NDArray[np.float64]
FOLDS = 5
# S > 0.8 says: this is a 1 with at least this chance. Below one half, since a missed harm costs more than a page for
# what is "only" blocked: at .5 recall was .64 and precision .85, at .4 both are .73 (cross-fitted; of the alerts .97
# are a .75 or a 1 either way), and below that precision falls faster than recall rises.
ALERT_CHANCE = 0.4
REVIEW_PRECISION = 0.9  # above `review_below`, this share of the categories shall be right ...
REVIEW_MOST = 0.25  # ... unless more than this share of tickets would go to review


@dataclass(frozen=True)
class UrgencyFit:
    """Fusion weights (bias, model, sentiment, lexicon) and the calibration's knots."""

    weights: tuple[float, float, float, float]
    x: list[float]
    y: list[float]

    def score(self, terms: Floats) -> Floats:
        """S for terms [n, 3]: model, P(negative), lexicon."""
        raw = self.weights[0] + terms @ np.array(self.weights[1:])
        return np.clip([interpolate(value, self.x, self.y) for value in raw], 0.0, 1.0)


def urgency_terms(tickets: Sequence[Ticket], raw: Inference) -> Floats:
    """What S is made of, [n, 3]: the model's expected level, P(negative), the word list's score."""
    words = [lexicon.assess(ticket.text).score for ticket in tickets]
    return np.column_stack([expected_level(raw.urgency), softmax(raw.sentiment)[:, 0], words]).astype(np.float64)


def fit_urgency(terms: Floats, labels: Floats) -> UrgencyFit:
    """Fit the fusion by ridge, then the map from fused value to S by its cut points.

    A cut point is the raw value at which "the label reaches this level" turns more likely than not (logistic, one
    dimension). There S is halfway between two levels, but for the topmost: there the chance of a 1 is ALERT_CHANCE and
    S is the alert threshold. Between cut points S is linear.
    """
    ridge = Ridge(alpha=1.0).fit(terms, labels)
    model, negative, words = map(float, ridge.coef_)
    raw = ridge.predict(terms)
    knots: list[float] = []
    for level in URGENCY_LEVELS[1:]:
        logistic = LogisticRegression(C=1e4).fit(raw[:, None], labels >= level)
        chance = ALERT_CHANCE if level == URGENCY_LEVELS[-1] else 0.5
        cut = float((np.log(chance / (1 - chance)) - logistic.intercept_[0]) / logistic.coef_[0, 0])
        knots.append(max(cut, knots[-1] + 0.02) if knots else cut)  # ascending, whatever a small sample says
    # The ends keep their distance: a steep piece would turn int8's small differences into large ones.
    knots.insert(0, min(float(np.quantile(raw, 0.02)), knots[0] - 0.1))
    knots.append(max(float(np.quantile(raw, 0.98)), knots[-1] + 0.1))
    heights = [0.0, 0.125, 0.375, 0.625, ALERT_THRESHOLD, 1.0]
    return UrgencyFit((float(ridge.intercept_), model, negative, words), [round(knot, 4) for knot in knots], heights)


def fit_temperature(logits: NDArray[np.float32], truth: NDArray[np.int64]) -> float:
    """The temperature with the lowest negative log-likelihood."""
    grid = np.arange(0.5, 4.01, 0.05)

    def loss(temperature: float) -> float:
        chosen = softmax(np.asarray(logits / temperature, dtype=np.float32))[np.arange(len(truth)), truth]
        return float(-np.log(np.clip(chosen, 1e-9, 1.0)).mean())

    return round(float(min(grid, key=loss)), 2)


def fit_review(confidence: Floats, right: NDArray[np.bool_]) -> float:
    """The lowest confidence from which on enough categories are right, within the limit on reviews."""
    for bound in np.arange(0.30, float(np.quantile(confidence, REVIEW_MOST)), 0.01):
        if right[confidence >= bound].mean() >= REVIEW_PRECISION:
            return round(float(bound), 2)
    return round(float(np.quantile(confidence, REVIEW_MOST)), 2)


def fold_of(ticket: Ticket) -> int:
    """The fold of a ticket's stem (another byte of the hash than the one that chose the split)."""
    return hashlib.sha256(ticket.stem.encode()).digest()[1] % FOLDS


def cross_fitted(tickets: Sequence[Ticket], terms: Floats, labels: Floats) -> Floats:
    """S of each ticket from numbers fitted on the other folds."""
    folds = np.array([fold_of(ticket) for ticket in tickets])
    scores = np.zeros(len(labels))
    for fold in range(FOLDS):
        here = folds == fold
        scores[here] = fit_urgency(terms[~here], labels[~here]).score(terms[here])
    return scores


def calibrate_category(manifest: Manifest, tickets: Sequence[Ticket], raw: Inference) -> None:
    """Write the temperature of the categories and the confidence below which a person is asked."""
    truth = np.array([CATEGORIES.index(str(ticket.category)) for ticket in tickets])
    temperature = fit_temperature(raw.category, truth)
    manifest["temperature"] = {"category": temperature}
    chances = softmax(np.asarray(raw.category / temperature, dtype=np.float32))
    right = chances.argmax(axis=1) == truth
    manifest["review_below"] = fit_review(chances.max(axis=1).astype(np.float64), right)


def calibrate(manifest: Manifest, tickets: Sequence[Ticket], raw: Inference) -> dict[str, Any]:
    """Write the fitted numbers into the manifest; returns the cross-fitted figures of S."""
    terms = urgency_terms(tickets, raw)
    labels = np.array([ticket.urgency for ticket in tickets], dtype=np.float64)
    fit = fit_urgency(terms, labels)
    names = ("bias", "model", "sentiment", "lexicon")
    manifest["fusion"] = {name: round(value, 4) for name, value in zip(names, fit.weights, strict=True)}
    manifest["calibration"] = {"x": fit.x, "y": fit.y}
    if manifest["labels"]["category"] == list(CATEGORIES):  # nobody labelled our tickets with somebody else's
        calibrate_category(manifest, tickets, raw)
    same = pair_labels([ticket.group for ticket in tickets])
    manifest["duplicate_similarity"] = round(best_pair_f1(pair_similarities(raw.vectors), same)[1], 4)
    return urgency_figures(labels, cross_fitted(tickets, terms, labels))


def steadiest(scorer: OnnxScorer, category: str, texts: Sequence[str]) -> tuple[str, Score] | None:
    """The text that the model takes for `category` and that moves least between alone and batched; None if none is."""
    mates = [text for candidates in CANDIDATES.values() for text in candidates]
    batched = dict(zip(mates, scorer.score(mates), strict=True))
    alone = [(text, scorer.score([text])[0]) for text in texts]
    right = [(text, score) for text, score in alone if score.category == batched[text].category == category]
    return min(right, key=lambda pair: abs(pair[1].urgency_score - batched[pair[0]].urgency_score), default=None)


def write_self_test(manifest: Manifest) -> None:
    """Choose the self-test texts and store what the bundle says of each, scored alone as the worker will do it."""
    scorer = OnnxScorer(MODELS_DIR)
    manifest["self_test"] = []
    for (category, pressing), texts in CANDIDATES.items():
        found = steadiest(scorer, category, texts)
        if found is None:
            raise SystemExit(f"the model takes none of these for {category}: {texts}")
        text, score = found
        manifest["self_test"].append({"text": text, "category": category, "urgency_score": score.urgency_score})
        print(f"self-test {category:10} {'pressing' if pressing else 'calm':8} S={score.urgency_score:.3f} {text}")
    write_manifest(manifest)


def main() -> None:
    """Fit on the rubric dev split and write the manifest."""
    manifest = read_manifest()
    train, dev = read_rubric()
    raw = OnnxScorer(MODELS_DIR).infer([ticket.text for ticket in dev])
    manifest["language"] = fit_language(train, vocabulary())
    figures = calibrate(manifest, dev, raw)
    manifest["eval"]["cross_fitted_dev"] = {
        key: round(value, 4) if isinstance(value, float) else value for key, value in figures.items()
    }
    write_manifest(manifest)
    write_self_test(manifest)
    for key in ("fusion", "calibration", "temperature", "review_below", "language", "duplicate_similarity"):
        print(key, manifest[key])
    print("cross-fitted dev:", manifest["eval"]["cross_fitted_dev"])


if __name__ == "__main__":
    main()
