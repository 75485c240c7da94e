"""All quantizers by name, and their settings. A new quantizer is a line in two functions."""

import math
from typing import Literal

from refimpl.codecs.neural.finite_scalar import FiniteScalarQuantizer
from refimpl.codecs.neural.product import ProductQuantizer
from refimpl.codecs.neural.quantizer import Quantizer
from refimpl.codecs.neural.residual import ResidualVectorQuantizer
from refimpl.codecs.neural.two_level import TwoLevelQuantizer
from refimpl.configuration import Configuration, Count, NotNegative, Share, Truth, configuration


@configuration
class QuantizerConfig(Configuration):
    """How latents become codes.

    Attributes:
        kind: "residual" (each book refines those before it), "product" (a book for each part of a
            latent), "finite_scalar" (grids of levels) or "two_level" (slow codes, and fast ones).
        n_books: codebooks, parts or grids; "two_level" always has two.
        n_codes: codes in each; "finite_scalar" has as many as `levels` make.
        code_dim: "residual": numbers in a code, behind linear maps; None: as many as in a latent.
        dropout: "residual": share of the training samples with fewer books.
        levels: "finite_scalar": levels of each axis of a grid.
        every: "two_level": latents that share a slow code.
        update, decay, commitment, cosine, revive_below: as for `VectorQuantizer`.

    Taught in lesson 8.
    """

    kind: Literal["residual", "product", "finite_scalar", "two_level"] = "residual"
    n_books: Count = 4
    n_codes: Count = 512
    code_dim: Count | None = None
    dropout: Share = 0.5
    levels: tuple[Count, ...] = (8, 8, 8)
    every: Count = 2
    update: Literal["ema", "loss"] = "ema"
    decay: Share = 0.99
    commitment: NotNegative = 0.25
    cosine: Truth = False
    revive_below: NotNegative = 0.1

    @property
    def ordered(self) -> bool:
        """Whether the first streams alone are a coarser version of all."""
        return self.kind == "residual"

    @property
    def codes_every(self) -> int:
        """Latents that share a step of codes."""
        return self.every if self.kind == "two_level" else 1

    @property
    def stream_sizes(self) -> tuple[int, ...]:
        """Codes in each stream."""
        if self.kind == "two_level":
            return (self.n_codes,) * (1 + self.every)
        size = math.prod(self.levels) if self.kind == "finite_scalar" else self.n_codes
        return (size,) * self.n_books


def make_quantizer(config: QuantizerConfig, dim: int) -> Quantizer:
    """Make a quantizer of latents of `dim` numbers.

    Raises:
        UserError: settings that do not go together.
    """
    books, codes = config.n_books, config.n_codes
    learning = {
        name: getattr(config, name)
        for name in ("update", "decay", "commitment", "cosine", "revive_below")
    }
    if config.kind == "product":
        return ProductQuantizer(books, codes, dim, **learning)
    if config.kind == "finite_scalar":
        return FiniteScalarQuantizer(books, config.levels, dim)
    if config.kind == "two_level":
        return TwoLevelQuantizer(codes, dim, every=config.every, **learning)
    return ResidualVectorQuantizer(
        books, codes, dim, code_dim=config.code_dim, dropout=config.dropout, **learning
    )
