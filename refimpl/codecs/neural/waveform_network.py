"""The network of the waveform codec: encoder, quantizer and decoder, from samples to samples."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from refimpl.codecs.neural.quantizer import Quantizer
from refimpl.codecs.neural.quantizers import make_quantizer
from refimpl.codecs.neural.waveform import WaveformConfig, WaveformEncoder, make_decoder
from refimpl.codecs.vqvae import Quantized, VectorQuantizer
from refimpl.codecs.vqvae.network import TrainingPass


class WaveformNetwork(nn.Module):
    """Encoder, quantizer and decoder on waveforms whose root mean square is about 1.

    Args:
        config: the shape.

    Attributes:
        quantizes: whether `forward` quantizes the latents; training begins without.
        last_pass: of the last batch that was trained on; None before.

    Source: Zeghidour et al. 2021 (SoundStream); Défossez et al. 2022 (EnCodec). Taught in lesson 8.
    """

    def __init__(self, config: WaveformConfig):
        super().__init__()
        self.config, self.quantizes = config, True
        self.last_pass: TrainingPass | None = None
        self.encoder = WaveformEncoder(config)
        self.quantizer: Quantizer = make_quantizer(config.quantizer, config.dim)
        self.decoder = make_decoder(config)

    def forward(self, audio: Tensor) -> tuple[Tensor, Tensor]:
        """Encode, quantize and decode audio (B, n_samples).

        Returns:
            The decoded audio (B, n_samples) and the quantizer's loss, a scalar.
        """
        latents = self.latents(audio)
        vectors, loss = latents, torch.zeros((), device=audio.device)
        if self.quantizes:
            quantized = self.quantizer(latents)
            vectors, loss = quantized.vectors, quantized.loss
        decoded = self.decoder(vectors)
        if self.training:
            error = (decoded.detach() - audio).square().mean().item()
            self.last_pass = TrainingPass(latents.detach(), error, loss.item())
        return decoded, loss

    def latents(self, audio: Tensor) -> Tensor:
        """Encode audio (B, n_samples), whole steps, to latents (B, n_steps, dim)."""
        return self.encoder(audio)

    def quantize(self, latents: Tensor) -> Quantized:
        """Quantize latents (B, n_steps, dim); codes are (B, n_steps, n_streams)."""
        return self.quantizer(latents)

    def reconstruct(self, codes: Tensor) -> Tensor:
        """Decode codes (B, n_steps, k) of the first k streams to audio (B, n_samples)."""
        return self.decoder(self.quantizer.decode(codes))

    @property
    def stages(self) -> list[VectorQuantizer]:
        """The codebooks of the quantizer."""
        return self.quantizer.codebooks()

    def residuals(self, latents: Tensor) -> Iterator[tuple[VectorQuantizer, Tensor]]:
        """Give each codebook with the vectors that it gets to quantize."""
        return self.quantizer.inputs(latents)
