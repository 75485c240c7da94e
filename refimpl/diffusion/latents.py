"""Sounds as continuous latents: what a neural codec's encoder says before it is quantized.

audio (n_samples,) -> latents (n_steps, latent_dim), each number with variance 1 -> audio
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np
import torch

from refimpl.codecs import NeuralCodec
from refimpl.codecs.windows import hold_last
from refimpl.errors import UserError
from refimpl.mel import mel_spectrogram, mel_to_audio


class ContinuousCodec(Protocol):
    """Sound to real numbers and back: what `Codec` is for codes. Taught in lesson 12.

    Attributes:
        sample_rate: of the sounds, in Hz.
        step_rate: steps per second.
        latent_dim: numbers in a step.
    """

    sample_rate: int
    step_rate: float
    latent_dim: int

    def encode(self, audio: np.ndarray) -> np.ndarray:
        """Turn a waveform (n_samples,) into latents (n_steps, latent_dim) float32."""

    def decode(self, latents: np.ndarray, **options) -> np.ndarray:
        """Turn latents (n_steps, latent_dim) into a waveform (n_samples,) float32."""


class NeuralLatents:
    """The latents of a neural codec, without its quantizer, each number brought to variance 1.

    The noise of a diffusion has variance 1 in every number. A number of smaller variance drowns
    before the others, and one of larger variance after them.

    Args:
        codec: a trained codec; its books are not used.
        mean, std: (latent_dim,) of the latents.

    Source: Rombach et al. 2022, section 3.3 and appendix G, for the scaling. Taught in lesson 12.
    """

    def __init__(self, codec: NeuralCodec, mean: np.ndarray, std: np.ndarray) -> None:
        self.codec = codec
        self.mean, self.std = (np.asarray(part, dtype=np.float32) for part in (mean, std))
        self.sample_rate, self.step_rate = codec.sample_rate, codec.step_rate
        self.latent_dim = len(self.mean)

    @classmethod
    def plain(cls, codec: NeuralCodec) -> NeuralLatents:
        """Return a codec's latents as its encoder gives them, whatever their mean and variance."""
        size = codec.config.latent_dim
        return cls(codec, np.zeros(size), np.ones(size))

    @classmethod
    def fit(cls, codec: NeuralCodec, sounds: Iterable[np.ndarray]) -> NeuralLatents:
        """Measure mean and standard deviation of the latents of some sounds.

        Raises:
            UserError: fewer than two steps of sound, or a number that never changes.
        """
        plain = cls.plain(codec)
        rows = [plain.encode(audio) for audio in sounds]
        steps = np.concatenate(rows) if rows else np.empty((0, plain.latent_dim))
        if len(steps) < 2 or (steps.std(axis=0) == 0).any():
            raise UserError(
                f"the latents of {len(rows)} sounds, {len(steps)} steps, do not vary; give more"
                " sound"
            )
        return cls(codec, steps.mean(axis=0), steps.std(axis=0))

    @torch.inference_mode()
    def encode(self, audio: np.ndarray) -> np.ndarray:
        """Turn a waveform (n_samples,) into latents (n_steps, latent_dim) float32."""
        codec = self.codec
        frames = codec.normalise(mel_spectrogram(audio, codec.mel))
        if len(frames) == 0:
            return np.empty((0, self.latent_dim), dtype=np.float32)
        n_steps = -(-len(frames) // codec.frames_per_step)
        frames = hold_last(frames, n_steps * codec.frames_per_step)
        latents = codec.network.latents(torch.from_numpy(frames)[None])[0].numpy()
        return (latents - self.mean) / self.std

    @torch.inference_mode()
    def decode(self, latents: np.ndarray, **options) -> np.ndarray:
        """Turn latents (n_steps, latent_dim) into a waveform (n_samples,) float32.

        Args:
            latents: of one sound.
            options: for `mel_to_audio`, such as n_iter or seed.

        Raises:
            UserError: another shape.
        """
        return mel_to_audio(self.decode_frames(latents), self.codec.mel, **options)

    @torch.inference_mode()
    def decode_frames(self, latents: np.ndarray) -> np.ndarray:
        """Turn latents (n_steps, latent_dim) into mel frames (n_frames, n_mels) in dB.

        Raises:
            UserError: another shape.
        """
        codec, latents = self.codec, np.asarray(latents, dtype=np.float32)
        if latents.ndim != 2 or latents.shape[1] != self.latent_dim:
            raise UserError(
                f"latents have shape {latents.shape}; this codec needs (n_steps, {self.latent_dim})"
            )
        vectors = torch.from_numpy(latents * self.std + self.mean)
        frames = codec.network.reconstruct(vectors[None])[0].numpy()
        return np.maximum(frames * codec.std + codec.mean, codec.mel.floor_db).astype(np.float32)
