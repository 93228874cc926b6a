"""From an fp32 graph to the one that is shipped, by a measured recipe (models/README.md), and how far that moves it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort
from onnxruntime.quantization import QuantType, quantize_dynamic

from models.outputs import Array, expected_level

OPSET = 17


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


def optimise(source: Path, target: Path, weights: str | None = None) -> None:
    """Save the graph as onnxruntime fuses it, without the fusion that is slower than what it replaces.

    Args:
        source: The graph.
        target: Where the other one goes.
        weights: Name of a file beside it for the large constants. Such a file is mapped into memory, not read: a
            process starts faster and holds less (measured: models/README.md).
    """
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(target)
    if weights:
        (target.parent / weights).unlink(missing_ok=True)  # onnxruntime would write behind what is there
        options.add_session_config_entry("session.optimized_model_external_initializers_file_name", weights)
        options.add_session_config_entry("session.optimized_model_external_initializers_min_size_in_bytes", "1024")
    ort.InferenceSession(
        str(source), options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"]
    )


def moved_by(full: Sequence[Array], small: Sequence[Array]) -> dict[str, float]:
    """How far the outputs of a small graph are from those of the full one.

    Args:
        full: Logits of categories, sentiments and urgency levels, [n, k] each, and unit vectors [n, d].
        small: The same of the small one.
    """
    cosine = (full[3] * small[3]).sum(axis=1)
    moved = np.abs(expected_level(full[2]) - expected_level(small[2]))
    figures = {
        "cosine_mean": cosine.mean(),
        "cosine_min": cosine.min(),
        "category_agreement": (full[0].argmax(axis=1) == small[0].argmax(axis=1)).mean(),
        "sentiment_agreement": (full[1].argmax(axis=1) == small[1].argmax(axis=1)).mean(),
        "urgency_moved_mean": moved.mean(),
        "urgency_moved_max": moved.max(),
    }
    return {name: round(float(value), 4) for name, value in figures.items()}
