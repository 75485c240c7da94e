"""Two networks that make codes say more than the sound: a semantic target, and separate codes.

Both get, beside the mel frames, the chroma of each frame: the share of its energy in each of the
twelve pitch classes. It is a target in training, and is not needed to encode or decode.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from refimpl.codecs.neural import NeuralConfig, NeuralNetwork
from refimpl.metrics.spectral import magnitudes

N_CLASSES = 12
CHROMA_FFT = 8192  # samples: long enough to tell the semitones of a bass apart
WEIGHT = 0.5  # of the semantic loss, which is about two nats at first, beside one of the frames


def chroma_shares(audio: np.ndarray, sample_rate: int, hop_length: int) -> np.ndarray:
    """Measure the share of each pitch class in the energy around each frame's middle.

    Frequencies from 100 Hz to 2 kHz count.

    Args:
        audio: (n_samples,) mono.
        sample_rate: in Hz.
        hop_length: samples between two frames, as of the mel frames.

    Returns:
        (1 + n_samples // hop_length, 12) float32; the rows of frames with sound add up to 1, those
        of silence are equal shares.
    """
    power = np.square(magnitudes(audio, CHROMA_FFT, hop_length))
    frequencies = np.fft.rfftfreq(CHROMA_FFT, 1 / sample_rate)
    heard = np.flatnonzero((frequencies >= 100) & (frequencies <= 2000))
    classes = np.round(69 + 12 * np.log2(frequencies[heard] / 440)).astype(int) % N_CLASSES
    energy = power[:, heard] @ np.eye(N_CLASSES, dtype=np.float32)[classes] + 1e-6
    return (energy / energy.sum(axis=1, keepdims=True)).astype(np.float32)


class SemanticNetwork(NeuralNetwork):
    """A neural codec whose codes also have to tell the chroma.

    A linear head reads the chroma of a step's frames off its quantized vector. Its loss trains
    encoder and codes; after training the head is not used. The codes are as many as without it.

    Args:
        n_features: numbers in a frame together with its chroma.
        config: the shape.
        weight: of the semantic loss; 0 is a codec without a semantic target.

    Source: Ye et al. 2024 (X-Codec), section 3, which has a speech model's features as target.
    """

    def __init__(self, n_features: int, config: NeuralConfig, *, weight: float = WEIGHT):
        super().__init__(n_features - N_CLASSES, config)
        self.n_mels, self.weight = n_features - N_CLASSES, weight
        self.head = nn.Linear(config.latent_dim, config.downsampling * N_CLASSES)

    def latents(self, frames: Tensor) -> Tensor:
        """Encode frames (B, T, n_mels), with or without their chroma behind."""
        return super().latents(frames[..., : self.n_mels])

    def forward(self, frames: Tensor) -> Tensor:
        """Return the loss of frames with their chroma (B, T, n_mels + 12)."""
        mels, chroma = frames[..., : self.n_mels], frames[..., self.n_mels :]
        latents = self.latents(mels)
        vectors, quantizer = latents, torch.zeros(())
        if self.quantizes:
            quantized = self.quantize(latents)
            vectors, quantizer = quantized.vectors, quantized.loss
        return self._loss(self.reconstruct(vectors), mels, vectors, chroma, latents, quantizer)

    def _loss(self, decoded, mels, vectors, chroma, latents, quantizer) -> Tensor:
        squared = F.mse_loss(decoded, mels)
        if self.training:
            from refimpl.codecs.vqvae.network import TrainingPass

            self.last_pass = TrainingPass(latents.detach(), squared.item(), quantizer.item())
        guesses = self.head(vectors).unflatten(-1, (-1, N_CLASSES)).flatten(1, 2)  # (B, T, 12)
        semantic = -(chroma * F.log_softmax(guesses, dim=-1)).sum(dim=-1).mean()
        return F.l1_loss(decoded, mels) + squared + quantizer + self.weight * semantic


class FactorisedNetwork(SemanticNetwork):
    """A neural codec with the sound's colour apart from its notes.

    The codes of a step see its frames without the mean frame of the sound, and have to tell the
    chroma. A single vector for the whole sound sees nothing but that mean frame. The decoder gets
    both, so that what does not change need not be in the codes.

    Args:
        n_features, config, weight: see `SemanticNetwork`.
        colour_dim: numbers in the vector of a sound.

    Source: Ju et al. 2024 (FACodec, in NaturalSpeech 3), section 3.2, which also has codes for
    prosody and for acoustic details, and adversaries that keep each from the others.
    """

    def __init__(
        self,
        n_features: int,
        config: NeuralConfig,
        *,
        weight: float = WEIGHT,
        colour_dim: int = 16,
    ):
        super().__init__(n_features, config, weight=weight)
        self.colour_encoder = nn.Sequential(
            nn.Linear(self.n_mels, config.width),
            nn.GELU(),
            nn.Linear(config.width, colour_dim),
            nn.LayerNorm(colour_dim),
        )
        self.from_colour = nn.Linear(colour_dim, config.latent_dim)

    def latents(self, frames: Tensor) -> Tensor:
        mels = frames[..., : self.n_mels]
        return super().latents(mels - mels.mean(dim=1, keepdim=True))

    def colour(self, mels: Tensor) -> Tensor:
        """Describe the colour of sounds with frames (B, T, n_mels): (B, 1, colour_dim)."""
        return self.colour_encoder(mels.mean(dim=1, keepdim=True))

    def join(self, vectors: Tensor, colour: Tensor) -> Tensor:
        """Decode vectors (B, S, latent_dim) with a colour (B, 1, colour_dim): (B, T, n_mels)."""
        return self.reconstruct(vectors + self.from_colour(colour))

    def forward(self, frames: Tensor) -> Tensor:
        mels, chroma = frames[..., : self.n_mels], frames[..., self.n_mels :]
        latents = self.latents(mels)
        vectors, quantizer = latents, torch.zeros(())
        if self.quantizes:
            quantized = self.quantize(latents)
            vectors, quantizer = quantized.vectors, quantized.loss
        decoded = self.join(vectors, self.colour(mels))
        return self._loss(decoded, mels, vectors, chroma, latents, quantizer)
