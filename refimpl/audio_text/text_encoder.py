"""The text encoder: a small transformer over the words of a caption."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from refimpl.audio_text.words import MOST_WORDS, WordList

# The values of a number near which a detector is active; between them, two share it.
TEMPOS = torch.arange(56.0, 212.0, 6.0)
WIDTH = 6.0


class TextEncoder(nn.Module):
    """Words and numbers to vectors.

    In training some words are hidden at random, so that the model also reads captions with words
    that it does not know.

    Args:
        vocabulary: the words that it knows.
        dim: of the vectors.
        width: of the transformer.
        n_layers: of the transformer.
        hidden: the share of words that are hidden in training.

    Source: Radford et al. 2021, section 2.4, for a transformer with a vector for the whole text.
    """

    def __init__(
        self,
        vocabulary: WordList,
        dim: int = 128,
        *,
        width: int = 64,
        n_layers: int = 1,
        hidden: float = 0.1,
    ) -> None:
        super().__init__()
        self.config = {"words": list(vocabulary.words), "width": width, "n_layers": n_layers}
        self.vocabulary, self.hidden = vocabulary, hidden
        self.vectors = nn.Embedding(len(vocabulary.words), width, padding_idx=0)
        self.places = nn.Embedding(MOST_WORDS, width)
        for table in (self.vectors, self.places):
            nn.init.normal_(table.weight, std=0.5)
        self.number = nn.Linear(len(TEMPOS), width)
        layer = nn.TransformerEncoderLayer(
            width, 4, 2 * width, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, n_layers, enable_nested_tensor=False)
        self.head = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim)
        )
        self.register_buffer("tempos", TEMPOS, persistent=False)

    def read(self, captions: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Words `(B, S)` and numbers `(B, S)` of captions, for `forward`."""
        return self.vocabulary.read(captions)

    def forward(self, ids: Tensor, numbers: Tensor) -> Tensor:
        """Vectors `(B, dim)` of words `(B, S)` and numbers `(B, S)`, as `read` gives them."""
        kept = (ids != 0)[..., None]
        x = self.contexts(ids, numbers)
        mean = (x * kept).sum(dim=1) / kept.sum(dim=1).clamp(min=1)
        return self.head(mean)

    def contexts(self, ids: Tensor, numbers: Tensor) -> Tensor:
        """A vector for each word, which knows the words around it: `(B, S, width)`."""
        padding = ids == 0
        if self.training and self.hidden:
            hide = (torch.rand(ids.shape, device=ids.device) < self.hidden) & ~padding
            ids = torch.where(hide & (ids != 2), 1, ids)
        x = self.vectors(ids)  # (B, S, width)
        near = torch.exp(-0.5 * ((numbers[..., None] - self.tempos) / WIDTH) ** 2)
        x = x + self.number(near) * (numbers > 0)[..., None]
        x = x + self.places(torch.arange(ids.shape[1], device=ids.device))
        # A caption without words would leave nothing to look at, and its vectors would be NaN.
        return self.layers(x, src_key_padding_mask=padding & ~padding.all(dim=1, keepdim=True))
