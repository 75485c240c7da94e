"""Judges: tell from the sound alone whether a tune is what was asked for.

Key, mode, instruments and level are told by linear classifiers on what the sound encoder of the
joint embedding hears. The tempo needs no training: a tune has it if its onsets lie on its grid.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch

from refimpl.audio import Clip
from refimpl.audio_text import load_embedding, semitone_spectrogram
from refimpl.audio_text.sound_encoder import WINDOW, SoundEncoder, statistics
from refimpl.errors import UserError
from refimpl.metrics import detect_onsets, grid
from refimpl.tinytunes.attributes import Attributes

ATTRIBUTES = ("signature", "mode", "melody", "bass", "drums", "level")
ON_THE_GRID = 0.8  # the share of onsets on its grid that a tune of some tempo has
_STRENGTH = 0.003  # of the classifiers; the smaller, the simpler they stay


def facts_to_judge(known: Attributes) -> dict[str, Any]:
    """What the judges tell of a tune, as far as it is known.

    The signature is the tonic of the major key with the same notes, 0 for C to 11 for B.
    """
    facts: dict[str, Any] = {}
    if known.tonic is not None and known.mode is not None:
        facts["signature"] = (known.tonic + 3 * (known.mode == "minor")) % 12
        facts["mode"] = known.mode
    parts = known.instruments
    facts |= {part: parts[part] for part in ("melody", "bass") if part in parts}
    if parts:
        facts["drums"] = "drums" in parts
        facts["level"] = len(parts) - 1
    if known.tempo is not None:
        facts["tempo"] = known.tempo
    return facts


def on_the_grid(audio: np.ndarray, sample_rate: int, tempo: float) -> float:
    """The share of a tune's onsets that lie on the eighth notes of a tempo; NaN below six onsets.

    Args:
        audio: (n_samples,).
        sample_rate: in Hz.
        tempo: in beats per minute.

    Taught in lesson 9.
    """
    onsets, _ = detect_onsets(audio, sample_rate)
    return grid(onsets, 30 / tempo)


class Judges:
    """Classifiers of sounds, one for each of `ATTRIBUTES`.

    Args:
        classifiers: by attribute, with scikit-learn's `predict`.
        encoder: makes their features.
    """

    def __init__(self, classifiers: Mapping[str, Any], encoder: SoundEncoder) -> None:
        self.classifiers, self.encoder = dict(classifiers), encoder

    @classmethod
    def fit(cls, clips: Iterable[Clip]) -> Judges:
        """Train judges on clips whose facts are known; 900 tunes take about a minute.

        Raises:
            UserError: an attribute has the same value in all clips.
        """
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        encoder = load_embedding().sound
        features, answers = [], []
        for clip in clips:
            features.append(sound_features(encoder, clip.audio, clip.sample_rate))
            answers.append(facts_to_judge(Attributes.of(clip.facts)))
        classifiers = {}
        for name in ATTRIBUTES:
            right = np.array([answer[name] for answer in answers])
            if len(np.unique(right)) < 2:
                raise UserError(f"all clips have the same {name}; give judges some of each kind")
            regression = LogisticRegression(C=_STRENGTH, max_iter=300)
            classifiers[name] = make_pipeline(StandardScaler(), regression).fit(features, right)
        return cls(classifiers, encoder)

    def judge(self, audio: np.ndarray, sample_rate: int) -> dict[str, Any]:
        """Tell the attributes of a sound, by name, as `facts_to_judge` does.

        Args:
            audio: (n_samples,).
            sample_rate: in Hz.
        """
        features = sound_features(self.encoder, audio, sample_rate)[None]
        return {name: one.predict(features)[0] for name, one in self.classifiers.items()}

    def agree(
        self, audio: np.ndarray, sample_rate: int, asked: Mapping[str, Any]
    ) -> dict[str, bool]:
        """Of each fact that was asked for, whether the sound has it.

        Args:
            audio: (n_samples,).
            sample_rate: in Hz.
            asked: as `facts_to_judge` gives them.
        """
        heard = self.judge(audio, sample_rate)
        agreed = {name: bool(heard[name] == asked[name]) for name in heard if name in asked}
        if "tempo" in asked:
            agreed["tempo"] = on_the_grid(audio, sample_rate, asked["tempo"]) >= ON_THE_GRID
        return agreed


@torch.inference_mode()
def sound_features(encoder: SoundEncoder, audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """What a sound encoder hears before it mixes it: (n_features,), a mean over windows.

    Its last layer keeps what captions say; the layers below also keep what they rarely do.
    """
    frames = semitone_spectrogram(audio, sample_rate)
    if len(frames) < WINDOW:
        frames = np.resize(frames, (WINDOW, frames.shape[1]))
    last = len(frames) - WINDOW
    starts = [*range(0, last, WINDOW // 2), last]
    windows = torch.from_numpy(np.stack([frames[start : start + WINDOW] for start in starts]))
    found = (statistics(windows) - encoder.usual) / encoder.spread  # (n_windows, 5, 96)
    steps = encoder.steps(windows)
    parts = [
        found.flatten(1),
        encoder.spectrum(found.flatten(1)),
        encoder.pitch_classes(found),
        steps.mean(dim=1),
        steps.std(dim=1),
        encoder.pulses(windows),
    ]
    return torch.cat(parts, dim=1).mean(dim=0).numpy()
