"""What every kind of bundle says of texts, before it is interpreted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Inference:
    """Raw outputs for n texts in their order: logits [n, k], unit vectors [n, d], shares of unknown tokens [n]."""

    category: Floats
    sentiment: Floats
    urgency: Floats
    vectors: Floats
    unknown: Floats


class Reader(Protocol):
    """The models of one kind of bundle; safe to share between threads."""

    def read(self, texts: Sequence[str]) -> Inference:
        """Run the models over at least one text; may raise what onnxruntime and tokenizers raise."""

    def knows(self, word: str) -> bool:
        """Tell whether the vocabulary holds a lower-case word whole."""


def softmax(logits: Floats) -> Floats:
    """Normalise rows, [n, k] -> [n, k]."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)
