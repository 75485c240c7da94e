"""The interface of every embedding: sounds to vectors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from refimpl.audio import is_silent
from refimpl.audio.standardising import check_sample_rate, resample, set_level
from refimpl.display import progress_bar
from refimpl.errors import UserError


class Embedding(ABC):
    """Turns sounds into vectors, by which measures of sets compare them.

    All sounds are brought to the same level first, so that loudness is not judged. A kind of
    embedding says how one sound becomes vectors (`windows_of`).

    Attributes:
        name: what tables call it.
        sample_rate: at which it hears, in Hz; sounds are resampled to it.
        window: seconds that one vector hears; None: the whole sound.
        about: what it hears, in one sentence.
        gives_labels: whether it also classifies sounds (`labels_of`).
        reads_captions: whether it turns captions into vectors beside those of sounds
            (`embed_captions`).

    Taught in lesson 11.
    """

    name: str
    sample_rate: int = 22050
    window: float | None = None
    about: str = ""
    gives_labels: bool = False
    reads_captions: bool = False

    @property
    def fingerprint(self) -> str:
        """Other for another version, so that vectors which are kept are not taken for its own."""
        return self.name

    @abstractmethod
    def windows_of(self, audio: np.ndarray) -> np.ndarray:
        """Turn one sound (n_samples,) at `sample_rate` into (n_windows, n_features)."""

    def embed(
        self, sounds: Sequence[np.ndarray], sample_rate: int, *, show: bool | None = None
    ) -> list[np.ndarray]:
        """Turn sounds into vectors.

        Args:
            sounds: (n_samples,) each; a sound shorter than a window is filled with silence.
            sample_rate: of all of them, in Hz.
            show: whether to show a progress bar; None decides by where the output goes.

        Returns:
            (n_windows, n_features) float32 for each sound.

        Raises:
            UserError: a sound of another shape, with NaN, or without samples.
        """
        check_sample_rate(sample_rate)
        bar = progress_bar(
            sounds, total=len(sounds), description=self.name, unit="sound", show=show, leave=False
        )
        return [
            self.windows_of(self._prepared(sound, sample_rate, n)) for n, sound in enumerate(bar)
        ]

    def labels_of(self, vectors: Sequence[np.ndarray]) -> np.ndarray:
        """Give the labels of sounds from what `embed` made of them.

        Args:
            vectors: (n_windows, n_features) for each sound.

        Returns:
            (n_sounds, n_labels) probabilities.

        Raises:
            UserError: the embedding gives no labels.
        """
        raise UserError(f"{self.name} gives no labels; take joint or AST")

    def embed_captions(self, captions: Sequence[str]) -> np.ndarray:
        """Turn captions into vectors (n_captions, n_features) beside those of sounds.

        Raises:
            UserError: the embedding reads no captions.
        """
        raise UserError(f"{self.name} reads no captions; take joint or CLAP")

    def _prepared(self, sound: np.ndarray, sample_rate: int, number: int) -> np.ndarray:
        audio = np.asarray(sound, dtype=np.float32)
        if audio.ndim != 1 or not len(audio) or not np.isfinite(audio).all():
            raise UserError(
                f"sound {number + 1} has shape {audio.shape}; give one channel (n_samples,) with "
                "at least one sample and no NaN"
            )
        audio = resample(audio, sample_rate, self.sample_rate)
        return audio if is_silent(audio) else set_level(audio, "rms")


def windows_over(frames: np.ndarray, frame_rate: float, window: float) -> list[np.ndarray]:
    """Cut frames into windows that overlap by half.

    Args:
        frames: (n_frames, n_features).
        frame_rate: frames per second.
        window: seconds.

    Returns:
        At least one (n_window_frames, n_features). The end that does not fill a window is left
        out, unless it is all there is.
    """
    size = max(2, round(window * frame_rate))
    starts = range(0, max(1, len(frames) - size + 1), max(1, size // 2))
    return [frames[start : start + size] for start in starts]
