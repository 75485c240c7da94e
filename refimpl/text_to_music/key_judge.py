"""A judge of keys: which pitch classes sound, in the bass, at the beginning and at the end.

A key in another place is the same picture, turned. So one classifier serves all twelve tonics: it
is asked twelve times, with the pitch classes turned so that each is the tonic once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from refimpl.audio_text.front_end import N_OCTAVES
from refimpl.errors import UserError

MODES = ("major", "minor")
_BASS = 3  # octaves that are the bass's
_EDGE = 8  # the first and the last eighth of a tune, half a bar of four
_NO_TONIC = 2  # the class of pitch classes that are turned wrongly


def pitch_class_features(frames: np.ndarray) -> np.ndarray:
    """How strong each pitch class is: (6, 12), each row of length 1.

    The rows are all of the tune, its first and its last eighth; first of the bass, and then of
    what is above.

    Args:
        frames: (n_frames, 96) of `semitone_spectrogram`, where 0 to 1 are 60 dB.
    """
    edge = max(1, len(frames) // _EDGE)
    rows = []
    for part in (frames, frames[:edge], frames[-edge:]):
        strength = np.mean(10 ** (1.5 * (part - 1)), axis=0).reshape(N_OCTAVES, 12)
        rows += [strength[:_BASS].sum(axis=0), strength[_BASS:].sum(axis=0)]
    features = np.stack(rows) - np.min(rows, axis=1, keepdims=True)
    return features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-9)


def _turned(features: np.ndarray) -> np.ndarray:
    """Features with each pitch class in the tonic's place once: (12, 72)."""
    return np.stack([np.roll(features, -tonic, axis=1).ravel() for tonic in range(12)])


class KeyJudge:
    """Tells the key of a tune of this corpus from its sound.

    Args:
        classifier: of turned features: major, minor, or no tonic.
    """

    def __init__(self, classifier) -> None:
        self.classifier = classifier

    @classmethod
    def fit(
        cls, features: Sequence[np.ndarray], tonics: Sequence[int], modes: Sequence[str]
    ) -> KeyJudge:
        """Train a judge.

        Args:
            features: of `pitch_class_features`, one for each tune.
            tonics: pitch classes.
            modes: "major" or "minor".

        Raises:
            UserError: there are no tunes in one of the modes.
        """
        from sklearn.linear_model import LogisticRegression

        if set(modes) != set(MODES):
            raise UserError("a judge of keys learns from tunes in major and in minor; give both")
        rows = np.concatenate([_turned(one) for one in features])
        labels = np.full((len(features), 12), _NO_TONIC)
        labels[np.arange(len(features)), list(tonics)] = [MODES.index(mode) for mode in modes]
        classifier = LogisticRegression(C=10.0, max_iter=500)
        return cls(classifier.fit(rows, labels.ravel()))

    def tell(self, features: np.ndarray) -> tuple[int, str]:
        """The tonic, 0 (C) to 11 (B), and the mode."""
        scores = self.classifier.predict_log_proba(_turned(features))  # (12, 3)
        tonic, mode = divmod(int((scores[:, :2] - scores[:, 2:]).argmax()), 2)
        return tonic, MODES[mode]
