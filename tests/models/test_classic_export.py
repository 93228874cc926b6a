"""The exported graphs say what PyTorch says, and the zero-shot reader what the pipeline of transformers says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest
import torch
from numpy.typing import NDArray
from transformers import AutoModel, AutoModelForSequenceClassification, pipeline

from models.bundle import read_manifest
from models.quantise import optimise
from models.tickets import Ticket
from tests.models.conftest import Exported
from tests.models.texts import TEXTS
from ticketrouter.adapters.onnx_scorer import OnnxScorer, softmax

TOLERANCE = 1e-4
Floats = NDArray[np.float32]


class InTorch:
    """What the checkpoints themselves say of TEXTS, one by one."""

    def __init__(self, exported: Exported) -> None:
        kinds = {"embedding": AutoModel}
        self.tokenizers = {role: checkpoint.tokenizer for role, checkpoint in exported.checkpoints.items()}
        self.models = {
            role: kinds.get(role, AutoModelForSequenceClassification).from_pretrained(checkpoint.source).eval()
            for role, checkpoint in exported.checkpoints.items()
        }

    def logits(self, role: str, second: str | None = None) -> Floats:
        """[n, k]"""
        return np.concatenate([output[0].numpy() for output in self._outputs(role, second)])

    def means(self) -> Floats:
        """[n, d], over the tokens of the last layer."""
        return np.concatenate([output[0].mean(1).numpy() for output in self._outputs("embedding")])

    def _outputs(self, role: str, second: str | None = None) -> list[Any]:
        truncation = "longest_first" if second is None else "only_first"
        rows = [self.tokenizers[role](text, second, truncation=truncation, return_tensors="pt") for text in TEXTS]
        with torch.inference_mode():
            return [self.models[role](input_ids=row.input_ids, attention_mask=row.attention_mask) for row in rows]


@pytest.fixture(scope="module")
def in_torch(exported: Exported) -> InTorch:
    return InTorch(exported)


def spread(values: Floats) -> float:
    """How much a column differs between the texts: what a wrong graph would have to miss by."""
    return float(np.ptp(values, axis=0).min())


@pytest.mark.parametrize("task", ["category", "urgency"])
def test_entailment_is_that_of_pytorch(exported: Exported, in_torch: InTorch, full: OnnxScorer, task: str) -> None:
    said = getattr(full.infer(TEXTS), task)

    for column, hypothesis in enumerate(exported.settings.hypotheses[task]):
        expected = in_torch.logits("entailment", hypothesis)[:, 2:]
        assert spread(expected) > 100 * TOLERANCE
        assert np.abs(said[:, column] - expected[:, 0]).max() < TOLERANCE


def test_sentiment_keeps_the_odds_of_pytorch(in_torch: InTorch, full: OnnxScorer) -> None:
    logits = in_torch.logits("sentiment")
    negative, _, positive = full.infer(TEXTS).sentiment.T

    assert spread(logits) > 100 * TOLERANCE
    assert np.abs((positive - negative) - (logits[:, 1] - logits[:, 0])).max() < TOLERANCE


def test_a_narrow_lead_is_neutral(in_torch: InTorch, full: OnnxScorer) -> None:
    # Given the two chances of the checkpoint itself
    chances = softmax(in_torch.logits("sentiment"))
    lead = chances[:, 1] - chances[:, 0]
    margin = full.manifest["neutral_margin"]

    words = [score.sentiment for score in full.score(TEXTS)]

    expected = np.where(np.abs(lead) < margin, "neutral", np.where(lead > 0, "positive", "negative"))
    assert words == expected.tolist()
    assert len(set(words)) > 1


def test_vectors_are_the_normalised_means_of_pytorch(in_torch: InTorch, full: OnnxScorer) -> None:
    mean = in_torch.means()
    expected = mean / np.linalg.norm(mean, axis=1, keepdims=True)

    assert spread(expected) > 100 * TOLERANCE
    assert np.abs(full.infer(TEXTS).vectors - expected).max() < TOLERANCE


def test_categories_are_those_of_the_zero_shot_pipeline(
    exported: Exported, in_torch: InTorch, full: OnnxScorer
) -> None:
    # Given the pipeline as people use it
    hypotheses = exported.settings.hypotheses["category"]
    model, tokenizer = in_torch.models["entailment"], in_torch.tokenizers["entailment"]
    classify = pipeline("zero-shot-classification", model=model, tokenizer=tokenizer, device="cpu")
    texts = [text for text in TEXTS if text]  # it refuses an empty one

    chances = softmax(full.infer(texts).category)

    for text, said in zip(texts, chances, strict=True):
        expected = classify(text, candidate_labels=hypotheses, hypothesis_template="{}", multi_label=False)
        of = dict(zip(expected["labels"], expected["scores"], strict=True))
        assert said == pytest.approx([of[hypothesis] for hypothesis in hypotheses], abs=TOLERANCE)


@pytest.mark.parametrize("role", ["entailment", "sentiment", "embedding"])
def test_optimising_changes_no_output(exported: Exported, tmp_path: Path, role: str) -> None:
    plain = exported.full / "artifacts" / f"{role}.onnx"
    optimise(plain, tmp_path / "optimised.onnx")
    before, after = (
        ort.InferenceSession(path, providers=["CPUExecutionProvider"]) for path in (plain, tmp_path / "optimised.onnx")
    )
    encoding = exported.checkpoints[role].tokenizer(TEXTS[1], TEXTS[0])
    feed = {node.name: np.array([encoding[node.name]]) for node in before.get_inputs()}

    assert np.abs(before.run(None, feed)[0] - after.run(None, feed)[0]).max() < TOLERANCE


def test_int8_stays_near(full: OnnxScorer, small: OnnxScorer) -> None:
    before, after = full.infer(TEXTS), small.infer(TEXTS)

    assert (before.vectors * after.vectors).sum(axis=1).min() > 0.95
    for task in ("category", "urgency"):
        moved = np.abs(getattr(before, task) - getattr(after, task)).mean()
        assert 0 < moved < 0.3 * getattr(before, task).std()


def test_the_manifest_says_all_that_the_scorer_needs(
    exported: Exported, tickets: tuple[list[Ticket], list[Ticket]]
) -> None:
    manifest = read_manifest(exported.small)

    assert manifest["hypotheses"]["category"][0].startswith("This message is about money")
    assert manifest["labels"]["urgency_levels"] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert manifest["sources"]["entailment"] == {"source": "bart", "revision": None}
    assert str(exported.full.parent) not in str(manifest)
    assert manifest["eval"]["cross_fitted_dev"]["urgency_n"] == len(tickets[1])
    assert manifest["eval"]["int8_drift"]["cosine_mean"] > 0.95
