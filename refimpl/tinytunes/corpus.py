"""The corpus: endless tunes, each a pure function of (seed, split, index).

Taught in lesson 1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice

import numpy as np

from refimpl.errors import UserError
from refimpl.tinytunes.arrangement import arrange
from refimpl.tinytunes.captions import caption
from refimpl.tinytunes.composition import SPLITS, compose
from refimpl.tinytunes.harmony import (
    NUMERALS,
    PITCH_NAMES,
    chord_pitch_classes,
    chord_quality,
)
from refimpl.tinytunes.melody import BAR
from refimpl.tinytunes.tune import Chord, Note, Tune

LEVELS = (1, 2, 3)
# One beat of level 1 in samples at 22,050 Hz: a multiple of many hop lengths (16 * 704, 22 * 512,
# 11 * 1024), so that every note starts with a frame.
SAMPLES_PER_BEAT = 11264
COURSE_TEMPO = 60 * 22050 / SAMPLES_PER_BEAT  # 117.45 beats a minute
STEPS_PER_BEAT = 2  # composition counts in eighth notes
SUFFIXES = {"major": "", "minor": "m", "diminished": "dim"}


@dataclass(frozen=True)
class TuneConfig:
    """What kind of tunes a corpus holds.

    Attributes:
        level: 1 (melody and bass), 2 (melody, chords and bass) or 3 (a small band with drums).
        n_bars: Length of a tune in bars of 4/4.
        sample_rate: In hertz.
        tempos: Tempos to draw from, in beats a minute.
        modes: Modes to draw from, of "major" and "minor".
        keys: Tonics to draw from, as pitch classes 0 (C) to 11 (B).
        room: Strength of the room; 0 is dry.

    Raises:
        UserError: A value is not one of those allowed; the message names them.

    Taught in lesson 1.
    """

    level: int = 1
    n_bars: int = 4
    sample_rate: int = 22050
    tempos: tuple[float, ...] = (COURSE_TEMPO,)
    modes: tuple[str, ...] = ("major",)
    keys: tuple[int, ...] = tuple(range(12))
    room: float = 0.12

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise UserError(f"level is {self.level!r}; the levels are 1, 2 and 3")


class Corpus:
    """Tunes without end.

    A tune depends on nothing but the seed, the split, its index and the configuration: tune 7 is
    the same whether or not tunes 0 to 6 were ever made. A composition is drawn again until its
    content belongs to the split (see `composition`), so that splits share no tune by construction.

    Args:
        split: "train", "validation" or "test".
        config: The kind of tunes; level 1 by default.
        seed: Another seed gives other tunes, of the same splits.

    Raises:
        UserError: An unknown split or a negative seed.

    Taught in lesson 1.
    """

    def __init__(self, split: str = "train", config: TuneConfig | None = None, seed: int = 0):
        if split not in SPLITS:
            raise UserError(f"split is {split!r}; the splits are {', '.join(SPLITS)}")
        if seed < 0:
            raise UserError(f"seed is {seed}; it is a number from 0 up")
        self.split = split
        self.config = config or TuneConfig()
        self.seed = seed

    def __getitem__(self, index: int) -> Tune:
        config = self.config
        entropy = [self.seed, SPLITS.index(self.split), index, config.level]
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))
        key = int(config.keys[rng.integers(len(config.keys))])
        mode = str(config.modes[rng.integers(len(config.modes))])
        tempo = float(config.tempos[rng.integers(len(config.tempos))])
        composition = compose(key, mode, config.n_bars, rng)
        while composition.split != self.split:
            composition = compose(key, mode, config.n_bars, rng)
        score, instruments = arrange(composition, config.level, rng)
        return self._perform(index, composition, tempo, score, instruments)

    def take(self, n: int) -> Iterator[Tune]:
        """The first `n` tunes, one at a time."""
        return islice(self, n)

    def __iter__(self) -> Iterator[Tune]:
        return (self[i] for i in count())

    def _perform(self, index, composition, tempo, score, instruments) -> Tune:
        """Put a score into seconds."""
        config = self.config
        step = 60.0 / tempo / STEPS_PER_BEAT  # seconds of an eighth note
        n_steps = composition.n_bars * BAR
        duration = n_steps * step
        notes = tuple(
            Note(n.onset * step, n.duration * step, n.pitch, n.velocity, n.instrument, n.part)
            for n in score
        )
        key, mode = composition.key, composition.mode
        chords = []
        for slot in composition.chords:
            root = chord_pitch_classes(slot.degree, key, mode)[0]
            quality = chord_quality(slot.degree, mode)
            chords.append(
                Chord(
                    slot.onset * step,
                    slot.duration * step,
                    root,
                    quality,
                    NUMERALS[mode][slot.degree],
                    PITCH_NAMES[root] + SUFFIXES[quality],
                )
            )
        return Tune(
            index=index,
            split=self.split,
            level=config.level,
            name=f"tune-{config.level}-{self.seed}-{self.split}-{index:06d}",
            caption=caption(key, mode, tempo, instruments, len(composition.melody) / duration),
            key=key,
            mode=mode,
            tempo=tempo,
            beats=np.arange(composition.n_bars * 4) * (60.0 / tempo),
            chords=tuple(chords),
            notes=notes,
            instruments=instruments,
            fingerprint=composition.fingerprint,
            n_samples=round(duration * config.sample_rate),
            sample_rate=config.sample_rate,
            room=config.room,
        )
