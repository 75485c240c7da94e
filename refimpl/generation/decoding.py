"""Scores of the next token at each step: the state, the padding and the sliding window."""

import math
from collections.abc import Sequence

import torch

from refimpl.backbones import Backbone, Where
from refimpl.generation.sampling import GenerationError
from refimpl.vocabulary import CAUSAL, PAD, PREFIX


class Decoding:
    """A batch of sequences that grow by one token at a time. Taught in lesson 7.

    Prompts of different lengths are padded at their left, so that all rows grow at the same
    column. When the context is full, the window slides: the model forgets everything but the last
    half of the context, and reads that half again, from position 0. (The more it keeps, the more
    often it has to read again; with half it reads once per half a context.)

    Args:
        model: any backbone, in evaluation mode.
        prompts: B arrays of token ids, none empty.
        max_tokens: the most tokens to add.
        pad: the id that pads shorter prompts.
        n_prefix: the number of tokens at the start of each prompt that attend in both directions.
        position_ids: positions of each prompt's tokens, B arrays; new tokens count on from the
            last. None counts from 0. With given positions, the window cannot slide.
        use_cache: False reads the whole window again for every token: slower, the same scores.

    Attributes:
        ids: `(B, longest prompt + max_tokens)`; columns up to `length` are filled.
        length: number of columns filled.
    """

    def __init__(
        self,
        model: Backbone,
        prompts: Sequence[torch.Tensor],
        max_tokens: int,
        *,
        pad: int,
        n_prefix: Sequence[int] | None = None,
        position_ids: Sequence[torch.Tensor] | None = None,
        use_cache: bool = True,
    ):
        self.model, self.use_cache = model, use_cache
        weight = model.embedding.weight
        lengths = [len(prompt) for prompt in prompts]
        self.length, self.start, self.seen = max(lengths), 0, 0
        capacity = min(model.context_length or math.inf, self.length + max_tokens)
        if n_prefix is not None and any(n_prefix):
            _check_prefix(model, self.length, capacity)
        self.capacity = capacity
        self.ids = torch.full((len(prompts), self.length + max_tokens), pad, device=weight.device)
        self.n_pad = torch.tensor(
            [self.length - length for length in lengths], device=weight.device
        )
        self.prefix_end = self.n_pad + torch.tensor(
            [0] * len(prompts) if n_prefix is None else list(n_prefix), device=weight.device
        )
        for row, prompt in enumerate(prompts):
            self.ids[row, self.length - len(prompt) : self.length] = torch.as_tensor(prompt)
        self.positions = self._counted()
        if position_ids is not None:
            self._place(position_ids)
        same_length = len(set(lengths)) == 1
        self.plain = same_length and not any(n_prefix or []) and position_ids is None
        self.state = model.start(len(prompts), capacity) if use_cache else None

    def append(self, ids: torch.Tensor) -> None:
        """Add one token to every row; `ids` is `(B,)`."""
        self.ids[:, self.length] = ids
        self.length += 1

    def logits(self) -> torch.Tensor:
        """Scores of the token after the last, `(B, vocabulary_size)` float32."""
        if self.length - self.start > self.capacity:
            self._slide()
        first = self.seen if self.use_cache else self.start
        hidden = self.model.hidden_states(
            self.ids[:, first : self.length],
            where=Where() if self.plain else self._where(first),
            state=self.state,
        )
        self.seen = self.length
        # Only the scores of the last position are needed, even for a long prompt.
        return self.model.scores(hidden[:, -1]).float()

    def _slide(self) -> None:
        """Forget all but the last half of a context."""
        self.start = self.seen = self.length - max(1, self.capacity // 2)
        if self.state is not None:
            self.state.reset()
        # Positions count from the new start, and padding that was left behind needs no mask.
        self.n_pad = (self.n_pad - self.start).clamp(min=0) + self.start
        self.positions = self._counted()
        self.prefix_end.zero_()
        self.plain = bool((self.n_pad == self.start).all())

    def _counted(self) -> torch.Tensor:
        """Positions 0, 1, 2, … from the end of each row's padding on, `(B, columns)`."""
        columns = torch.arange(self.ids.shape[1], device=self.ids.device)[None]
        return (columns - self.n_pad[:, None]).clamp(min=0)

    def _place(self, position_ids: Sequence[torch.Tensor]) -> None:
        """Set the positions of the prompts' tokens and of the new tokens after them.

        Raises:
            GenerationError: a position beyond the model's context.
        """
        n_new = self.ids.shape[1] - self.length
        for row, places in enumerate(position_ids):
            self.positions[row, self.length - len(places) : self.length] = places
            self.positions[row, self.length :] = places[-1] + 1 + torch.arange(n_new)
        # The last token written is never read, so it needs no position.
        last, context = int(self.positions[:, :-1].max()), self.model.context_length
        if context is not None and (last >= context or self.ids.shape[1] - 1 > self.capacity):
            raise GenerationError(
                f"{self.ids.shape[1]} tokens up to position {last} do not fit a context of "
                f"{context}; give a shorter prompt, or write fewer tokens"
            )

    def _where(self, first: int) -> Where:
        """The masks and positions of the columns from `first` on, each `(B, T)`."""
        columns = torch.arange(first, self.length, device=self.ids.device)[None]
        real = columns >= self.n_pad[:, None]
        mask = torch.where(columns < self.prefix_end[:, None], PREFIX, CAUSAL)
        return Where(
            attention_mask=torch.where(real, mask, PAD),
            position_ids=self.positions[:, first : self.length],
        )


def _check_prefix(model: Backbone, n_tokens: int, capacity: int) -> None:
    """Refuse a two-way prefix that a model cannot read, or only in part."""
    if not model.reads_both_ways:
        raise GenerationError(
            f"{type(model).__name__} reads in one direction only and cannot read a two-way prefix; "
            "leave n_prefix out, or use a transformer"
        )
    if n_tokens > capacity:
        raise GenerationError(
            f"a prompt of {n_tokens} tokens with a two-way prefix does not fit a context "
            f"of {capacity}; shorten it, or use a model with a larger context_length"
        )
