"""Fine-tune the shared encoder on all tasks at once: `python -m models.train [--config F] [--resume CHECKPOINT]`.

With `--resume` the training goes on from a checkpoint, with the settings of `[resume]`: for when tickets were added.
Writes into `.models/`: checkpoint.pt (weights and what they were trained on) and dev.json (figures of the held-out
rubric tickets, uncalibrated).
"""

from __future__ import annotations

import argparse
import json
import random
import time
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from tqdm import tqdm

from models.batches import Batch, Weights, by_length, interleave, load_tokenizer, make_batch, whole_stems
from models.losses import anchor_loss, class_loss, contrast_loss, urgency_losses
from models.metrics import report
from models.network import TicketNet, parameter_groups
from models.predict import logits_torch, predict_torch
from models.tickets import Ticket, draw_evenly, read_public_train, read_rubric

WORK_DIR = Path(".models")
FULL: Weights = {"category": 1.0, "sentiment": 1.0, "urgency": 1.0}


def batch_loss(net: TicketNet, batch: Batch, settings: dict[str, float], contrast: bool) -> torch.Tensor:
    """Sum the weighted losses of one batch; public batches carry no groups, hence no contrastive term."""
    parts = [net(ids, mask) for ids, mask in batch.chunks]
    category, sentiment, urgency, vectors = (torch.cat(column) for column in zip(*parts, strict=True))
    smoothing = settings["label_smoothing"]
    total = settings["category"] * class_loss(category, batch.category, batch.weights["category"], smoothing)
    total = total + settings["sentiment"] * class_loss(
        sentiment, batch.sentiment, batch.weights["sentiment"], smoothing
    )
    soft, squared = urgency_losses(urgency, batch.urgency, batch.weights["urgency"], settings["ordinal_sharpness"])
    total = total + settings["urgency"] * soft + settings["urgency_squared"] * squared
    total = total + settings["anchor"] * anchor_loss(vectors, batch.anchors, batch.stems)
    if contrast:
        pairs = contrast_loss(vectors, batch.groups, settings["contrast_temperature"])
        total = total + settings["contrast"] * pairs
    return total


class Schedule:
    """Linear warm-up, then cosine to zero, over `steps`."""

    def __init__(self, optimizer: torch.optim.Optimizer, steps: int, warmup_share: float) -> None:
        warmup = max(1, round(steps * warmup_share))

        def factor(step: int) -> float:
            if step < warmup:
                return (step + 1) / warmup
            return 0.5 * (1.0 + float(np.cos(np.pi * (step - warmup) / max(1, steps - warmup))))

        self._inner = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)

    def step(self) -> None:
        """Advance by one optimiser step."""
        self._inner.step()


def draw_epoch(
    rubric: list[Ticket], public: dict[str, list[Ticket]], config: dict[str, Any], rng: random.Random
) -> list[tuple[list[Ticket], bool]]:
    """One epoch's batches and whether each holds rubric tickets: all of ours, a fresh draw of the public ones."""
    ours = whole_stems(rubric, config["batch_size"], rng)
    drawn = [t for source, rows in public.items() for t in draw_evenly(rows, config["public"][source]["rows"], rng)]
    theirs = by_length(drawn, config["batch_size"], rng)
    return [(tickets, tickets[0].source == "rubric") for tickets in interleave(ours, theirs, rng)]


def untouched_vectors(
    net: TicketNet, epochs: list[list[tuple[list[Ticket], bool]]], tokenizers: dict[bool, Tokenizer]
) -> dict[str, torch.Tensor]:
    """Vector [d] of each text before any training, cut as the training will cut it."""
    vectors: dict[str, torch.Tensor] = {}
    for ours, tokenizer in tokenizers.items():
        batches = [tickets for epoch in epochs for tickets, is_ours in epoch if is_ours == ours]
        texts = list(dict.fromkeys(ticket.text for tickets in batches for ticket in tickets))
        if texts:
            rows = logits_torch(net.eval(), texts, tokenizer)[3]
            vectors |= dict(zip(texts, torch.from_numpy(rows), strict=True))
    return vectors


