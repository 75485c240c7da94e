"""Copying: write the question again."""

from dataclasses import dataclass

from refimpl.objectives.objective import Objective
from refimpl.objectives.registry import register


@register
@dataclass(frozen=True)
class Copying(Objective):
    """P 10 ... 19 -> 10 ... 19. Taught in lesson 6."""

    name = "copying"

    def packed_length(self, n_tokens):
        return 1 + 2 * n_tokens

    def build(self, tokens, special, rng):
        return special.ask(tokens, tokens)
