"""What a model says of n texts, and the small arithmetic on it. numpy only, so that evaluating needs no PyTorch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Outputs:
    """Probabilities [n, 4] and [n, 3], S [n] in [0, 1], unit vectors [n, d]."""

    category: Array
    sentiment: Array
    urgency: Array
    vectors: Array


def softmax(logits: Array) -> Array:
    """Normalise rows, [n, k] -> [n, k]."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


def expected_level(logits: Array) -> Array:
    """Logits over evenly spaced urgency levels [n, k] -> expected level [n] in [0, 1]."""
    levels = np.linspace(0.0, 1.0, logits.shape[1], dtype=np.float32)
    return np.asarray(softmax(logits) @ levels, dtype=np.float32)


def as_stored(vectors: Array) -> Array:
    """Unit vectors [n, d] as they are once the worker has kept them in bytes: duplicates are found among these."""
    kept = np.clip(np.rint(vectors * 127.0), -127, 127).astype(np.float32)
    return np.asarray(kept / np.linalg.norm(kept, axis=1, keepdims=True), dtype=np.float32)
