"""Fine-tune the shared encoder on all tasks at once: `python -m models.train [--config F]`.

Interrupted, it goes on from the last finished epoch when started again with the same settings and tickets.
Writes into `.models/`: checkpoint.pt (weights and what they were trained on) and dev.json (figures of the held-out
rubric tickets, uncalibrated).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import time
import tomllib
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from tqdm import tqdm
from transformers import get_cosine_schedule_with_warmup

from models.batches import Batch, Weights, by_length, interleave, load_tokenizer, make_batch, whole_stems
from models.losses import anchor_loss, class_loss, contrast_loss, urgency_losses
from models.metrics import report
from models.network import TicketNet, parameter_groups
from models.predict import logits_torch, predict_torch
from models.tickets import (
    TEST_DIR,
    Ticket,
    cut_in_two,
    draw_evenly,
    read_feedback,
    read_public_train,
    read_rubric,
    read_tickets,
)

WORK_DIR = Path(".models")
Epoch = list[tuple[list[Ticket], bool]]  # batches, and whether each holds rubric tickets
FULL: Weights = {"category": 1.0, "sentiment": 1.0, "urgency": 1.0}


def batch_loss(net: TicketNet, batch: Batch, settings: dict[str, float]) -> torch.Tensor:
    """Sum the weighted losses of one batch; what a ticket has no label or group for adds nothing."""
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
    pairs = contrast_loss(vectors, batch.groups, settings["contrast_temperature"])
    return total + settings["contrast"] * pairs


def draw_epoch(
    rubric: list[Ticket], public: dict[str, list[Ticket]], config: dict[str, Any], rng: random.Random
) -> Epoch:
    """One epoch's batches and whether each holds rubric tickets: all of ours, a fresh draw of the public ones."""
    size = config["batch_size"]
    ours = whole_stems(rubric, size, rng)
    drawn = {source: draw_evenly(rows, config["public"][source]["rows"], rng) for source, rows in public.items()}
    reports = drawn.pop("halves", [])
    theirs = by_length([ticket for tickets in drawn.values() for ticket in tickets], size, rng)
    theirs += whole_stems([half for report in reports for half in halves(report)], size, rng)
    rng.shuffle(theirs)
    return [(tickets, tickets[0].source == "rubric") for tickets in interleave(ours, theirs, rng)]


def halves(report: Ticket) -> list[Ticket]:
    """The two parts of a long report, as two tellings of one incident; they carry no labels."""
    return [Ticket(part, group=report.text, source=report.source) for part in cut_in_two(report.text) or ()]


def untouched_vectors(
    net: TicketNet, epochs: list[Epoch], tokenizers: dict[bool, Tokenizer]
) -> dict[str, torch.Tensor]:
    """Vector [d] of each text before any training, cut as the training will cut it."""
    vectors: dict[str, torch.Tensor] = {}
    for ours, tokenizer in tokenizers.items():
        batches = [tickets for epoch in epochs for tickets, is_ours in epoch if is_ours == ours]
        texts = list(dict.fromkeys(ticket.text for tickets in batches for ticket in tickets))
        if texts:
            print(f"vectors of {len(texts)} texts before training", flush=True)
            rows = logits_torch(net.eval(), texts, tokenizer)[3]
            vectors |= dict(zip(texts, torch.from_numpy(rows), strict=True))
    return vectors


