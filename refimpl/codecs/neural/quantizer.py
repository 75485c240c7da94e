"""The interface of the quantizers: latents in, codes of one or more streams out, and back.

    latents (B, T, dim)  ->  codes (B, T / codes_every, n_streams)  ->  vectors (B, T, dim)

A quantizer may hold several codebooks (`VectorQuantizer`). Training starts, moves and revives the
codes of each, so a quantizer tells what each of its codebooks gets to quantize.
"""

from collections.abc import Iterator

from torch import Tensor, nn

from refimpl.codecs.vqvae import Quantized, VectorQuantizer


class Quantizer(nn.Module):
    """The base class of quantizers of latents (B, T, dim).

    Attributes:
        dim: numbers in a latent.
        stream_sizes: codes in each stream.
        codes_every: latents that share one step of codes; T has to be a multiple of it.
        ordered: whether the first k streams alone are a coarser version of all of them.

    Taught in lesson 8.
    """

    dim: int
    stream_sizes: tuple[int, ...]
    codes_every: int = 1
    ordered: bool = False

    def forward(self, latents: Tensor) -> Quantized:
        """Quantize latents (B, T, dim).

        Returns:
            `vectors` (B, T, dim), whose gradient goes to the latents; `codes`
            (B, T / codes_every, n_streams) int64; and the `loss`, a scalar.
        """
        raise NotImplementedError

    def decode(self, codes: Tensor) -> Tensor:
        """Return the vectors (B, T, dim) of codes (B, T / codes_every, n_streams)."""
        raise NotImplementedError

    def codebooks(self) -> list[VectorQuantizer]:
        """Return the codebooks, in the order of `inputs`; none where codes are not learnt."""
        return []

    def inputs(self, latents: Tensor) -> Iterator[tuple[VectorQuantizer, Tensor]]:
        """Give each codebook with the vectors (..., its dim) that it gets to quantize."""
        return iter(())
