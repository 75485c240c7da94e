"""The text encoder: a small transformer over the words of a caption."""

from __future__ import annotations

import torch
from torch import Tensor, nn

# The values of a number near which a detector is active; between them, two share it.
TEMPOS = torch.arange(56.0, 212.0, 6.0)
WIDTH = 6.0


class TextEncoder(nn.Module):
    """Words and numbers to vectors.

    In training some words are hidden at random, so that the model also reads captions with words
    that it does not know.

    Args:
        n_words: of the vocabulary.
        dim: of the vectors.
        n_layers: of the transformer.
        hidden: the share of words that are hidden in training.

    Source: Radford et al. 2021, section 2.4, for a transformer with a vector for the whole text.
    """

    def __init__(
        self, n_words: int, dim: int = 128, n_layers: int = 2, *, hidden: float = 0.1
    ) -> None:
        super().__init__()
        self.hidden = hidden
        self.vectors = nn.Embedding(n_words, dim, padding_idx=0)
        self.places = nn.Embedding(64, dim)
        for table in (self.vectors, self.places):
            nn.init.normal_(table.weight, std=0.5)
        self.number = nn.Linear(len(TEMPOS), dim)
        layer = nn.TransformerEncoderLayer(
            dim, 4, 2 * dim, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, n_layers, enable_nested_tensor=False)
        self.head = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, dim))
        self.register_buffer("tempos", TEMPOS, persistent=False)

    def forward(self, ids: Tensor, numbers: Tensor) -> Tensor:
        """Vectors `(B, dim)` of words `(B, S)` and numbers `(B, S)`, as `Vocabulary` gives them."""
        padding = ids == 0
        if self.training and self.hidden:
            hide = (torch.rand(ids.shape, device=ids.device) < self.hidden) & ~padding
            ids = torch.where(hide & (ids != 2), 1, ids)
        x = self.vectors(ids)  # (B, S, dim)
        near = torch.exp(-0.5 * ((numbers[..., None] - self.tempos) / WIDTH) ** 2)
        x = x + self.number(near) * (numbers > 0)[..., None]
        x = x + self.places(torch.arange(ids.shape[1], device=ids.device))
        x = self.layers(x, src_key_padding_mask=padding)
        kept = (~padding)[..., None]
        mean = (x * kept).sum(dim=1) / kept.sum(dim=1).clamp(min=1)
        return self.head(mean)
