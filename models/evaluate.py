"""Evaluate the committed bundle exactly as the worker runs it: fusion, calibration and int8 included.

    python -m models.evaluate                          every held-out file and our dev split -> manifest, model card
    python -m models.evaluate --file X.csv.gz --json   one file -> one JSON object on standard output
    ... --predictions OUT.csv                          and what was predicted, in input order

One file needs onnxruntime, tokenizers and numpy only; the whole report is `models/held_out.py` and needs .venv-models.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.bundle import MODELS_DIR
from models.metrics import report
from models.outputs import Outputs
from models.tickets import CATEGORIES, SENTIMENTS, Ticket, read_tickets
from ticketrouter.adapters.onnx_scorer import OnnxScorer
from ticketrouter.domain.score import Score
from ticketrouter.domain.ticket import clean

BLOCK = 256  # tickets a call, as a busy worker would see them
PREDICTION_COLUMNS = ("text", "category", "category_confidence", "urgency", "sentiment", "needs_review")
# Said of every file, null where its labels do not tell.
PROMISED = (
    "n",
    "category_macro_f1",
    "urgency_spearman",
    "urgency_auroc",
    "urgency_mae",
    "sentiment_accuracy",
    "pair_f1",
)
Figures = dict[str, Any]


def score_all(scorer: OnnxScorer, tickets: Sequence[Ticket]) -> list[Score]:
    """Score tickets in blocks, in order; their texts are cleaned as ingest cleans them."""
    blocks = [tickets[start : start + BLOCK] for start in range(0, len(tickets), BLOCK)]
    return [score for block in blocks for score in scorer.score([clean(ticket.text) for ticket in block])]


def outputs_of(scores: Sequence[Score]) -> Outputs:
    """What the worker stores of each ticket, as arrays: S, one verdict a task, and the vector as its bytes say.

    The category has its confidence, and the other categories share what is left.
    """
    category = np.empty((len(scores), len(CATEGORIES)), dtype=np.float32)
    for row, score in zip(category, scores, strict=True):
        row[:] = (1.0 - score.category_confidence) / (len(CATEGORIES) - 1)
        row[CATEGORIES.index(score.category)] = score.category_confidence
    sentiment = [[float(score.sentiment == name) for name in SENTIMENTS] for score in scores]
    vectors = np.stack([np.frombuffer(score.embedding, dtype=np.int8).astype(np.float32) for score in scores])
    return Outputs(
        category,
        np.asarray(sentiment, dtype=np.float32),
        np.asarray([score.urgency_score for score in scores], dtype=np.float32),
        vectors / np.linalg.norm(vectors, axis=1, keepdims=True),
    )


def evaluate(scorer: OnnxScorer, tickets: Sequence[Ticket]) -> tuple[Figures, list[Score]]:
    """Figures of the bundle on labelled tickets, and each ticket's score."""
    scores = score_all(scorer, tickets)
    figures: Figures = dict.fromkeys(PROMISED)
    figures |= report(tickets, outputs_of(scores), float(scorer.manifest["duplicate_similarity"]))
    figures["needs_review_share"] = round(sum(score.needs_review for score in scores) / len(scores), 4)
    return figures, scores


def write_predictions(path: Path, tickets: Sequence[Ticket], scores: Sequence[Score]) -> None:
    """One row a ticket, in input order."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(PREDICTION_COLUMNS)
        for ticket, score in zip(tickets, scores, strict=True):
            writer.writerow(
                [
                    ticket.text,
                    score.category,
                    score.category_confidence,
                    score.urgency_score,
                    score.sentiment,
                    str(score.needs_review).lower(),
                ]
            )


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line; one file or the whole report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, help="CSV or JSONL (.gz too) with text and any of the labels")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--predictions", type=Path, help="write a CSV of predictions")
    options = parser.parse_args(arguments)
    if options.file is None:
        from models.held_out import full_report  # scikit-learn and matplotlib: not for a single file

        full_report()
        return
    tickets = read_tickets(options.file)
    figures, scores = evaluate(OnnxScorer(MODELS_DIR), tickets)
    if options.predictions:
        write_predictions(options.predictions, tickets, scores)
    if options.json:
        print(json.dumps(figures))
    else:
        print("\n".join(f"{key:24} {value}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
