"""Notes as basic-pitch hears them, turned to the strongest pitch class: an embedding."""

from __future__ import annotations

import numpy as np

from refimpl.embeddings.embedding import Embedding
from refimpl.embeddings.turned_chroma import SECONDS, by_pitch_class, turned_windows
from refimpl.metrics.basic_pitch import HOP, LOWEST, SAMPLE_RATE, BasicPitch


class HeardNotes(Embedding):
    """Pitch classes and onsets over two seconds, as `TurnedChroma`, by a network of others.

    The posteriors of the 88 pitches are added up by pitch class, and those of their onsets over all
    pitches.

    Args:
        hears: the network; None loads it.

    Raises:
        UserError: the package `basic-pitch` is not installed.

    Source: Bittner et al. 2022. Taught in lesson 11.
    """

    name = "basic-pitch"
    sample_rate = SAMPLE_RATE
    window = SECONDS
    about = (
        "Pitch classes turned to the strongest one, and note beginnings, over two seconds, as the "
        "network basic-pitch hears them. Others have trained it on recordings."
    )

    def __init__(self, hears: BasicPitch | None = None) -> None:
        self.hears = hears or BasicPitch.load()

    def windows_of(self, audio: np.ndarray) -> np.ndarray:
        """Turn one sound into (n_windows, 26)."""
        heard = self.hears.posteriors(audio, self.sample_rate)
        classes = by_pitch_class(heard.notes, LOWEST)
        return turned_windows(classes, heard.onsets.sum(axis=1), SAMPLE_RATE / HOP)
