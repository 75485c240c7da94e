"""A conditioner for one fact of a clip, such as its key: a trained vector for each value."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import torch
from torch import Tensor, nn

from refimpl.conditioning.conditioner import Metadata
from refimpl.errors import UserError


class FactConditioner(nn.Module):
    """One vector for each clip, looked up by the value of a fact. A clip without the fact has none.

    Args:
        fact: its name in `Metadata.facts`.
        values: everything that it can be.
        hidden_size: of the vectors.
        seed: of their initial values.

    Raises:
        UserError: no values, or one twice.
    """

    def __init__(
        self, fact: str, values: Sequence[Hashable], hidden_size: int, *, seed: int = 0
    ) -> None:
        super().__init__()
        self.fact, self.numbers = fact, {value: i for i, value in enumerate(values)}
        if not values or len(self.numbers) != len(values):
            raise UserError(f"the fact {fact!r} needs values that differ, not {list(values)}")
        generator = torch.Generator().manual_seed(seed)
        self.vectors = nn.Embedding(len(values), hidden_size)
        nn.init.normal_(self.vectors.weight, generator=generator)

    def encode(self, clips: Sequence[Metadata]) -> tuple[Tensor, Tensor]:
        """Return vectors `(B, 1, hidden_size)` and mask `(B, 1)`.

        Raises:
            UserError: a value that is not among those of the conditioner.
        """
        numbers = torch.tensor([[self._number(clip)] for clip in clips])
        numbers = numbers.to(self.vectors.weight.device)
        return self.vectors(numbers.clamp(min=0)), numbers >= 0

    def _number(self, clip: Metadata) -> int:
        if self.fact not in clip.facts:
            return -1
        value = clip.facts[self.fact]
        if value not in self.numbers:
            known = ", ".join(map(str, self.numbers))
            raise UserError(f"{self.fact} is {value!r}; this conditioner knows {known}")
        return self.numbers[value]
