"""Scores of the next token at each step: the state, the padding and the sliding window."""

import math
from collections.abc import Sequence

import torch

from refimpl.backbones import Backbone, Where
from refimpl.generation.prompts import Prompts
from refimpl.generation.sampling import GenerationError
from refimpl.vocabulary import CAUSAL, PAD, PREFIX


class Decoding:
    """A batch of sequences that grow by one token at a time. Taught in lesson 7.

    A token is a row of the model's, with as many numbers as it has columns. Prompts of different
    lengths are padded at their left, so that all sequences grow at the same place. When the
    context is full, the window slides: the model forgets everything but the last half of the
    context, and reads that half again, from position 0. (The more it keeps, the more often it has
    to read again; with half it reads once per half a context.)

    Args:
        model: any backbone, in evaluation mode.
        prompts: of B sequences. With given positions, the window cannot slide.
        max_tokens: the most tokens to add.
        pad: the id that pads shorter prompts.
        use_cache: False reads the whole window again for every token: slower, the same scores.

    Attributes:
        ids: `(B, longest prompt + max_tokens)`, or `(B, …, n_columns)`; filled up to `length`.
        length: number of tokens filled in.
    """

    def __init__(
        self,
        model: Backbone,
        prompts: Prompts,
        max_tokens: int,
        *,
        pad: int,
        use_cache: bool = True,
    ):
        self.model = model
        device, n_rows = model.embedding.weight.device, len(prompts.tokens)
        lengths = [len(tokens) for tokens in prompts.tokens]
        self.length, self.start, self.seen = prompts.longest, 0, 0
        self.capacity = min(model.context_length or math.inf, self.length + max_tokens)
        if any(prompts.n_prefix):
            _check_prefix(model, self.length, self.capacity)
        columns = prompts.tokens[0].shape[1:]  # none, or their number
        shape = (n_rows, self.length + max_tokens, *columns)
        self.ids = torch.full(shape, pad, device=device)
        for row, tokens in enumerate(prompts.tokens):
            self.ids[row, self.length - len(tokens) : self.length] = tokens
        self.n_pad = torch.tensor([self.length - length for length in lengths], device=device)
        self.prefix_end = self.n_pad + torch.tensor(prompts.n_prefix, device=device)
        self.positions = self._counted()
        if prompts.position_ids is not None:
            self._place(prompts.position_ids)
        same_length = len(set(lengths)) == 1
        self.plain = same_length and not any(prompts.n_prefix) and prompts.position_ids is None
        self.state = model.start(n_rows, self.capacity) if use_cache else None

    def append(self, tokens: torch.Tensor) -> None:
        """Add one token to every sequence, `(B, n_columns)`."""
        self.ids[:, self.length] = tokens.view(self.ids[:, 0].shape)
        self.length += 1

    def logits(self) -> torch.Tensor:
        """Scores of the token after the last, `(B, [n_columns,] vocabulary_size)` float32."""
        if self.length - self.start > self.capacity:
            self._slide()
        first = self.start if self.state is None else self.seen
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
        """Positions 0, 1, 2, … from the end of each row's padding on, `(B, ids.shape[1])`."""
        places = torch.arange(self.ids.shape[1], device=self.ids.device)[None]
        return (places - self.n_pad[:, None]).clamp(min=0)

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
        """The masks and positions of the tokens from `first` on, each `(B, T)`."""
        places = torch.arange(first, self.length, device=self.ids.device)[None]
        real = places >= self.n_pad[:, None]
        mask = torch.where(places < self.prefix_end[:, None], PREFIX, CAUSAL)
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
