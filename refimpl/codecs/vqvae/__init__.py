"""A VQ-VAE on mel frames: a codec that learns its encoder and decoder as well as its codes.

`quantizer` is the step without a gradient, `network` the encoder and decoder around it,
`fitting` trains them, and `codec` turns frames into codes with them.
"""

from refimpl.codecs.vqvae.codec import VQVAE, VQVAECodecConfig
from refimpl.codecs.vqvae.network import VQVAEConfig, VQVAENetwork
from refimpl.codecs.vqvae.quantizer import Quantized, VectorQuantizer

__all__ = [
    "VQVAE",
    "Quantized",
    "VQVAECodecConfig",
    "VQVAEConfig",
    "VQVAENetwork",
    "VectorQuantizer",
]
