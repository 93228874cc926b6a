"""OnnxScorer on the exported bundle, end to end: as the worker uses it, without torch or transformers."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.classic import SELF_TESTS
from tests.models.checkpoints import WIDTH
from tests.models.conftest import Exported
from tests.models.texts import TEXTS
from ticketrouter.adapters.onnx_scorer import OnnxScorer
from ticketrouter.domain.errors import InferenceError, ModelMismatchError

CATEGORIES = ["Billing", "Technical", "Legal", "General"]


def test_no_texts_no_scores(small: OnnxScorer) -> None:
    assert small.score([]) == []


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text[:20]))
def test_any_text_has_a_score_within_bounds(small: OnnxScorer, text: str) -> None:
    (score,) = small.score([text])

    assert score.category in CATEGORIES
    assert score.sentiment in {"negative", "neutral", "positive"}
    assert 0.0 <= score.urgency_score <= 1.0
    assert 0.25 <= score.category_confidence <= 1.0
    assert -1.0 <= score.sentiment_score <= 1.0
    assert sum(part.value for part in score.contributions) == pytest.approx(score.urgency_score, abs=1e-3)
    vector = np.frombuffer(score.embedding, dtype=np.int8) / 127.0
    assert len(vector) == WIDTH == small.manifest["embedding_dim"]
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=0.05)


def test_a_batch_in_any_order_scores_as_its_texts_alone(small: OnnxScorer) -> None:
    alone = {text: small.score([text])[0] for text in TEXTS}
    shuffled = random.Random(3).sample(TEXTS * 2, 2 * len(TEXTS))

    assert small.score(shuffled) == [alone[text] for text in shuffled]
    assert len({score.urgency_score for score in alone.values()}) > len(TEXTS) / 2


def test_another_process_says_the_same(small: OnnxScorer, exported: Exported) -> None:
    # Given a process that cannot import what only building a bundle needs
    code = (
        "import json, sys\n"
        "sys.modules.update(torch=None, transformers=None, optimum=None, onnx=None)\n"
        "from ticketrouter.adapters.onnx_scorer import OnnxScorer\n"
        "scores = OnnxScorer(sys.argv[1], threads=1).score(json.loads(sys.argv[2]))\n"
        "print(json.dumps([[s.category, s.urgency_score, s.sentiment_score, s.embedding.hex()] for s in scores]))\n"
    )
    layer = Path(__file__).parents[2] / "layers" / "core"

    done = subprocess.run(
        [sys.executable, "-c", code, str(exported.small), json.dumps(TEXTS)],
        env={"PYTHONPATH": str(layer)},
        capture_output=True,
        text=True,
        check=True,
    )

    scores = small.score(TEXTS)
    assert json.loads(done.stdout) == [
        [score.category, score.urgency_score, score.sentiment_score, score.embedding.hex()] for score in scores
    ]


def test_what_lies_beyond_the_last_token_is_not_read(small: OnnxScorer) -> None:
    long = "The export fails with error 500. " * 60

    assert small.score([long]) == small.score([long + "Our lawyers will write to you."])


def test_the_hypothesis_is_never_cut_off(small: OnnxScorer) -> None:
    # Given a text that fills the window by itself: were the pair cut at its end, all hypotheses would be the same
    raw = small.infer(["The export fails with error 500. " * 60])

    assert len(set(raw.category[0].tolist())) == len(CATEGORIES)


def test_an_unknown_alphabet_asks_for_a_person(small: OnnxScorer) -> None:
    assert small.score(["ᚠᚢᚦᚨᚱᚲ ᚷᚹᚺᚾᛁ"])[0].needs_review


def test_what_cannot_be_tokenised_is_an_inference_error(small: OnnxScorer) -> None:
    with pytest.raises(InferenceError):
        small.score(["fine", "a lone surrogate \ud800"])


def test_the_bundle_passes_its_own_self_test(small: OnnxScorer) -> None:
    assert len(small.manifest["self_test"]) == SELF_TESTS
    assert small.self_test() == 0


# --- a bundle that is not what it says -------------------------------------------------------------------------------


@pytest.fixture
def copy(exported: Exported, tmp_path: Path) -> Path:
    shutil.copytree(exported.small, tmp_path, dirs_exist_ok=True)
    return tmp_path


FILES = [f"{role}.{kind}" for role in ("entailment", "sentiment", "embedding") for kind in ("onnx", "json")]


@pytest.mark.parametrize("name", FILES)
def test_one_flipped_byte_is_a_mismatch(copy: Path, name: str) -> None:
    path = copy / "artifacts" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(ModelMismatchError, match=name):
        OnnxScorer(copy)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_a_mismatch(copy: Path, name: str) -> None:
    (copy / "artifacts" / name).unlink()

    with pytest.raises(ModelMismatchError):
        OnnxScorer(copy)


WRONG: dict[str, dict[str, Any]] = {
    "a label without a hypothesis": {"labels": {"category": [*CATEGORIES, "Sales"]}},
    "a level without a hypothesis": {"labels": {"urgency_levels": [0.0, 1.0]}},
    "sentiments in another order": {"labels": {"sentiment": ["positive", "neutral", "negative"]}},
    "a label that the entailment model lacks": {"entailment_index": 3},
    "one label for two sentiments": {"sentiment_index": {"negative": 1, "positive": 1}},
    "a sentiment without its label": {"sentiment_index": {"negative": 0}},
    "a margin that everything is within": {"neutral_margin": 1.0},
    "files of another kind of bundle": {"reader": "shared-encoder"},
    "a kind that nobody knows": {"reader": "oracle"},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG.keys())
def test_a_manifest_that_does_not_fit_is_a_mismatch(copy: Path, change: dict[str, Any]) -> None:
    manifest = json.loads((copy / "manifest.json").read_bytes())
    if "labels" in change:
        change = {"labels": manifest["labels"] | change["labels"]}
    (copy / "manifest.json").write_text(json.dumps(manifest | change))

    with pytest.raises(ModelMismatchError):
        OnnxScorer(copy)
