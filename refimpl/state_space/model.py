"""The state-space model: recurrence and feed-forward network, block after block.

Taught in lesson 10.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from refimpl.backbones.backbone import Backbone, Where
from refimpl.state_space.config import StateSpaceConfig
from refimpl.state_space.recurrence import GatedRecurrence
from refimpl.transformer.masks import resolve_segments


class RecurrentState:
    """What the model remembers: one vector per layer and sequence, however many tokens it has read.

    Attributes:
        hidden: `(n_layers, B, hidden_size)`.
        segment: `(B,)`, the segment of the last token; 0 before the first real one.
        length: number of tokens read.
    """

    def __init__(self, config: StateSpaceConfig, batch_size: int, like: torch.Tensor):
        self.hidden = like.new_zeros(config.n_layers, batch_size, config.hidden_size)
        self.segment = torch.ones(batch_size, dtype=torch.long, device=like.device)
        self.length = 0

    def reset(self) -> None:
        """Forget all tokens."""
        self.hidden = torch.zeros_like(self.hidden)
        self.segment = torch.ones_like(self.segment)
        self.length = 0


class StateSpaceBlock(nn.Module):
    """A recurrence, then a gated feed-forward network, each with a residual."""

    def __init__(self, config: StateSpaceConfig):
        super().__init__()
        width = config.hidden_size
        self.norm = nn.LayerNorm(width, bias=False)
        self.recurrence = GatedRecurrence(width)
        self.ffn_norm = nn.LayerNorm(width, bias=False)
        self.up = nn.Linear(width, 2 * config.ffn_hidden_size, bias=False)
        self.out = nn.Linear(config.ffn_hidden_size, width, bias=False)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self, x: torch.Tensor, begins: torch.Tensor, real: torch.Tensor, hidden: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Read some tokens; see `GatedRecurrence`."""
        mixed, hidden = self.recurrence(self.norm(x), begins, real, hidden)
        x = x + self.dropout(mixed)
        gate, value = self.up(self.ffn_norm(x)).chunk(2, dim=-1)
        return x + self.dropout(self.out(F.silu(gate) * value)), hidden


class StateSpace(Backbone):
    """A model that reads its tokens one after the other, and remembers in a state of fixed size.

    Training computes all tokens of a row at once (`scan`); generation keeps a `RecurrentState`, so
    a token costs the same wherever it stands, and there is no limit to the length. It reads in one
    direction only, and looks at no condition.

    Args:
        config: its shape.
        seed: of the initial weights; None draws them from torch's global generator.

    Source: De et al. 2024 (Griffin), sections 2 and 2.4, with the simplifications that
    `GatedRecurrence` names. Taught in lesson 10.
    """

    has_limit = False

    def build(self, config: StateSpaceConfig) -> None:
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(StateSpaceBlock(config) for _ in range(config.n_layers))
        self.norm = nn.LayerNorm(config.hidden_size, bias=False)

    def reset_parameters(self, seed: int | None = 0) -> None:
        super().reset_parameters(seed)
        for block in self.blocks:
            block.recurrence.reset_decay()

    def start(self, batch_size: int, capacity: int | None = None) -> RecurrentState:
        return RecurrentState(self.config, batch_size, self.embedding.weight)

    def mix(
        self,
        x: torch.Tensor,
        where: Where,
        state: RecurrentState | None = None,
        condition: tuple[torch.Tensor, torch.Tensor] | None = None,
    ) -> torch.Tensor:
        state = self.start(len(x)) if state is None else state
        if len(state.segment) != len(x):
            raise self.config.error(
                f"{len(x)} sequences do not fit a state of {len(state.segment)}; "
                "give start the size of the batch"
            )
        segments = resolve_segments(where.attention_mask, where.segment_ids)
        if segments is None:
            segments = torch.ones(x.shape[:2], dtype=torch.long, device=x.device)
        real = segments != 0
        before = torch.cat([state.segment[:, None], segments[:, :-1]], dim=1)
        # After padding there is nothing to forget: it has left the state as it was.
        begins = (segments != before) & (before != 0) & real
        x, states = self.dropout(x), []
        for block, hidden in zip(self.blocks, state.hidden, strict=True):
            x, hidden = block(x, begins, real, hidden)
            states.append(hidden.detach())
        state.hidden, state.segment = torch.stack(states), segments[:, -1]
        state.length += x.shape[1]
        return self.norm(x)