def mean_weights(kept: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """Average checkpoints of one run: flatter, hence less at the mercy of the last batches."""
    return {
        name: torch.stack([state[name] for state in kept]).mean(0) if value.is_floating_point() else value
        for name, value in kept[-1].items()
    }


def train(
    config: dict[str, Any],
    rubric: list[Ticket],
    public: dict[str, list[Ticket]],
    start: dict[str, torch.Tensor] | None = None,
) -> TicketNet:
    """Run the whole fine-tune, from `start` if given; returns the mean of the last epochs' weights."""
    torch.manual_seed(config["seed"])
    torch.set_num_threads(config["threads"])
    rng = random.Random(config["seed"])
    tokenizers = {True: load_tokenizer(config["max_tokens"]), False: load_tokenizer(config["public_max_tokens"])}
    net = TicketNet(config["dropout"])
    epochs = [draw_epoch(rubric, public, config, rng) for _ in range(config["epochs"])]
    anchors = untouched_vectors(net, epochs, tokenizers)  # before `start`: the encoder as it came
    if start is not None:
        net.load_state_dict(start)
    groups = parameter_groups(net, config["encoder_lr"], config["layer_decay"], config["head_lr"])
    optimizer = torch.optim.AdamW(groups, weight_decay=config["weight_decay"])
    schedule = Schedule(optimizer, sum(map(len, epochs)), config["warmup_share"])
    trained = [p for p in net.parameters() if p.requires_grad]
    kept: list[dict[str, torch.Tensor]] = []
    for number, epoch in enumerate(epochs, 1):
        net.train()
        bar = tqdm(epoch, desc=f"epoch {number}/{len(epochs)}", mininterval=5)
        for tickets, ours in bar:
            weights = [FULL if ours else config["public"][t.source] for t in tickets]
            loss = batch_loss(net, make_batch(tickets, weights, anchors, tokenizers[ours]), config["loss"], ours)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            schedule.step()
            if ours:
                bar.set_postfix(loss=f"{loss.item():.3f}", refresh=False)
        if number > len(epochs) - config["average_last"]:
            kept.append({name: value.detach().clone() for name, value in net.state_dict().items()})
    if kept:
        net.load_state_dict(mean_weights(kept))
    net.eval()
    return net


def main() -> None:
    """Train by the config file and write the checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("train.toml"))
    parser.add_argument("--resume", type=Path, help="a checkpoint to go on from")
    parser.add_argument("--out", type=Path, default=WORK_DIR)
    options = parser.parse_args()
    config = tomllib.loads(options.config.read_text())
    before = torch.load(options.resume, weights_only=True) if options.resume else None
    if before:
        config |= config["resume"]
    rubric, dev = read_rubric()
    public = read_public_train(list(config["public"]))
    print(f"rubric: {len(rubric)} train, {len(dev)} dev; public: { {k: len(v) for k, v in public.items()} }")
    started = time.monotonic()
    net = train(config, rubric, public, before and before["state"])
    figures = report(dev, predict_torch(net, [t.text for t in dev], load_tokenizer(256)))
    options.out.mkdir(parents=True, exist_ok=True)
    training = {
        "rubric_train": len(rubric),
        "rubric_dev": len(dev),
        "public_sources": sorted(public),
        "epochs": config["epochs"],
        "minutes": round((time.monotonic() - started) / 60),
        "continued_from": before.get("training", {}) if before else None,
    }
    torch.save({"state": net.state_dict(), "training": training}, options.out / "checkpoint.pt")
    (options.out / "dev.json").write_text(json.dumps(figures, indent=1))
    print(f"{time.monotonic() - started:.0f} s", json.dumps(figures))


if __name__ == "__main__":
    main()
