"""Which category a text belongs to: by the bundle's trained head, or the nearest of your own categories."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from ticketrouter.adapters.onnx_scorer.inference import Floats, Inference, softmax
from ticketrouter.domain.categories import OwnCategories

# Of the trained head's probabilities beside the unit vector: what it knows of money, law and technology helps to tell
# other categories apart too. Source: `python -m models.categories_eval` (0.5 to 0.8 do alike; 0 and 2 are worse).
TRAINED_SHARE = 0.6


class Head(Protocol):
    """A way to tell categories apart.

    Attributes:
        names: The categories, in the order of the columns of `shares`.
        review_below: Below this confidence a person should look.
    """

    names: list[str]
    review_below: float

    def shares(self, raw: Inference) -> Floats:
        """Return the probability of each category for each text, [n, k]."""


class TrainedHead:
    """The bundle's own categories.

    Args:
        names: Labels in the order of the logits.
        temperature: Divides the logits before the softmax.
        review_below: Below this confidence a person should look.
    """

    def __init__(self, names: Sequence[str], temperature: float, review_below: float) -> None:
        self.names = list(names)
        self.review_below = review_below
        self._temperature = temperature

    def shares(self, raw: Inference) -> Floats:
        """Return the calibrated probabilities, [n, k]."""
        return softmax(raw.category / self._temperature)


class CentroidHead:
    """Categories that nobody trained: each is the mean of its description and its examples, the nearest wins.

    Args:
        own: The categories.
        trained: The bundle's head, whose verdict is part of where a text lies.
        infer: Runs the models over texts; called once.
        trained_share: How much that verdict weighs.

    Attributes:
        prototypes: What each category is the mean of, [m, d + k]: of its description what it lists and the whole, then
            its examples.
    """

    def __init__(
        self,
        own: OwnCategories,
        trained: Head,
        infer: Callable[[Sequence[str]], Inference],
        trained_share: float = TRAINED_SHARE,
    ) -> None:
        self.names = own.names
        self.review_below = own.review_below
        self._temperature = own.temperature
        self._trained = trained
        self._trained_share = trained_share
        texts = [(*category.phrases, *category.examples) for category in own.categories]
        rows = self.features(infer([text for group in texts for text in group]))
        groups = np.split(rows, np.cumsum([len(group) for group in texts])[:-1])
        self.prototypes = [
            _prototypes(group, len(category.phrases)) for group, category in zip(groups, own.categories, strict=True)
        ]
        self._centroids = centroids(self.prototypes)

    def features(self, raw: Inference) -> Floats:
        """Return where each text lies, [n, d + k]: its unit vector beside the trained head's verdict."""
        return np.concatenate([raw.vectors, self._trained_share * self._trained.shares(raw)], axis=1)

    def shares(self, raw: Inference) -> Floats:
        """Return the probability of each category, [n, k]."""
        return softmax(similarities(self.features(raw), self._centroids) / self._temperature)


def _prototypes(rows: Floats, phrases: int) -> Floats:
    """Return the mean of what a description lists, its whole, and the examples; the first `phrases` rows are its own.

    One row for a list, however long, so that it does not outweigh the examples.
    """
    if phrases < 2:
        return rows
    return np.concatenate([rows[: phrases - 1].mean(axis=0, keepdims=True), rows[phrases - 1 :]])


def centroids(groups: Sequence[Floats]) -> Floats:
    """Return the mean direction of each group of rows, [k, d]; every group has at least one row."""
    return _unit(np.stack([_unit(rows.mean(axis=0)) for rows in groups]))


def similarities(rows: Floats, centres: Floats) -> Floats:
    """Return the cosine of each row with each centre, both seen from the middle of the centres, [n, k]."""
    middle = centres.mean(axis=0)
    return np.asarray(_unit(rows - middle) @ _unit(centres - middle).T, dtype=np.float32)


def _unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12), dtype=np.float32)
