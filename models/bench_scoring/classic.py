"""The classic side: two pipelines of transformers, called as the prior systems call them. Runs in .venv-models.

`python -m models.bench_scoring.classic FOLDER LABEL …` with the folder that `checkpoints.py` has filled.
"""

from __future__ import annotations

import sys

from transformers import pipeline
from transformers.utils import logging

from models.bench_scoring.checkpoints import ENTAILMENT, SENTIMENT
from models.bench_scoring.child import Score, serve


def classic(folder: str, labels: list[str]) -> Score:
    """Load both pipelines.

    Args:
        folder: Holds the two models.
        labels: Categories; each makes one pair of text and hypothesis for BART to read.
    """
    categories = pipeline("zero-shot-classification", model=f"{folder}/{ENTAILMENT}", device="cpu")
    sentiments = pipeline("sentiment-analysis", model=f"{folder}/{SENTIMENT}", device="cpu")

    def score(texts: list[str]) -> object:
        n = len(texts)
        return (
            categories(texts, candidate_labels=labels, batch_size=n),
            sentiments(texts, truncation=True, batch_size=n),
        )

    return score


if __name__ == "__main__":
    logging.set_verbosity_error()
    serve(classic(sys.argv[1], sys.argv[2:]))
