"""Judges: tell from the sound alone whether a tune is what was asked for.

Instruments and level are told by linear classifiers on what the sound encoder of the joint
embedding hears, and the key by a `KeyJudge`. The tempo needs no training: a tune has it if its
onsets are on its grid.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch

from refimpl.audio import Clip
from refimpl.audio_text import load_embedding, semitone_spectrogram
from refimpl.audio_text.model import overlapping_windows
from refimpl.audio_text.sound_encoder import SoundEncoder, statistics
from refimpl.errors import UserError
from refimpl.metrics import detect_onsets, grid
from refimpl.text_to_music.key_judge import KeyJudge, pitch_class_features
from refimpl.tinytunes.attributes import Attributes

ATTRIBUTES = ("signature", "mode", "melody", "bass", "drums", "level")
_CLASSIFIED = ATTRIBUTES[2:]
ON_THE_GRID = 0.8  # the share of onsets on its grid that a tune of some tempo has
_STRENGTH = 0.003  # of the classifiers; the smaller, the simpler they stay


def facts_to_judge(known: Attributes) -> dict[str, Any]:
    """The facts that the judges tell of a tune, as far as they are known.

    The signature is the tonic of the major key with the same notes, 0 for C to 11 for B.
    """
    facts: dict[str, Any] = {}
    if known.tonic is not None and known.mode is not None:
        facts |= _key_facts(known.tonic, known.mode)
    parts = known.instruments
    facts |= {part: parts[part] for part in ("melody", "bass") if part in parts}
    if parts:
        facts["drums"] = "drums" in parts
        facts["level"] = len(parts) - 1
    if known.tempo is not None:
        facts["tempo"] = known.tempo
    return facts


def _key_facts(tonic: int, mode: str) -> dict[str, Any]:
    return {"signature": (tonic + 3 * (mode == "minor")) % 12, "mode": mode}


def on_the_grid(audio: np.ndarray, sample_rate: int, tempo: float) -> float:
    """The share of a tune's onsets that are on the eighth notes of a tempo; NaN below six onsets.

    Args:
        audio: (n_samples,).
        sample_rate: in Hz.
        tempo: in beats per minute.

    Taught in lesson 9.
    """
    onsets, _ = detect_onsets(audio, sample_rate)
    return grid(onsets, 30 / tempo)


class Judges:
    """Judges of sounds, which tell all of `ATTRIBUTES`.

    Args:
        key_judge: tells the key.
        classifiers: of the other attributes, with scikit-learn's `predict`.
        encoder: makes their features.
    """

    def __init__(
        self, key_judge: KeyJudge, classifiers: Mapping[str, Any], encoder: SoundEncoder
    ) -> None:
        self.key_judge, self.classifiers, self.encoder = key_judge, dict(classifiers), encoder

    @classmethod
    def fit(cls, clips: Iterable[Clip]) -> Judges:
        """Train judges on clips whose facts are known; 600 tunes take about a core-minute.

        Raises:
            UserError: an attribute has the same value in all clips.
        """
        encoder = load_embedding().sound
        features, pitch_classes, known = [], [], []
        for clip in clips:
            frames = semitone_spectrogram(clip.audio, clip.sample_rate)
            features.append(sound_features(encoder, frames))
            pitch_classes.append(pitch_class_features(frames))
            known.append(Attributes.of(clip.facts))
        answers = [facts_to_judge(one) for one in known]
        classifiers = {
            name: _fit_classifier(name, features, [answer[name] for answer in answers])
            for name in _CLASSIFIED
        }
        tonics, modes = [one.tonic for one in known], [one.mode for one in known]
        return cls(KeyJudge.fit(pitch_classes, tonics, modes), classifiers, encoder)

    def judge(self, audio: np.ndarray, sample_rate: int) -> dict[str, Any]:
        """Tell the attributes of a sound, by name, as `facts_to_judge` does.

        Args:
            audio: (n_samples,).
            sample_rate: in Hz.
        """
        frames = semitone_spectrogram(audio, sample_rate)
        facts = _key_facts(*self.key_judge.tell(pitch_class_features(frames)))
        features = sound_features(self.encoder, frames)[None]
        return facts | {name: one.predict(features)[0] for name, one in self.classifiers.items()}

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


def _fit_classifier(name: str, features: list[np.ndarray], answers: list[Any]):
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if len(set(answers)) < 2:
        raise UserError(f"all clips have the same {name}; give judges some of each kind")
    regression = LogisticRegression(C=_STRENGTH, max_iter=300)
    return make_pipeline(StandardScaler(), regression).fit(np.stack(features), np.array(answers))


@torch.inference_mode()
def sound_features(encoder: SoundEncoder, frames: np.ndarray) -> np.ndarray:
    """What a sound encoder hears before it mixes it: (n_features,), a mean over windows.

    Its last layer keeps what captions say; the layers below also keep what they rarely do.

    Args:
        encoder: a trained one.
        frames: (n_frames, 96) of `semitone_spectrogram`.
    """
    windows = overlapping_windows(frames)
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
