"""Score texts with the ONNX bundle that `models/manifest.json` describes: tokenise (pre), run (core), interpret (post).

Only onnxruntime, tokenizers and numpy. The arithmetic of S lives in `domain/urgency.py`; this file brings its numbers.

Each text runs through the graph by itself, side by side with others but never in one tensor with them: int8 activations
are scaled over the tensor, so in a shared one a ticket's S would depend on its batch mates. It costs nothing here: no
padding, and the threads are evenly loaded (measured: models/README.md).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ticketrouter.domain import lexicon
from ticketrouter.domain.errors import InferenceError, ModelMismatchError
from ticketrouter.domain.score import Score
from ticketrouter.domain.urgency import Fusion

Floats = NDArray[np.float32]

_OUTPUTS = ["category_logits", "sentiment_logits", "urgency_logits", "ticket_vec"]
_CHARS_PER_TOKEN = 16  # what lies beyond cannot matter; bounds the time spent on tokenising a huge text
_SELF_TEST_TOLERANCE = 0.05  # |dS|; int8 kernels differ a little from CPU to CPU


@dataclass(frozen=True, slots=True)
class Inference:
    """Raw outputs for n texts in their order: logits [n, k], unit vectors [n, d], shares of unknown tokens [n]."""

    category: Floats
    sentiment: Floats
    urgency: Floats
    vectors: Floats
    unknown: Floats


class OnnxScorer:
    """The models, loaded once per process; safe to share between threads.

    Args:
        model_dir: Folder with `manifest.json` and `artifacts/`.
        threads: Texts that run at the same time, one core each.

    Raises:
        ModelMismatchError: A file is missing, or its SHA-256 is not the manifest's.
    """

    def __init__(self, model_dir: str | Path, threads: int = 2) -> None:
        folder = Path(model_dir)
        self.manifest, files = _verified_bundle(folder)
        try:
            self._tokenizer = Tokenizer.from_buffer(files["tokenizer.json"])
            self._session = _session(files["model.onnx"])
            curve, labels = self.manifest["calibration"], self.manifest["labels"]
            self._fusion = Fusion(**self.manifest["fusion"], calibration_x=curve["x"], calibration_y=curve["y"])
            self._categories: list[str] = labels["category"]
            self._sentiments: list[str] = labels["sentiment"]
            self._levels = np.asarray(labels["urgency_levels"], dtype=np.float32)
            self._temperature = float(self.manifest["temperature"]["category"])
            self._review_below = float(self.manifest["review_below"])
            self._review_unknown = float(self.manifest["review_unknown_share"])
            self._max_tokens = int(self.manifest["max_tokens"])
        except Exception as error:  # neither library has a base class for what it raises
            raise ModelMismatchError(f"{folder} holds no bundle of ours: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length=self._max_tokens)
        self._unknown_id = self._tokenizer.token_to_id("[UNK]") or 0
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="onnx")

    @property
    def model_version(self) -> str:
        """Return the version of the loaded bundle."""
        return str(self.manifest["version"])

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Score all texts at once; the result has their order.

        Raises:
            InferenceError: At least one of them could not be scored.
        """
        return self.interpret(texts, self.infer(texts)) if texts else []

    def infer(self, texts: Sequence[str]) -> Inference:
        """Run the graph over at least one text, the longest first so that no thread is left with it at the end.

        Raises:
            InferenceError: Tokenising or running failed, or an output is not finite.
        """
        try:
            cut = [text[: self._max_tokens * _CHARS_PER_TOKEN] for text in texts]
            rows: list[list[int]] = [encoding.ids for encoding in self._tokenizer.encode_batch(cut)]
            order = sorted(range(len(rows)), key=lambda index: -len(rows[index]))
            run = self._pool.map if len(rows) > 1 else map
            parts = list(run(self._run, [rows[index] for index in order]))
        except Exception as error:  # onnxruntime's exceptions have no base class of their own
            raise InferenceError(f"{type(error).__name__} on a batch of {len(texts)}") from error
        back = np.argsort(order)
        category, sentiment, urgency, vectors = (np.concatenate(column)[back] for column in zip(*parts, strict=True))
        if not all(np.isfinite(output).all() for output in (category, sentiment, urgency, vectors)):
            raise InferenceError(f"an output is not finite in a batch of {len(texts)}")
        unknown = [row.count(self._unknown_id) / len(row) for row in rows]
        return Inference(category, sentiment, urgency, vectors, np.asarray(unknown, dtype=np.float32))

    def _run(self, row: list[int]) -> list[Floats]:
        """Run the graph over the token ids of one text."""
        ids = np.asarray([row], dtype=np.int64)
        return list(self._session.run(_OUTPUTS, {"input_ids": ids, "attention_mask": np.ones_like(ids)}))

    def interpret(self, texts: Sequence[str], raw: Inference) -> list[Score]:
        """Turn raw outputs into scores: temperature, fusion with the word list, calibration."""
        category = softmax(raw.category / self._temperature)
        sentiment = softmax(raw.sentiment)
        urgency = softmax(raw.urgency) @ self._levels
        negative, positive = (sentiment[:, self._sentiments.index(name)] for name in ("negative", "positive"))
        vectors, scores = np.clip(np.rint(raw.vectors * 127.0), -127, 127).astype(np.int8), []
        for index, text in enumerate(texts):
            best = int(category[index].argmax())
            confidence = float(category[index, best])
            fused = self._fusion.fuse(float(urgency[index]), float(negative[index]), lexicon.assess(text))
            # Many unknown tokens: an alphabet that the vocabulary lacks, so the model has read nothing.
            unsure = confidence < self._review_below or raw.unknown[index] > self._review_unknown
            scores.append(
                Score(
                    category=self._categories[best],
                    category_confidence=round(confidence, 4),
                    needs_review=bool(unsure),
                    urgency_score=fused.score,
                    sentiment=self._sentiments[int(sentiment[index].argmax())],
                    sentiment_score=round(float(positive[index] - negative[index]), 4),
                    contributions=fused.contributions,
                    model_version=self.model_version,
                    embedding=vectors[index].tobytes(),
                )
            )
        return scores

    def self_test(self) -> int:
        """Score the manifest's self-test texts one by one; return how many miss their category or their S."""
        return sum(not self._passes(case) for case in self.manifest["self_test"])

    def _passes(self, case: Mapping[str, Any]) -> bool:
        try:
            score = self.score([case["text"]])[0]
        except InferenceError:  # a graph that does not run here passes nothing
            return False
        moved = abs(score.urgency_score - float(case["urgency_score"]))
        return moved <= _SELF_TEST_TOLERANCE and score.category == str(case["category"])


def softmax(logits: Floats) -> Floats:
    """Normalise rows, [n, k] -> [n, k]."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


def _verified_bundle(folder: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Read the manifest and the files it names; each must be the very one that it means."""
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_bytes())
        files = {name: (folder / "artifacts" / name).read_bytes() for name in manifest["files"]}
    except (OSError, ValueError, KeyError) as error:
        raise ModelMismatchError(f"{folder} holds no complete bundle: {error}") from error
    for name, content in files.items():
        if hashlib.sha256(content).hexdigest() != manifest["files"][name]["sha256"]:
            raise ModelMismatchError(f"{name} is not the file of the manifest")
    return manifest, files


def _session(graph: bytes) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1  # our pool runs texts side by side instead: measured faster
    # The file was optimised when it was exported; doing it again costs start-up time and undoes a choice (SkipLN).
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.set_denormal_as_zero", "1")  # softmax tails: 3x slower without
    return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
