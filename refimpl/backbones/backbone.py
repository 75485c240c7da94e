"""The interface of a backbone: what lies between the embedding of tokens and their scores.

A backbone mixes a row of vectors so that each knows what came before it. Attention does that, and
so does a recurrence. Everything around them is the same for both and is here: the embedding, the
head, the loss, the checks of the input. Training calls `forward` with labels. Generation calls
`start` once and then `hidden_states` with the state that it got, whatever that is.
"""

import math
from abc import abstractmethod
from typing import Any, ClassVar, NamedTuple, Protocol

import torch
from torch import nn

from refimpl.backbones.loss import token_loss
from refimpl.vocabulary import PREFIX


class State(Protocol):
    """What a backbone remembers of the tokens it has read: a cache, or a vector. Its own affair.

    Attributes:
        length: number of tokens read.
    """

    length: int

    def reset(self) -> None:
        """Forget all tokens, but keep the memory allocated."""


class Where(NamedTuple):
    """Where the tokens of a batch stand; each `(B, T)` int64 or None.

    Attributes:
        attention_mask: 0 padding, 1 prefix (bidirectional within its segment), 3 causal.
        segment_ids: 1, 2, … for the samples packed into a row, 0 for padding.
        position_ids: position of each token in its segment.
    """

    attention_mask: torch.Tensor | None = None
    segment_ids: torch.Tensor | None = None
    position_ids: torch.Tensor | None = None


