"""Make verdicts of raw outputs: temperature, fusion with the word list, calibration, and the self-test.

The arithmetic of S lives in `domain/urgency.py`; this file brings its numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ticketrouter.adapters.onnx_scorer.bundle import Bundle, read_bundle
from ticketrouter.adapters.onnx_scorer.heads import CentroidHead, Head, TrainedHead
from ticketrouter.adapters.onnx_scorer.inference import Inference, Reader, softmax
from ticketrouter.adapters.onnx_scorer.shared_encoder import SharedEncoder
from ticketrouter.adapters.onnx_scorer.zero_shot import ZeroShot
from ticketrouter.domain import lexicon
from ticketrouter.domain.categories import OwnCategories
from ticketrouter.domain.errors import InferenceError, ModelMismatchError
from ticketrouter.domain.language import ENGLISH, OTHER, LanguageRule
from ticketrouter.domain.score import Score
from ticketrouter.domain.urgency import Fusion

_READERS: Mapping[str, Callable[[Bundle, int], Reader]] = {"shared-encoder": SharedEncoder, "zero-shot": ZeroShot}
_SELF_TEST_TOLERANCE = 0.05  # |dS|; int8 kernels differ a little from CPU to CPU


class OnnxScorer:
    """The models, loaded once per process; safe to share between threads.

    Args:
        model_dir: Folder with `manifest.json` and `artifacts/`.
        threads: Texts that run at the same time, one core each.
        own: Categories that replace the bundle's; their texts run through the models here, once.

    Attributes:
        manifest: The bundle's; `labels.category` names the categories that are in use.
        model_version: Version of the loaded bundle.
        breaker_ms_per_ticket: Time a ticket above which the models count as slow.
        duplicate_similarity: Cosine from which on two tickets are duplicates.
        trained: Tells the bundle's own categories.

    Raises:
        ModelMismatchError: A file is missing, or its SHA-256 is not the manifest's.
    """

    def __init__(self, model_dir: str | Path, threads: int = 2, own: OwnCategories | None = None) -> None:
        bundle = read_bundle(Path(model_dir))
        self.manifest = bundle.manifest
        try:
            self._reader = _READERS[self.manifest.get("reader", "shared-encoder")](bundle, threads)
            curve, labels = self.manifest["calibration"], self.manifest["labels"]
            self._fusion = Fusion(**self.manifest["fusion"], calibration_x=curve["x"], calibration_y=curve["y"])
            self._sentiments: list[str] = labels["sentiment"]
            self._levels = np.asarray(labels["urgency_levels"], dtype=np.float32)
            temperature, review_below = self.manifest["temperature"]["category"], self.manifest["review_below"]
            self.trained = TrainedHead(labels["category"], float(temperature), float(review_below))
            self._review_unknown = float(self.manifest["review_unknown_share"])
            rule = self.manifest.get("language")  # of bundles without it no language is suspect
            self._language = LanguageRule(**rule) if rule else None
            self.breaker_ms_per_ticket = float(self.manifest["breaker_ms_per_ticket"])
            self.duplicate_similarity = float(self.manifest.get("duplicate_similarity", 1.0))
            self.model_version = str(self.manifest["version"])
            if not isinstance(self.manifest["self_test"], list):
                raise TypeError("the self-test is no list")
            self._head: Head = CentroidHead(own, self.trained, self.infer) if own else self.trained
        except Exception as error:  # neither library has a base class for what it raises
            raise ModelMismatchError(f"{model_dir} holds no bundle of ours: {error}") from error
        self.manifest = self.manifest | {"labels": labels | {"category": self._head.names}}

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Score all texts at once; the result has their order.

        Raises:
            InferenceError: At least one of them could not be scored.
        """
        if not texts:
            return []
        raw = self.infer(texts)
        try:
            return self.interpret(texts, raw)
        except Exception as error:  # numbers of the manifest that make no sense for this text
            raise InferenceError(f"{type(error).__name__} on the outputs of a batch of {len(texts)}") from error

    def infer(self, texts: Sequence[str]) -> Inference:
        """Run the models over at least one text.

        Raises:
            InferenceError: Tokenising or running failed, or an output is not finite.
        """
        try:
            raw = self._reader.read(texts)
        except Exception as error:  # onnxruntime's exceptions have no base class of their own
            raise InferenceError(f"{type(error).__name__} on a batch of {len(texts)}") from error
        if not all(np.isfinite(output).all() for output in (raw.category, raw.sentiment, raw.urgency, raw.vectors)):
            raise InferenceError(f"an output is not finite in a batch of {len(texts)}")
        return raw

    def interpret(self, texts: Sequence[str], raw: Inference, head: Head | None = None) -> list[Score]:
        """Turn raw outputs into scores: categories by the head in use or another, fusion with the word list."""
        head = head or self._head
        category = head.shares(raw)
        sentiment = softmax(raw.sentiment)
        urgency = softmax(raw.urgency) @ self._levels
        negative, positive = (sentiment[:, self._sentiments.index(name)] for name in ("negative", "positive"))
        vectors, scores = np.clip(np.rint(raw.vectors * 127.0), -127, 127).astype(np.int8), []
        for index, text in enumerate(texts):
            best = int(category[index].argmax())
            confidence = float(category[index, best])
            fused = self._fusion.fuse(float(urgency[index]), float(negative[index]), lexicon.assess(text))
            language = self._language_of(text, float(raw.unknown[index]))
            scores.append(
                Score(
                    category=head.names[best],
                    category_confidence=round(confidence, 4),
                    needs_review=confidence < head.review_below or language == OTHER,
                    urgency_score=fused.score,
                    sentiment=self._sentiments[int(sentiment[index].argmax())],
                    sentiment_score=round(float(positive[index] - negative[index]), 4),
                    contributions=fused.contributions,
                    model_version=self.model_version,
                    embedding=vectors[index].tobytes(),
                    language=language,
                )
            )
        return scores

    def _language_of(self, text: str, unknown: float) -> str:
        """Return OTHER if the vocabulary lacks the text's alphabet, or was not made for its language."""
        if unknown > self._review_unknown:
            return OTHER
        if self._language is None:
            return ""
        return OTHER if self._language.is_foreign(text, self._reader.knows) else ENGLISH

    def self_test(self) -> int:
        """Score the manifest's self-test texts one by one; return how many miss their category or their S.

        The categories are the bundle's, whatever categories are in use.
        """
        return sum(not self._passes(case) for case in self.manifest["self_test"])

    def _passes(self, case: Mapping[str, Any]) -> bool:
        try:
            score = self.interpret([case["text"]], self.infer([case["text"]]), self.trained)[0]
            moved = abs(score.urgency_score - float(case["urgency_score"]))
            return moved <= _SELF_TEST_TOLERANCE and score.category == str(case["category"])
        except Exception:  # a graph that does not run here, or a manifest without sense, passes nothing
            return False
