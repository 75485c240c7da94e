"""A melody as a condition: one pitch class a frame, whatever instrument plays it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from refimpl.conditioning.conditioner import Metadata
from refimpl.errors import UserError
from refimpl.metrics.spectral import magnitudes

N_CLASSES = 12
REST = -1  # a frame in which nothing sounds
_WINDOW = 0.186  # seconds
_LOWEST, _HIGHEST = 120.0, 5000.0  # Hz: a bass below it would drown the melody
_FLOOR = 45.0  # dB below the loudest frame


def melody_classes(audio: np.ndarray, sample_rate: int, frame_rate: float) -> np.ndarray:
    """Return the strongest pitch class of each frame: what is left of a sound as its melody.

    The rest is thrown away, so that the model has to invent it: instrument, octave, chords and
    drums. MusicGen's authors found that a whole chromagram lets the model copy the sound instead.
    They first separate drums and bass from the sound; here, frequencies below 120 Hz are left out.

    Args:
        audio: `(n_samples,)`.
        sample_rate: in Hz.
        frame_rate: frames per second, such as a codec's steps.
    Returns:
        `(n_frames,)` int64, 0 for C to 11 for B, and -1 for a frame more than 45 dB below the
        loudest.
    Raises:
        UserError: no samples, or more frames than the sound has samples.

    Source: Copet et al. 2023 (MusicGen), section 2.3, "melody conditioning".
    """
    if audio.ndim != 1 or not len(audio) or not 0 < frame_rate <= sample_rate:
        raise UserError(
            f"audio of shape {audio.shape} and {frame_rate:g} frames per second; give samples "
            "(n_samples,) and a rate up to the sample rate"
        )
    n_fft = 2 ** round(math.log2(_WINDOW * sample_rate))
    power = np.square(magnitudes(audio, n_fft, hop := n_fft // 8))  # (n_windows, n_bins)
    hertz = np.fft.rfftfreq(n_fft, 1 / sample_rate)
    heard = np.flatnonzero((hertz >= _LOWEST) & (hertz <= _HIGHEST))
    classes = np.round(69 + 12 * np.log2(hertz[heard] / 440)).astype(int) % N_CLASSES
    chroma = power[:, heard] @ np.eye(N_CLASSES)[classes]  # (n_windows, 12)
    n_frames = max(1, round(len(audio) / sample_rate * frame_rate))
    middles = (np.arange(n_frames) + 0.5) / frame_rate * sample_rate / hop
    chroma = chroma[np.minimum(np.round(middles).astype(int), len(chroma) - 1)]
    level = chroma.sum(axis=1)
    sounds = level > max(level.max() * 10 ** (-_FLOOR / 10), 1e-12)
    return np.where(sounds, chroma.argmax(axis=1), REST)


class MelodyConditioner(nn.Module):
    """A vector for each frame of a melody: its pitch class, and where in the tune it stands.

    Frames in which nothing sounds have a vector too: a rest is part of a melody. A clip without a
    melody has none.

    Args:
        hidden_size: of the vectors, even.
        fact: the name of the melody in `Metadata.facts`: a list of pitch classes from 0 to 11, and
            -1 for rests, such as `melody_classes` gives.
        most_frames: the frames that are read; the others are left out.
        seed: of the initial values.

    Raises:
        UserError: an odd `hidden_size`.
    """

    def __init__(
        self, hidden_size: int, *, fact: str = "melody", most_frames: int = 1024, seed: int = 0
    ) -> None:
        super().__init__()
        if hidden_size % 2:
            raise UserError(f"hidden_size is {hidden_size}; places need an even number")
        self.fact, self.most_frames = fact, most_frames
        generator = torch.Generator().manual_seed(seed)
        self.vectors = nn.Embedding(N_CLASSES + 1, hidden_size)  # the last one is a rest
        nn.init.normal_(self.vectors.weight, generator=generator)
        rates = torch.exp(-torch.arange(hidden_size // 2) / (hidden_size // 2) * math.log(1e4))
        angles = torch.arange(most_frames)[:, None] * rates
        self.register_buffer("places", torch.cat([angles.sin(), angles.cos()], 1), persistent=False)

    def encode(self, clips: Sequence[Metadata]) -> tuple[Tensor, Tensor]:
        """Return vectors `(B, S, hidden_size)` and mask `(B, S)`; S is the longest's frames.

        Raises:
            UserError: a melody that is no list of pitch classes.
        """
        melodies = [self._classes(clip) for clip in clips]
        longest = max(1, *map(len, melodies))
        device = self.vectors.weight.device
        rows = [row + [N_CLASSES + 1] * (longest - len(row)) for row in melodies]
        numbers = torch.tensor(rows, device=device)  # (B, S)
        mask = numbers <= N_CLASSES
        return self.vectors(numbers.clamp(max=N_CLASSES)) + self.places[:longest], mask

    def _classes(self, clip: Metadata) -> list[int]:
        melody = clip.facts.get(self.fact)
        if melody is None:
            return []
        melody = np.asarray(melody)
        if melody.ndim != 1 or melody.dtype.kind not in "iu" and melody.size:
            raise UserError(f"the {self.fact} is no list of whole numbers; see melody_classes")
        if melody.size and not REST <= melody.min() <= melody.max() < N_CLASSES:
            raise UserError(
                f"the {self.fact} has classes from {melody.min()} to {melody.max()}; give 0 (C) to "
                f"11 (B), and {REST} for a rest"
            )
        melody = melody[: self.most_frames].astype(int)
        return np.where(melody == REST, N_CLASSES, melody).tolist()
