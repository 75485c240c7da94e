"""What the network predicts: the noise, the velocity or the flow. One formula holds them all.

A noisy clip and a prediction are two mixtures of the same two unknowns, clip and noise:

    x_t        = signal * x + noise * epsilon
    prediction =      a * x +     b * epsilon

Each parametrisation is a pair (a, b). Two equations give the two unknowns, so that every sampler
works with every parametrisation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from refimpl.errors import UserError, suggest


class Parts(NamedTuple):
    """What a noisy clip is a mixture of, as far as the network can tell; both (B, ...).

    Attributes:
        clip: x, the mean of all clips that the noisy one could have been.
        epsilon: the noise that goes with it.
    """

    clip: Tensor
    epsilon: Tensor


@dataclass(frozen=True)
class Parametrisation:
    """Which mixture of clip and noise a network predicts.

    Attributes:
        name: in `PARAMETRISATIONS`.
        mixture: gives a and b from the shares of signal and noise at a time.

    Taught in lesson 12.
    """

    name: str
    mixture: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]

    def target(self, clips: Tensor, epsilon: Tensor, signal: Tensor, noise: Tensor) -> Tensor:
        """Return what the network should predict for clips (B, ...) and noise of their shape."""
        a, b = self.mixture(signal, noise)
        return a * clips + b * epsilon

    def parts(self, prediction: Tensor, noisy: Tensor, signal: Tensor, noise: Tensor) -> Parts:
        """Solve both equations for the clip and the noise.

        Args:
            prediction: (B, ...) the network's.
            noisy: (B, ...) what it saw.
            signal, noise: the shares at its time, that fit the shape.
        """
        a, b = self.mixture(signal, noise)
        determinant = signal * b - noise * a
        clip = (b * noisy - noise * prediction) / determinant
        epsilon = (signal * prediction - a * noisy) / determinant
        return Parts(clip, epsilon)


# Ho et al. 2020, equation 14. Near t = 1 its determinant is the signal, which is nearly 0 there, so
# that the clip is a small difference divided by a small number.
NOISE = Parametrisation("noise", lambda signal, noise: (0 * signal, torch.ones_like(noise)))
# Salimans and Ho 2022, appendix D.
VELOCITY = Parametrisation("velocity", lambda signal, noise: (-noise, signal))
# Liu et al. 2023, equation 1: the direction of the straight line from the clip to the noise.
FLOW = Parametrisation("flow", lambda signal, noise: (-torch.ones_like(signal), 0 * noise + 1))

PARAMETRISATIONS = {one.name: one for one in (NOISE, VELOCITY, FLOW)}


def find_parametrisation(name: str) -> Parametrisation:
    """Return the parametrisation of a name.

    Raises:
        UserError: there is none of this name.
    """
    if name not in PARAMETRISATIONS:
        raise UserError(f"there is no parametrisation {name!r}; {suggest(name, PARAMETRISATIONS)}")
    return PARAMETRISATIONS[name]
