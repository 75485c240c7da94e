"""Where sets are too small to say much, or less independent than they look, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from refimpl.judging.keyed import pairs_in_a_key
from refimpl.judging.reading import Sound

FEW = 32  # sounds: with fewer in a set, only large differences show
FEW_FILES = 4
FEW_PAIRS = 50  # of sounds in the same key


def of_size(name: str, sounds: Sequence[Sound]) -> list[str]:
    """Warn of few sounds, and of many from few files."""
    n, n_files = len(sounds), len({sound.file for sound in sounds})
    found = []
    if n < FEW:
        found.append(
            f"Only {n} sounds are {name}: expect wide intervals, and no answer about small "
            f"differences. {FEW} or more would be better, 100 good."
        )
    if n_files < FEW_FILES or n > 8 * n_files:
        found.append(
            f"The {n} sounds {name} are pieces of {n_files} files. Pieces of one file resemble "
            "each other, so the truth is less certain than the intervals say."
        )
    return found


def of_keys(name: str, keys: np.ndarray) -> list[str]:
    """Warn where hardly any two sounds are in the same key."""
    n = pairs_in_a_key(keys)
    if n >= FEW_PAIRS:
        return []
    return [
        f"Only {n} pairs of the {name} are in the same key, so their diversity in a key is "
        f"uncertain. {FEW_PAIRS} or more would be better."
    ]


def of_captions(given: Sequence[str], real: Sequence[str]) -> list[str]:
    """Warn where captions are few, or only one side has them; "" is none."""
    n, n_real = (sum(map(bool, captions)) for captions in (given, real))
    found = []
    if n < FEW and n + n_real:
        found.append(
            f"Only {n} of the {len(given)} given sounds have captions: their CLAP score is "
            f"uncertain, or missing. {FEW} or more would be better."
        )
    if n_real < FEW and n + n_real:
        found.append(
            f"Only {n_real} of the {len(real)} real sounds beside them have captions, so little is "
            "known of the CLAP score that real sounds would have."
        )
    return found
