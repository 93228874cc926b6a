"""The network as it is exported: one text at a time, without a mask. PyTorch only.

The worker runs each text by itself, so there is no padding and nothing to mask. Without both the graph has half the
nodes, and attention works on [t, heads, width] tensors, whose transposes onnxruntime does within the products.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from models.network import TASKS, TicketNet


class SingleText(nn.Module):  # type: ignore[misc]  # torch is not installed where mypy runs
    """Says of one text what `TicketNet` says of it, with the same weights.

    Args:
        net: The trained network.
        max_tokens: Longer texts have no positions.
    """

    def __init__(self, net: TicketNet, max_tokens: int) -> None:
        super().__init__()
        self.net = net
        embeddings = net.encoder.embeddings
        # A text has one segment, the first: its vector goes into the positions'.
        places = embeddings.position_embeddings.weight[:max_tokens] + embeddings.token_type_embeddings.weight[0]
        self.register_buffer("places", places.detach())

    def forward(self, input_ids: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Score one text.

        Args:
            input_ids: [1, t] int64 token ids, t at most `max_tokens`.

        Returns:
            Logits [1, 4], [1, 3], [1, 5] float32 and the L2-normalised ticket vector [1, 384] float32.
        """
        embeddings = self.net.encoder.embeddings
        words = embeddings.word_embeddings(input_ids[0])
        hidden = embeddings.LayerNorm(words + self.places[: words.shape[0]])
        for layer in self.net.encoder.encoder.layer:
            attended = layer.attention.output(attend(layer.attention.self, hidden), hidden)
            hidden = layer.output(layer.intermediate(attended), attended)
        mean = hidden.mean(0, keepdim=True)
        pooled = torch.softmax(self.net.attention(hidden), dim=0).t() @ hidden
        logits = [self.net.heads[task](pooled[index : index + 1]) for index, task in enumerate(TASKS)]
        return logits[0], logits[1], logits[2], mean / mean.norm(dim=1, keepdim=True).clamp_min(1e-6)


def attend(attention: Any, hidden: Tensor) -> Tensor:
    """Let every token look at every other one.

    Args:
        attention: A BertSelfAttention.
        hidden: [t, width] float32.

    Returns:
        [t, width] float32.
    """
    heads, width = attention.num_attention_heads, attention.attention_head_size
    parts = (attention.query, attention.key, attention.value)
    query, key, value = (part(hidden).view(-1, heads, width) for part in parts)
    weights = torch.softmax(query.permute(1, 0, 2) @ key.permute(1, 2, 0) / math.sqrt(width), dim=-1)
    return (weights @ value.permute(1, 0, 2)).permute(1, 0, 2).reshape(-1, heads * width)
