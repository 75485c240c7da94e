"""Two levels of codes: few for what lasts, and more for what changes quickly, given the first.

latents (B, T, dim) -> top (B, T / every, dim) -> a code
                    -> bottom (B, T, dim), which sees the top code -> `every` codes
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from refimpl.codecs.neural.quantizer import Quantizer
from refimpl.codecs.vqvae import Quantized, VectorQuantizer


class TwoLevelQuantizer(Quantizer):
    """A codebook at a slow rate, and one at the latents' own rate that sees its codes.

    A step has `1 + every` codes: the top one, and those of the latents that share it. Where
    residual books refine the same moment, here the top code saves the bottom ones from repeating
    what lasts.

    Args:
        n_codes: codes on each level.
        dim: numbers in a latent.
        every: latents that share a top code.
        options: of both `VectorQuantizer`s: update, decay, commitment, cosine, revive_below.

    Source: Razavi et al. 2019 (VQ-VAE-2), section 3.1. Taught in lesson 8.
    """

    def __init__(self, n_codes: int, dim: int, *, every: int = 2, **options):
        super().__init__()
        self.dim, self.codes_every = dim, every
        self.stream_sizes = (n_codes,) * (1 + every)
        self.shorten = nn.Linear(every * dim, dim)
        self.top = VectorQuantizer(n_codes, dim, **options)
        self.lengthen = nn.Linear(dim, every * dim)
        self.beside_top = nn.Linear(2 * dim, dim)
        self.bottom = VectorQuantizer(n_codes, dim, **options)
        self.join = nn.Linear(2 * dim, dim)

    def forward(self, latents: Tensor) -> Quantized:
        """Quantize latents (B, T, dim) -> codes (B, T / every, 1 + every)."""
        top = self.top(self._slow(latents))
        above = self._spread(top.vectors)
        bottom = self.bottom(self.beside_top(torch.cat([latents, above], dim=-1)))
        steps = bottom.codes.unflatten(1, (-1, self.codes_every))  # (B, T / every, every)
        codes = torch.cat([top.codes[..., None], steps], dim=-1)
        vectors = self.join(torch.cat([above, bottom.vectors], dim=-1))
        return Quantized(vectors, codes, top.loss + bottom.loss)

    def decode(self, codes: Tensor) -> Tensor:
        above = self._spread(self.top.lookup(codes[..., 0]))
        bottom = self.bottom.lookup(codes[..., 1:].flatten(start_dim=1))
        return self.join(torch.cat([above, bottom], dim=-1))

    def codebooks(self) -> list[VectorQuantizer]:
        return [self.top, self.bottom]

    def inputs(self, latents: Tensor) -> Iterator[tuple[VectorQuantizer, Tensor]]:
        slow = self._slow(latents)
        yield self.top, slow
        above = self._spread(self.top.lookup(self.top.nearest(slow)))
        yield self.bottom, self.beside_top(torch.cat([latents, above], dim=-1))

    def _slow(self, latents: Tensor) -> Tensor:
        """Join the latents (B, T, dim) that share a top code, (B, T / every, dim)."""
        return self.shorten(latents.unflatten(1, (-1, self.codes_every)).flatten(start_dim=2))

    def _spread(self, top: Tensor) -> Tensor:
        """Give each latent its share of the top vectors (B, T / every, dim), (B, T, dim)."""
        return self.lengthen(top).unflatten(2, (self.codes_every, self.dim)).flatten(1, 2)
