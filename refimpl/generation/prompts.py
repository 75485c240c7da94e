"""The prompts of a batch: checked, one for each sequence, with their prefixes and positions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from refimpl.generation.options import GenerationOptions
from refimpl.generation.sampling import GenerationError
from refimpl.vocabulary import Vocabulary


@dataclass(frozen=True, eq=False)
class Prompts:
    """The beginnings of a batch's sequences.

    Attributes:
        tokens: of each, `(n_tokens,)` or `(n_tokens, n_columns)` int64.
        n_prefix: how many of each attend in both directions.
        position_ids: of each, `(n_tokens,)`; None counts from 0.
    """

    tokens: list[torch.Tensor]
    n_prefix: list[int]
    position_ids: list[torch.Tensor] | None

    @classmethod
    def of(cls, options: GenerationOptions, vocabulary: Vocabulary, n_columns: int) -> "Prompts":
        """Make the prompts that options ask for.

        Raises:
            GenerationError: tokens, lengths or positions that do not fit.
        """
        tokens = [_as_tokens(ids, vocabulary, n_columns) for ids in _listed(options, vocabulary)]
        return cls(
            tokens,
            _as_prefix_lengths(options.n_prefix, tokens),
            _as_positions(options.position_ids, tokens),
        )

    @property
    def longest(self) -> int:
        """Tokens of the longest prompt."""
        return max(map(len, self.tokens))


def _listed(options: GenerationOptions, vocabulary: Vocabulary) -> Sequence:
    prompt, batch_size = options.prompt, options.batch_size
    if prompt is None:
        prompt = np.array([vocabulary.start])
    if not isinstance(prompt, (list, tuple)) or not prompt or np.ndim(prompt[0]) == 0:
        return [prompt] * batch_size
    if batch_size not in (1, len(prompt)):
        raise GenerationError(
            f"{len(prompt)} prompts and batch_size {batch_size}; leave batch_size out, "
            "every prompt of a list gives one sequence"
        )
    return prompt


def _as_tokens(ids, vocabulary: Vocabulary, n_columns: int) -> torch.Tensor:
    ids = np.asarray(ids)
    if n_columns > 1 and ids.shape == (1,):  # <|START|> in every column
        ids = ids[:, None].repeat(n_columns, axis=1)
    shape = () if n_columns == 1 else (n_columns,)
    if ids.ndim < 1 or ids.shape[1:] != shape or ids.size == 0 or ids.dtype.kind not in "iu":
        needed = "in one row" if n_columns == 1 else f"of shape (n_tokens, {n_columns})"
        raise GenerationError(
            f"a prompt of shape {ids.shape} and type {ids.dtype}; give at least one token id, "
            f"as integers {needed}"
        )
    if ids.min() < 0 or ids.max() >= vocabulary.size:
        raise GenerationError(
            f"the prompt has ids from {ids.min()} to {ids.max()}; the vocabulary has "
            f"0 to {vocabulary.size - 1}"
        )
    return torch.from_numpy(ids.astype(np.int64))


def _as_prefix_lengths(n_prefix, prompts: list[torch.Tensor]) -> list[int]:
    lengths = [n_prefix] * len(prompts) if np.ndim(n_prefix) == 0 else list(n_prefix)
    if len(lengths) != len(prompts) or any(
        not 0 <= length <= len(prompt) for length, prompt in zip(lengths, prompts, strict=False)
    ):
        raise GenerationError(
            f"n_prefix {n_prefix} does not fit prompts of {[len(p) for p in prompts]} tokens; "
            "give one number for all or one for each, none longer than its prompt"
        )
    return [int(length) for length in lengths]


def _as_positions(position_ids, prompts: list[torch.Tensor]) -> list[torch.Tensor] | None:
    """One tensor for each prompt, of its length."""
    if position_ids is None:
        return None
    if np.ndim(position_ids[0]) == 0:
        position_ids = [position_ids] * len(prompts)
    places = [torch.from_numpy(np.asarray(ids, dtype=np.int64)) for ids in position_ids]
    lengths, needed = [tuple(ids.shape) for ids in places], [(len(p),) for p in prompts]
    if lengths != needed or min(int(ids.min()) for ids in places) < 0:
        raise GenerationError(
            f"position_ids of shapes {lengths} for prompts of shapes {needed}; give one position, "
            "0 or more, for each token of each prompt"
        )
    return places
