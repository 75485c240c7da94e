"""Batches of latents: endless for training, and always the same for validation."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from refimpl.diffusion.loss import spread_times
from refimpl.errors import UserError


class LatentBatches:
    """Endless batches of clips' latents, all of them in a new order every epoch.

    Args:
        latents: (n_clips, S, D) float32.
        labels: (n_clips,) int64, or None.
        batch_size: clips in a batch; fewer where there are not so many.
        seed: with k, determines batch k.

    Raises:
        UserError: no clips, or another number of labels.

    Taught in lesson 12.
    """

    def __init__(
        self, latents: Tensor, labels: Tensor | None = None, *, batch_size: int = 16, seed: int = 0
    ) -> None:
        if len(latents) == 0:
            raise UserError("there are no latents to train on; give at least one clip")
        if labels is not None and len(labels) != len(latents):
            raise UserError(f"there are {len(labels)} labels for {len(latents)} clips")
        self.latents, self.labels = latents, labels
        self.batch_size, self.seed, self.position = min(batch_size, len(latents)), seed, 0

    def __iter__(self) -> LatentBatches:
        return self

    def __next__(self) -> dict[str, Tensor]:
        epoch, place = divmod(self.position, len(self.latents) // self.batch_size)
        order = np.random.default_rng([self.seed, epoch]).permutation(len(self.latents))
        rows = torch.from_numpy(order[place * self.batch_size :][: self.batch_size])
        self.position += 1
        return self._take(rows)

    def _take(self, rows: Tensor) -> dict[str, Tensor]:
        batch = {"latents": self.latents[rows]}
        return batch if self.labels is None else batch | {"labels": self.labels[rows]}

    def state_dict(self) -> dict:
        """Return the position, from which a resumed run goes on."""
        return {"position": self.position}

    def load_state_dict(self, state: dict) -> None:
        """Undo `state_dict`."""
        self.position = state["position"]


def validation_batches(
    latents: Tensor, labels: Tensor | None = None, *, batch_size: int = 32, seed: int = 0
) -> list[dict[str, Tensor]]:
    """Cut held-out latents (n_clips, S, D) into batches with their own, fixed times and noise."""
    batches = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for start in range(0, len(latents), batch_size):
            clips = latents[start : start + batch_size]
            batch = {"latents": clips, "noise": torch.randn_like(clips)}
            batch["times"] = spread_times(len(clips), clips.device)
            if labels is not None:
                batch["labels"] = labels[start : start + batch_size]
            batches.append(batch)
    return batches
