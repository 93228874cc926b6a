"""Reader of the classic bundle: one model reads what a text entails, one its sentiment, one makes its vector.

Categories and urgency are read zero-shot: each label has a hypothesis ("This message is about …."), and its logit is
how much the text entails it. The softmax over a task's labels is then what the zero-shot pipeline of transformers
says for a single label. Every pair of text and hypothesis runs by itself, so no label's logit depends on another's.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from math import atanh

import numpy as np

from ticketrouter.adapters.onnx_scorer.bundle import Bundle
from ticketrouter.adapters.onnx_scorer.inference import Floats, Inference
from ticketrouter.adapters.onnx_scorer.session import TextModel


class ZeroShot:
    """Three models, each `<name>.onnx` with `<name>.json`: entailment, sentiment, embedding.

    Args:
        bundle: Its manifest has `hypotheses`, `entailment_index`, `sentiment_index` and `neutral_margin` besides what
            every manifest has.
        threads: Texts or pairs that run at the same time, one core each.

    Raises:
        ValueError: Manifest and graphs do not fit together.
    """

    def __init__(self, bundle: Bundle, threads: int) -> None:
        manifest, pool = bundle.manifest, ThreadPoolExecutor(threads, thread_name_prefix="onnx")

        def model(name: str, output: str) -> TextModel:
            graph, tokenizer = bundle.files[f"{name}.onnx"], bundle.files[f"{name}.json"]
            return TextModel(graph, tokenizer, outputs=[output], max_tokens=int(manifest["max_tokens"]), pool=pool)

        self._entailment = model("entailment", "logits")
        self._sentiment = model("sentiment", "logits")
        self._embedding = model("embedding", "last_hidden_state")
        self._about: list[str] = manifest["hypotheses"]["category"]
        self._harm: list[str] = manifest["hypotheses"]["urgency"]
        self._entailed = int(manifest["entailment_index"])
        self._negative = int(manifest["sentiment_index"]["negative"])
        self._positive = int(manifest["sentiment_index"]["positive"])
        self._neutral_logit = atanh(float(manifest["neutral_margin"]))
        labels = manifest["labels"]
        if (len(self._about), len(self._harm)) != (len(labels["category"]), len(labels["urgency_levels"])):
            raise ValueError("each category and each urgency level needs one hypothesis")
        if labels["sentiment"] != ["negative", "neutral", "positive"]:
            raise ValueError("the sentiments are negative, neutral, positive")
        if not 0 <= self._entailed < self._entailment.width("logits"):
            raise ValueError(f"the entailment model has no label {self._entailed}")
        if sorted((self._negative, self._positive)) != [0, 1] or self._sentiment.width("logits") != 2:
            raise ValueError("the sentiment model has two labels")

    def read(self, texts: Sequence[str]) -> Inference:
        """Run the models over at least one text."""
        entailed = self._entailments(texts)
        rows = self._embedding.encode(texts)
        return Inference(
            category=entailed[:, : len(self._about)],
            sentiment=self._sentiments(texts),
            urgency=entailed[:, len(self._about) :],
            vectors=np.stack([_unit_mean(hidden) for (hidden,) in self._embedding.run(rows)]),
            # A byte-level vocabulary lacks nothing: what the models cannot read, the word pieces of this one tell.
            unknown=self._embedding.unknown_share(rows),
        )

    def knows(self, word: str) -> bool:
        """Tell whether the vocabulary of the embedding, the one of word pieces, holds a lower-case word whole."""
        return self._embedding.knows(word)

    def _entailments(self, texts: Sequence[str]) -> Floats:
        """Return how much each text entails each hypothesis, [n, categories + levels] logits."""
        pairs = [
            row for hypothesis in (*self._about, *self._harm) for row in self._entailment.encode(texts, hypothesis)
        ]
        logits = [logits[0, self._entailed] for (logits,) in self._entailment.run(pairs)]
        return np.asarray(logits, dtype=np.float32).reshape(-1, len(texts)).T

    def _sentiments(self, texts: Sequence[str]) -> Floats:
        """Return logits of negative, neutral and positive, [n, 3], of a model that knows no neutral.

        With d the difference of its two logits, P(positive) - P(negative) is tanh(d / 2). The three logits -d/2,
        atanh(margin) and d/2 keep its odds of positive to negative, and neutral wins where that difference is less
        than the margin.
        """
        logits = np.concatenate([logits for (logits,) in self._sentiment.run(self._sentiment.encode(texts))])
        half = (logits[:, self._positive] - logits[:, self._negative]) / 2
        return np.stack([-half, np.full_like(half, self._neutral_logit), half], axis=1)


def _unit_mean(hidden: Floats) -> Floats:
    """Return the mean over the tokens at unit length, [1, t, d] -> [d].

    Source: modules.json of sentence-transformers/all-MiniLM-L6-v2 (mean pooling over all tokens, then normalise).
    """
    mean = hidden[0].mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), dtype=np.float32)
