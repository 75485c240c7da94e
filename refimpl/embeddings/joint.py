"""The joint embedding of sounds and captions as an embedding that measures of sets compare by.

Trained on this course's tunes, it hears what captions say of them: key, instruments, tempo, mood.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from refimpl.audio import Clip
from refimpl.audio_text import JointEmbedding, load_embedding
from refimpl.audio_text.sound_encoder import WINDOW_SECONDS
from refimpl.audio_text.tags import MODES
from refimpl.embeddings.embedding import Embedding
from refimpl.tinytunes.arrangement import MELODIES
from refimpl.tinytunes.harmony import KEY_NAMES
from refimpl.weight_storage import digest_of

# What labels a sound can have, as captions: a key and an instrument of the melody.
LABELS = tuple(
    f"a tune in {key} {mode}, melody: {instrument}"
    for mode in MODES
    for key in KEY_NAMES[mode]
    for instrument in MELODIES
)


class JointSounds(Embedding):
    """One vector of length 1 for each window of 8.2 s; windows overlap by half.

    Args:
        model: by default the one that comes with the package.

    Source: Gui et al. 2024 for Fréchet distances in a joint embedding.
    """

    name = "joint"
    window = WINDOW_SECONDS
    gives_labels = reads_captions = True
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

    @cached_property
    def fingerprint(self) -> str:
        """Its name, and a digest of its weights."""
        return f"{self.name} {digest_of(self.model)}"

    def windows_of(self, audio: np.ndarray) -> np.ndarray:
        """Turn one sound into (n_windows, 128)."""
        return self.model.embed_windows(Clip("sound", audio, self.sample_rate))

    def embed_captions(self, captions: Sequence[str]) -> np.ndarray:
        """Turn captions into vectors (n_captions, 128) of length 1."""
        return self.model.embed_captions(captions)

    def labels_of(self, vectors: Sequence[np.ndarray]) -> np.ndarray:
        """Give the labels of sounds: a key and an instrument of the melody, zero-shot.

        Args:
            vectors: (n_windows, 128) for each sound.

        Returns:
            (n_sounds, 168) probabilities: a softmax over the cosines with a caption for each label,
            at the temperature that training learnt.

        Source: Radford et al. 2021, section 3.1.
        """
        means = np.stack([np.mean(windows, axis=0) for windows in vectors]).astype(np.float64)
        means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
        scores = self.model.scale.item() * means @ self._label_texts.T
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        return likely / likely.sum(axis=1, keepdims=True)

    @cached_property
    def _label_texts(self) -> np.ndarray:
        return self.embed_captions(LABELS).astype(np.float64)


class JointSteps(JointSounds):
    """What sounds in each fifth of a second, without the tempo: (n_steps, 128)."""

    name = "joint, steps"
    window = None
    gives_labels = reads_captions = False  # captions are about whole sounds

    def windows_of(self, audio: np.ndarray) -> np.ndarray:
        """Turn one sound into (n_steps, 128), 5.4 a second."""
        return self.model.embed_frames(Clip("sound", audio, self.sample_rate))
