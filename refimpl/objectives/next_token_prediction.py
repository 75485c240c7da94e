"""Next token prediction: plain language modelling."""

from dataclasses import dataclass

from refimpl.objectives.objective import Objective
from refimpl.objectives.registry import register
from refimpl.objectives.sample import Sample
from refimpl.vocabulary import IGNORE_INDEX


@register
@dataclass(frozen=True)
class NextTokenPrediction(Objective):
    """10 11 12 -> 11 12 13: every token is predicted from those before it, without a prefix.

    No token names the task, so the model continues a tune directly from <|START|>. With a
    `paradigm` token the first token is predicted too.

    Taught in lesson 6.
    """

    name = "next_token_prediction"
    min_tokens = 2
    has_paradigm = False

    def packed_length(self, n_tokens):
        return n_tokens if self.paradigm is not None else max(n_tokens - 1, 1)

    def build(self, tokens, special, rng):
        if special.paradigm is not None:
            inputs = tokens.copy()
            inputs[0], inputs[1:] = special.paradigm, tokens[:-1]
            return Sample(inputs, tokens, 0)
        if len(tokens) == 1:  # no next token: only an input
            return Sample(tokens, tokens * 0 + IGNORE_INDEX, 0)
        return Sample(tokens[:-1], tokens[1:], 0)
