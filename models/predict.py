"""Raw outputs for many texts from the PyTorch network: for training and for drift (the worker has its own scorer)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from tokenizers import Tokenizer

from models.batches import pad
from models.network import TicketNet
from models.outputs import Array, Outputs, expected_level, softmax


def logits_torch(net: TicketNet, texts: Sequence[str], tokenizer: Tokenizer) -> tuple[Array, Array, Array, Array]:
    """Run the network over texts in batches of similar length; arrays have the order of the texts."""
    rows = [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
    order = sorted(range(len(rows)), key=lambda index: len(rows[index]))
    with torch.inference_mode():
        parts = [net(*pad([rows[i] for i in order[start : start + 16]])) for start in range(0, len(order), 16)]
    back = np.argsort(order)
    first, second, third, fourth = (torch.cat(column).numpy()[back] for column in zip(*parts, strict=True))
    return first, second, third, fourth


def predict_torch(net: TicketNet, texts: Sequence[str], tokenizer: Tokenizer) -> Outputs:
    """Probabilities, expected urgency (before fusion and calibration) and vectors of the network."""
    category, sentiment, urgency, vectors = logits_torch(net.eval(), texts, tokenizer)
    return Outputs(softmax(category), softmax(sentiment), expected_level(urgency), vectors)
