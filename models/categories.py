"""Say how well your own categories can be told apart, by the committed bundle as the worker runs it:

    python -m models.categories check models/categories.toml
    python -m models.categories check models/categories.toml --file labelled.csv     columns text,category

Without a file each example is judged by all other texts of the categories (leave one out). Needs onnxruntime,
tokenizers and numpy only.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.bundle import MODELS_DIR
from models.metrics import macro_f1
from models.outputs import Array, softmax
from ticketrouter.adapters.onnx_scorer import Inference, OnnxScorer
from ticketrouter.adapters.onnx_scorer.heads import TRAINED_SHARE, CentroidHead, centroids, similarities
from ticketrouter.domain.categories import OwnCategories, parse
from ticketrouter.domain.errors import MissingSettingError

TEMPERATURES = np.round(np.arange(0.04, 0.41, 0.02), 2)


@dataclass(frozen=True)
class Verdicts:
    """What was found of n texts whose category is known: cosines [n, k] and the index of the true one [n]."""

    names: list[str]
    texts: list[str]
    cosines: Array
    truth: NDArray[np.int64]

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which texts are nearest to their own category, [n]."""
        return np.asarray(self.cosines.argmax(axis=1) == self.truth)

    def confidence(self, temperature: float) -> Array:
        """The probability of the category that wins, [n]."""
        return np.asarray(softmax(self.cosines / temperature).max(axis=1))

    def macro_f1(self) -> float:
        """Mean F1 over the categories that occur."""
        guess = [self.names[index] for index in self.cosines.argmax(axis=1)]
        return macro_f1([self.names[index] for index in self.truth], guess, self.names)

    def log_loss(self, temperature: float) -> float:
        """Mean negative log-likelihood of the true category."""
        chances = softmax(self.cosines / temperature)[np.arange(len(self.truth)), self.truth]
        return float(-np.log(np.clip(chances, 1e-9, 1.0)).mean())

    def best_temperature(self) -> float:
        """The temperature with the lowest log-loss."""
        return float(min(TEMPERATURES, key=self.log_loss))


class Space:
    """Where texts lie for a set of categories, by the committed bundle."""

    def __init__(self, own: OwnCategories, scorer: OnnxScorer, trained_share: float = TRAINED_SHARE) -> None:
        self.own = own
        self._scorer = scorer
        self._head = CentroidHead(own, scorer.trained, scorer.infer, trained_share)

    def judge(self, texts: Sequence[str], names: Sequence[str], raw: Inference | None = None) -> Verdicts:
        """Verdicts on labelled texts; `raw` is what the models say of them, where that is known."""
        truth = np.array([self.own.names.index(name) for name in names])
        rows = self._head.features(raw or self._scorer.infer(texts))
        return Verdicts(self.own.names, list(texts), similarities(rows, centroids(self._head.prototypes)), truth)

    def leave_one_out(self) -> Verdicts:
        """Verdicts on the examples, each without itself; an example that is all its category has is left out."""
        texts, cosines, truth = [], [], []
        for index, category in enumerate(self.own.categories):
            groups = list(self._head.prototypes)
            mine = groups[index]
            for at, example in enumerate(category.examples, len(mine) - len(category.examples)):
                groups[index] = np.delete(mine, at, axis=0)
                if len(groups[index]):
                    cosines.append(similarities(mine[at : at + 1], centroids(groups))[0])
                    texts.append(example)
                    truth.append(index)
        width = len(self.own.categories)
        return Verdicts(self.own.names, texts, np.array(cosines).reshape(-1, width), np.array(truth, dtype=np.int64))


def read_labelled(path: Path, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Texts and categories of a CSV file.

    Raises:
        ValueError: A row has no text, or a category that is not among `names`.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = [(row.get("text") or "", row.get("category") or "") for row in csv.DictReader(file)]
    for line, (text, name) in enumerate(rows, 2):
        if not text.strip() or name not in names:
            raise ValueError(f"{path}, row {line}: {name!r} is none of the categories, or there is no text")
    return [text for text, _ in rows], [name for _, name in rows]


def describe(verdicts: Verdicts, own: OwnCategories) -> str:
    """A report for people: accuracy, each category, what is taken for what, and the settings that fit."""
    count, right = len(verdicts.truth), verdicts.right
    if not count:
        return "No category has a second text to judge an example by: give each a description, or two examples."
    lines = [f"{right.sum()} of {count} right ({right.mean():.2f}), macro-F1 {verdicts.macro_f1():.2f}", ""]
    for index, name in enumerate(verdicts.names):
        mine = verdicts.truth == index
        taken = Counter(verdicts.names[at] for at in verdicts.cosines[mine].argmax(axis=1) if at != index)
        confused = ", ".join(f"{times} x {other}" for other, times in taken.most_common())
        lines.append(f"{name:24} {right[mine].sum():4} of {mine.sum():<4} {'taken for ' + confused if taken else ''}")
    sure = verdicts.confidence(own.temperature) >= own.review_below
    lines += ["", f"{1 - sure.mean():.2f} would ask for a person (review_below = {own.review_below})"]
    if sure.any():
        lines.append(f"of the others {right[sure].mean():.2f} are right")
    lines.append(f"temperature: {own.temperature} in use, {verdicts.best_temperature():.2f} would fit these texts best")
    for at in np.flatnonzero(~right)[:20]:
        found = verdicts.names[int(verdicts.cosines[at].argmax())]
        lines.append(f"  {verdicts.names[verdicts.truth[at]]} -> {found}: {verdicts.texts[at][:80]!r}")
    return "\n".join(lines)


def main() -> None:
    """Parse the command line and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["check"])
    parser.add_argument("categories", type=Path, help="a categories.toml")
    parser.add_argument("--file", type=Path, help="CSV with the columns text and category")
    options = parser.parse_args()
    try:
        space = Space(parse(options.categories.read_bytes(), str(options.categories)), OnnxScorer(MODELS_DIR))
        labelled = read_labelled(options.file, space.own.names) if options.file else None
    except (OSError, ValueError, MissingSettingError) as error:
        parser.error(str(error))
    print(describe(space.judge(*labelled) if labelled else space.leave_one_out(), space.own))


if __name__ == "__main__":
    main()
