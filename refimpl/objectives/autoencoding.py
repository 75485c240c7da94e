"""Autoencoding: write the whole piece, given only a part of it."""

from dataclasses import dataclass

from refimpl.objectives.infilling import Infilling
from refimpl.objectives.registry import register
from refimpl.objectives.spans import draw_spans, join_with_sentinels, visible_parts


@register
@dataclass(frozen=True)
class Autoencoding(Infilling):
    """P 10 11 M0 15 16 M1 18 19 -> 10 ... 19.

    Args:
        corruption_rate, mean_tokens_per_span, max_mask_spans: as for infilling.

    Source: Lewis et al. 2020 (BART), "text infilling"; the paper, appendix A.2. Taught in
    lesson 6.
    """

    name = "autoencoding"

    corruption_rate: float = 0.5

    def packed_length(self, n_tokens):
        n_masked, n_spans = self.count_spans(n_tokens)
        return 1 + (n_tokens - n_masked + n_spans) + n_tokens

    def build(self, tokens, special, rng):
        spans = draw_spans(len(tokens), *self.count_spans(len(tokens)), rng)
        parts = self.order(visible_parts(tokens.tolist(), spans), rng)
        return special.ask(join_with_sentinels(parts, special.marks), tokens)

    def order(self, parts: list, rng) -> list:
        """Return the order of the visible parts: unchanged."""
        return parts
