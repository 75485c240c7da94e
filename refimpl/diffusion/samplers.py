"""Samplers: from noise to a clip in any number of steps.

Each sampler is one function, a step from a time to an earlier one. All steps ask the network the
same question: what clip, and what noise, is this a mixture of?
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from refimpl.diffusion.parametrisations import Parts
from refimpl.diffusion.schedules import Schedule
from refimpl.errors import UserError, suggest

LATEST = 0.999  # the time of the first step: at 1 some schedules leave nothing of the clip
Denoiser = Callable[[Tensor, Tensor], Parts]  # noisy (B, ...) and one time -> its parts


class Sampler(Protocol):
    """A step of a sampler."""

    def __call__(
        self,
        noisy: Tensor,
        now: Tensor,
        then: Tensor,
        denoise: Denoiser,
        schedule: Schedule,
        generator: torch.Generator,
    ) -> Tensor:
        """Return the clips (B, ...) at the time `then`, from those at `now`; both are scalars."""


def ddim(noisy, now, then, denoise, schedule, generator) -> Tensor:
    """Take the network at its word, and mix its clip and its noise as at the earlier time.

    Source: Song et al. 2021, equation 12 with sigma 0. Taught in lesson 12.
    """
    parts = denoise(noisy, now)
    return schedule.signal(then) * parts.clip + schedule.noise(then) * parts.epsilon


def ddpm(noisy, now, then, denoise, schedule, generator) -> Tensor:
    """Draw from what could have been there at the earlier time, given the network's clip.

    Source: Ho et al. 2020, equations 6 and 7; for any two times as in Kingma et al. 2021,
    appendix A. Taught in lesson 12.
    """
    clip = denoise(noisy, now).clip
    ratio, added = schedule.between(then, now)
    variance_now, variance_then = schedule.noise(now) ** 2, schedule.noise(then) ** 2
    mean = (ratio * variance_then * noisy + schedule.signal(then) * added * clip) / variance_now
    fresh = torch.randn(noisy.shape, generator=generator)
    return mean + torch.sqrt(added * variance_then / variance_now) * fresh


def euler(noisy, now, then, denoise, schedule, generator) -> Tensor:
    """Follow the direction of the path at `now` until `then`.

    Source: Karras et al. 2022, section 3, as the simplest solver. Taught in lesson 12.
    """
    return noisy + (then - now) * _direction(noisy, now, denoise, schedule)


def heun(noisy, now, then, denoise, schedule, generator) -> Tensor:
    """Follow the mean of the directions at both ends of the step; it asks the network twice.

    Source: Karras et al. 2022, algorithm 1. Taught in lesson 12.
    """
    first = _direction(noisy, now, denoise, schedule)
    there = noisy + (then - now) * first
    if then == 0:  # where there is no noise left to tell from the clip
        return there
    return noisy + (then - now) * (first + _direction(there, then, denoise, schedule)) / 2


def _direction(noisy: Tensor, time: Tensor, denoise: Denoiser, schedule: Schedule) -> Tensor:
    """Return how a mixture moves with time when its clip and its noise stay what they are."""
    parts = denoise(noisy, time)
    return schedule.signal_slope(time) * parts.clip + schedule.noise_slope(time) * parts.epsilon


SAMPLERS: dict[str, Sampler] = {"ddpm": ddpm, "ddim": ddim, "euler": euler, "heun": heun}


def find_sampler(name: str) -> Sampler:
    """Return the sampler of a name.

    Raises:
        UserError: there is none of this name.
    """
    if name not in SAMPLERS:
        raise UserError(f"there is no sampler {name!r}; {suggest(name, SAMPLERS)}")
    return SAMPLERS[name]


def time_steps(n_steps: int) -> Tensor:
    """Return the times of a sampler, from the latest to 0: (n_steps + 1,), equally far apart.

    Raises:
        UserError: no step.
    """
    if n_steps < 1:
        raise UserError(f"n_steps is {n_steps}; a sampler needs at least 1")
    return torch.linspace(LATEST, 0.0, n_steps + 1)


@torch.no_grad()
def draw(
    denoise: Denoiser,
    start: Tensor,
    schedule: Schedule,
    *,
    n_steps: int = 16,
    sampler: str = "ddim",
    generator: torch.Generator | None = None,
    watch: Callable[[Tensor, Tensor], None] | None = None,
) -> Tensor:
    """Turn noise into clips.

    Args:
        denoise: tells a noisy clip and its noise apart.
        start: (B, ...) noise.
        schedule: that the network was trained on.
        n_steps: more are slower and, up to a point, better.
        sampler: a name in `SAMPLERS`.
        generator: for what a sampler draws on its way; None: seeded with 0.
        watch: called with the time and the clips after each step.

    Returns:
        (B, ...) clips.

    Raises:
        UserError: no step, or no such sampler.

    Taught in lesson 12.
    """
    step, times = find_sampler(sampler), time_steps(n_steps)
    generator = generator or torch.Generator().manual_seed(0)
    noisy = start
    for now, then in zip(times[:-1], times[1:], strict=True):
        noisy = step(noisy, now, then, denoise, schedule, generator)
        if watch:
            watch(then, noisy)
    return noisy
