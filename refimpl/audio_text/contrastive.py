"""The symmetric contrastive loss: each sound finds its caption, and each caption its sound."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from refimpl.training import Batch, Loss


def contrastive_loss(sounds: Tensor, captions: Tensor, scale: Tensor | float) -> Tensor:
    """The mean loss of a group of pairs, in nats.

    The similarity of a sound and a caption is the cosine of their vectors times `scale`, the
    inverse of a temperature. Softmax over the captions makes of a row how likely each is the
    sound's own; the loss is the mean surprise at the right one. The same goes the other way round.

    Args:
        sounds: `(n, dim)`.
        captions: `(m, dim)` with m >= n: the i-th belongs to the i-th sound. Captions from n on
            belong to none: they make it harder for the sounds.
        scale: 1 or more.

    Source: Radford et al. 2021, figure 3; Elizalde et al. 2023, section 2.
    Taught in lesson 11.
    """
    similarity = scale * F.normalize(sounds, dim=-1) @ F.normalize(captions, dim=-1).T  # (n, m)
    right = torch.arange(len(sounds), device=sounds.device)
    to_captions = F.cross_entropy(similarity, right)
    to_sounds = F.cross_entropy(similarity[:, : len(sounds)].T, right)
    return 0.5 * (to_captions + to_sounds)


def contrastive_sum(model: nn.Module, batch: Batch) -> tuple[Tensor, Tensor]:
    """The loss of a batch of groups: its sum over pairs, and their number.

    A row of the batch is a group, in which the sounds and captions are compared with each other and
    with nothing else. So the rows of a batch add up, as the course's loop needs it.

    Args:
        model: a `JointEmbedding`.
        batch: `frames` (B, n, 352, 96); `words` and `numbers` (B, m, …), m >= n.
    """
    total = torch.zeros((), device=batch["frames"].device)
    for frames, *read in zip(batch["frames"], batch["words"], batch["numbers"], strict=True):
        sounds, captions = model(frames, *read)
        total = total + len(frames) * contrastive_loss(sounds, captions, model.scale)
    n_rows, n_pairs = batch["frames"].shape[:2]
    return total, torch.tensor(n_rows * n_pairs, device=total.device)


CONTRASTIVE = Loss("contrastive loss", "nats", "pair", contrastive_sum)
