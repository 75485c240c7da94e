"""The network of the VQ-VAE: a small convolutional encoder and decoder around the quantizer.

frames (B, T, n_mels) -> encoder -> latents (B, T / d, codebook_dim)
                      -> quantizer -> decoder -> frames (B, T, n_mels)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from refimpl.codecs.vqvae.quantizer import Quantized, VectorQuantizer
from refimpl.configuration import (
    Configuration,
    Count,
    NotNegative,
    Share,
    Truth,
    Whole,
    configuration,
)
from refimpl.errors import UserError


@configuration
class VQVAEConfig(Configuration):
    """The shape of a VQ-VAE.

    Attributes:
        n_codes: codes in each stage.
        n_stages: residual stages of the quantizer.
        hidden_size: channels of the convolutions.
        n_layers: residual blocks on each side.
        kernel_size: frames that each convolution sees; odd. 1 treats every frame by itself.
        downsampling: frames that become one step of codes.
        codebook_dim: numbers in a code; fewer lead to better use of the codes (Yu et al. 2022).
        update, decay, commitment, cosine, revive_below: as for `VectorQuantizer`.

    Raises:
        UserError: values that do not describe a network.

    Taught in lesson 4.
    """

    n_codes: Count = 512
    n_stages: Count = 1
    hidden_size: Count = 128
    n_layers: Annotated[Whole, Field(ge=0)] = 2
    kernel_size: Count = 3
    downsampling: Count = 1
    codebook_dim: Count = 32
    update: Literal["ema", "loss"] = "ema"
    decay: Share = 0.99
    commitment: NotNegative = 0.25
    cosine: Truth = False
    revive_below: NotNegative = 0.1

    def __post_init__(self) -> None:
        if self.kernel_size % 2 == 0:
            raise UserError(f"kernel_size must be odd, to have a middle; got {self.kernel_size}")
        if self.cosine and self.n_stages > 1:
            raise UserError("cosine codes have no length, so nothing is left for a second stage")


class ResidualBlock(nn.Module):
    """Two convolutions over time with a residual connection: (B, C, T) -> (B, C, T)."""

    def __init__(self, channels: int, kernel_size: int):
        super().__init__()
        self.wide = nn.Conv1d(channels, channels, kernel_size, padding=kernel_size // 2)
        self.mix = nn.Conv1d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mix(F.gelu(self.wide(F.gelu(x))))


@dataclass
class TrainingPass:
    """The measurements of one training batch.

    Attributes:
        latents: (B, T / d, codebook_dim), without a gradient.
        reconstruction: mean squared error of the frames, in normalised units.
        quantizer: the stages' losses together.
    """

    latents: Tensor
    reconstruction: float
    quantizer: float


class VQVAENetwork(nn.Module):
    """Encoder, quantizer stages and decoder, on normalised frames.

    Args:
        n_mels: numbers in a frame.
        config: the shape.

    Attributes:
        quantizes: whether `forward` sends the latents through the stages; training begins without.
        last_pass: of the last batch that was trained on; None before.

    Source: van den Oord et al. 2017; residual stages after Zeghidour et al. 2021.
    Taught in lesson 4.
    """

    def __init__(self, n_mels: int, config: VQVAEConfig):
        super().__init__()
        self.config = config
        self.quantizes, self.last_pass = True, None
        width, factor = config.hidden_size, config.downsampling
        blocks = [ResidualBlock(width, config.kernel_size) for _ in range(2 * config.n_layers)]
        pad = config.kernel_size // 2
        self.encoder = nn.Sequential(
            nn.Conv1d(n_mels, width, config.kernel_size, padding=pad),
            *blocks[: config.n_layers],
            nn.Conv1d(width, width, factor, stride=factor),  # (B, C, T) -> (B, C, T / d)
            nn.GELU(),
            nn.Conv1d(width, config.codebook_dim, 1),
        )
        self.stages = nn.ModuleList(
            VectorQuantizer(
                config.n_codes,
                config.codebook_dim,
                update=config.update,
                decay=config.decay,
                commitment=config.commitment,
                cosine=config.cosine,
                revive_below=config.revive_below,
            )
            for _ in range(config.n_stages)
        )
        self.decoder = nn.Sequential(
            nn.Conv1d(config.codebook_dim, width, 1),
            nn.GELU(),
            nn.ConvTranspose1d(width, width, factor, stride=factor),  # T / d -> T
            *blocks[config.n_layers :],
            nn.GELU(),
            nn.Conv1d(width, n_mels, config.kernel_size, padding=pad),
        )

    def forward(self, frames: Tensor) -> Tensor:
        """Return the loss of frames (B, T, n_mels): a mean over the numbers of all frames.

        It is the squared error of the reconstruction plus the quantizer's loss.
        """
        latents = self.latents(frames)
        vectors, quantizer = latents, torch.zeros(())
        if self.quantizes:
            quantized = self.quantize(latents)
            vectors, quantizer = quantized.vectors, quantized.loss
        reconstruction = F.mse_loss(self.reconstruct(vectors), frames)
        if self.training:
            self.last_pass = TrainingPass(latents.detach(), reconstruction.item(), quantizer.item())
        return reconstruction + quantizer

    def latents(self, frames: Tensor) -> Tensor:
        """Encode frames (B, T, n_mels), T a multiple of d, to latents (B, T / d, codebook_dim)."""
        return self.encoder(frames.transpose(1, 2)).transpose(1, 2)

    def reconstruct(self, vectors: Tensor) -> Tensor:
        """Decode vectors (B, T / d, codebook_dim) to frames (B, T, n_mels)."""
        return self.decoder(vectors.transpose(1, 2)).transpose(1, 2)

    def quantize(self, latents: Tensor) -> Quantized:
        """Quantize latents (B, S, dim) by all stages; codes are (B, S, n_stages)."""
        residual, total, codes, loss = latents, 0, [], 0
        for stage in self.stages:
            found = stage(residual)
            # Each stage gets the residual of the stages before it, and only its own loss trains it.
            residual = residual - found.vectors.detach()
            total = total + found.vectors.detach()
            codes.append(found.codes)
            loss = loss + found.loss
        if len(self.stages) == 1:
            return Quantized(found.vectors, torch.stack(codes, dim=-1), loss)
        straight_through = latents + (total - latents).detach()
        return Quantized(straight_through, torch.stack(codes, dim=-1), loss)

    def residuals(self, latents: Tensor) -> Iterator[tuple[VectorQuantizer, Tensor]]:
        """Give each stage with the vectors (..., codebook_dim) that it gets to quantize."""
        for stage in self.stages:
            yield stage, latents
            latents = latents - stage.lookup(stage.nearest(latents))

    def lookup(self, codes: Tensor) -> Tensor:
        """Sum the vectors of codes (B, S, n_stages) -> (B, S, codebook_dim)."""
        return sum(stage.lookup(codes[..., i]) for i, stage in enumerate(self.stages))
