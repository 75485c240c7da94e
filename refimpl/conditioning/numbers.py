"""A conditioner for a fact that is a number, such as a tempo or a loudness."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from refimpl.conditioning.conditioner import Metadata
from refimpl.errors import UserError


class NumberConditioner(nn.Module):
    """One vector for each clip, between those of the two nearest trained points.

    So a tempo of 101 says nearly what one of 100 says, though no clip of the training had it. A
    clip without the fact has no vector.

    Args:
        fact: its name in `Metadata.facts`.
        low, high: the smallest and the largest value.
        hidden_size: of the vectors.
        n_points: trained vectors, evenly spread from `low` to `high`.
        seed: of their initial values.

    Raises:
        UserError: a range that is empty or not finite, or fewer than two points.
    """

    def __init__(
        self,
        fact: str,
        low: float,
        high: float,
        hidden_size: int,
        *,
        n_points: int = 16,
        seed: int = 0,
    ) -> None:
        super().__init__()
        if not (math.isfinite(low) and math.isfinite(high) and low < high) or n_points < 2:
            raise UserError(
                f"{fact} from {low} to {high} in {n_points} points; give a range, lower end first, "
                "and at least 2 points"
            )
        self.fact, self.low, self.high, self.n_points = fact, low, high, n_points
        generator = torch.Generator().manual_seed(seed)
        self.vectors = nn.Embedding(n_points, hidden_size)
        nn.init.normal_(self.vectors.weight, generator=generator)

    def encode(self, clips: Sequence[Metadata]) -> tuple[Tensor, Tensor]:
        """Return vectors `(B, 1, hidden_size)` and mask `(B, 1)`.

        Raises:
            UserError: a value that is no number, or outside the range.
        """
        device = self.vectors.weight.device
        places = torch.tensor([[self._place(clip)] for clip in clips], device=device)  # (B, 1)
        known = places >= 0
        lower = places.clamp(0, self.n_points - 2).floor().long()
        share = (places.clamp(min=0) - lower)[..., None]  # of the upper point
        vectors = (1 - share) * self.vectors(lower) + share * self.vectors(lower + 1)
        return vectors, known

    def _place(self, clip: Metadata) -> float:
        """Where the value is among the points, from 0 to n_points - 1; -1 without a value."""
        value = clip.facts.get(self.fact)
        if value is None:
            return -1.0
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise UserError(f"{self.fact} is {value!r}; give a number")
        if not self.low <= value <= self.high:
            raise UserError(
                f"{self.fact} is {value:g}; this conditioner knows {self.low:g} to {self.high:g}"
            )
        return (value - self.low) / (self.high - self.low) * (self.n_points - 1)
