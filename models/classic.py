"""The classic bundle: zero-shot categories and urgency, a sentiment model and a sentence encoder, all from a hub.

    python -m models.export --bundle classic [--entailment S] [--sentiment S] [--embedding S] [--out DIR]

Each source is an id on the hub or the folder of a checkpoint. What the categories and the levels of urgency mean
stands in `classic.toml` and goes into the manifest, so that the scorer needs nothing but the bundle. The numbers that
make S and sentiment of raw outputs are then fitted on our dev tickets, as for the default bundle.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from models.bundle import Manifest, first_manifest, read_manifest, write_manifest
from models.calibrate import calibrate
from models.classic_checkpoints import (
    TASKS,
    Checkpoint,
    entailment_index,
    export_fp32,
    open_checkpoint,
    sentiment_index,
)
from models.language import fit_language
from models.outputs import Array
from models.pairs import random_sets
from models.quantise import moved_by, optimise, quantise
from models.self_test import CANDIDATES
from models.tickets import SENTIMENTS, Ticket, read_rubric
from models.train import WORK_DIR
from ticketrouter.adapters.onnx_scorer import Inference, OnnxScorer, softmax

CONFIG = Path(__file__).with_name("classic.toml")
FIT_ON = 600  # dev tickets, whole stems: each costs a big model about a second
SELF_TESTS = 4  # each costs a cold start as many runs of a big model as there are hypotheses
BLOCK = 16  # tickets between two steps of the progress bar
# Chances are compared at these distances of the two sentiment logits; 5 is a margin of .9999.
_NEUTRAL_LOGITS = np.arange(0.0, 5.01, 0.1)


@dataclass(frozen=True)
class Settings:
    """What `classic.toml` says; hypotheses are whole sentences, in the order of their labels."""

    sources: Mapping[str, str]
    categories: Sequence[str]
    hypotheses: Mapping[str, Sequence[str]]
    max_tokens: int
    breaker_ms_per_ticket: int


def read_settings(path: Path) -> Settings:
    """Read the configuration.

    Raises:
        SystemExit: Zero-shot cannot choose between what it describes.
    """
    config = tomllib.loads(path.read_text(encoding="utf-8"))
    categories: dict[str, str] = config["category"]["descriptions"]
    described = {"category": list(categories.values()), "urgency": list(config["urgency"]["descriptions"])}
    hypotheses = {
        task: [config[task]["hypothesis"].replace("{}", description) for description in descriptions]
        for task, descriptions in described.items()
    }
    for task, sentences in hypotheses.items():
        if len(set(sentences)) < max(2, len(sentences)):
            raise SystemExit(
                f"{path.name}: [{task}] needs two or more hypotheses, all different ('{{}}' in the template)"
            )
    return Settings(
        sources={role: str(config["sources"][role]) for role in TASKS},
        categories=list(categories),
        hypotheses=hypotheses,
        max_tokens=int(config["max_tokens"]),
        breaker_ms_per_ticket=int(config["breaker_ms_per_ticket"]),
    )


def export_graphs(checkpoints: Sequence[Checkpoint], full: Path, small: Path) -> None:
    """Write the fp32 bundle's files into `full`, the int8 one's into `small`."""
    for folder in (full, small):
        (folder / "artifacts").mkdir(parents=True, exist_ok=True)
    for checkpoint in checkpoints:
        graph, tokenizer = f"{checkpoint.role}.onnx", f"{checkpoint.role}.json"
        print(f"{checkpoint.role}: {checkpoint.source}", flush=True)
        export_fp32(checkpoint, full / "artifacts" / graph, full / "artifacts" / tokenizer)
        shutil.copyfile(full / "artifacts" / tokenizer, small / "artifacts" / tokenizer)
        with tempfile.TemporaryDirectory() as work:
            int8 = Path(work) / "int8.onnx"
            quantise(full / "artifacts" / graph, int8)
            optimise(int8, small / "artifacts" / graph)


def uncalibrated(settings: Settings, checkpoints: Sequence[Checkpoint], folder: Path) -> Manifest:
    """The manifest of the files in a folder, without any fitted number."""
    by_role = {checkpoint.role: checkpoint for checkpoint in checkpoints}
    levels = np.linspace(0.0, 1.0, len(settings.hypotheses["urgency"]))
    own: dict[str, Any] = {
        "reader": "zero-shot",
        "sources": {role: checkpoint.origin for role, checkpoint in by_role.items()},
        "labels": {
            "category": list(settings.categories),
            "sentiment": list(SENTIMENTS),
            "urgency_levels": [round(float(level), 4) for level in levels],
        },
        "hypotheses": {task: list(sentences) for task, sentences in settings.hypotheses.items()},
        "entailment_index": entailment_index(by_role["entailment"]),
        "sentiment_index": sentiment_index(by_role["sentiment"]),
        "neutral_margin": 0.9,
        "max_tokens": settings.max_tokens,
        "embedding_dim": int(by_role["embedding"].config.hidden_size),
        "breaker_ms_per_ticket": settings.breaker_ms_per_ticket,
    }
    files = [name for role in TASKS for name in (f"{role}.onnx", f"{role}.json")]
    manifest = first_manifest("classic-int8", folder, files, own)
    # Other hypotheses are another model, though its files are the same.
    said = json.dumps([manifest["files"], settings.categories, manifest["hypotheses"]]).encode()
    manifest["version"] = f"{manifest['version'].split('-')[0]}-classic-{hashlib.sha256(said).hexdigest()[:8]}"
    return manifest


def infer_all(scorer: OnnxScorer, texts: Sequence[str]) -> Inference:
    """Raw outputs for many texts, with a progress bar: a big model needs a good part of a second for each."""
    blocks = [texts[start : start + BLOCK] for start in range(0, len(texts), BLOCK)]
    parts = [scorer.infer(block) for block in tqdm(blocks, unit=f" x {BLOCK} texts", mininterval=5)]
    columns = (np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Inference))
    return Inference(*columns)


def fit_neutral_logit(sentiment: Array, truth: Sequence[str | None]) -> float:
    """The logit of neutral with which most tickets get their sentiment.

    Args:
        sentiment: Logits [n, 3] of negative, neutral, positive.
        truth: The right sentiment of each; None where it is not known.
    """
    known = np.array([label is not None for label in truth])
    wanted = np.array([SENTIMENTS.index(label) for label in truth if label is not None])

    def right(neutral: float) -> int:
        return int((with_neutral(sentiment[known], neutral).argmax(axis=1) == wanted).sum())

    return float(max(_NEUTRAL_LOGITS, key=right))


def with_neutral(sentiment: Array, logit: float) -> Array:
    """The same logits [n, 3] with another one for neutral."""
    changed = sentiment.copy()
    changed[:, SENTIMENTS.index("neutral")] = logit
    return changed


def fit(manifest: Manifest, tickets: Sequence[Ticket], raw: Inference) -> None:
    """Fit what makes sentiment, S, confidence and duplicates of raw outputs."""
    neutral = fit_neutral_logit(raw.sentiment, [ticket.sentiment for ticket in tickets])
    manifest["neutral_margin"] = round(float(np.tanh(neutral)), 6)
    raw = replace(raw, sentiment=with_neutral(raw.sentiment, neutral))
    manifest["eval"]["cross_fitted_dev"] = calibrate(manifest, tickets, raw)


def widest(scorer: OnnxScorer, texts: Sequence[str], count: int) -> list[dict[str, Any]]:
    """Self-test cases: the texts whose first category is furthest ahead of the second, and what the bundle says."""
    raw = scorer.infer(texts)
    chances = np.sort(softmax(raw.category), axis=1)
    order = np.argsort(chances[:, -2] - chances[:, -1])[:count]
    scores = scorer.interpret(texts, raw)
    return [{"text": texts[i], "category": scores[i].category, "urgency_score": scores[i].urgency_score} for i in order]


def export_bundle(
    settings: Settings, checkpoints: Sequence[Checkpoint], out: Path, full: Path, train: list[Ticket], dev: list[Ticket]
) -> None:
    """Export, quantise, measure what that moves, fit the numbers on our tickets, write the bundle.

    Args:
        settings: Labels and hypotheses.
        checkpoints: One of each role.
        out: Folder of the bundle.
        full: Folder for its fp32 twin, which is left without fitted numbers.
        train: Tells the languages apart; nothing else is trained.
        dev: What the numbers are fitted on.
    """
    texts = [text for candidates in CANDIDATES.values() for text in candidates]
    export_graphs(checkpoints, full, out)
    said = []
    for folder in (full, out):
        write_manifest(uncalibrated(settings, checkpoints, folder), folder)
        raw = OnnxScorer(folder).infer(texts)
        said.append((raw.category, raw.sentiment, raw.urgency, raw.vectors))
    manifest = read_manifest(out)
    manifest["eval"]["int8_drift"] = moved_by(*said)
    print("int8 against fp32:", manifest["eval"]["int8_drift"], flush=True)
    words = next(it.tokenizer.get_vocab() for it in checkpoints if it.role == "embedding")
    manifest["language"] = fit_language(train, words.__contains__)
    fit(manifest, dev, infer_all(OnnxScorer(out), [ticket.text for ticket in dev]))
    write_manifest(manifest, out)
    manifest["self_test"] = widest(OnnxScorer(out), texts, SELF_TESTS)
    write_manifest(manifest, out)
    print("fitted on our dev tickets:", manifest["eval"]["cross_fitted_dev"])
    print(manifest["version"], {name: info["bytes"] for name, info in manifest["files"].items()})


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the classic bundle."""
    group = parser.add_argument_group(
        "classic", "an id on the hub or the folder of a checkpoint, instead of the file's"
    )
    for role in TASKS:
        group.add_argument(f"--{role}", metavar="SOURCE")
    group.add_argument("--config", type=Path, default=CONFIG, help="labels and hypotheses (models/classic.toml)")
    group.add_argument("--out", type=Path, default=WORK_DIR / "classic", help="folder of the bundle (.models/classic)")


def run(options: argparse.Namespace) -> None:
    """Export the classic bundle as the command line says."""
    settings = read_settings(options.config)
    sources = {role: getattr(options, role) or settings.sources[role] for role in TASKS}
    checkpoints = [open_checkpoint(role, source, settings.max_tokens) for role, source in sources.items()]
    with tempfile.TemporaryDirectory() as full:
        train, dev = read_rubric()
        chosen = [dev[int(index)] for index in random_sets(dev, FIT_ON, count=1)[0]]
        export_bundle(settings, checkpoints, options.out, Path(full), train, chosen)
    print(f"MODEL_DIR={options.out} make run    starts the local stack with it")
