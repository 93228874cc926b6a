"""What the transformer has to beat: the word list, and TF-IDF with linear models on the very same training rows.

scikit-learn, so it runs in .venv-models only. Public figures need public rows; the word list needs nothing.
"""

from __future__ import annotations

import random
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import FeatureUnion

from models.outputs import Outputs
from models.tickets import CATEGORIES, SENTIMENTS, Ticket, read_public_train, read_rubric
from models.train import FULL, draw_epoch
from ticketrouter.domain import lexicon

TASKS = ("category", "sentiment", "urgency")
CONFIG = Path(__file__).with_name("train.toml")


def word_list(tickets: Sequence[Ticket]) -> Outputs:
    """What answers when the model cannot; it has no opinion on sentiment and no vectors."""
    category = [[float(lexicon.guess_category(t.text) == name) for name in CATEGORIES] for t in tickets]
    return Outputs(
        np.asarray(category, dtype=np.float32),
        np.tile(np.asarray([0, 1, 0], dtype=np.float32), (len(tickets), 1)),
        np.asarray([lexicon.assess(ticket.text).score for ticket in tickets], dtype=np.float32),
        np.zeros((len(tickets), 1), dtype=np.float32),
    )


def training_rows(config: dict[str, Any]) -> tuple[list[Ticket], dict[str, NDArray[np.float64]]]:
    """The rows whose labels train the transformer, each once, and by task the weight that each has over all epochs.

    Drawn by the trainer's own function from the trainer's own seed.
    """
    rubric, _ = read_rubric()
    public = read_public_train(list(config["public"]))
    rng = random.Random(config["seed"])
    seen: Counter[Ticket] = Counter()
    for _ in range(config["epochs"]):
        seen.update(ticket for batch, _ in draw_epoch(rubric, public, config, rng) for ticket in batch)
    rows = [row for row in seen if any(getattr(row, task) is not None for task in TASKS)]
    weights = [FULL if row.source == "rubric" else config["public"][row.source] for row in rows]
    return rows, {
        task: np.array([seen[row] * of[task] for row, of in zip(rows, weights, strict=True)]) for task in TASKS
    }


class TfIdf:
    """Words and their pairs, characters in threes to fives; logistic regression for classes, ridge for urgency.

    Its regularisation was chosen in its favour: best over ten files of our tickets that it had not seen, of C in
    1, 10, 30 and alpha in .3, 1, 3 (30 and 3 rank a little better, but lose the alerts).
    """

    def __init__(self, rows: Sequence[Ticket], weights: dict[str, NDArray[np.float64]]) -> None:
        self._features = FeatureUnion(
            [
                ("words", TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)),
                ("characters", TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2)),
            ]
        )
        matrix = self._features.fit_transform([row.text for row in rows])
        labels = {task: [getattr(row, task) for row in rows] for task in TASKS}
        self._models: dict[str, Any] = {}
        for task in TASKS:
            known = [i for i, label in enumerate(labels[task]) if label is not None and weights[task][i] > 0]
            weight = weights[task][known] / weights[task][known].mean()
            model = Ridge(alpha=1.0) if task == "urgency" else LogisticRegression(C=10.0, max_iter=300)
            self._models[task] = model.fit(matrix[known], [labels[task][i] for i in known], sample_weight=weight)

    def predict(self, tickets: Sequence[Ticket]) -> Outputs:
        """Probabilities in the order of our labels; S as the ridge gives it, clipped to [0, 1]."""
        matrix = self._features.transform([ticket.text for ticket in tickets])
        return Outputs(
            self._probabilities("category", CATEGORIES, matrix),
            self._probabilities("sentiment", SENTIMENTS, matrix),
            np.clip(self._models["urgency"].predict(matrix), 0.0, 1.0).astype(np.float32),
            np.zeros((len(tickets), 1), dtype=np.float32),
        )

    def _probabilities(self, task: str, labels: Sequence[str], matrix: Any) -> NDArray[np.float32]:
        model = self._models[task]
        columns = [list(model.classes_).index(label) for label in labels]
        return np.asarray(model.predict_proba(matrix)[:, columns], dtype=np.float32)


def trained_tfidf() -> TfIdf:
    """TF-IDF as `train.toml` says."""
    return TfIdf(*training_rows(tomllib.loads(CONFIG.read_text(encoding="utf-8"))))
