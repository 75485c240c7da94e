"""Autoencoding with deshuffling: write the whole piece, given parts of it in another order."""

import math
from dataclasses import dataclass

from refimpl.objectives.autoencoding import Autoencoding
from refimpl.objectives.registry import register


@register
@dataclass(frozen=True)
class AutoencodingWithDeshuffling(Autoencoding):
    """P 18 19 M0 10 11 M1 15 16 -> 10 ... 19.

    Args:
        shuffle_fraction: share of the visible parts that change places among themselves.
        corruption_rate, mean_tokens_per_span, max_mask_spans: as for autoencoding.

    Source: the paper, appendix A.2. Taught in lesson 6.
    """

    name = "autoencoding_with_deshuffling"

    shuffle_fraction: float = 1.0

    def __post_init__(self):
        super().__post_init__()
        self._check_number("shuffle_fraction", 0, 1)

    def order(self, parts, rng):
        n_moved = math.floor(len(parts) * self.shuffle_fraction + 0.5)
        # In random order: where they come from.
        chosen = rng.permutation(len(parts))[:n_moved].tolist()
        shuffled = list(parts)
        for place, source in zip(sorted(chosen), chosen, strict=True):
            shuffled[place] = parts[source]
        return shuffled
