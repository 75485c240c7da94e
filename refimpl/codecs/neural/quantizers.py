"""All quantizers by name, and their settings. A new quantizer is a line in `make_quantizer`."""

from typing import Literal

from refimpl.codecs.neural.quantizer import Quantizer
from refimpl.codecs.neural.residual import ResidualVectorQuantizer
from refimpl.configuration import Configuration, Count, NotNegative, Share, Truth, configuration


@configuration
class QuantizerConfig(Configuration):
    """How latents become codes.

    Attributes:
        kind: "residual" books.
        n_books: codebooks.
        n_codes: codes in each.
        code_dim: numbers in a code, behind linear maps; None: as many as in a latent.
        dropout: share of the training samples with fewer books.
        update, decay, commitment, cosine, revive_below: as for `VectorQuantizer`.
    """

    kind: Literal["residual"] = "residual"
    n_books: Count = 8
    n_codes: Count = 512
    code_dim: Count | None = None
    dropout: Share = 0.5
    update: Literal["ema", "loss"] = "ema"
    decay: Share = 0.99
    commitment: NotNegative = 0.25
    cosine: Truth = False
    revive_below: NotNegative = 0.1

    @property
    def ordered(self) -> bool:
        """Whether the first streams alone are a coarser version of all."""
        return True

    @property
    def codes_every(self) -> int:
        """Latents that share a step of codes."""
        return 1

    @property
    def stream_sizes(self) -> tuple[int, ...]:
        """Codes in each stream."""
        return (self.n_codes,) * self.n_books


def make_quantizer(config: QuantizerConfig, dim: int) -> Quantizer:
    """Make a quantizer of latents of `dim` numbers."""
    learning = {
        name: getattr(config, name)
        for name in ("update", "decay", "commitment", "cosine", "revive_below")
    }
    return ResidualVectorQuantizer(
        config.n_books,
        config.n_codes,
        dim,
        code_dim=config.code_dim,
        dropout=config.dropout,
        **learning,
    )
