"""The loss of a diffusion model, for the course's one training loop."""

from __future__ import annotations

import torch
from torch import Tensor

from refimpl.diffusion.model import DiffusionModel
from refimpl.training import Batch, Loss


def denoising_sum(model: DiffusionModel, batch: Batch) -> tuple[Tensor, Tensor]:
    """The squared errors of the prediction, summed over clips, and the number of clips.

    Args:
        model: in training mode it also withholds some labels.
        batch: `latents` (B, S, D), and where there are some `labels` (B,) int64 and `hints` (B, S,
            n_hints). A validation batch also holds `times` (B,) and `noise` (B, S, D), so that it
            is always the same; otherwise they are drawn.
    """
    clips, labels = batch["latents"], batch.get("labels")
    times = batch["times"] if "times" in batch else spread_times(len(clips), clips.device)
    noise = batch["noise"] if "noise" in batch else torch.randn_like(clips)
    if labels is not None and model.training:
        labels = withhold(labels, model.drop_rate)
    errors = model.errors(clips, noise, times, labels, batch.get("hints"))
    return errors.sum(), torch.tensor(float(len(clips)), device=clips.device)


def withhold(labels: Tensor, rate: float) -> Tensor:
    """Return labels (B,) with -1 in the place of a random share of them."""
    return torch.where(torch.rand(len(labels), device=labels.device) < rate, -1, labels)


def spread_times(n_clips: int, device: torch.device) -> Tensor:
    """Return times (n_clips,) in (0, 1), one in each of equally wide parts, in random order.

    A batch then holds every amount of noise, and its loss varies less than with independent times.

    Source: Kingma et al. 2021, appendix I.1.
    """
    places = torch.randperm(n_clips, device=device)
    times = (places + torch.rand(n_clips, device=device)) / n_clips
    return times.clamp(1e-3, 1 - 1e-3)  # at the very ends nothing is left to tell apart


DENOISING = Loss("denoising error", "mean squared error", "clip", denoising_sum)
