"""Export a bundle.

    python -m models.export [--checkpoint F]     the default one: our checkpoint as ONE int8 ONNX graph
    python -m models.export --bundle classic     three models of a hub (models/classic.py)

The recipe was measured (models/README.md, "How it is made small and fast"): TorchScript export, because only that
graph is fused by onnxruntime's BERT optimiser; weights int8 per channel with a reduced range, which gives nearly the
same numbers on every CPU; the word table int8 too; saved as optimised, so that the worker only has to load it.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

import torch

from models import classic
from models.batches import load_tokenizer
from models.bundle import ARTIFACTS, FILES, MODELS_DIR, Manifest, first_manifest, refuse_too_large, write_manifest
from models.metrics import best_pair_f1, pair_labels, pair_similarities, report
from models.network import OUTPUTS, TicketNet, encoder_folder
from models.outputs import Outputs, expected_level, softmax
from models.predict import logits_torch
from models.quantise import OPSET, moved_by, optimise, quantise
from models.single_text import SingleText
from models.tickets import CATEGORIES, SENTIMENTS, URGENCY_LEVELS, read_rubric
from models.train import WORK_DIR
from ticketrouter.adapters.onnx_scorer import OnnxScorer

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
    """Trace the network into an fp32 graph for one text of any length: `input_ids` [1, t], outputs [1, k]."""
    torch.onnx.export(
        SingleText(net, MAX_TOKENS).eval(),
        (torch.randint(1000, 20000, (1, 9)),),
        str(target),
        input_names=["input_ids"],
        output_names=list(OUTPUTS),
        dynamic_axes={"input_ids": {1: "t"}},
        opset_version=OPSET,
        dynamo=False,
    )


def uncalibrated() -> Manifest:
    """The manifest of the exported files, without any fitted number."""
    labels = {
        "category": list(CATEGORIES),
        "sentiment": list(SENTIMENTS),
        "urgency_levels": list(URGENCY_LEVELS),
    }
    own = {
        "reader": "shared-encoder",
        "labels": labels,
        "max_tokens": MAX_TOKENS,
        "embedding_dim": 384,
        "breaker_ms_per_ticket": 500,
    }
    manifest = first_manifest(BUNDLE, MODELS_DIR, FILES, own)
    refuse_too_large(manifest["files"])
    return manifest


def drift(net: TicketNet) -> dict[str, float]:
    """How far the int8 graph is from the fp32 network, and its vectors from the untouched encoder's (rubric dev)."""
    _, dev = read_rubric()
    texts = [ticket.text for ticket in dev]
    full = logits_torch(net, texts, load_tokenizer(MAX_TOKENS))
    small = OnnxScorer(MODELS_DIR).infer(texts)
    figures: dict[str, Any] = moved_by(full, (small.category, small.sentiment, small.urgency, small.vectors))
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


def export_default(checkpoint: Path) -> None:
    """Export, quantise, optimise, write the files and an uncalibrated manifest."""
    ARTIFACTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        fp32, int8 = Path(folder) / "fp32.onnx", Path(folder) / "int8.onnx"
        net, training = load_checkpoint(checkpoint)
        export_fp32(net, fp32)
        quantise(fp32, int8)
        optimise(int8, ARTIFACTS / "model.onnx", weights="model.weights")
    shutil.copyfile(encoder_folder() / "tokenizer.json", ARTIFACTS / "tokenizer.json")
    manifest = uncalibrated()
    write_manifest(manifest)
    manifest["training"] = training
    manifest["eval"]["int8_drift"] = drift(net)
    write_manifest(manifest)
    print(manifest["eval"]["int8_drift"])
    print(manifest["version"], {name: info["bytes"] for name, info in manifest["files"].items()})


def main() -> None:
    """Parse the command line; the default bundle, or the classic one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", choices=("default", "classic"), default="default")
    parser.add_argument("--checkpoint", type=Path, default=WORK_DIR / "checkpoint.pt", help="of the default bundle")
    classic.add_options(parser)
    options = parser.parse_args()
    if options.bundle == "classic":
        classic.run(options)
    else:
        export_default(options.checkpoint)


if __name__ == "__main__":
    main()
