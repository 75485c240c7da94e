"""Prefix language modelling: continue a prefix, which is attended to in both directions."""

import math
from dataclasses import dataclass

from refimpl.objectives.objective import Objective
from refimpl.objectives.registry import register


@register
@dataclass(frozen=True)
class PrefixLanguageModeling(Objective):
    """P 10 ... 16 -> 17 18 19.

    Args:
        prefix_fraction: share of the tokens in the prefix.

    Source: Raffel et al. 2020 (T5), sections 3.2.1 (the mask) and 3.2.3 (the cut); "S" in Tay et
    al. 2022 (UL2). Taught in lesson 6.
    """

    name = "prefix_language_modeling"
    min_tokens = 2

    prefix_fraction: float = 0.75

    def __post_init__(self):
        self._check_number("prefix_fraction", 0, 1)

    def packed_length(self, n_tokens):
        return 1 + n_tokens

    def build(self, tokens, special, rng):
        n_given = math.floor(len(tokens) * self.prefix_fraction + 0.5)
        n_given = min(max(n_given, 1), len(tokens) - 1)  # at least one token on each side
        places = None
        if special.positions == "tune":
            places = range(n_given), range(n_given, len(tokens))
        return special.ask(tokens[:n_given], tokens[n_given:], places)
