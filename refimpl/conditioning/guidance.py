"""Guidance: writing with more of a condition's help than the model learned to take."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from refimpl.backbones import Backbone, State, Where
from refimpl.errors import UserError

Condition = tuple[Tensor, Tensor]  # vectors (B, S, hidden_size) and mask (B, S)


class Guided(nn.Module):
    """A backbone with fixed conditions, for `generate`, which calls it like any backbone.

        generate(Guided(model.backbone, model.conditioner.encode(clips), scale=3.0), vocabulary, …)

    Every token is scored with the condition and without. The scores are moved from those without
    to those with it, and with a scale above 1 beyond them. 0 ignores the condition.

    Of several conditions, each has its own scale, and the moves are added: free + sum of
    scale * (given - free). A negative condition takes the place of "without": the scores move away
    from what it asks for.

    Args:
        backbone: trained with conditions, some of them dropped.
        condition: vectors `(B, S, hidden_size)` and mask `(B, S)`, one row for each sequence; or
            a list of such conditions, each of which was also trained alone.
        scale: the strength of the guidance; for a list, one for each.
        negative: a condition of what is not wanted; None for no condition.

    Raises:
        UserError: another number of scales than conditions, or conditions of other numbers of rows.

    Source: Ho and Salimans 2022, equation 6, whose w is scale - 1; Brooks et al. 2023, section
    3.2.1, for a scale for each of several conditions (there one inside the other, here side by
    side); Copet et al. 2023 use a scale of 3 for music.
    """

    def __init__(
        self,
        backbone: Backbone,
        condition: Condition | Sequence[Condition],
        *,
        scale: float | Sequence[float] = 1.0,
        negative: Condition | None = None,
    ) -> None:
        super().__init__()
        several = isinstance(condition, list)
        conditions = list(condition) if several else [condition]
        self.scales = [*scale] if isinstance(scale, Sequence) else [scale] * len(conditions)
        if len(self.scales) != len(conditions) or not conditions:
            raise UserError(
                f"{len(conditions)} conditions and {len(self.scales)} scales; give one for each"
            )
        vectors, mask = conditions[0]
        conditions.append((vectors, torch.zeros_like(mask)) if negative is None else negative)
        numbers = [len(mask) for _, mask in conditions]
        if len(set(numbers)) > 1:
            raise UserError(f"conditions of {numbers} rows; give one for each sequence")
        self.backbone, self.n_sequences = backbone, numbers[0]
        # One condition after the other; the last rows are what the scores move away from.
        self.condition = _stacked(conditions)
        self.config, self.embedding = backbone.config, backbone.embedding
        self.context_length = backbone.context_length
        self.reads_both_ways = backbone.reads_both_ways
        self.train(backbone.training)  # `generate` leaves a model in the mode that it finds

    def start(self, batch_size: int, capacity: int | None = None) -> State:
        """Return the backbone's state for the sequences with each condition and without.

        Raises:
            UserError: another number of sequences than conditions.
        """
        self._check(batch_size)
        return self.backbone.start((len(self.scales) + 1) * batch_size, capacity)

    def hidden_states(
        self,
        input_ids: Tensor,
        where: Where = Where(),  # noqa: B008 - immutable
        state: State | None = None,
    ) -> Tensor:
        """Return what `scores` takes: all kinds of hidden states, `(B, T, n * hidden_size)`."""
        self._check(len(input_ids))
        n = len(self.scales) + 1
        each = [None if array is None else torch.cat([array] * n) for array in where]
        ids = torch.cat([input_ids] * n)
        hidden = self.backbone.hidden_states(ids, Where(*each), state, self.condition)
        return torch.cat(hidden.chunk(n), dim=-1)

    def scores(self, hidden: Tensor) -> Tensor:
        """Return the guided scores, of the shape of the backbone's."""
        kinds = hidden.chunk(len(self.scales) + 1, dim=-1)
        *given, free = (self.backbone.scores(kind) for kind in kinds)
        moves = zip(self.scales, given, strict=True)
        return free + sum(scale * (one - free) for scale, one in moves)

    def _check(self, n_sequences: int) -> None:
        if n_sequences != self.n_sequences:
            raise UserError(
                f"there are {n_sequences} sequences to write and {self.n_sequences} conditions; "
                "give one condition for each sequence"
            )


def _stacked(conditions: Sequence[Condition]) -> Condition:
    """Stack conditions as rows; the shorter ones are filled with what says nothing."""
    longest = max(mask.shape[1] for _, mask in conditions)
    vectors = [nn.functional.pad(v, (0, 0, 0, longest - v.shape[1])) for v, _ in conditions]
    masks = [nn.functional.pad(m, (0, longest - m.shape[1])) for _, m in conditions]
    return torch.cat(vectors), torch.cat(masks)
