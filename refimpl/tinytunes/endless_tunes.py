"""The corpus: endless tunes, each a pure function of seed, split, index and configuration.

Taught in lesson 1.
"""

from collections.abc import Iterator
from itertools import count

import numpy as np

from refimpl.errors import UserError
from refimpl.tinytunes.arrangement import Arrangement, arrange
from refimpl.tinytunes.captions import write_caption
from refimpl.tinytunes.composition import SPLITS, Composition, compose
from refimpl.tinytunes.config import TuneConfig
from refimpl.tinytunes.harmony import (
    KEY_NAMES,
    NUMERALS,
    ChordSlot,
    chord_name,
    chord_pitch_classes,
    chord_quality,
)
from refimpl.tinytunes.melody import BAR
from refimpl.tinytunes.note import Chord, Note
from refimpl.tinytunes.tune import Tune

BEATS_PER_BAR = 4
STEPS_PER_BEAT = BAR // BEATS_PER_BAR  # composition counts in eighth notes


class Tunes:
    """Tunes without end.

    A tune depends only on seed, split, index and configuration: tune 7 is the same whether or not
    tunes 0 to 6 were ever made. A composition is drawn again until its content belongs to the
    split (see `composition`), so splits share no tune by construction, for any seed.

    Args:
        split: "train", "validation" or "test".
        config: The kind of tunes; level 1 by default.
        seed: Another seed gives other tunes, 0 or more.

    Raises:
        UserError: The split is unknown, the seed is negative or the configuration is none.

    Taught in lesson 1.
    """

    def __init__(self, split: str = "train", config: TuneConfig | None = None, seed: int = 0):
        if split not in SPLITS:
            raise UserError(f"split is {split!r}; it has to be one of {', '.join(SPLITS)}")
        if not isinstance(config, TuneConfig | None):
            raise UserError(
                f"config is {config!r}; it has to be a TuneConfig, as TuneConfig(level=2)"
            )
        if not isinstance(seed, int | np.integer) or seed < 0:
            raise UserError(f"seed is {seed!r}; it has to be a whole number, 0 or more")
        self.split = split
        self.config = config or TuneConfig()
        self.seed = int(seed)

    def __getitem__(self, index: int) -> Tune:
        """Return the tune with a number from 0 up; there is no last one."""
        if index < 0:
            raise UserError(
                f"index is {index}; a corpus has no end to count from, so take 0 or more"
            )
        config = self.config
        entropy = (self.seed, SPLITS.index(self.split), int(index), config.level)
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))
        key = config.keys[int(rng.integers(len(config.keys)))]
        mode = config.modes[int(rng.integers(len(config.modes)))]
        tempo = float(config.tempos[int(rng.integers(len(config.tempos)))])
        composition = compose(key, mode, config.n_bars, rng)
        while composition.split != self.split:
            composition = compose(key, mode, config.n_bars, rng)
        arrangement = arrange(composition, config.level, rng)
        return self._perform(int(index), composition, arrangement, tempo)

    def __iter__(self) -> Iterator[Tune]:
        return (self[i] for i in count())

    def take(self, n: int) -> Iterator[Tune]:
        """The first `n` tunes, one at a time."""
        if n < 0:
            raise UserError(f"{n} tunes were asked for; take 0 or more")
        return (self[i] for i in range(n))

    def _perform(
        self, index: int, composition: Composition, arrangement: Arrangement, tempo: float
    ) -> Tune:
        """Turn a written score into sounding notes: eighth notes become seconds."""
        step = 60.0 / tempo / STEPS_PER_BEAT  # seconds of an eighth note
        key, mode, n_bars = composition.key, composition.mode, composition.n_bars
        duration = n_bars * BAR * step
        caption = write_caption(
            KEY_NAMES[mode][key],
            mode,
            tempo,
            arrangement.instruments,
            arrangement.style,
            len(composition.melody) / duration,
        )
        return Tune(
            index=index,
            split=self.split,
            level=self.config.level,
            name=f"tinytunes-{self.config.level}-{self.split}-{self.seed}-{index:06d}",
            caption=caption,
            key=key,
            mode=mode,
            tempo=tempo,
            beats=np.arange(n_bars * BEATS_PER_BAR) * STEPS_PER_BEAT * step,
            chords=tuple(_sounding_chord(c, key, mode, step) for c in composition.chords),
            notes=tuple(
                Note(n.onset * step, n.duration * step, n.pitch, n.velocity, n.instrument, n.part)
                for n in arrangement.notes
            ),
            instruments=arrangement.instruments,
            style=arrangement.style,
            fingerprint=composition.fingerprint,
            n_samples=round(duration * self.config.sample_rate),
            sample_rate=self.config.sample_rate,
            room=self.config.room,
        )


def _sounding_chord(slot: ChordSlot, key: int, mode: str, step: float) -> Chord:
    """A chord with its times in seconds and all its names."""
    return Chord(
        onset=slot.onset * step,
        duration=slot.duration * step,
        root=chord_pitch_classes(slot.degree, key, mode)[0],
        quality=chord_quality(slot.degree, mode),
        numeral=NUMERALS[mode][slot.degree],
        name=chord_name(slot.degree, key, mode),
    )
