"""Product quantization: a latent is cut into parts, and each part has its own codebook.

No book waits for another, but none refines another either: all of them are needed.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from refimpl.codecs.neural.quantizer import Quantizer
from refimpl.codecs.vqvae import Quantized, VectorQuantizer
from refimpl.errors import UserError


class ProductQuantizer(Quantizer):
    """A codebook for each part of a latent.

    Args:
        n_books: parts of equal size.
        n_codes: codes for each.
        dim: numbers in a latent, a multiple of n_books.
        options: of each `VectorQuantizer`: update, decay, commitment, cosine, revive_below.

    Raises:
        UserError: the latent cannot be cut so.

    Source: Jégou et al. 2011, section II.B. Taught in lesson 8.
    """

    def __init__(self, n_books: int, n_codes: int, dim: int, **options):
        super().__init__()
        if dim % n_books:
            raise UserError(
                f"a latent of {dim} numbers cannot be cut into {n_books} equal parts; make "
                "latent_dim a multiple of n_books"
            )
        self.dim, self.stream_sizes = dim, (n_codes,) * n_books
        size = dim // n_books
        self.books = nn.ModuleList(
            VectorQuantizer(n_codes, size, **options) for _ in range(n_books)
        )

    def forward(self, latents: Tensor) -> Quantized:
        """Quantize latents (B, T, dim) -> codes (B, T, n_books)."""
        found = [book(part) for book, part in self.inputs(latents)]
        return Quantized(
            torch.cat([one.vectors for one in found], dim=-1),
            torch.stack([one.codes for one in found], dim=-1),
            sum(one.loss for one in found),
        )

    def decode(self, codes: Tensor) -> Tensor:
        parts = [book.lookup(codes[..., i]) for i, book in enumerate(self.books)]
        return torch.cat(parts, dim=-1)

    def codebooks(self) -> list[VectorQuantizer]:
        return list(self.books)

    def inputs(self, latents: Tensor) -> Iterator[tuple[VectorQuantizer, Tensor]]:
        yield from zip(self.books, latents.chunk(len(self.books), dim=-1), strict=True)
