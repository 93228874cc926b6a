"""Fit the manifest's numbers on the rubric dev split, through the worker's own scorer: `python -m models.calibrate`.

Fitted on the int8 graph, since that is what runs: temperature, fusion, calibration, review and duplicate thresholds.
The dev tickets were not trained on. Because the numbers are fitted on them, the honest dev figures are the
cross-fitted ones (`eval.cross_fitted_dev`): each fifth of the stems is scored with numbers fitted on the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.bundle import MODELS_DIR, Manifest, read_manifest, write_manifest
from models.language import fit_language, languages, vocabulary
from models.metrics import urgency_figures
from models.outputs import as_stored, softmax
from models.pairs import cross_fitted_f1, fit_threshold, mean_f1_curve, pairs_of, random_sets
from models.reliability import calibration_error
from models.self_test import CANDIDATES
from models.tickets import CATEGORIES, Ticket, read_rubric
from models.urgency_fit import compared, cross_fitted, fit_urgency, fold_of, urgency_terms
from ticketrouter.adapters.onnx_scorer import Inference, OnnxScorer
from ticketrouter.domain.score import Score

Floats = NDArray[np.float64]
Figures = dict[str, Any]
REVIEW_PRECISION = 0.9  # above `review_below`, this share of the categories shall be right ...
REVIEW_MOST = 0.25  # ... unless more than this share of tickets would go to review


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


def calibrate_category(manifest: Manifest, tickets: Sequence[Ticket], raw: Inference) -> Figures:
    """Write the temperature of the categories and the confidence below which a person is asked."""
    truth = np.array([CATEGORIES.index(str(ticket.category)) for ticket in tickets])
    temperature = fit_temperature(raw.category, truth)
    manifest["temperature"] = {"category": temperature}
    chances = softmax(np.asarray(raw.category / temperature, dtype=np.float32))
    right = chances.argmax(axis=1) == truth
    manifest["review_below"] = fit_review(chances.max(axis=1).astype(np.float64), right)
    honest, folds = np.zeros(len(truth)), np.array([fold_of(ticket) for ticket in tickets])
    for fold in set(folds):
        here = folds == fold
        fitted = fit_temperature(raw.category[~here], truth[~here])
        honest[here] = softmax(np.asarray(raw.category[here] / fitted, dtype=np.float32)).max(axis=1)
    return {
        "category_ece": calibration_error(honest, right),
        "category_ece_without": calibration_error(softmax(raw.category).max(axis=1), right),
    }


def calibrate_duplicates(manifest: Manifest, tickets: Sequence[Ticket], raw: Inference) -> Figures:
    """Write the similarity from which on two tickets are one incident: the best on sets of the size of a queue.

    It is fitted on pairs within one language: tellings in two languages are mostly beyond the encoder, and a threshold
    low enough to catch some of them takes strangers for one incident, which may cost an alert.
    """
    vectors, sets, spoken = as_stored(raw.vectors), random_sets(tickets), languages()
    names = [spoken.get(ticket.text, "") for ticket in tickets]
    pairs, within = pairs_of(tickets, vectors), pairs_of(tickets, vectors, names)
    threshold, best = fit_threshold(within, sets)
    manifest["duplicate_similarity"] = threshold
    at, folds = np.array([threshold]), np.array([fold_of(ticket) for ticket in tickets])
    return {
        "pair_f1_sets": float(mean_f1_curve(pairs, sets, at)[0]),
        "pair_f1_sets_one_language": best,
        "pair_f1_sets_cross_fitted": cross_fitted_f1(tickets, vectors, folds, names),
        "pair_f1_all": float(mean_f1_curve(pairs, [np.arange(len(tickets))], at)[0]),
    }


def calibrate(manifest: Manifest, tickets: Sequence[Ticket], raw: Inference) -> Figures:
    """Write the fitted numbers into the manifest; returns honest figures: cross-fitted where numbers were fitted."""
    terms = urgency_terms(tickets, raw)
    labels = np.array([ticket.urgency for ticket in tickets], dtype=np.float64)
    fit = fit_urgency(terms, labels)
    manifest["fusion"] = {name: round(value, 4) for name, value in fit.weights.items()}
    manifest["calibration"] = {"x": fit.x, "y": fit.y}
    scores = cross_fitted(tickets, terms, labels)
    figures: Figures = urgency_figures(labels, scores) | {"urgency_ece": calibration_error(scores, labels)}
    if manifest["labels"]["category"] == list(CATEGORIES):  # nobody labelled our tickets with somebody else's
        figures |= calibrate_category(manifest, tickets, raw)
    return rounded(figures | calibrate_duplicates(manifest, tickets, raw))


def rounded(figures: Figures) -> Figures:
    """Figures with four digits."""
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in figures.items()}


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
    manifest["eval"]["cross_fitted_dev"] = calibrate(manifest, dev, raw)
    labels = np.array([ticket.urgency for ticket in dev], dtype=np.float64)
    ways = compared(dev, urgency_terms(dev, raw), labels)
    manifest["language"] = fit_language(train, vocabulary())
    manifest["eval"]["calibrations"] = {name: rounded(figures) for name, figures in ways.items()}
    write_manifest(manifest)
    write_self_test(manifest)
    for key in ("fusion", "calibration", "temperature", "review_below", "language", "duplicate_similarity"):
        print(key, manifest[key])
    print("cross-fitted dev:", manifest["eval"]["cross_fitted_dev"])


if __name__ == "__main__":
    main()
