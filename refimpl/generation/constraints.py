"""The tokens that may come next, as the layout says, and <|END|> after a whole step."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch

from refimpl.generation.sampling import GenerationError
from refimpl.vocabulary import Vocabulary


class Rules(Protocol):
    """A layout, or any other rules for the tokens that may come; see `Layout.allowed`."""

    n_columns: int

    def end_of(self, n_steps: int) -> int:
        """Return the position of the end after `n_steps` steps."""

    def allowed(self, position: int, end: int | None = None) -> np.ndarray:
        """Return `(n_columns, vocabulary.size)` bool."""


class CycleRules:
    """Rules that repeat with every few codes, for a model of one column.

    Args:
        vocabulary: of the tokens.
        allowed: `(cycle, vocabulary.size)` bool, or `(vocabulary.size,)` for a cycle of one.

    Raises:
        GenerationError: a mask of another shape, or one that leaves nothing to come.
    """

    n_columns = 1

    def __init__(self, vocabulary: Vocabulary, allowed: np.ndarray):
        allowed = np.asarray(allowed, dtype=bool)
        self.mask = allowed[None] if allowed.ndim == 1 else allowed
        if self.mask.ndim != 2 or self.mask.shape[1] != vocabulary.size:
            raise GenerationError(
                f"the mask of allowed tokens has shape {allowed.shape}; "
                f"give (cycle, {vocabulary.size})"
            )
        if not np.delete(self.mask, vocabulary.end, axis=1).any(axis=1).all():
            raise GenerationError(
                "the mask of allowed tokens leaves nothing but <|END|> at some place; allow a code"
            )

    def end_of(self, n_steps: int) -> int:
        """Return how many codes `n_steps` cycles have."""
        return n_steps * len(self.mask)

    def allowed(self, position: int, end: int | None = None) -> np.ndarray:
        """Return the mask of a position, `(1, vocabulary.size)`."""
        return self.mask[position % len(self.mask), None]


class TokenConstraint:
    """Rules out forbidden tokens, sequence by sequence.

    In one column, a sequence's position advances with every code, so that special tokens between
    steps do not shift it. In several columns it advances with every row from column 0's first code
    on: a layout may leave gaps between codes.

    Args:
        vocabulary: the model's.
        rules: a layout, or something else that knows what is allowed.
        prompts: of each sequence, `(n_tokens,)` or `(n_tokens, n_columns)`.
        max_tokens: the most tokens that will be added to each. Column 0 of a layout ends early
            enough for the other columns to end in time.
        device: of the scores.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        rules: Rules,
        prompts: Sequence[torch.Tensor],
        max_tokens: int,
        device: torch.device | str = "cpu",
    ):
        self.vocabulary, self.rules, self.device = vocabulary, rules, device
        self.positions: list[int] = []
        self.ends: list[int | None] = []
        for prompt in prompts:
            first = prompt.reshape(len(prompt), -1)[:, 0].numpy()
            if rules.n_columns == 1:  # there is nothing that an end decides
                self.ends.append(None)
                self.positions.append(int((first < vocabulary.n_codes).sum()))
                continue
            begun = np.flatnonzero((first < vocabulary.n_codes) | (first == vocabulary.end))
            first = first[begun[0] :] if len(begun) else first[:0]
            ends = np.flatnonzero(first == vocabulary.end)
            self.ends.append(int(ends[0]) if len(ends) else None)
            self.positions.append(len(first))
        self.last_ends: list[int | None] = [None] * len(prompts)
        if rules.n_columns > 1:
            self.last_ends = [
                rules.end_of(rules.n_steps(position + max_tokens)) for position in self.positions
            ]
        # In one column the same rules come again with every step; no need to ask for them again.
        self.cycle = rules.end_of(1) if rules.n_columns == 1 else None
        self._biases: dict[tuple, torch.Tensor] = {}

    def apply(self, logits: torch.Tensor, *, may_end: bool) -> torch.Tensor:
        """`(B, n_columns, V)` scores with -inf for forbidden tokens; <|END|> only if `may_end`."""
        keys = [
            (
                position % self.cycle if self.cycle and end is None else position,
                end,
                may_end,
                end is None and position == last,
            )
            for position, end, last in zip(self.positions, self.ends, self.last_ends, strict=True)
        ]
        if len(set(keys)) == 1:
            return logits + self._bias(*keys[0])
        return logits + torch.stack([self._bias(*key) for key in keys])

    def _bias(self, position: int, end: int | None, may_end: bool, must_end: bool) -> torch.Tensor:
        """`(n_columns, V)`: 0 for tokens that may come and -inf for others."""
        key = position, end, may_end, must_end
        if key not in self._biases:
            allowed = self.rules.allowed(position, end).copy()
            if must_end:
                allowed[0] = np.arange(self.vocabulary.size) == self.vocabulary.end
            elif end is None and not may_end:
                allowed[0, self.vocabulary.end] = False
            bias = np.where(allowed, np.float32(0), np.float32("-inf"))
            self._biases[key] = torch.from_numpy(bias).to(self.device)
        return self._biases[key]

    def settle(self, rows: list[list[int]]) -> list[list[int]]:
        """Record the rows that were drawn, `(B, n_columns)`, and return them as they are kept.

        Where column 0 ends, the columns that end together with it have no choice any more,
        whatever was drawn for them.
        """
        kept = []
        for i, row in enumerate(rows):
            position, end = self.positions[i], self.ends[i]
            if end is None and row[0] == self.vocabulary.end:
                end = self.ends[i] = position
                allowed = self.rules.allowed(position, end)
                only = allowed.sum(axis=1) == 1
                row = [
                    int(allowed[column].argmax()) if only[column] else token
                    for column, token in enumerate(row)
                ]
            self.positions[i] += len(row) > 1 or row[0] < self.vocabulary.n_codes
            kept.append(row)
        return kept
