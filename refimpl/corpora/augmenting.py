"""Augmentation of few recordings: more training clips by changing speed and level.

A model soon memorises a few minutes of sound. Each copy of a clip is played at another speed,
which changes tempo and pitch together, as on a tape machine, and at another level. So the model
hears the same music in other keys and other codes, and memorising it helps less.

Where the notes are known, key and tempo change apart: the score is played again, transposed, and
faster or slower.

Source: Ko et al. 2015, section 2 (changes of speed).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import soxr

SEMITONES = (-3, -2, -1, 1, 2, 3)
SOFTEST_DB = -6.0


@dataclass(frozen=True)
class Variation:
    """The differences between a copy and its clip.

    Attributes:
        semitones: change of pitch; the tempo changes by the same factor.
        gain_db: change of level.
        shift: start in the recording, as a share of a clip, so that notes at the edge of a clip
            are inside another one.
    """

    semitones: int
    gain_db: float
    shift: float

    @property
    def speed(self) -> float:
        """Factor of the tempo and of all frequencies."""
        return 2.0 ** (self.semitones / 12)


@dataclass(frozen=True)
class NoteVariation:
    """The differences between a copy and its piece, where the notes are known.

    Attributes:
        semitones: by which it is transposed.
        tempo: factor of the tempo.
    """

    semitones: int = 0
    tempo: float = 1.0


def draw_note_variations(
    n: int, rng: np.random.Generator, *, most_semitones: int, most_tempo_change: float
) -> list[NoteVariation]:
    """Draw the variations of n copies of a piece.

    No interval comes twice before all have come, so twelve copies are in twelve keys, and with more
    the tempo differs.

    Args:
        n: number of copies.
        rng: source of randomness.
        most_semitones: the largest transposition up or down; 0 leaves the key as it is.
        most_tempo_change: 0.1 plays up to a tenth faster, or slower by the same factor.
    """
    steps = [s for s in range(-most_semitones, most_semitones + 1) if s] or [0]
    order = [int(s) for _ in range(-(-n // len(steps))) for s in rng.permutation(steps)]
    widest = np.log1p(most_tempo_change)
    return [NoteVariation(s, float(np.exp(rng.uniform(-widest, widest)))) for s in order[:n]]


def draw_variations(n: int, rng: np.random.Generator) -> list[Variation]:
    """Draw the variations of n copies; neighbours differ in their interval."""
    order = [int(s) for _ in range(-(-n // len(SEMITONES))) for s in rng.permutation(SEMITONES)]
    return [
        Variation(semitones, float(rng.uniform(SOFTEST_DB, 0.0)), float(rng.uniform(0, 1)))
        for semitones in order[:n]
    ]


def varied_clips(
    audio: np.ndarray, sample_rate: int, clip_samples: int, variation: Variation
) -> Iterator[np.ndarray]:
    """Vary a recording, and cut it into clips.

    Args:
        audio: (n_samples,), the training part of a recording.
        sample_rate: in Hz.
        clip_samples: length of a clip.
        variation: the changes to make.

    Yields:
        (clip_samples,) float32 each; an end that does not fill a clip is dropped.
    """
    start = round(variation.shift * clip_samples)
    # Played at a speed s, a second lasts 1 / s: as if it had been recorded at another rate.
    varied = soxr.resample(audio[start:], sample_rate * variation.speed, sample_rate)
    varied = (varied * 10 ** (variation.gain_db / 20)).astype(np.float32)
    for begin in range(0, len(varied) - clip_samples + 1, clip_samples):
        yield varied[begin : begin + clip_samples]
