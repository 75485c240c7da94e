"""A small text encoder that is trained along with the model that listens to it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from refimpl.conditioning.captions import CaptionConditioner
from refimpl.conditioning.conditioner import Metadata

# A number in a caption is near some of these points, which lie a seventh of an octave apart.
_POINTS = torch.arange(0.0, 11.0, 0.1)  # log2: 1 to 2048
_NEAR = 0.1


class TextConditioner(nn.Module):
    """The words of a caption in their context: a transformer over their vectors.

    A word's vector depends on the words around it, so "slow, with a fast melody" is not "fast,
    with a slow melody", as it would be for `CaptionConditioner`. A number is also told by its
    size: "101 bpm" is near "100 bpm".

    Args:
        hidden_size: of the vectors, a multiple of `n_heads`.
        n_layers: of the transformer.
        n_heads: of its attention.
        n_buckets, most_words: see `CaptionConditioner`.
        seed: of the initial values.

    Source: Copet et al. 2023 (MusicGen), section 2.3, for one vector for each token of the text.
    """

    def __init__(
        self,
        hidden_size: int,
        *,
        n_layers: int = 2,
        n_heads: int = 4,
        n_buckets: int = 4096,
        most_words: int = 32,
        seed: int = 0,
    ) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):  # the layers draw from the global generator
            torch.manual_seed(seed)
            self.words = CaptionConditioner(
                hidden_size, n_buckets=n_buckets, most_words=most_words, seed=seed
            )
            self.places = nn.Embedding(most_words, hidden_size)
            self.number = nn.Linear(len(_POINTS), hidden_size, bias=False)
            layer = nn.TransformerEncoderLayer(
                hidden_size,
                n_heads,
                2 * hidden_size,
                dropout=0.0,
                activation="gelu",
                batch_first=True,
                norm_first=True,
            )
            self.layers = nn.TransformerEncoder(layer, n_layers, enable_nested_tensor=False)
            self.norm = nn.LayerNorm(hidden_size)

    def encode(self, clips: Sequence[Metadata]) -> tuple[Tensor, Tensor]:
        """Return vectors `(B, S, hidden_size)` and mask `(B, S)`; S is the longest's words."""
        vectors, mask = self.words.encode(clips)
        places = torch.arange(mask.shape[1], device=mask.device)
        numbers = self._numbers(clips, mask)  # (B, S)
        near = torch.exp(-0.5 * ((numbers[..., None] - _POINTS.to(mask.device)) / _NEAR) ** 2)
        x = vectors + self.places(places) + self.number(near * (numbers[..., None] >= 0))
        # A caption without words would leave nothing to look at, and its vectors would be NaN.
        hidden = ~mask & mask.any(dim=1, keepdim=True)
        x = self.norm(self.layers(x, src_key_padding_mask=hidden))
        return x, mask

    def _numbers(self, clips: Sequence[Metadata], mask: Tensor) -> Tensor:
        """The logarithm of each word that is a number, `(B, S)`; -1 for other words."""
        found = torch.full(mask.shape, -1.0)
        for row, clip in enumerate(clips):
            for place, word in enumerate(self.words.words_of(clip.caption)):
                if word.isdecimal() and len(word) < 5 and int(word) > 0:
                    found[row, place] = math.log2(int(word))
        return found.to(mask.device)
