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
        head: `(n_columns * vocabulary_size, hidden_size)`, column after column.
        label_ids: `(B, T)` or `(B, T, n_columns)` int64, IGNORE_INDEX where there is no target.

    Returns:
        A scalar, the mean over the targets of all columns. Taught in lesson 5.
    """
    n_columns = label_ids.shape[2] if label_ids.dim() == 3 else 1
    hidden = hidden.flatten(0, 1)
    labels = label_ids.reshape(len(hidden), n_columns)
    valid = labels != IGNORE_INDEX
    if hidden.device.type == "cpu" and not bool(valid.all()):
        # Not on a GPU, which would have to wait for the number of remaining positions.
        some = valid.any(dim=1)
        hidden, labels = hidden[some], labels[some]
    logits = F.linear(hidden, head).float().unflatten(-1, (n_columns, -1))  # (n_valid, columns, V)
    total = F.cross_entropy(
        logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORE_INDEX, reduction="sum"
    )
    # Summed and divided here, because the mean over no position at all would be NaN.
    return total / valid.sum().clamp(min=1)