def mean_weights(kept: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """Average checkpoints of one run: flatter, hence less at the mercy of the last batches."""
    return {
        name: torch.stack([state[name] for state in kept]).mean(0) if value.is_floating_point() else value
        for name, value in kept[-1].items()
    }


class Run:
    """A training under way, and all that it needs to go on after an interruption.

    Args:
        config: The settings of train.toml.
        plan: The batches of each epoch.
        unfinished: Where it is kept between epochs; None keeps nothing.
    """

    def __init__(self, config: dict[str, Any], plan: list[Epoch], unfinished: Path | None) -> None:
        self.net = TicketNet(config["dropout"])
        self.trained = [p for p in self.net.parameters() if p.requires_grad]
        self.done = 0
        self.kept: list[dict[str, torch.Tensor]] = []
        groups = parameter_groups(self.net, config["encoder_lr"], config["layer_decay"], config["head_lr"])
        self._optimizer = torch.optim.AdamW(groups, weight_decay=config["weight_decay"])
        steps = sum(map(len, plan))
        self._schedule = get_cosine_schedule_with_warmup(self._optimizer, round(steps * config["warmup_share"]), steps)
        texts = [ticket.text for epoch in plan for tickets, _ in epoch for ticket in tickets]
        self._means = hashlib.sha256(json.dumps([config, texts]).encode()).hexdigest()
        self._keep_from = len(plan) - config["average_last"]
        self._unfinished = unfinished

    def step(self, loss: torch.Tensor) -> None:
        """Take one optimiser step."""
        self._optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self._optimizer.step()
        self._schedule.step()

    def finish_epoch(self) -> None:
        """Count the epoch, keep its weights if they belong to the mean, and save where we are."""
        self.done += 1
        if self.done > self._keep_from:
            self.kept.append({name: value.detach().clone() for name, value in self.net.state_dict().items()})
        if self._unfinished:
            self._unfinished.parent.mkdir(parents=True, exist_ok=True)
            torch.save(self._state(), self._unfinished)

    def go_on(self) -> None:
        """Take up an interrupted run of the same settings and tickets, if there is one."""
        if self._unfinished is None or not self._unfinished.is_file():
            return
        saved = torch.load(self._unfinished, weights_only=True)
        if saved["means"] != self._means:
            print(f"{self._unfinished} is of other settings or tickets: starting anew")
            return
        self.net.load_state_dict(saved["net"])
        self._optimizer.load_state_dict(saved["optimizer"])
        self._schedule.load_state_dict(saved["schedule"])
        self.kept, self.done = saved["kept"], saved["done"]
        torch.set_rng_state(saved["random"])
        print(f"going on after epoch {self.done}")

    def _state(self) -> dict[str, Any]:
        return {
            "means": self._means,
            "net": self.net.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
            "kept": self.kept,
            "done": self.done,
            "random": torch.get_rng_state(),
        }


def train(
    config: dict[str, Any], rubric: list[Ticket], public: dict[str, list[Ticket]], unfinished: Path | None = None
) -> TicketNet:
    """Run the whole fine-tune; returns the network with the mean of the last epochs' weights."""
    torch.manual_seed(config["seed"])
    torch.set_num_threads(config["threads"])
    rng = random.Random(config["seed"])
    tokenizers = {True: load_tokenizer(config["max_tokens"]), False: load_tokenizer(config["public_max_tokens"])}
    plan = [draw_epoch(rubric, public, config, rng) for _ in range(config["epochs"])]
    run = Run(config, plan, unfinished)
    anchors = untouched_vectors(run.net, plan, tokenizers)
    run.go_on()
    for number, epoch in enumerate(plan[run.done :], run.done + 1):
        run.net.train()
        bar = tqdm(epoch, desc=f"epoch {number}/{len(plan)}", mininterval=5)
        for tickets, ours in bar:
            weights = [FULL if ours else config["public"][t.source] for t in tickets]
            loss = batch_loss(run.net, make_batch(tickets, weights, anchors, tokenizers[ours]), config["loss"])
            run.step(loss)
            if ours:
                bar.set_postfix(loss=f"{loss.item():.3f}", refresh=False)
        run.finish_epoch()
    run.net.load_state_dict(mean_weights(run.kept))
    run.net.eval()
    return run.net


def main() -> None:
    """Train by the config file and write the checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("train.toml"))
    parser.add_argument("--out", type=Path, default=WORK_DIR)
    options = parser.parse_args()
    config = tomllib.loads(options.config.read_text())
    rubric, dev = read_rubric()
    feedback = read_feedback([*dev, *(ticket for path in TEST_DIR.glob("*.csv") for ticket in read_tickets(path))])
    public = read_public_train(list(config["public"]))
    print(f"rubric: {len(rubric)} train, {len(dev)} dev; feedback: {len(feedback)}")
    print(f"public: { {k: len(v) for k, v in public.items()} }")
    started = time.monotonic()
    net = train(config, [*rubric, *feedback], public, options.out / "unfinished.pt")
    figures = report(dev, predict_torch(net, [t.text for t in dev], load_tokenizer(config["max_tokens"])))
    training = {
        "rubric_train": len(rubric),
        "rubric_dev": len(dev),
        "feedback": len(feedback),
        "public_sources": sorted(public),
        "epochs": config["epochs"],
        "minutes": round((time.monotonic() - started) / 60),
    }
    torch.save({"state": net.state_dict(), "training": training}, options.out / "checkpoint.pt")
    (options.out / "unfinished.pt").unlink()
    (options.out / "dev.json").write_text(json.dumps(figures, indent=1))
    print(f"{time.monotonic() - started:.0f} s", json.dumps(figures))


if __name__ == "__main__":
    main()
