"""Evaluate the committed bundle exactly as the worker runs it: fusion, calibration and int8 included.

    python -m models.evaluate                          every held-out file and our dev split -> manifest, model card
    python -m models.evaluate --file X.csv.gz --json   one file -> one JSON object on standard output
    ... --predictions OUT.csv                          and what was predicted, in input order

Needs onnxruntime, tokenizers and numpy only.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.bundle import MODELS_DIR, read_manifest, write_manifest
from models.card import write_card
from models.metrics import report
from models.outputs import Outputs
from models.tickets import CATEGORIES, SENTIMENTS, Ticket, public_data, read_rubric, read_tickets
from ticketrouter.adapters.onnx_scorer import OnnxScorer
from ticketrouter.domain import lexicon
from ticketrouter.domain.score import Score

BLOCK = 256  # tickets a call, as a busy worker would see them
PREDICTION_COLUMNS = ("text", "category", "category_confidence", "urgency", "sentiment", "needs_review")
Figures = dict[str, Any]


def score_all(scorer: OnnxScorer, tickets: Sequence[Ticket]) -> list[Score]:
    """Score tickets in blocks, in order."""
    blocks = [tickets[start : start + BLOCK] for start in range(0, len(tickets), BLOCK)]
    return [score for block in blocks for score in scorer.score([ticket.text for ticket in block])]


def outputs_of(scores: Sequence[Score]) -> Outputs:
    """What the worker stores of each ticket, as arrays: one-hot verdicts, S, and the vector as its int8 bytes say."""
    category = [[float(score.category == name) for name in CATEGORIES] for score in scores]
    sentiment = [[float(score.sentiment == name) for name in SENTIMENTS] for score in scores]
    vectors = np.stack([np.frombuffer(score.embedding, dtype=np.int8).astype(np.float32) for score in scores])
    return Outputs(
        np.asarray(category, dtype=np.float32),
        np.asarray(sentiment, dtype=np.float32),
        np.asarray([score.urgency_score for score in scores], dtype=np.float32),
        vectors / np.linalg.norm(vectors, axis=1, keepdims=True),
    )


def word_list_figures(tickets: Sequence[Ticket]) -> Figures:
    """The same figures for the word list alone: the baseline, and what answers when the model cannot."""
    category = [[float(lexicon.guess_category(t.text) == name) for name in CATEGORIES] for t in tickets]
    outputs = Outputs(
        np.asarray(category, dtype=np.float32),
        np.tile(np.asarray([0, 1, 0], dtype=np.float32), (len(tickets), 1)),
        np.asarray([lexicon.assess(ticket.text).score for ticket in tickets], dtype=np.float32),
        np.zeros((len(tickets), 1), dtype=np.float32),
    )
    figures = report(tickets, outputs)
    return {key: value for key, value in figures.items() if "pair" not in key}


def evaluate(scorer: OnnxScorer, tickets: Sequence[Ticket]) -> tuple[Figures, list[Score]]:
    """Figures of the bundle on labelled tickets, and each ticket's score."""
    scores = score_all(scorer, tickets)
    figures = report(tickets, outputs_of(scores), float(scorer.manifest["duplicate_similarity"]))
    figures["needs_review_share"] = round(sum(score.needs_review for score in scores) / len(scores), 4)
    return figures, scores


def write_predictions(path: Path, tickets: Sequence[Ticket], scores: Sequence[Score]) -> None:
    """One row a ticket, in input order."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(PREDICTION_COLUMNS)
        for ticket, score in zip(tickets, scores, strict=True):
            writer.writerow(
                [ticket.text, score.category, score.category_confidence, score.urgency_score, score.sentiment,
                 str(score.needs_review).lower()]
            )  # fmt: skip


def held_out_sets() -> dict[str, list[Ticket]]:
    """Our dev split, and every public held-out file where PUBLIC_DATA says where they are."""
    sets = {"rubric_dev": read_rubric()[1]}
    folder = public_data()
    for path in sorted((folder / "heldout").glob("*.csv.gz")) if folder else []:
        sets[path.name.removesuffix(".csv.gz").removeprefix("in_")] = read_tickets(path)
    return sets


def full_report() -> None:
    """Evaluate all held-out sets; write manifest and model card. Public rows stay as they are without PUBLIC_DATA."""
    scorer = OnnxScorer(MODELS_DIR)
    manifest = read_manifest()
    held_out = dict(manifest["eval"].get("held_out", {}))
    for name, tickets in held_out_sets().items():
        figures, _ = evaluate(scorer, tickets)
        held_out[name] = figures | {"word_list": word_list_figures(tickets)}
        print(name, json.dumps(figures), flush=True)
    manifest["eval"] |= {"model_version": scorer.model_version, "held_out": held_out}
    write_manifest(manifest)
    write_card(manifest)


def main() -> None:
    """Parse the command line; one file or the whole report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, help="CSV or JSONL (.gz too) with text and any of the labels")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--predictions", type=Path, help="write a CSV of predictions")
    options = parser.parse_args()
    if options.file is None:
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
