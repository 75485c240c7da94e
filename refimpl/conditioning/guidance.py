"""Guidance: writing with more of a condition's help than the model learned to take."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from refimpl.backbones import Backbone, State, Where
from refimpl.errors import UserError


class Guided(nn.Module):
    """A backbone with a fixed condition, for `generate`, which calls it like any backbone.

        generate(Guided(model.backbone, model.conditioner.encode(clips), scale=3.0), vocabulary, …)

    Every token is scored twice, with the condition and without. The scores are moved from those
    without to those with it, and with a scale above 1 beyond them. 0 ignores the condition.

    Args:
        backbone: trained with conditions, some of them dropped.
        condition: vectors `(B, S, hidden_size)` and mask `(B, S)`, one row a sequence to write.
        scale: the strength of the guidance.

    Source: Ho and Salimans 2022, equation 6, whose w is scale - 1; Copet et al. 2023 use a scale of
    3 for music.
    """

    def __init__(
        self, backbone: Backbone, condition: tuple[Tensor, Tensor], *, scale: float = 1.0
    ) -> None:
        super().__init__()
        self.backbone, self.scale = backbone, scale
        vectors, mask = condition
        # The second half of the rows goes without.
        self.condition = torch.cat([vectors, vectors]), torch.cat([mask, torch.zeros_like(mask)])
        self.config, self.embedding = backbone.config, backbone.embedding
        self.context_length = backbone.context_length
        self.reads_both_ways = backbone.reads_both_ways

    def start(self, batch_size: int, capacity: int | None = None) -> State:
        """Return the backbone's state for twice the sequences.

        Raises:
            UserError: another number of sequences than conditions.
        """
        self._check(batch_size)
        return self.backbone.start(2 * batch_size, capacity)

    def hidden_states(
        self,
        input_ids: Tensor,
        where: Where = Where(),  # noqa: B008 - immutable
        state: State | None = None,
    ) -> Tensor:
        """Return what `scores` takes: both kinds of hidden states, `(B, T, 2 * hidden_size)`."""
        self._check(len(input_ids))
        twice = [None if array is None else torch.cat([array, array]) for array in where]
        both = torch.cat([input_ids, input_ids])
        hidden = self.backbone.hidden_states(both, Where(*twice), state, self.condition)
        return torch.cat(hidden.chunk(2), dim=-1)

    def scores(self, hidden: Tensor) -> Tensor:
        """Return the guided scores, of the shape of the backbone's."""
        given, free = (self.backbone.scores(half) for half in hidden.chunk(2, dim=-1))
        return free + self.scale * (given - free)

    def _check(self, n_sequences: int) -> None:
        n_conditions = len(self.condition[1]) // 2
        if n_sequences != n_conditions:
            raise UserError(
                f"there are {n_sequences} sequences to write and {n_conditions} conditions; give"
                " one condition for each sequence"
            )
