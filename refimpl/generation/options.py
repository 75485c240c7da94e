"""The options of generation, in a record that the pipeline and the commands share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from refimpl.generation.sampling import GenerationError, check_sampling
from refimpl.layouts import Layout


@dataclass(frozen=True, eq=False)
class GenerationOptions:
    """The options of `generate`. Taught in lesson 7.

    A token here is a row of the model's: as many tokens as it has columns.

    Args:
        max_tokens: the most new tokens per sequence; None fills the model's context.
        min_tokens: the fewest new tokens before <|END|>.
        temperature: 0 always takes the likeliest token; 1 samples from the model's distribution.
        top_k: only the k likeliest tokens may come; None for all.
        top_p: only the fewest tokens whose probabilities reach p; None for all.
        longest_hold: the most steps to hold the first code of a step; None for no limit.
        seed: of the random numbers.
        batch_size: number of sequences, where `prompt` is not a list.
        prompt: tokens to continue, `(n_tokens,)`, or `(n_tokens, n_columns)` with several columns,
            for all sequences or a list with one array for each; None begins with <|START|>.
        n_prefix: number of the prompt's first tokens that attend in both directions (prefix LM).
        position_ids: positions of the prompt's tokens, `(n_tokens,)` for all or a list; new tokens
            count on from the last. None counts 0, 1, 2, … through the prompt.
        layout: says which tokens may come where; by default one code follows another.
        allowed: instead of a layout, a bool mask `(cycle, vocabulary.size)`: which tokens may
            come after n codes, for n modulo cycle; for models of one column.
        use_cache: False reads the whole sequence again for every token, for comparison.
        progress: show a progress bar; None shows it only in an interactive session.

    Raises:
        GenerationError: a number out of its range.
    """

    max_tokens: int | None = None
    min_tokens: int = 0
    temperature: float = 1.0
    top_k: int | None = 50
    top_p: float | None = None
    longest_hold: int | None = None
    seed: int = 0
    batch_size: int = 1
    prompt: np.ndarray | Sequence[np.ndarray] | None = None
    n_prefix: int | Sequence[int] = 0
    position_ids: np.ndarray | Sequence[np.ndarray] | None = None
    layout: Layout | None = None
    allowed: np.ndarray | None = None
    use_cache: bool = True
    progress: bool | None = False

    def __post_init__(self) -> None:
        check_sampling(self.temperature, self.top_k, self.top_p)
        most = np.inf if self.max_tokens is None else self.max_tokens
        if most < 1 or not 0 <= self.min_tokens <= most:
            raise GenerationError(
                f"min_tokens {self.min_tokens} and max_tokens {self.max_tokens}: "
                "give 0 <= min_tokens <= max_tokens, and max_tokens at least 1"
            )
        if self.longest_hold is not None and self.longest_hold < 1:
            raise GenerationError(f"longest_hold is {self.longest_hold}; give at least 1, or None")
        if self.seed < 0:
            raise GenerationError(f"seed is {self.seed}; give a whole number from 0 on")
        if self.batch_size < 1:
            raise GenerationError(f"batch_size is {self.batch_size}; give at least 1")
        if self.layout is not None and self.allowed is not None:
            raise GenerationError("both a layout and a mask of allowed tokens; give one of them")