class Backbone(nn.Module):
    """A language model whose layers a subclass builds and runs.

    Args:
        config: a configuration with at least `vocabulary_size`, `n_columns`, `hidden_size`,
            `n_layers`, `context_length`, `tied_weights`, `init_std` and `sample_positions`; its
            `error` is what invalid input raises.
        seed: of the initial weights; None draws them from torch's global generator.
    """

    reads_both_ways: ClassVar[bool] = False  # whether a prefix may see its own later tokens
    has_limit: ClassVar[bool] = True  # whether it can read no more than `context_length` tokens

    def __init__(self, config: Any, *, seed: int | None = 0):
        super().__init__()
        self.config = config
        width, n_tokens = config.hidden_size, config.n_columns * config.vocabulary_size
        self.embedding = nn.Embedding(n_tokens, width)  # column after column
        self.build(config)
        self.lm_head = nn.Linear(width, n_tokens, bias=False)
        self.reset_parameters(seed)
        if config.tied_weights:
            self.lm_head.weight = self.embedding.weight

    @abstractmethod
    def build(self, config: Any) -> None:
        """Make the layers."""

    @abstractmethod
    def start(self, batch_size: int, capacity: int | None = None) -> State:
        """Return the state of a backbone that has read nothing yet.

        Args:
            batch_size: number of sequences.
            capacity: the most tokens that will be read; by default the context.
        """

    @abstractmethod
    def mix(
        self,
        x: torch.Tensor,
        where: Where,
        state: State | None = None,
        condition: tuple[torch.Tensor, torch.Tensor] | None = None,
    ) -> torch.Tensor:
        """Let every token know what came before it, in its own row and segment alone.

        Args:
            x: `(B, T, hidden_size)` embedded tokens.
            where: their masks, segments and positions.
            state: of the tokens before them; it is moved on past these T tokens.
            condition: `(B, S, hidden_size)` vectors to look at and their mask `(B, S)`, or None.

        Returns:
            `(B, T, hidden_size)`, the head's input.
        """

    @property
    def context_length(self) -> int | None:
        """The most tokens that it can read at once; None where there is no such limit."""
        return self.config.context_length if self.has_limit else None

    @property
    def reads_conditions(self) -> bool:
        """Whether it can look at a condition."""
        return False

    def reset_parameters(self, seed: int | None = 0) -> None:
        """Initialise the weights at random.

        The default initialisation of an embedding has standard deviation 1; tied to the head it
        starts at a loss above 80 instead of ln(vocabulary size). The matrices that write
        to the residual stream get a standard deviation smaller by the square root of their number,
        so that the stream's variance does not grow with depth (Radford et al. 2019, section 2.3).
        """
        generator = None if seed is None else torch.Generator().manual_seed(seed)
        std = self.config.init_std
        residual_std = std / math.sqrt(2 * self.config.n_layers)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 1:
                nn.init.constant_(parameter, 0.0 if name.endswith("bias") else 1.0)
            else:
                writes = name.endswith("out.weight")
                nn.init.normal_(parameter, std=residual_std if writes else std, generator=generator)

    def forward(
        self,
        input_ids: torch.Tensor,
        label_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        segment_ids: torch.Tensor | None = None,
        position_ids: torch.Tensor | None = None,
        state: State | None = None,
        condition: tuple[torch.Tensor, torch.Tensor] | None = None,
    ) -> torch.Tensor:
        """Logits, or with labels the loss.

        Args:
            input_ids: `(B, T)` int64 tokens, or `(B, T, n_columns)` with several columns.
            label_ids: the target at each place (already shifted), of the same shape; -100 for none.
            attention_mask, segment_ids, position_ids: `(B, T)`, see `Where`.
            state: of earlier tokens; these are added to it.
            condition: see `mix`.

        Returns:
            `(B, T, vocabulary_size)` or `(B, T, n_columns, vocabulary_size)` logits, or the scalar
            mean loss in nats per token, over all columns.

        Raises:
            UserError: the configuration's `error`: more tokens than the context holds, arrays of
                other shapes, or a two-way prefix where the backbone cannot read one.
        """
        where = Where(attention_mask, segment_ids, position_ids)
        hidden = self.hidden_states(input_ids, where, state, condition)
        if label_ids is not None:
            if label_ids.shape != input_ids.shape:
                raise self.config.error(
                    f"label_ids has shape {tuple(label_ids.shape)} and input_ids "
                    f"{tuple(input_ids.shape)}; give both the same shape"
                )
            return token_loss(hidden, self.lm_head.weight, label_ids)
        return self.scores(hidden)

    def hidden_states(
        self,
        input_ids: torch.Tensor,
        where: Where = Where(),  # noqa: B008 - immutable
        state: State | None = None,
        condition: tuple[torch.Tensor, torch.Tensor] | None = None,
    ) -> torch.Tensor:
        """Return the head's input, `(B, T, hidden_size)`; the arguments are those of `forward`."""
        self._check(input_ids, where)
        if condition is not None:
            self._check_condition(len(input_ids), *condition)
        return self.mix(self.embed(input_ids), where, state, condition)

    def embed(self, input_ids: torch.Tensor) -> torch.Tensor:
        """Embed tokens, and sum the embeddings of all columns: `(B, T, hidden_size)`.

        Source: Copet et al. 2023 (MusicGen), section 2.3.
        """
        if self.config.n_columns == 1:
            return self.embedding(input_ids)
        first = torch.arange(self.config.n_columns, device=input_ids.device)
        return self.embedding(input_ids + first * self.config.vocabulary_size).sum(dim=-2)

    def scores(self, hidden: torch.Tensor) -> torch.Tensor:
        """Score the next token of every column, `(..., V)` or `(..., n_columns, V)`."""
        logits = self.lm_head(hidden)
        if self.config.n_columns == 1:
            return logits
        return logits.unflatten(-1, (self.config.n_columns, self.config.vocabulary_size))

    def _check(self, input_ids: torch.Tensor, where: Where) -> None:
        """Raise the configuration's error for invalid shapes or ids."""
        error, n_columns = self.config.error, self.config.n_columns
        if n_columns == 1 and input_ids.dim() != 2:
            raise error(f"input_ids has shape {tuple(input_ids.shape)}; give (batch, tokens)")
        if n_columns > 1 and (input_ids.dim() != 3 or input_ids.shape[2] != n_columns):
            raise error(
                f"input_ids has shape {tuple(input_ids.shape)}; give (batch, tokens, {n_columns})"
            )
        rows, context = input_ids.shape[:2], self.context_length
        if context is not None and rows[1] > context:
            raise error(
                f"{rows[1]} tokens do not fit a context of {context}; "
                f"give at most {context}, or a model with a larger context_length"
            )
        for name, array in where._asdict().items():
            if array is not None and array.shape != rows:
                raise error(
                    f"{name} has shape {tuple(array.shape)} and input_ids "
                    f"{tuple(input_ids.shape)}; give both the same shape"
                )
        if input_ids.device.type == "cpu":  # on a GPU the check would wait for the device
            self._check_values(input_ids, where)

    def _check_condition(self, n_rows: int, vectors: torch.Tensor, mask: torch.Tensor) -> None:
        """Raise the configuration's error for a condition that the backbone cannot read."""
        if not self.reads_conditions:
            raise self.config.error(
                f"this {type(self).__name__} cannot look at a condition; leave it out, or"
                " use a transformer with cross_attention=True"
            )
        shape = (n_rows, mask.shape[-1], self.config.hidden_size)
        if vectors.shape != shape or mask.shape != shape[:2]:
            raise self.config.error(
                f"a condition of shape {tuple(vectors.shape)} with a mask {tuple(mask.shape)} does"
                f" not fit {n_rows} rows of width {shape[2]}; give ({n_rows}, S, {shape[2]}) and"
                f" ({n_rows}, S)"
            )

    def _check_values(self, input_ids: torch.Tensor, where: Where) -> None:
        error = self.config.error
        _check_range(error, "input_ids", input_ids, self.config.vocabulary_size, "vocabulary")
        if self.context_length is not None:
            _check_range(error, "position_ids", where.position_ids, self.context_length, "context")
        mask = where.attention_mask
        if not self.reads_both_ways and mask is not None and bool((mask == PREFIX).any()):
            raise error(
                f"{type(self).__name__} reads in one direction only, and attention_mask asks for "
                "a prefix that it reads in both; mark those tokens as causal (3), or use a "
                "transformer"
            )


def _check_range(error, name: str, ids: torch.Tensor | None, size: int, what: str) -> None:
    if ids is None or ids.numel() == 0:
        return
    lowest, highest = (int(bound) for bound in ids.aminmax())
    if lowest < 0 or highest >= size:
        raise error(f"{name} go from {lowest} to {highest}; the {what} has 0 to {size - 1}")
