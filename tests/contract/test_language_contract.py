"""The language rule over the committed bundle's own vocabulary: a foreign text asks for a person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.language_samples import ENGLISH, FOREIGN
from ticketrouter.adapters.onnx_scorer import OnnxScorer

MODEL_DIR = Path(__file__).parents[2] / "models"
RULE = {"bias": -3.4, "unknown": 13.7, "english": -43.0}  # as fitted in November 2026; the manifest's may differ


def scorer(folder: Path, change: dict[str, object]) -> OnnxScorer:
    """Load the committed bundle with another manifest, which asks for no review but that of the language."""
    (folder / "artifacts").symlink_to(MODEL_DIR / "artifacts")
    manifest = json.loads((MODEL_DIR / "manifest.json").read_bytes()) | {"review_below": 0.0} | change
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return OnnxScorer(folder)


@pytest.fixture(scope="module")
def onnx(tmp_path_factory: pytest.TempPathFactory) -> OnnxScorer:
    return scorer(tmp_path_factory.mktemp("bundle"), {"language": RULE})


@pytest.mark.parametrize("language", FOREIGN)
def test_a_language_that_the_model_never_learned_is_flagged(onnx: OnnxScorer, language: str) -> None:
    flagged = [score.needs_review for score in onnx.score(FOREIGN[language])]
    assert flagged.count(True) >= len(flagged) - 1


@pytest.mark.parametrize("kind", ["logs", "names"])
def test_english_with_strange_words_is_not(onnx: OnnxScorer, kind: str) -> None:
    flagged = [score.needs_review for score in onnx.score(ENGLISH[kind])]
    assert flagged.count(True) <= len(flagged) // 6


def test_a_bundle_without_the_rule_suspects_no_language(tmp_path: Path) -> None:
    plain = scorer(tmp_path, {"language": None})
    assert not any(score.needs_review for score in plain.score(FOREIGN["pl"]))


def test_the_language_changes_nothing_else(onnx: OnnxScorer, tmp_path: Path) -> None:
    plain, polish = scorer(tmp_path, {"language": None}), FOREIGN["pl"]
    assert [(s.category, s.urgency_score) for s in onnx.score(polish)] == [
        (s.category, s.urgency_score) for s in plain.score(polish)
    ]
