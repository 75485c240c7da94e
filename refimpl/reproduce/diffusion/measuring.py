"""Measures of a row of the comparison."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch

from refimpl.diffusion import melody_steps
from refimpl.mel import mel_spectrogram
from refimpl.metrics import detect_notes, detect_onsets, measure_music, summarise
from refimpl.metrics.musical import MusicalMeasures, key_shares
from refimpl.metrics.sets import diversity, too_near
from refimpl.metrics.statistics import bootstrap_mean
from refimpl.reproduce.diffusion.writers import GAP, Studio, Written
from refimpl.reproduce.records import plain
from refimpl.tinytunes import Tune
from refimpl.tinytunes.config import COURSE_TEMPO

BEAT = 60 / COURSE_TEMPO  # seconds
TOLERANCE = 0.035  # seconds: what `metrics.grid` allows
N_NEAR = 300  # held-out tunes that say how near a new tune may be to a training tune


class Measurer:
    """Measures rows beside what they are compared with.

    Args:
        studio: makes the references.
        n_training: training tunes for the distribution of times between notes.
        n_near: training tunes among which copies are sought.
    """

    def __init__(self, studio: Studio, n_training: int = 150, n_near: int = 500) -> None:
        self.studio, self.n_near = studio, n_near
        training = studio.tunes(n_training, "train")
        self.training = [self.music(tune.render()) for tune in training]

    @cached_property
    def _neighbours(self) -> tuple[np.ndarray, np.ndarray]:
        """Training tunes and held-out tunes as vectors."""
        studio, n_held_out = self.studio, min(N_NEAR, self.n_near)
        sets = studio.tunes(self.n_near, "train"), studio.tunes(n_held_out, "validation")
        near, held_out = (as_rows(studio.encoded(tunes)) for tunes in sets)
        return near, held_out

    def copying(self, written: Written) -> dict[str, float]:
        """Return the share of tunes too near to a training tune, where there are latents."""
        if written.latents is None:
            return {}
        return {"too_near": float(too_near(as_rows(written.latents), *self._neighbours).mean())}

    def music(self, sound: np.ndarray) -> MusicalMeasures:
        """Measure one sound."""
        return measure_music(sound, self.studio.sample_rate, beat_period=BEAT)

    def measure(self, written: Written) -> dict[str, Any]:
        """Return the measures of a row as JSON holds them."""
        studio = self.studio
        measures = [self.music(sound) for sound in written.sounds]
        found = plain(summarise(measures, training=self.training))
        found |= plain({"rise_at_joins": bootstrap_mean([self._rise(s) for s in written.sounds])})
        found["diversity"] = mean_distance(studio, written.sounds)
        if written.keys is not None:
            pairs = zip(written.sounds, written.keys, strict=True)
            shares = [in_asked_key(sound, studio.sample_rate, key) for sound, key in pairs]
            found |= plain({"in_asked_key": bootstrap_mean(shares)})
        found["seconds"] = written.seconds
        return found

    def _rise(self, sound: np.ndarray) -> float:
        codec = self.studio.codec.codec
        return rise_at_joins(mel_spectrogram(sound, codec.mel), codec.frames_per_step)

    def melody(self, written: Written, tunes: Sequence[Tune]) -> dict[str, Any]:
        """Return how often the melody of a tune is heard in what was written with it."""
        wanted = self.studio.melodies(tunes)
        pairs = zip(self._heard(written), wanted, strict=True)
        return plain({"melody_right": bootstrap_mean([agreement(a, b) for a, b in pairs])})

    def gap(self, written: Written, tunes: Sequence[Tune]) -> dict[str, Any]:
        """Return how the filled bar agrees with the original one, and keeps to the beat."""
        inside, studio = slice(*GAP), self.studio
        wanted = self.studio.melodies(tunes)
        pairs = zip(self._heard(written), wanted, strict=True)
        right = [agreement(a[inside], b[inside]) for a, b in pairs]
        onsets = [self._onsets(sound) for sound in written.sounds]
        joined = [self._onsets(tune.render()) for tune in tunes]
        return plain(
            {
                "as_in_the_tune": bootstrap_mean(right),
                "onsets_as_in_the_tune": bootstrap_mean(
                    [onset_f_score(a, b) for a, b in zip(onsets, joined, strict=True)]
                ),
                "onsets": bootstrap_mean([float(len(one)) for one in onsets]),
                "on_the_grid": bootstrap_mean([on_grid(one) for one in onsets]),
                "gap_in_key": bootstrap_mean(
                    [
                        in_asked_key(sound, studio.sample_rate, tune.key, gap_seconds(studio))
                        for sound, tune in zip(written.sounds, tunes, strict=True)
                    ]
                ),
            }
        )

    def _heard(self, written: Written) -> list[torch.Tensor]:
        studio = self.studio
        rate = studio.codec.step_rate
        return [
            melody_steps(sound, studio.sample_rate, rate, studio.n_steps)
            for sound in written.sounds
        ]

    def _onsets(self, sound: np.ndarray) -> np.ndarray:
        """Onsets in the gap, in seconds."""
        onsets, _ = detect_onsets(sound, self.studio.sample_rate)
        first, end = gap_seconds(self.studio)
        return onsets[(onsets >= first - TOLERANCE) & (onsets < end - TOLERANCE)]


def gap_seconds(studio: Studio) -> tuple[float, float]:
    """Where the gap begins and ends."""
    return GAP[0] / studio.codec.step_rate, GAP[1] / studio.codec.step_rate


def as_rows(latents: torch.Tensor) -> np.ndarray:
    """Latents (n, S, D) as one vector for each clip."""
    return latents.flatten(1).numpy()


def mean_distance(studio: Studio, sounds: Sequence[np.ndarray]) -> float:
    """How far two of some sounds are apart in the mean, by their mel frames, in dB."""
    mel = studio.codec.codec.mel
    frames = np.stack([mel_spectrogram(sound, mel)[:250].ravel() for sound in sounds])
    return diversity(frames / np.sqrt(frames.shape[1]))


def rise_at_joins(frames: np.ndarray, frames_per_step: int) -> float:
    """How much more a sound rises where two steps meet than within a step, in dB.

    Most joins lie within a note, which only falls there. So the median says whether the codec's
    steps can be heard, and notes that begin at a join do not count.

    Args:
        frames: (n_frames, n_mels) in dB.
        frames_per_step: of the codec.
    """
    levels = 10 * np.log10(np.mean(10 ** (frames / 10), axis=1) + 1e-10)
    changes = np.diff(levels)  # from frame k to k + 1
    at_join = (np.arange(1, len(levels)) % frames_per_step) == 0
    return float(np.median(changes[at_join]) - np.median(changes[~at_join]))


def in_asked_key(
    sound: np.ndarray, sample_rate: int, key: int, within: tuple[float, float] | None = None
) -> float:
    """Share of the notes that belong to a major key; NaN without notes."""
    notes = detect_notes(sound, sample_rate)
    pitches = notes.pitches
    if within is not None:
        first, end = (at - TOLERANCE for at in within)
        pitches = pitches[(notes.onsets >= first) & (notes.onsets < end)]
    if not len(pitches):
        return float("nan")
    return float(key_shares(pitches)[key % 12])


def agreement(heard: torch.Tensor, wanted: torch.Tensor) -> float:
    """Share of the steps with a wanted pitch class in which that class is heard."""
    sounds = wanted >= 0
    return float((heard == wanted)[sounds].float().mean()) if sounds.any() else float("nan")


def on_grid(onsets: np.ndarray) -> float:
    """Share of onsets near an eighth, counted from 0; NaN without onsets."""
    if not len(onsets):
        return float("nan")
    eighth = BEAT / 2
    away = np.abs(onsets / eighth - np.round(onsets / eighth)) * eighth
    return float((away <= TOLERANCE).mean())


def onset_f_score(found: np.ndarray, wanted: np.ndarray) -> float:
    """F-score of onsets, each of which may answer one other within the tolerance."""
    if not len(found) or not len(wanted):
        return float(len(found) == len(wanted))
    near = np.abs(found[:, None] - wanted[None]) <= 2 * TOLERANCE
    return float(2 * min(near.any(1).sum(), near.any(0).sum()) / (len(found) + len(wanted)))
