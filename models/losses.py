"""What the training minimises, term by term. Tensors in, scalars out."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as fn

from models.tickets import URGENCY_LEVELS

LEVELS = torch.tensor(URGENCY_LEVELS)
UNKNOWN = -1


def _mean(values: Tensor, weights: Tensor) -> Tensor:
    return (values * weights).sum() / weights.sum().clamp_min(1.0)


def class_loss(logits: Tensor, labels: Tensor, weights: Tensor, smoothing: float) -> Tensor:
    """Cross-entropy over the rows whose label is known; `labels` [n] int64, `weights` [n] float32."""
    each = fn.cross_entropy(logits, labels, ignore_index=UNKNOWN, reduction="none", label_smoothing=smoothing)
    return _mean(each, weights * (labels != UNKNOWN))


def expected_urgency(logits: Tensor) -> Tensor:
    """[n, 5] logits -> [n] expected level in [0, 1]."""
    return torch.softmax(logits, dim=-1) @ LEVELS


def urgency_losses(logits: Tensor, urgency: Tensor, weights: Tensor, sharpness: float) -> tuple[Tensor, Tensor]:
    """Soft ordinal cross-entropy and squared error of the expected value; `urgency` [n], NaN where unknown.

    Soft targets say that .75 is a smaller mistake than 0 for a 1, which one-hot labels cannot.
    """
    weights = weights * ~torch.isnan(urgency)
    known = torch.nan_to_num(urgency)
    distance = (LEVELS.unsqueeze(0) - known.unsqueeze(1)).abs() * (len(LEVELS) - 1)
    target = torch.softmax(-sharpness * distance, dim=-1)
    entropy = -(target * torch.log_softmax(logits, dim=-1)).sum(-1)
    return _mean(entropy, weights), _mean((expected_urgency(logits) - known) ** 2, weights)


def contrast_loss(vectors: Tensor, groups: Tensor, temperature: float) -> Tensor:
    """Pull tellings of one incident together and push everything else in the batch away.

    Batches hold whole stems, so the near misses of an incident are among the others: hard negatives for free.
    Source: supervised contrastive loss, Khosla et al. 2020, eq. 2 (mean over positives outside the log).

    Args:
        vectors: [n, d] float32, L2-normalised.
        groups: [n] int64; rows without a group carry a number of their own.
    """
    itself = torch.eye(len(vectors), dtype=torch.bool)
    scores = (vectors @ vectors.T / temperature).masked_fill(itself, -1e4)
    positive = (groups.unsqueeze(0) == groups.unsqueeze(1)) & ~itself
    log_share = scores - torch.logsumexp(scores, dim=1, keepdim=True)
    count = positive.sum(1)
    each = -(log_share * positive).sum(1) / count.clamp_min(1)
    return _mean(each, (count > 0).float())


def anchor_loss(vectors: Tensor, anchors: Tensor, stems: Tensor) -> Tensor:
    """Keep the similarities of unrelated texts as the untouched encoder saw them.

    A thousand tickets teach which near misses to part, but not what texts are about in general; without this term the
    tasks bend the space and strangers of one category grow alike.

    Args:
        vectors: [n, d] float32, L2-normalised.
        anchors: [n, d] float32, the untouched encoder's vectors of the same texts.
        stems: [n] int64; pairs within a stem are the contrastive term's business.
    """
    strangers = (stems.unsqueeze(0) != stems.unsqueeze(1)).float()
    return _mean((vectors @ vectors.T - anchors @ anchors.T) ** 2, strangers)
