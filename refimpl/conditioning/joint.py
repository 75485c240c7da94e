"""Several conditions at once, each of them dropped for itself in training."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import torch
from torch import Tensor, nn

from refimpl.conditioning.conditioner import Conditioner, Metadata
from refimpl.errors import UserError, suggest


class JointConditioner(nn.Module):
    """The vectors of several conditioners side by side, for one cross-attention.

    In training, each part of a clip's condition is withheld at its own rate. So the model learns to
    follow any of them alone, which `Guided` needs for a scale for each.

    Args:
        parts: conditioners of one width, by name.
        drop_rates: the share of clips that a part is withheld from in training, by its name or
            one number for all.

    Raises:
        UserError: no parts, a rate of no part, or one that is no share.

    Source: Ho and Salimans 2022, section 3.2, for the dropping.
    """

    def __init__(
        self,
        parts: Mapping[str, Conditioner],
        *,
        drop_rates: float | Mapping[str, float] = 0.0,
    ) -> None:
        super().__init__()
        if not parts:
            raise UserError("no conditioners given; give at least one, by name")
        self.parts = dict(parts)
        # Those with weights belong to the model; a frozen one may be no module.
        self.trained = nn.ModuleDict({n: p for n, p in parts.items() if isinstance(p, nn.Module)})
        if not isinstance(drop_rates, Mapping):
            drop_rates = dict.fromkeys(parts, drop_rates)
        self._check(drop_rates)
        for name, rate in drop_rates.items():
            if not 0 <= rate <= 1:
                raise UserError(f"the drop rate of {name} is {rate}; give a share from 0 to 1")
        self.drop_rates = {name: drop_rates.get(name, 0.0) for name in parts}

    def encode(
        self, clips: Sequence[Metadata], *, only: Collection[str] | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return vectors `(B, S, hidden_size)` and mask `(B, S)`, S summed over the parts.

        Args:
            clips: B of them.
            only: the parts that say something; None for all. The others keep their places, so that
                conditions of different parts fit one another.

        Raises:
            UserError: there is no such part.
        """
        self._check(self.parts if only is None else only)
        vectors, masks = [], []
        for name, part in self.parts.items():
            some, mask = part.encode(clips)
            if only is not None and name not in only:
                mask = torch.zeros_like(mask)
            if self.training and self.drop_rates[name]:
                kept = torch.rand(len(clips), device=mask.device) >= self.drop_rates[name]
                mask = mask & kept[:, None]
            vectors.append(some)
            masks.append(mask)
        return torch.cat(vectors, dim=1), torch.cat(masks, dim=1)

    def _check(self, names: Collection[str]) -> None:
        for name in names:
            if name not in self.parts:
                raise UserError(f"there is no condition {name!r}; {suggest(name, self.parts)}")
