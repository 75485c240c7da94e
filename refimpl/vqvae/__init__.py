"""A VQ-VAE on mel frames: a codec that learns its encoder and decoder as well as its codes.

`quantizer` is the step without a gradient, `network` the encoder and decoder around it,
`fitting` trains them, and `codec` gives them the interface of a codebook.
"""

from refimpl.vqvae.codec import VQVAE
from refimpl.vqvae.network import VQVAEConfig, VQVAENetwork
from refimpl.vqvae.quantizer import Quantized, VectorQuantizer

__all__ = ["VQVAE", "Quantized", "VQVAEConfig", "VQVAENetwork", "VectorQuantizer"]
