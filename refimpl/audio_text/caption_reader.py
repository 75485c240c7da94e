"""A text encoder that music models look at: a vector for each word of a caption, in its context."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from refimpl.audio_text.text_encoder import TextEncoder
from refimpl.audio_text.words import WordList
from refimpl.conditioning import Metadata


class CaptionReader(TextEncoder):
    """A conditioner whose vectors are the words of a caption.

    Args:
        vocabulary: the words that it knows. All others are one and the same word to it, which
            training shows it by hiding some of those it knows.
        hidden_size: of the vectors.
        n_layers: of the transformer over the words.
        seed: of the initial values.

    Source: Copet et al. 2023 (MusicGen), section 2.3, for one vector for each token of the text.
    """

    def __init__(
        self, vocabulary: WordList, hidden_size: int, *, n_layers: int = 1, seed: int = 0
    ) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            super().__init__(vocabulary, width=hidden_size, n_layers=n_layers)
            self.head = nn.LayerNorm(hidden_size)

    def encode(self, clips: Sequence[Metadata]) -> tuple[Tensor, Tensor]:
        """Return vectors `(B, S, hidden_size)` and mask `(B, S)`; S is the longest's words."""
        ids, numbers = (
            part.to(self.tempos.device) for part in self.read([c.caption for c in clips])
        )
        return self.head(self.contexts(ids, numbers)), ids != 0
