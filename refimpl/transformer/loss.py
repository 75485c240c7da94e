"""The mean cross-entropy over the positions that have a target."""

import torch
import torch.nn.functional as F

from refimpl.vocabulary import IGNORE_INDEX


def token_loss(hidden: torch.Tensor, head: torch.Tensor, label_ids: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy in nats a token; 0 where every label is ignored.

    Positions without a target are left out before the head, which is the model's largest matrix:
    with a long prefix most of its work would be thrown away.

    Args:
        hidden: `(B, T, hidden_size)`.
        head: `(vocabulary_size, hidden_size)`.
        label_ids: `(B, T)` int64, IGNORE_INDEX where there is no target.

    Returns:
        A scalar. Taught in lesson 5.
    """
    hidden, labels = hidden.flatten(0, 1), label_ids.flatten()
    valid = labels != IGNORE_INDEX
    n_valid = int(valid.sum())
    if n_valid < labels.numel():
        hidden, labels = hidden[valid], labels[valid]
    # Summed and divided here, because the mean over no position at all would be NaN.
    logits = F.linear(hidden, head).float()  # (n_valid, V)
    return F.cross_entropy(logits, labels, reduction="sum") / max(n_valid, 1)
