"""Show what more of our own tickets are worth: `python -m models.learning_curve [--epochs 4] [--shares .25 .5 1]`.

Trains by train.toml on a share of our stems, each share within the next, with the same public rows and the same number
of epochs; judges each on the whole dev split, before fusion and calibration. Writes the table and the picture of the
model card. Interrupted, it goes on where it was.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.baselines import CONFIG
from models.batches import load_tokenizer
from models.charts import draw_learning_curve
from models.metrics import report
from models.network import TicketNet
from models.pairs import fit_threshold, pairs_of, random_sets
from models.predict import predict_torch
from models.sections import table, write_section
from models.tickets import Ticket, read_public_train, read_rubric
from models.train import WORK_DIR, train

SHARES = (0.25, 0.5, 1.0)
EPOCHS = 4  # enough to tell the shares apart, at half the time of a full training
FIGURES = {
    "category_macro_f1": "category F1",
    "urgency_spearman": "urgency Spearman",
    "urgency_auroc": "AUROC ≥ .75",
    "urgency_mae": "MAE",
    "sentiment_accuracy": "sentiment",
    "pair_f1_sets": "pair F1 (sets of 200)",
}
Row = dict[str, Any]


def share_of(tickets: Sequence[Ticket], share: float) -> list[Ticket]:
    """About this share of the stems, chosen by their hash: a smaller share lies within a larger one."""
    return [
        ticket
        for ticket in tickets
        if int.from_bytes(hashlib.sha256(f"curve {ticket.stem}".encode()).digest()[:4]) < share * 2**32
    ]


def judge(net: TicketNet, dev: Sequence[Ticket], max_tokens: int) -> Row:
    """The figures of a network on the dev split."""
    outputs = predict_torch(net, [ticket.text for ticket in dev], load_tokenizer(max_tokens))
    _, pair_f1 = fit_threshold(pairs_of(dev, outputs.vectors), random_sets(dev))
    return report(dev, outputs) | {"pair_f1_sets": round(pair_f1, 4)}


def section(rows: Sequence[Row], epochs: int) -> str:
    """The card's part, in Markdown."""
    body = [
        [f"{row['share']:.0%}", row["tickets"], *(f"{row[key]:.3f}" for key in FIGURES)]
        for row in rows
    ]  # fmt: skip
    return (
        f"{epochs} epochs each, on `rubric_dev`, before fusion and calibration.\n\n"
        + table(("our stems", "tickets", *FIGURES.values()), body)
        + "\n\n![Learning curve](img/learning_curve.svg)"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and judge each share, then write table and picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--shares", type=float, nargs="+", default=SHARES)
    options = parser.parse_args(arguments)
    config = tomllib.loads(CONFIG.read_text(encoding="utf-8")) | {"epochs": options.epochs}
    rubric, dev = read_rubric()
    public = read_public_train(list(config["public"]))
    rows: list[Row] = []
    unfinished: list[Path] = []
    for share in sorted(options.shares):
        chosen = share_of(rubric, share)
        unfinished.append(WORK_DIR / f"curve-{share:g}.pt")
        net = train(config, chosen, public, unfinished[-1])
        rows.append({"share": share, "tickets": len(chosen), **judge(net, dev, config["max_tokens"])})
        print(json.dumps(rows[-1]), flush=True)
    draw_learning_curve(rows)
    write_section("curve", "python -m models.learning_curve", section(rows, options.epochs))
    for path in unfinished:
        path.unlink()


if __name__ == "__main__":
    main()
