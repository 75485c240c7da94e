"""A conditioner for captions: a trained vector for each word, in any order."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from refimpl.conditioning.conditioner import Metadata


class CaptionConditioner(nn.Module):
    """The words of a caption as vectors, without regard to their order.

    Words are counted off into buckets by a checksum, so there is no list of words to keep; two
    words may share a bucket.

    Args:
        hidden_size: of the vectors.
        n_buckets: number of vectors.
        most_words: the words of a caption that are read; the others are left out.
        seed: of the initial values.

    Source: Weinberger et al. 2009 for the hashing.
    """

    def __init__(
        self, hidden_size: int, *, n_buckets: int = 4096, most_words: int = 32, seed: int = 0
    ) -> None:
        super().__init__()
        self.n_buckets, self.most_words = n_buckets, most_words
        generator = torch.Generator().manual_seed(seed)
        self.vectors = nn.Embedding(n_buckets, hidden_size)
        nn.init.normal_(self.vectors.weight, generator=generator)

    def encode(self, clips: Sequence[Metadata]) -> tuple[Tensor, Tensor]:
        """Return vectors `(B, S, hidden_size)` and mask `(B, S)`; S is the longest's words."""
        words = [self._words(clip.caption) for clip in clips]
        longest = max(1, *map(len, words))
        rows = [row + [-1] * (longest - len(row)) for row in words]
        numbers = torch.tensor(rows, device=self.vectors.weight.device)
        return self.vectors(numbers.clamp(min=0)), numbers >= 0

    def words_of(self, caption: str) -> list[str]:
        """Return the words of a caption that are read, in lower case."""
        return re.findall(r"\w+", caption.lower())[: self.most_words]

    def _words(self, caption: str) -> list[int]:
        return [zlib.crc32(word.encode()) % self.n_buckets for word in self.words_of(caption)]
