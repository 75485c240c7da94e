"""Infilling: predict the spans that were removed."""

from dataclasses import dataclass

from refimpl.objectives.objective import Objective
from refimpl.objectives.registry import register
from refimpl.objectives.spans import (
    count_spans,
    draw_spans,
    places_with_sentinels,
    visible_parts,
    with_sentinels,
)
from refimpl.vocabulary import N_SENTINELS


@register
@dataclass(frozen=True)
class Infilling(Objective):
    """P 10 11 M0 15 16 M1 18 19 -> M0 12 13 14 M1 17.

    Args:
        corruption_rate: share of the tokens to remove.
        mean_tokens_per_span: mean length of a removed span.
        max_mask_spans: the most spans; if that is too few for the rate, the spans get longer.

    Source: Raffel et al. 2020 (T5), section 3.1.4; "R" and "X" in Tay et al. 2022 (UL2). Taught
    in lesson 6.
    """

    name = "infilling"
    min_tokens = 2

    corruption_rate: float = 0.15
    mean_tokens_per_span: float = 3.0
    max_mask_spans: int = 20

    def __post_init__(self):
        self._check_number("corruption_rate", 0, 1)
        self._check_number("mean_tokens_per_span", 1, float("inf"))
        self._check_number("max_mask_spans", 1, N_SENTINELS, whole=True)

    def count_spans(self, n_tokens: int) -> tuple[int, int]:
        """Return how many tokens of a piece are removed, and in how many spans."""
        return count_spans(
            n_tokens, self.corruption_rate, self.mean_tokens_per_span, self.max_mask_spans
        )

    def packed_length(self, n_tokens):
        return 1 + n_tokens + 2 * self.count_spans(n_tokens)[1]

    def build(self, tokens, special, rng):
        spans = draw_spans(len(tokens), *self.count_spans(len(tokens)), rng)
        piece = tokens.tolist()  # parts of a few tokens: Python joins them faster than numpy
        hidden = [[], *(piece[start:stop] for start, stop in spans)]
        in_tune = special.positions == "tune"
        return special.ask(
            with_sentinels(visible_parts(piece, spans), special.marks),
            with_sentinels(hidden, special.marks),
            places_with_sentinels(len(piece), spans) if in_tune else None,
        )
