"""The model card's part: every table is there, and what loses is said."""

from __future__ import annotations

import numpy as np
import pytest

from models.card import NAMES, THRESHOLD, text
from models.metrics import urgency_figures

ZEROS = {"urgency_ece": 0.02, "category_ece": 0.03}


def system(score: float) -> dict[str, object]:
    figures = dict.fromkeys(NAMES, score) | {"n": 100, "alert_precision": score, "alerts_per_1000": 210.0}
    return {"figures": figures, "intervals": {"category_macro_f1": [score - 0.05, score + 0.05]}}


@pytest.fixture
def manifest() -> dict[str, object]:
    figures = ("category_macro_f1", "urgency_spearman", "best_pair_f1")
    drift = {f"{name}_{form}": 0.8 for name in figures for form in ("fp32", "int8")}
    moved = dict.fromkeys(("cosine_mean", "cosine_min", "urgency_moved_mean", "urgency_moved_max"), 0.1)
    pairs = ("pair_f1_sets", "pair_f1_sets_cross_fitted", "pair_f1_sets_one_language", "pair_f1_all")
    honest = ZEROS | {"category_ece_without": 0.04, "alert_recall": 0.66} | dict.fromkeys(pairs, 0.5)
    ways = {"all terms, isotonic": {"urgency_spearman": 0.8}}
    evaluation = {"cross_fitted_dev": honest, "int8_drift": drift | moved, "calibrations": ways}
    return {"version": "2026.01.01-abc", "duplicate_similarity": 0.55, "eval": evaluation}


def found(lost: list[str]) -> dict[str, object]:
    systems = {"bundle": system(0.8), "tfidf": system(0.6), "words": system(0.4)}
    ahead = {"ahead": {"category_macro_f1": [0.2, 0.1, 0.3]}}
    return {
        "sets": {
            "rubric_dev": {"in_domain": True, **systems, **ahead},
            "far": {"in_domain": False, **systems, **ahead},
        },
        "verdict": {"ships": not lost, "wins": ["far: category_macro_f1"], "level": [], "loses": lost},
        "reliability": {"our hands": dict.fromkeys(("bundle", "tfidf", "words"), ZEROS)},
        "slices": {"language": {"en": {"n": 90}, "de": {"n": 10}}, "length": {"1 to 8 words": {"n": 100}}},
    }


def test_the_part_holds_every_table(manifest: dict[str, object]) -> None:
    said = text(manifest, found([]))
    for line in (
        "| **far** | 100 | .800 <sub>.750 to .850</sub> | .800 |",
        "| *TF-IDF* | 100 | .600 <sub>.550 to .650</sub> |",
        "| *word list* | 100 | .400 ",
        "| **far** | +0.200 <sub>+0.100 to +0.300</sub> | – |",
        "| cross-fitted | – | – | .660 | – |",
        "| as shipped, our hands | .020 | .030 |",
        "| all terms, isotonic | .800 |",
        "| de | 10 |",
        "| 1 to 8 words | 100 |",
        "| sets of 200, pairs within one language, at 0.55 | .500 |",
        "| category F1 | .800 | .800 |",
        "(img/reliability.svg)",
        "(img/confusion.svg)",
        "**Ships**",
    ):
        assert line in said, line


def test_what_loses_is_named(manifest: dict[str, object]) -> None:
    said = text(manifest, found(["far: sentiment_accuracy"]))
    assert "**Does not ship**" in said
    assert "Loses: far: sentiment_accuracy." in said


def test_the_threshold_s_figures_have_the_names_that_the_card_reads() -> None:
    assert set(THRESHOLD) <= urgency_figures(np.array([0.0, 1.0]), np.array([0.1, 0.9])).keys()
