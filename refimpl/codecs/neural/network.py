"""The network of the neural codec: an encoder that sees time, a quantizer, and a decoder.

frames (B, T, n_mels) -> blocks -> every d frames become a step -> blocks -> latents (B, T / d, dim)
                      -> quantizer -> the same backwards -> frames (B, T, n_mels)
"""

from collections.abc import Iterator
from typing import Annotated

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from refimpl.codecs.neural.convnext import ConvNeXtBlock
from refimpl.codecs.neural.quantizer import Quantizer
from refimpl.codecs.neural.quantizers import QuantizerConfig, make_quantizer
from refimpl.codecs.vqvae import Quantized, VectorQuantizer
from refimpl.codecs.vqvae.network import TrainingPass
from refimpl.configuration import Configuration, Count, Truth, Whole, configuration
from refimpl.errors import UserError

Blocks = Annotated[Whole, Field(ge=0)]


@configuration
class NeuralConfig(Configuration):
    """The shape of a neural codec's network.

    Attributes:
        width: channels of encoder and decoder.
        downsampling: frames that become one step of latents.
        encoder_blocks, decoder_blocks: ConvNeXt blocks on each side, at the rate of steps.
        frame_blocks: further blocks on each side, at the rate of frames.
        kernel_size: frames or steps that a block's convolution sees; odd.
        expansion: width of a block's inner network, in widths.
        causal: whether no step sees later ones.
        latent_dim: numbers in a latent.
        quantizer: how latents become codes.

    Raises:
        UserError: values that do not describe a network.

    Taught in lesson 8.
    """

    width: Count = 160
    downsampling: Count = 4
    encoder_blocks: Blocks = 2
    decoder_blocks: Blocks = 3
    frame_blocks: Blocks = 0
    kernel_size: Count = 7
    expansion: Count = 2
    causal: Truth = False
    latent_dim: Count = 16
    quantizer: QuantizerConfig = QuantizerConfig()

    def __post_init__(self) -> None:
        if self.kernel_size % 2 == 0:
            raise UserError(f"kernel_size must be odd, to have a middle; got {self.kernel_size}")

    @property
    def frames_per_step(self) -> int:
        """Frames that share a step of codes."""
        return self.downsampling * self.quantizer.codes_every


class NeuralNetwork(nn.Module):
    """Encoder, quantizer and decoder, on normalised frames.

    Args:
        n_mels: numbers in a frame.
        config: the shape.

    Attributes:
        quantizes: whether `forward` quantizes the latents; training begins without.
        last_pass: of the last batch that was trained on; None before.

    Source: blocks after Siuzdak 2023 (Vocos); the codec around a residual quantizer after
    Zeghidour et al. 2021 (SoundStream). Taught in lesson 8.
    """

    def __init__(self, n_mels: int, config: NeuralConfig):
        super().__init__()
        self.config, self.quantizes = config, True
        self.last_pass: TrainingPass | None = None
        width, factor = config.width, config.downsampling
        at_frames = config.frame_blocks > 0
        inner = width if at_frames else n_mels
        self.frames_in = nn.Linear(n_mels, width) if at_frames else nn.Identity()
        self.frame_encoder = self._blocks(config.frame_blocks)
        self.shorten = nn.Linear(factor * inner, width)
        self.step_encoder = self._blocks(config.encoder_blocks)
        # The norm keeps the latents' size: without it they could shrink towards their codes.
        self.to_latents = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, config.latent_dim))
        self.quantizer: Quantizer = make_quantizer(config.quantizer, config.latent_dim)
        self.from_latents = nn.Linear(config.latent_dim, width)
        self.step_decoder = self._blocks(config.decoder_blocks)
        self.lengthen = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, factor * inner))
        self.frame_decoder = self._blocks(config.frame_blocks)
        self.frames_out = nn.Sequential()
        if at_frames:
            self.frames_out = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, n_mels))

    def _blocks(self, number: int) -> nn.Sequential:
        c = self.config
        return nn.Sequential(
            *(
                ConvNeXtBlock(c.width, c.kernel_size, c.expansion, causal=c.causal)
                for _ in range(number)
            )
        )

    @property
    def look_ahead(self) -> int:
        """Frames after the end of a step that decide about its codes or, decoded, its frames."""
        c = self.config
        if c.causal:
            return 0
        reach = c.kernel_size // 2  # of a block, on one side
        steps = (c.encoder_blocks + c.decoder_blocks) * reach
        # A block at the rate of frames reaches over the end of its step, into another one.
        each_side = -(-c.frame_blocks * reach // c.downsampling)
        return (steps + 2 * each_side) * c.downsampling

    def forward(self, frames: Tensor) -> Tensor:
        """Return the loss of frames (B, T, n_mels): a mean over the numbers of all frames.

        It is the absolute plus the squared error of the reconstruction, and the quantizer's loss.
        """
        latents = self.latents(frames)
        vectors, quantizer = latents, torch.zeros((), device=frames.device)
        if self.quantizes:
            quantized = self.quantize(latents)
            vectors, quantizer = quantized.vectors, quantized.loss
        decoded = self.reconstruct(vectors)
        squared = F.mse_loss(decoded, frames)
        if self.training:
            self.last_pass = TrainingPass(latents.detach(), squared.item(), quantizer.item())
        return F.l1_loss(decoded, frames) + squared + quantizer

    def latents(self, frames: Tensor) -> Tensor:
        """Encode frames (B, T, n_mels), T a multiple of d, to latents (B, T / d, latent_dim)."""
        frames = self.frame_encoder(self.frames_in(frames))
        n_samples, n_frames, inner = frames.shape
        factor = self.config.downsampling
        steps = frames.reshape(n_samples, n_frames // factor, factor * inner)
        return self.to_latents(self.step_encoder(self.shorten(steps)))

    def reconstruct(self, vectors: Tensor) -> Tensor:
        """Decode vectors (B, T / d, latent_dim) to frames (B, T, n_mels)."""
        steps = self.lengthen(self.step_decoder(self.from_latents(vectors)))
        n_samples, n_steps, size = steps.shape
        factor = self.config.downsampling
        frames = steps.reshape(n_samples, n_steps * factor, size // factor)
        return self.frames_out(self.frame_decoder(frames))

    def quantize(self, latents: Tensor) -> Quantized:
        """Quantize latents (B, S, latent_dim)."""
        return self.quantizer(latents)

    def lookup(self, codes: Tensor) -> Tensor:
        """Return the vectors (B, S, latent_dim) of codes (B, S / codes_every, n_streams)."""
        return self.quantizer.decode(codes)

    @property
    def stages(self) -> list[VectorQuantizer]:
        """The codebooks of the quantizer."""
        return self.quantizer.codebooks()

    def residuals(self, latents: Tensor) -> Iterator[tuple[VectorQuantizer, Tensor]]:
        """Give each codebook with the vectors that it gets to quantize."""
        return self.quantizer.inputs(latents)
