"""A VQ-VAE on mel frames: a codec whose frames-to-codes map is learned, not only its codes.

`quantizer` is the step that no gradient passes, `network` the encoder and decoder around it,
`fitting` trains them, and `codec` makes them usable wherever a codebook is.
"""

from refimpl.vqvae.codec import VQVAE
from refimpl.vqvae.network import VQVAEConfig, VQVAENetwork
from refimpl.vqvae.quantizer import Quantized, VectorQuantizer

__all__ = ["VQVAE", "Quantized", "VQVAEConfig", "VQVAENetwork", "VectorQuantizer"]
