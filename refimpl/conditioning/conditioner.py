"""The interface of a conditioner, and a model that is trained with one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from refimpl.backbones import Backbone
from refimpl.errors import UserError


@dataclass(frozen=True)
class Metadata:
    """The caption and the facts of a clip. Anything with these two attributes will do.

    Attributes:
        caption: the clip in words; empty where there are none.
        facts: by name, such as {"key": "G major", "tempo": 100.0}.
    """

    caption: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


class Conditioner(Protocol):
    """Turns the metadata of clips into vectors that cross-attention looks at.

    One with weights to train is an `nn.Module`.
    """

    def encode(self, clips: Sequence[Metadata]) -> tuple[Tensor, Tensor]:
        """Return vectors and their mask.

        Args:
            clips: B of them.

        Returns:
            `(B, S, hidden_size)` float32, and `(B, S)` bool, false for padding. S is the same for
            all clips of a call, and 1 or more; a row without a true entry says nothing.
        """


class Conditioned(nn.Module):
    """A backbone and the conditioner that it listens to, trained together.

    Args:
        backbone: built with cross-attention.
        conditioner: gives vectors of the backbone's `hidden_size`.
        drop_rate: the share of clips whose condition is withheld in training, so that the model
            also learns to write without one; guidance needs both.

    Source: Ho and Salimans 2022, section 3.2, for the dropping.
    """

    def __init__(
        self, backbone: Backbone, conditioner: Conditioner, *, drop_rate: float = 0.1
    ) -> None:
        super().__init__()
        if not 0 <= drop_rate <= 1:
            raise UserError(f"drop_rate is {drop_rate}; give a share from 0 to 1")
        self.config = backbone.config
        self.backbone, self.conditioner, self.drop_rate = backbone, conditioner, drop_rate

    def forward(self, clips: Sequence[Metadata], **batch: Any) -> Tensor:
        """Call the backbone with the clips' conditions; the other arguments are the backbone's."""
        vectors, mask = self.conditioner.encode(clips)
        if self.training:
            kept = torch.rand(len(clips), device=mask.device) >= self.drop_rate
            mask = mask & kept[:, None]
        return self.backbone(**batch, condition=(vectors, mask))
