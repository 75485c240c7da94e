"""The mean cross-entropy over the positions that have a target."""

import torch
import torch.nn.functional as F

from refimpl.vocabulary import IGNORE_INDEX


def token_loss(hidden: torch.Tensor, head: torch.Tensor, label_ids: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy in nats per token; 0 where every label is ignored.

    Positions without a target are removed before the head, which is the model's largest matrix:
    with a long prefix most of its work would be wasted.

    Args:
        hidden: `(B, T, hidden_size)`.
        head: `(vocabulary_size, hidden_size)`.
        label_ids: `(B, T)` int64, IGNORE_INDEX where there is no target.

    Returns:
        A scalar. Taught in lesson 5.
    """
    hidden, labels = hidden.flatten(0, 1), label_ids.flatten()
    valid = labels != IGNORE_INDEX
    if hidden.device.type == "cpu" and not bool(valid.all()):
        # Not on a GPU, which would have to wait for the number of remaining positions.
        hidden, labels = hidden[valid], labels[valid]
    logits = F.linear(hidden, head).float()  # (n_valid, V)
    total = F.cross_entropy(logits, labels, ignore_index=IGNORE_INDEX, reduction="sum")
    # Summed and divided here, because the mean over no position at all would be NaN.
    return total / valid.sum().clamp(min=1)
