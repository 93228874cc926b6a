"""Export the checkpoint as ONE int8 ONNX graph and write the bundle: `python -m models.export [--checkpoint F]`.

The recipe was measured (models/README.md, "How it is made small and fast"): TorchScript export, because only that
graph is fused by onnxruntime's BERT optimiser; weights int8 per channel with a reduced range, which gives nearly the
same numbers on every CPU; the word table int8 too; saved as optimised, so that the worker only has to load it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from models.batches import load_tokenizer
from models.bundle import ARTIFACTS, FILES, MODELS_DIR, Manifest, describe, write_manifest
from models.metrics import best_pair_f1, pair_labels, pair_similarities, report
from models.network import OUTPUTS, TicketNet, encoder_folder
from models.outputs import Outputs, expected_level, softmax
from models.predict import logits_torch
from models.tickets import CATEGORIES, SENTIMENTS, URGENCY_LEVELS, read_rubric
from models.train import WORK_DIR
from ticketrouter.adapters.onnx_scorer import OnnxScorer

OPSET = 17
# A ticket says early what it is about: on every held-out set the figures for 256 tokens lie within .003 of these,
# and long texts take half the time.
MAX_TOKENS = 128
BUNDLE = "minilm-l6-int8"


def load_checkpoint(path: Path) -> tuple[TicketNet, dict[str, Any]]:
    """The trained network, ready to run, and what it was trained on."""
    checkpoint = torch.load(path, weights_only=True)
    net = TicketNet()
    net.load_state_dict(checkpoint["state"])
    net.eval()
    return net, checkpoint.get("training", {})


def export_fp32(net: TicketNet, target: Path) -> None:
    """Trace the network into an fp32 graph with free batch and token axes."""
    ids = torch.randint(1000, 20000, (2, 9))
    free = {0: "n", 1: "t"}
    axes = {"input_ids": free, "attention_mask": free, **{name: {0: "n"} for name in OUTPUTS}}
    torch.onnx.export(
        net,
        (ids, torch.ones_like(ids)),
        str(target),
        input_names=["input_ids", "attention_mask"],
        output_names=list(OUTPUTS),
        dynamic_axes=axes,
        opset_version=OPSET,
        dynamo=False,
    )


def quantise(source: Path, target: Path) -> None:
    """int8 weights on MatMul and Gather; activations are quantised as they come (dynamic)."""
    quantize_dynamic(
        source,
        target,
        op_types_to_quantize=["MatMul", "Gather"],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
    )


def optimise(source: Path, target: Path) -> None:
    """Save the graph as onnxruntime fuses it, without the fusion that is slower than what it replaces."""
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(target)
    ort.InferenceSession(
        str(source), options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"]
    )


def first_manifest() -> Manifest:
    """A manifest without any fitted number: S is the model's own; `models.calibrate` fills in the rest."""
    files = {name: describe(ARTIFACTS / name) for name in FILES}
    day = dt.datetime.now(dt.UTC).strftime("%Y.%m.%d")
    return {
        "bundle": BUNDLE,
        "version": f"{day}-{files['model.onnx']['sha256'][:8]}",
        "files": files,
        "tasks": ["category", "sentiment", "urgency", "embedding"],
        "labels": {
            "category": list(CATEGORIES),
            "sentiment": list(SENTIMENTS),
            "urgency_levels": list(URGENCY_LEVELS),
        },
        "max_tokens": MAX_TOKENS,
        "embedding_dim": 384,
        "temperature": {"category": 1.0},
        "review_below": 0.5,
        "review_unknown_share": 0.25,
        "fusion": {"bias": 0.0, "model": 1.0, "sentiment": 0.0, "lexicon": 0.0},
        "calibration": {"x": [0.0, 1.0], "y": [0.0, 1.0]},
        "threshold": 0.8,
        "duplicate_similarity": 0.7,
        "breaker_ms_per_ticket": 500,
        "self_test": [],
        "eval": {},
    }


def drift(net: TicketNet) -> dict[str, float]:
    """How far the int8 graph is from the fp32 network, and its vectors from the untouched encoder's (rubric dev)."""
    _, dev = read_rubric()
    texts = [ticket.text for ticket in dev]
    full = logits_torch(net, texts, load_tokenizer(MAX_TOKENS))
    small = OnnxScorer(MODELS_DIR).infer(texts)
    cosine = (full[3] * small.vectors).sum(axis=1)
    moved = np.abs(expected_level(full[2]) - expected_level(small.urgency))
    figures = {
        "cosine_mean": cosine.mean(),
        "cosine_min": cosine.min(),
        "category_agreement": (full[0].argmax(axis=1) == small.category.argmax(axis=1)).mean(),
        "sentiment_agreement": (full[1].argmax(axis=1) == small.sentiment.argmax(axis=1)).mean(),
        "urgency_moved_mean": moved.mean(),
        "urgency_moved_max": moved.max(),
    }
    before = report(dev, Outputs(softmax(full[0]), softmax(full[1]), expected_level(full[2]), full[3]))
    after = report(
        dev, Outputs(softmax(small.category), softmax(small.sentiment), expected_level(small.urgency), small.vectors)
    )
    for name in ("category_macro_f1", "sentiment_accuracy", "urgency_spearman", "urgency_mae", "best_pair_f1"):
        figures[f"{name}_fp32"], figures[f"{name}_int8"] = before[name], after[name]
    # Fine-tuning can ruin the vectors: the encoder as it came is the bar.
    untouched = logits_torch(TicketNet().eval(), texts, load_tokenizer(MAX_TOKENS))[3]
    same = pair_labels([ticket.group for ticket in dev])
    figures["best_pair_f1_untouched"] = best_pair_f1(pair_similarities(untouched), same)[0]
    return {name: round(float(value), 4) for name, value in figures.items()}


def main() -> None:
    """Export, quantise, optimise, write the files and an uncalibrated manifest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=WORK_DIR / "checkpoint.pt")
    options = parser.parse_args()
    ARTIFACTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        fp32, int8 = Path(folder) / "fp32.onnx", Path(folder) / "int8.onnx"
        net, training = load_checkpoint(options.checkpoint)
        export_fp32(net, fp32)
        quantise(fp32, int8)
        optimise(int8, ARTIFACTS / "model.onnx")
    shutil.copyfile(encoder_folder() / "tokenizer.json", ARTIFACTS / "tokenizer.json")
    manifest = first_manifest()
    write_manifest(manifest)
    manifest["training"] = training
    manifest["eval"]["int8_drift"] = drift(net)
    write_manifest(manifest)
    print(manifest["eval"]["int8_drift"])
    print(manifest["version"], {name: info["bytes"] for name, info in manifest["files"].items()})


if __name__ == "__main__":
    main()
