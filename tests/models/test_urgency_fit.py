"""Fusion and calibration of S: what the numbers mean once they are fitted."""

from __future__ import annotations

import numpy as np
import pytest

from models.reliability import calibration_error
from models.tickets import Ticket
from models.urgency_fit import LEAST_STEP, MAPS, compared, cross_fitted, fit_urgency, isotonic
from ticketrouter.domain.lexicon import LexiconResult
from ticketrouter.domain.urgency import Fusion

N = 1_000


@pytest.fixture(scope="module")
def labels() -> np.ndarray:
    return np.random.default_rng(1).choice([0.0, 0.25, 0.5, 0.75, 1.0], N)


@pytest.fixture(scope="module")
def terms(labels: np.ndarray) -> np.ndarray:
    """A model that sees the label through noise and squeezes it, a tone that says the opposite, words without sense."""
    rng = np.random.default_rng(2)
    model = 0.3 + 0.4 * np.clip(labels + rng.normal(0, 0.15, N), 0, 1) ** 2
    return np.column_stack([model, np.clip(1 - labels + rng.normal(0, 0.3, N), 0, 1), rng.random(N)])


@pytest.fixture(scope="module")
def tickets() -> list[Ticket]:
    return [Ticket(str(number), group=f"t-g{number // 3:04}") for number in range(N)]


@pytest.mark.parametrize("name", ["isotonic", "cut points", "Platt"])
def test_a_map_ascends_and_stays_within_bounds(name: str, terms: np.ndarray, labels: np.ndarray) -> None:
    x, y = MAPS[name](terms[:, 0], labels)
    assert len(x) == len(y) >= 6
    assert min(np.diff(x)) >= LEAST_STEP - 2e-4
    assert min(np.diff(y)) >= 0
    assert y[0] >= 0
    assert y[-1] <= 1


def test_isotonic_s_means_the_expected_label(tickets: list[Ticket], terms: np.ndarray, labels: np.ndarray) -> None:
    calibrated = calibration_error(cross_fitted(tickets, terms, labels, isotonic), labels)
    assert calibrated < 0.03
    assert calibrated < calibration_error(np.clip(terms[:, 0], 0, 1), labels) / 3


def test_only_the_ends_of_the_isotonic_map_can_tie_tickets(terms: np.ndarray, labels: np.ndarray) -> None:
    _, y = isotonic(terms[:, 0], labels)
    assert min(np.diff(y[1:-1])) > 0
    assert (y[0], y[-1]) == (0.0, 1.0)


def test_anger_that_speaks_against_urgency_gets_no_weight(terms: np.ndarray, labels: np.ndarray) -> None:
    fit = fit_urgency(terms, labels)
    assert fit.weights["sentiment"] == pytest.approx(0.0, abs=1e-9)
    assert fit.weights["model"] > 1


def test_a_term_that_is_not_used_has_no_weight(terms: np.ndarray, labels: np.ndarray) -> None:
    assert fit_urgency(terms, labels, used=("model",)).weights["lexicon"] == 0.0


def test_the_worker_computes_the_same_s(terms: np.ndarray, labels: np.ndarray) -> None:
    fit = fit_urgency(terms, labels)
    fusion = Fusion(**fit.weights, calibration_x=fit.x, calibration_y=fit.y)
    worker = [fusion.fuse(model, negative, LexiconResult(words)).score for model, negative, words in terms[:50]]
    assert fit.score(terms[:50]) == pytest.approx(worker, abs=1e-4)


def test_a_model_that_says_the_same_of_all_can_be_fitted(labels: np.ndarray) -> None:
    fit = fit_urgency(np.full((N, 3), 0.5) + 1e-6 * np.arange(N)[:, None], labels)
    assert min(np.diff(fit.x)) > 0
    assert np.isfinite(fit.score(np.full((1, 3), 0.5))).all()


def test_every_map_and_every_fusion_is_judged_on_tickets_it_was_not_fitted_on(
    tickets: list[Ticket], terms: np.ndarray, labels: np.ndarray
) -> None:
    figures = compared(tickets, terms, labels)
    assert {"all terms, isotonic", "all terms, Platt", "model", "model + lexicon"} <= figures.keys()
    shuffled = compared(tickets, terms, np.random.default_rng(3).permutation(labels))
    assert abs(shuffled["all terms, isotonic"]["urgency_spearman"] or 0.0) < 0.1
    assert (figures["all terms, isotonic"]["urgency_spearman"] or 0.0) > 0.8
