"""Pitch classes turned to the strongest one, and note beginnings: an embedding that hears notes.

Instruments, registers and keys are left out on purpose: what remains is which scale degrees sound
together and one after the other, and how often notes begin.
"""

from __future__ import annotations

import numpy as np

from refimpl.embeddings.embedding import Embedding, windows_over
from refimpl.metrics.onsets import onset_flux
from refimpl.metrics.salience import BASS, HOP_SECONDS, MELODY, pitch_salience

SECONDS = 2.0  # of a window
CLEAR = 1.0  # salience, in standard deviations of the spectrum: less is no pitch


def chroma(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """How clearly each pitch class sounds: (n_frames, 12), about 43 frames per second.

    Each frame adds up to 1; where no pitch is clear, or nothing is loud, it is 0.
    """
    total: np.ndarray | None = None
    for register in (BASS, MELODY):
        found = pitch_salience(audio, sample_rate, register)
        clear = np.maximum(found.values - CLEAR, 0) * found.loud[:, None]
        folded = by_pitch_class(clear, found.low)
        total = folded if total is None else total + folded
    return total / np.maximum(total.sum(axis=1, keepdims=True), 1e-6)


def by_pitch_class(pitches: np.ndarray, lowest: int) -> np.ndarray:
    """Add up what sounds of each pitch class: (n_frames, n_pitches) to (n_frames, 12).

    Args:
        pitches: a column for each MIDI pitch from `lowest` on.
        lowest: MIDI pitch.
    """
    classes = (lowest + np.arange(pitches.shape[1])) % 12
    return pitches @ (classes[:, None] == np.arange(12)[None])


class TurnedChroma(Embedding):
    """Mean and standard deviation over two seconds of pitch classes and onsets: 26 features.

    The classes are turned so that the strongest of the whole sound comes first. Nothing is trained.
    """

    name = "turned chroma"
    window = SECONDS
    about = (
        "Pitch classes turned to the strongest one, and note beginnings, over two seconds: no "
        "instruments and no key. Not trained."
    )

    def windows_of(self, audio: np.ndarray) -> np.ndarray:
        """Turn one sound into (n_windows, 26)."""
        classes = chroma(audio, self.sample_rate)
        times, flux = onset_flux(audio, self.sample_rate)
        moments = np.arange(len(classes)) * HOP_SECONDS
        return turned_windows(classes, np.interp(moments, times, flux), 1 / HOP_SECONDS)


def turned_windows(classes: np.ndarray, onsets: np.ndarray, frame_rate: float) -> np.ndarray:
    """Means and standard deviations over windows of two seconds: (n_windows, 26) float32.

    Args:
        classes: (n_frames, 12), how clearly each pitch class sounds; they are turned so that the
            strongest of all frames comes first.
        onsets: (n_frames,), how much begins.
        frame_rate: frames per second.
    """
    turned = np.roll(classes, -int(classes.sum(axis=0).argmax()), axis=1)
    frames = np.column_stack([turned, onsets])
    windows = windows_over(frames, frame_rate, SECONDS)
    both = [np.concatenate([one.mean(axis=0), one.std(axis=0)]) for one in windows]
    return np.stack(both).astype(np.float32)
