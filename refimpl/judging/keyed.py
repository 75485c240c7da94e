"""Diversity within a key: a model that plays one tune in twelve keys is not diverse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from refimpl.display import progress_bar
from refimpl.embeddings.turned_chroma import chroma
from refimpl.judging.judged import Judged
from refimpl.judging.measures import SHARE, SetMeasure
from refimpl.metrics.keys import MODES, estimate_key
from refimpl.metrics.sets.diversity import mean_distance

NO_KEY = -1


@dataclass(frozen=True)
class Keyed:
    """A set beside its reference, with the key of each sound.

    Attributes:
        judged: both as vectors.
        keys: (n_sounds,) whole numbers of `keys_of`.
        reference: (n_reference,) the same of the reference.
    """

    judged: Judged
    keys: np.ndarray
    reference: np.ndarray

    @property
    def sizes(self) -> tuple[int, int]:
        """The number of generated sounds and of real ones."""
        return self.judged.sizes


def keys_of(sounds: Sequence[np.ndarray], sample_rate: int) -> np.ndarray:
    """Estimate the key of each sound.

    Args:
        sounds: (n_samples,) each.
        sample_rate: in Hz.

    Returns:
        (n_sounds,) whole numbers: equal for equal keys; -1 where nothing has a pitch.
    """
    bar = progress_bar(sounds, total=len(sounds), description="keys", unit="sound", leave=False)
    return np.array([_number(chroma(sound, sample_rate)) for sound in bar], dtype=np.int64)


def _number(frames: np.ndarray) -> int:
    key = estimate_key(frames.sum(axis=0))
    return NO_KEY if key is None else 12 * MODES.index(key[1]) + key[0]


def pairs_in_a_key(keys: np.ndarray) -> int:
    """The number of pairs of sounds that have the same key."""
    counts = np.unique(keys, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())


def _diversity_in_key(keyed: Keyed, i: np.ndarray, j: np.ndarray) -> float:
    """As diversity, of pairs in one key; NaN where there is no such pair."""
    judged = keyed.judged
    real = mean_distance(judged.reference.within[np.ix_(j, j)], keyed.reference[j])
    ours = mean_distance(judged.within[np.ix_(i, i)], keyed.keys[i])
    return float(np.minimum(1.0, ours / np.maximum(real, 1e-12)))


KEY_MEASURES = (
    SetMeasure(
        "diversity_in_key", "diversity in a key", "high",
        "Are sounds in one key as different from each other as real ones in one key are?",
        "1", "bigram", _diversity_in_key, SHARE,
    ),
)  # fmt: skip
