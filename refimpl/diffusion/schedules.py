"""Noise schedules: how much of a clip and how much noise there is at each moment of the diffusion.

    x_t = signal(t) * x + noise(t) * epsilon,        t from 0 (the clip) to 1 (noise alone)

Every schedule is a pair of curves, and nothing else of a diffusion model depends on which it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from refimpl.errors import UserError, suggest


@dataclass(frozen=True)
class Schedule:
    """A pair of curves over t in [0, 1].

    Attributes:
        name: in `SCHEDULES`.
        signal: the share of the clip, from 1 to 0 or nearly 0.
        noise: the share of the noise, from 0 to 1.
        signal_slope, noise_slope: how fast both change with time.

    Taught in lesson 12.
    """

    name: str
    signal: Callable[[Tensor], Tensor]
    noise: Callable[[Tensor], Tensor]
    signal_slope: Callable[[Tensor], Tensor]
    noise_slope: Callable[[Tensor], Tensor]

    def scales(self, times: Tensor, n_axes: int = 1) -> tuple[Tensor, Tensor]:
        """Return both shares at times (B,), with further axes of size 1 up to `n_axes`."""
        shape = (-1,) + (1,) * (n_axes - 1)
        return self.signal(times).reshape(shape), self.noise(times).reshape(shape)

    def log_snr(self, times: Tensor) -> Tensor:
        """Return the logarithm of the signal-to-noise ratio at times (B,), in nats.

        Source: Kingma et al. 2021, section 3.1. Taught in lesson 12.
        """
        signal, noise = self.scales(times)
        return 2 * (signal.log() - noise.log())

    def add_noise(self, clips: Tensor, epsilon: Tensor, times: Tensor) -> Tensor:
        """Return clips (B, ...) with noise of their shape, each as at its own time (B,).

        Source: Ho et al. 2020, equation 4. Taught in lesson 12.
        """
        signal, noise = self.scales(times, clips.ndim)
        return signal * clips + noise * epsilon

    def between(self, then: Tensor, now: Tensor) -> tuple[Tensor, Tensor]:
        """Return what happens to a clip from an earlier time to a later one.

        Args:
            then, now: of any one shape.

        Returns:
            The factor of the clip, and the variance of the noise that comes to it.

        Source: Kingma et al. 2021, appendix A.1. Taught in lesson 12.
        """
        ratio = self.signal(now) / self.signal(then)
        return ratio, self.noise(now) ** 2 - ratio**2 * self.noise(then) ** 2


# The limit of many small steps whose variances rise linearly, from .1 to 20 a unit of time.
LEAST, MOST = 0.1, 20.0


def _linear_signal(times: Tensor) -> Tensor:
    return torch.exp(-0.5 * (LEAST * times + 0.5 * (MOST - LEAST) * times**2))


def _linear_noise(times: Tensor) -> Tensor:
    return torch.sqrt(1 - _linear_signal(times) ** 2)


def _linear_signal_slope(times: Tensor) -> Tensor:
    return -0.5 * (LEAST + (MOST - LEAST) * times) * _linear_signal(times)


def _linear_noise_slope(times: Tensor) -> Tensor:
    return -_linear_signal(times) * _linear_signal_slope(times) / _linear_noise(times)


# Ho et al. 2020, section 4, whose 1,000 steps become a curve here.
LINEAR = Schedule(
    "linear", _linear_signal, _linear_noise, _linear_signal_slope, _linear_noise_slope
)
# Nichol and Dhariwal 2021, section 3.2, without its small offset.
COSINE = Schedule(
    "cosine",
    lambda times: torch.cos(math.pi / 2 * times),
    lambda times: torch.sin(math.pi / 2 * times),
    lambda times: -math.pi / 2 * torch.sin(math.pi / 2 * times),
    lambda times: math.pi / 2 * torch.cos(math.pi / 2 * times),
)
# Straight lines from clip to noise: Liu et al. 2023, section 2.1; Lipman et al. 2023.
STRAIGHT = Schedule(
    "straight",
    lambda times: 1 - times,
    lambda times: times,
    lambda times: -torch.ones_like(times),
    lambda times: torch.ones_like(times),
)

SCHEDULES = {schedule.name: schedule for schedule in (LINEAR, COSINE, STRAIGHT)}


def find_schedule(name: str) -> Schedule:
    """Return the schedule of a name.

    Raises:
        UserError: there is none of this name.
    """
    if name not in SCHEDULES:
        raise UserError(f"there is no schedule {name!r}; {suggest(name, SCHEDULES)}")
    return SCHEDULES[name]
