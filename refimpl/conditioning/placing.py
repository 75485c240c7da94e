"""Where a condition enters a model: in front of the tokens, or added to them.

Cross-attention lets every token look at the whole condition. A melody has a frame for each step, so
it can also be added step by step, or be read before the first token, as MusicGen does. Both work
with any backbone, also with one that has no cross-attention. They take the backbone's place in
`Conditioned` and in `Guided`.
"""

from __future__ import annotations

import dataclasses
from abc import abstractmethod

import torch
from torch import Tensor, nn

from refimpl.backbones import Backbone, State, Where
from refimpl.backbones.loss import token_loss
from refimpl.errors import UserError

_CAUSAL = 3  # in an attention mask


class Placed(nn.Module):
    """A backbone that takes its condition in another way than by cross-attention.

    Args:
        backbone: any; its own cross-attention is not used.
    """

    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.backbone = backbone
        self.config, self.embedding = backbone.config, backbone.embedding
        self.context_length = backbone.context_length
        self.reads_both_ways = backbone.reads_both_ways

    @abstractmethod
    def hidden_states(
        self,
        input_ids: Tensor,
        where: Where = Where(),  # noqa: B008 - immutable
        state: State | None = None,
        condition: tuple[Tensor, Tensor] | None = None,
    ) -> Tensor:
        """Return the head's input; the arguments are those of `Backbone.hidden_states`."""

    def start(self, batch_size: int, capacity: int | None = None) -> State:
        """Return the backbone's state."""
        return self.backbone.start(batch_size, capacity)

    def forward(
        self,
        input_ids: Tensor,
        label_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        segment_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        state: State | None = None,
        condition: tuple[Tensor, Tensor] | None = None,
    ) -> Tensor:
        """Logits, or with labels the loss; the arguments are those of `Backbone.forward`."""
        where = Where(attention_mask, segment_ids, position_ids)
        hidden = self.hidden_states(input_ids, where, state, condition)
        if label_ids is None:
            return self.scores(hidden)
        return token_loss(hidden, self.backbone.lm_head.weight, label_ids)

    def scores(self, hidden: Tensor) -> Tensor:
        """Return the backbone's scores."""
        return self.backbone.scores(hidden)

    def _check(self, input_ids: Tensor, condition: tuple[Tensor, Tensor]) -> Tensor:
        """Return a condition's vectors, zeros where its mask is false."""
        vectors, mask = condition
        rows, width = len(input_ids), self.config.hidden_size
        if vectors.dim() != 3 or (len(vectors), vectors.shape[2]) != (rows, width):
            raise UserError(
                f"a condition of shape {tuple(vectors.shape)} does not fit {rows} rows of width "
                f"{width}; give ({rows}, S, {width})"
            )
        return vectors * mask[..., None]


class Summed(Placed):
    """Adds frame t of a condition to the token from which row t is written.

    The condition has one vector for each step, such as a melody at a codec's step rate. Tokens
    beyond its end get nothing. A tune has to fit the context: where the window slides, the places
    in the condition would be lost.

    Args:
        backbone: any.
        rows_per_frame: rows of tokens that one vector is for, a layout's `rows_per_step`.

    Raises:
        UserError: `rows_per_frame` below 1.
    """

    def __init__(self, backbone: Backbone, *, rows_per_frame: int = 1) -> None:
        super().__init__(backbone)
        if rows_per_frame < 1:
            raise UserError(f"rows_per_frame is {rows_per_frame}; give 1 or more")
        self.rows_per_frame = rows_per_frame

    def hidden_states(self, input_ids, where=Where(), state=None, condition=None) -> Tensor:  # noqa: B008
        if condition is None:
            return self.backbone.hidden_states(input_ids, where, state)
        self.backbone._check(input_ids, where)
        frames = self._check(input_ids, condition)
        return self.backbone.mix(self._with_frames(input_ids, frames, where, state), where, state)

    def _with_frames(self, input_ids: Tensor, frames: Tensor, where: Where, state) -> Tensor:
        """Embed tokens, and add to each the frame (B, S, hidden_size) of its place."""
        n_rows, n_tokens = input_ids.shape[:2]
        places = where.position_ids
        if places is None:
            first = 0 if state is None else state.length
            places = torch.arange(first, first + n_tokens, device=input_ids.device)
            places = places.expand(n_rows, -1)
        numbers = places // self.rows_per_frame  # (B, T)
        inside = numbers < frames.shape[1]
        index = numbers.clamp(max=frames.shape[1] - 1)[..., None].expand(-1, -1, frames.shape[2])
        return self.backbone.embed(input_ids) + frames.gather(1, index) * inside[..., None]


class Prepended(Placed):
    """Reads a condition before the first token, as if it were the beginning of the row.

    Args:
        backbone: any; its context also holds the condition.
        n_vectors: of every condition: longer ones are cut, shorter ones filled with zeros.

    Raises:
        UserError: fewer than one vector, or no room left in the context.

    Source: Copet et al. 2023 (MusicGen), section 2.3, "melody conditioning".
    """

    def __init__(self, backbone: Backbone, n_vectors: int) -> None:
        super().__init__(backbone)
        room = self.config.context_length - n_vectors
        if n_vectors < 1 or room < 1:
            raise UserError(
                f"{n_vectors} vectors in a context of {self.config.context_length}; give at "
                "least 1 and leave room for tokens"
            )
        self.n_vectors = n_vectors
        self.config = dataclasses.replace(self.config, context_length=room)
        if self.context_length is not None:
            self.context_length = room

    def start(self, batch_size: int, capacity: int | None = None) -> State:
        """Return a state that has room for the condition too."""
        more = None if capacity is None else capacity + self.n_vectors
        return self.backbone.start(batch_size, more)

    def hidden_states(self, input_ids, where=Where(), state=None, condition=None) -> Tensor:  # noqa: B008
        x = self.backbone.embed(input_ids)
        begins = state is None or state.length == 0
        if begins:
            x = torch.cat([self._vectors(input_ids, condition, x), x], dim=1)
        where = self._where(where, begins)
        self.backbone._check(input_ids, Where())
        hidden = self.backbone.mix(x, where, state)
        return hidden[:, self.n_vectors :] if begins else hidden

    def _vectors(self, input_ids: Tensor, condition, x: Tensor) -> Tensor:
        """The vectors in front of the row, `(B, n_vectors, hidden_size)`."""
        if condition is None:
            return x.new_zeros(len(x), self.n_vectors, x.shape[2])
        vectors = self._check(input_ids, condition)[:, : self.n_vectors]
        return nn.functional.pad(vectors, (0, 0, 0, self.n_vectors - vectors.shape[1]))

    def _where(self, where: Where, begins: bool) -> Where:
        """Make room for the condition in masks, segments and positions."""
        mask, segments, positions = where
        n = self.n_vectors
        if segments is not None and bool((segments > 1).any()):
            raise UserError("rows of several tunes cannot have a condition in front; pack one each")
        if positions is not None:
            positions = positions + n
        if begins:
            if mask is not None:
                mask = torch.cat([mask.new_full((len(mask), n), _CAUSAL), mask], dim=1)
            if segments is not None:
                segments = torch.cat([segments.new_ones(len(segments), n), segments], dim=1)
            if positions is not None:
                front = torch.arange(n, device=positions.device).expand(len(positions), -1)
                positions = torch.cat([front, positions], dim=1)
        return Where(mask, segments, positions)
