"""Deshuffling: put tokens back into order."""

import math
from dataclasses import dataclass

import numpy as np

from refimpl.objectives.errors import ObjectiveError
from refimpl.objectives.objective import Objective
from refimpl.objectives.registry import register


@register
@dataclass(frozen=True)
class Deshuffling(Objective):
    """P 10 17 12 13 11 ... -> 10 ... 19: a share of the tokens has changed places.

    Each sample draws its own share.

    Args:
        min_fraction: the least share of the tokens that is permuted.
        max_fraction: the largest.

    Source: the paper, appendix A.2; Raffel et al. 2020 (T5), table 3. Taught in lesson 6.
    """

    name = "deshuffling"
    min_tokens = 2

    min_fraction: float = 0.5
    max_fraction: float = 1.0

    def __post_init__(self):
        self._check_number("min_fraction", 0, 1)
        self._check_number("max_fraction", 0, 1)
        if self.min_fraction > self.max_fraction:
            raise ObjectiveError(
                f"deshuffling: min_fraction {self.min_fraction} is above max_fraction"
                f" {self.max_fraction}; give both, the smaller one first"
            )

    def packed_length(self, n_tokens):
        return 1 + 2 * n_tokens

    def build(self, tokens, special, rng):
        share = self.min_fraction + (self.max_fraction - self.min_fraction) * rng.random()
        n_moved = math.floor(len(tokens) * share + 0.5)
        chosen = rng.permutation(len(tokens))[:n_moved]  # in random order: where they come from
        shuffled = tokens.copy()
        shuffled[np.sort(chosen)] = tokens[chosen]
        return special.ask(shuffled, tokens)
