"""Residual vector quantization: each codebook quantizes what the ones before it left over.

The first codes alone are a coarse version of the latents, and every further codebook, or *book*,
makes it finer. So one trained quantizer serves many bit rates, if training has shown the decoder
what fewer books sound like: that is quantizer dropout.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from refimpl.codecs.neural.projected import ProjectedQuantizer
from refimpl.codecs.neural.quantizer import Quantizer
from refimpl.codecs.vqvae import Quantized, VectorQuantizer
from refimpl.errors import UserError


class ResidualVectorQuantizer(Quantizer):
    """Codebooks in a row, each for the residual of those before it.

    Args:
        n_books: codebooks.
        n_codes: codes in each.
        dim: numbers in a latent.
        code_dim: numbers that each book sees of a latent, through linear maps; None: it looks at
            the latent itself.
        dropout: share of the training samples that reach the decoder with fewer books, 1 to
            n_books of them with equal chances.
        options: of each `VectorQuantizer`: update, decay, commitment, cosine, revive_below.

    Source: Zeghidour et al. 2021 (SoundStream), sections III.C and III.D (dropout); Kumar et al.
    2023 (DAC), section 3.2 (a share of the samples only, and low-dimensional codes). Taught in
    lesson 8.
    """

    ordered = True

    def __init__(
        self,
        n_books: int,
        n_codes: int,
        dim: int,
        *,
        code_dim: int | None = None,
        dropout: float = 0.5,
        **options,
    ):
        super().__init__()
        if options.get("cosine") and code_dim is None and n_books > 1:
            raise UserError(
                "cosine codes have no length, so nothing is left for a second book; give code_dim, "
                "whose maps learn the length"
            )
        self.dim, self.stream_sizes = dim, (n_codes,) * n_books
        self.projected, self.dropout = code_dim is not None, dropout
        self.books = nn.ModuleList(
            ProjectedQuantizer(n_codes, dim, code_dim, **options)
            if self.projected
            else VectorQuantizer(n_codes, dim, **options)
            for _ in range(n_books)
        )

    def forward(self, latents: Tensor) -> Quantized:
        """Quantize latents (B, T, dim) -> codes (B, T, n_books).

        In training every book sees every sample, but with dropout the vectors of some samples hold
        only their first books.
        """
        used = self._draw_books(latents)  # (B, 1, 1)
        residual, total, loss, codes = latents, 0, 0, []
        for number, book in enumerate(self.books):
            found = book(residual)
            # Without maps, vectors have the residual's own gradient: subtracting them with it would
            # leave later books none, and their commitment would no longer reach the encoder.
            # Maps leave a gradient over, and have to get the decoder's.
            vectors = found.vectors if self.projected else found.vectors.detach()
            residual = residual - vectors
            total = total + vectors * (number < used)
            loss = loss + found.loss
            codes.append(found.codes)
        if not self.projected:
            total = latents + (total - latents).detach()
        return Quantized(total, torch.stack(codes, dim=-1), loss)

    def _draw_books(self, latents: Tensor) -> Tensor:
        """Draw how many books each sample of (B, T, dim) uses, (B, 1, 1)."""
        n_samples, n_books = len(latents), len(self.books)
        used = torch.full((n_samples,), n_books)
        if self.training and self.dropout > 0:
            # The loop seeds torch's generator at every step, for this as for other dropout.
            fewer = torch.rand(n_samples) < self.dropout
            used = torch.where(fewer, torch.randint(1, n_books + 1, (n_samples,)), used)
        return used.to(latents.device)[:, None, None]

    def decode(self, codes: Tensor) -> Tensor:
        """Sum the vectors of the first books' codes (B, T, k), 1 <= k <= n_books."""
        used = range(codes.shape[-1])
        return sum(self.books[i].lookup(codes[..., i]) for i in used)

    def codebooks(self) -> list[VectorQuantizer]:
        return [book.quantizer if self.projected else book for book in self.books]

    def inputs(self, latents: Tensor) -> Iterator[tuple[VectorQuantizer, Tensor]]:
        for book in self.books:
            yield (book.quantizer, book.into(latents)) if self.projected else (book, latents)
            latents = latents - book.lookup(book.nearest(latents))
