"""The tunes that the model learns from: three levels, many tempos, both modes."""

from __future__ import annotations

from collections.abc import Iterator

from refimpl.tinytunes import TuneConfig, Tunes
from refimpl.tinytunes.config import COURSE_TEMPO, LEVELS, MODES
from refimpl.tinytunes.tune import Tune

N_BARS = 4
# Every six beats per minute from slow to fast, and that of the course's own tunes.
TEMPOS = (*map(float, range(72, 145, 6)), COURSE_TEMPO)


def mixed_tunes(split: str, numbers: range) -> Iterator[Tune]:
    """Tunes of all levels in turn, each with a tempo of `TEMPOS` and in either mode.

    Args:
        split: "train", "validation" or "test".
        numbers: which tunes of the endless mixture.
    """
    corpora = [Tunes(split, mixture(level)) for level in LEVELS]
    for number in numbers:
        yield corpora[number % len(LEVELS)][number // len(LEVELS)]


def mixture(level: int) -> TuneConfig:
    """The kind of tunes of one level in the mixture."""
    return TuneConfig(level=level, n_bars=N_BARS, tempos=TEMPOS, modes=MODES)
