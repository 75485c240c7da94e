"""Filling a gap in a clip, so that what is written fits what stands around it."""

from __future__ import annotations

import torch
from torch import Tensor

from refimpl.diffusion.model import DiffusionModel
from refimpl.diffusion.parametrisations import Parts
from refimpl.diffusion.samplers import find_sampler, time_steps
from refimpl.errors import UserError


@torch.no_grad()
def fill(
    model: DiffusionModel,
    clips: Tensor,
    known: Tensor,
    *,
    labels: Tensor | None = None,
    hints: Tensor | None = None,
    n_steps: int = 16,
    n_rounds: int = 1,
    sampler: str = "ddim",
    guidance: float = 1.0,
    limit: float | None = 5.0,
    seed: int = 0,
) -> Tensor:
    """Write the unknown steps of clips.

    After each step of the sampler the known steps are put back, with as much noise as the rest has.
    So that the rest can fit them, every step is taken several times: noise is added again, as much
    as the step took away.

    Args:
        model: any; one that is told the known steps as a hint fits them better.
        clips: (B, S, D) latents; what they hold at unknown steps does not matter.
        known: (B, S) bool.
        labels, hints, n_steps, sampler, guidance, limit: see `DiffusionModel.write`.
        n_rounds: how often each step is taken.
        seed: of all noise.

    Returns:
        (B, S, D), with the known steps as they were given.

    Raises:
        UserError: another shape, no round, or a wrong option of the sampler.

    Source: Lugmayr et al. 2022 (RePaint), algorithm 1. Taught in lesson 12.
    """
    if known.shape != clips.shape[:2]:
        raise UserError(f"known has shape {tuple(known.shape)}; it needs {tuple(clips.shape[:2])}")
    if n_rounds < 1:
        raise UserError(f"n_rounds is {n_rounds}; every step is taken at least once")
    step, times = find_sampler(sampler), time_steps(n_steps)
    schedule, kept = model.schedule, known[..., None]
    generator = torch.Generator().manual_seed(seed)

    def noise() -> Tensor:
        return torch.randn(clips.shape, generator=generator)

    def denoise(noisy: Tensor, time: Tensor) -> Parts:
        how = {"hints": hints, "guidance": guidance, "limit": limit}
        return model.denoise(noisy, time, labels, **how)

    noisy = noise()
    for now, then in zip(times[:-1], times[1:], strict=True):
        for i in range(n_rounds if then > 0 else 1):
            if i:
                noisy = add_noise_between(noisy, then, now, noise(), schedule)
            noisy = step(noisy, now, then, denoise, schedule, generator)
            given = schedule.signal(then) * clips + schedule.noise(then) * noise()
            noisy = torch.where(kept, given, noisy)
    return torch.where(kept, clips, noisy)


def add_noise_between(noisy: Tensor, then: Tensor, now: Tensor, fresh: Tensor, schedule) -> Tensor:
    """Bring clips (B, ...) from an earlier time back to a later one, with fresh noise."""
    ratio, variance = schedule.between(then, now)
    return ratio * noisy + torch.sqrt(variance) * fresh
