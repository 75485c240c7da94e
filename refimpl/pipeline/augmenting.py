"""More training clips out of few recordings: the same sound played faster, slower and softer.

A model soon memorises a few minutes of sound. Each copy of a clip is played at another speed,
which moves tempo and pitch together, as on a tape machine, and at another level. So the model
meets the same music in other keys and other codes, and counting what it has seen helps it less.

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
    """How a copy differs from its clip.

    Attributes:
        semitones: how much higher it sounds; it is as much faster.
        gain_db: how much louder.
        shift: where in the recording it begins, as a share of a clip: notes that lay at the edge
            of a clip then lie within one.
    """

    semitones: int
    gain_db: float
    shift: float

    @property
    def speed(self) -> float:
        """Factor of the tempo and of all frequencies."""
        return 2.0 ** (self.semitones / 12)


def draw_variations(n: int, rng: np.random.Generator) -> list[Variation]:
    """Draw how n copies differ, no two neighbours by the same interval."""
    order = [int(s) for _ in range(-(-n // len(SEMITONES))) for s in rng.permutation(SEMITONES)]
    return [
        Variation(semitones, float(rng.uniform(SOFTEST_DB, 0.0)), float(rng.uniform(0, 1)))
        for semitones in order[:n]
    ]


def varied_clips(
    audio: np.ndarray, sample_rate: int, clip_samples: int, variation: Variation
) -> Iterator[np.ndarray]:
    """Play a recording in another way and cut it into clips.

    Args:
        audio: (n_samples,) of the part of a recording that is for training.
        sample_rate: in Hz.
        clip_samples: length of a clip.
        variation: how it is played.

    Yields:
        (clip_samples,) float32 each; an end that does not fill a clip is left out.
    """
    start = round(variation.shift * clip_samples)
    # Played at a speed s, a second lasts 1 / s: as if it had been recorded at another rate.
    varied = soxr.resample(audio[start:], sample_rate * variation.speed, sample_rate)
    varied = (varied * 10 ** (variation.gain_db / 20)).astype(np.float32)
    for begin in range(0, len(varied) - clip_samples + 1, clip_samples):
        yield varied[begin : begin + clip_samples]
