"""Low-dimensional codes: a codebook that looks at a latent through a small window.

The nearest of many codes is hard to tell in many dimensions, where all are about equally far, and
codes die. A linear map first takes the latent to a few numbers; the code is chosen there; a second
map takes it back.
"""

from torch import Tensor, nn

from refimpl.codecs.vqvae import Quantized, VectorQuantizer


class ProjectedQuantizer(nn.Module):
    """A vector quantizer of `code_dim` numbers between two linear maps.

    Args:
        n_codes: codes in the codebook.
        dim: numbers in a latent.
        code_dim: numbers in a code.
        options: of `VectorQuantizer`; `cosine` compares directions only, as DAC does.

    Source: Yu et al. 2022, section 3.2; Kumar et al. 2023 (DAC), section 3.2.
    Taught in lesson 8.
    """

    def __init__(self, n_codes: int, dim: int, code_dim: int, **options):
        super().__init__()
        self.into = nn.Linear(dim, code_dim)
        self.quantizer = VectorQuantizer(n_codes, code_dim, **options)
        self.out = nn.Linear(code_dim, dim)

    def forward(self, z: Tensor) -> Quantized:
        """Quantize vectors z (..., dim); both maps get the decoder's gradient."""
        found = self.quantizer(self.into(z))
        return Quantized(self.out(found.vectors), found.codes, found.loss)

    def nearest(self, z: Tensor) -> Tensor:
        """Return the number of the nearest code for each vector (..., dim) -> (...,)."""
        return self.quantizer.nearest(self.into(z))

    def lookup(self, codes: Tensor) -> Tensor:
        """Return the vectors of code numbers (...,) -> (..., dim)."""
        return self.out(self.quantizer.lookup(codes))
