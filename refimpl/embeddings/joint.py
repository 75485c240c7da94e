"""The joint embedding of sounds and captions as an embedding that measures of sets compare by.

Trained on this course's tunes, it hears what captions say of them: key, instruments, tempo, mood.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from refimpl.audio import Clip
from refimpl.audio_text import JointEmbedding, load_embedding
from refimpl.audio_text.sound_encoder import WINDOW_SECONDS
from refimpl.embeddings.embedding import Embedding


class JointSounds(Embedding):
    """One vector of length 1 for each window of 8.2 s; windows overlap by half.

    Args:
        model: by default the one that comes with the package.

    Source: Gui et al. 2024 for Fréchet distances in a joint embedding.
    """

    name = "joint"
    window = WINDOW_SECONDS
    about = (
        "A network that was trained on the course's tunes and their captions: key, tempo, "
        "instruments, mood. Of other music it may hear little."
    )

    def __init__(self, model: JointEmbedding | None = None) -> None:
        self._given = model

    @cached_property
    def model(self) -> JointEmbedding:
        """The joint embedding."""
        return self._given or load_embedding()

    def windows_of(self, audio: np.ndarray) -> np.ndarray:
        """Turn one sound into (n_windows, 128)."""
        return self.model.embed_windows(Clip("sound", audio, self.sample_rate))


class JointSteps(JointSounds):
    """What sounds in each fifth of a second, without the tempo: (n_steps, 128)."""

    name = "joint, steps"
    window = None

    def windows_of(self, audio: np.ndarray) -> np.ndarray:
        """Turn one sound into (n_steps, 128), 5.4 a second."""
        return self.model.embed_frames(Clip("sound", audio, self.sample_rate))
