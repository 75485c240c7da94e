"""A composition: chords and a melody, before anyone has decided who plays it.

What makes a tune *this* tune is the shape of its melody. The fingerprint of that shape decides to
which split a composition belongs, so that no melody can be in two splits, in whatever key, tempo,
harmony or instrument it comes.

Taught in lesson 1.
"""

import hashlib
from dataclasses import dataclass

import numpy as np

from refimpl.tinytunes.harmony import DOMINANT, ChordSlot, degree_to_pitch, phrase_chords
from refimpl.tinytunes.melody import BAR, MelodyNote, chord_at, write_melody

SPLITS = ("train", "validation", "test")
# Share of all possible melodies that belongs to train and validation; the rest is test.
SPLIT_SHARES = (0.8, 0.1)
MELODY_RANGE = (62, 81)  # D4 to A5: where a voice or a flute is at home


@dataclass(frozen=True, slots=True)
class Composition:
    """Chords and melody of a tune, in eighth notes and scale degrees of its key."""

    key: int
    mode: str
    n_bars: int
    chords: tuple[ChordSlot, ...]
    melody: tuple[MelodyNote, ...]

    def pitch(self, degree: int, onset: int) -> int:
        """MIDI pitch of a scale degree at a moment (the chord there may raise the seventh)."""
        dominant = chord_at(list(self.chords), onset).degree == DOMINANT
        return degree_to_pitch(degree, self.key, self.mode, dominant=dominant)

    @property
    def fingerprint(self) -> str:
        """A name for the shape of the melody: its rhythm and its intervals in semitones.

        Transposing a tune, or playing it faster or with other chords, does not change it.
        """
        first = self.melody[0]
        lowest = self.pitch(first.degree, first.onset)
        shape = [(n.onset, n.duration, self.pitch(n.degree, n.onset) - lowest) for n in self.melody]
        return hashlib.sha256(repr(shape).encode()).hexdigest()

    @property
    def split(self) -> str:
        """The one split that this composition belongs to, by its fingerprint alone."""
        position = int(self.fingerprint[:12], 16) / 16**12
        if position < SPLIT_SHARES[0]:
            return "train"
        return "validation" if position < sum(SPLIT_SHARES) else "test"


def melody_degrees(key: int, mode: str) -> range:
    """The scale degrees of a key that lie within the range of the melody."""
    low, high = MELODY_RANGE
    inside = [d for d in range(-14, 22) if low <= degree_to_pitch(d, key, mode) <= high]
    return range(inside[0], inside[-1] + 1)


def _slots(bars: list[list[int]]) -> tuple[ChordSlot, ...]:
    """Chords with their times, from the chords of each bar."""
    slots = []
    for bar, chords in enumerate(bars):
        length = BAR // len(chords)
        slots += [ChordSlot(bar * BAR + i * length, length, c) for i, c in enumerate(chords)]
    return tuple(slots)


def compose(key: int, mode: str, n_bars: int, rng: np.random.Generator) -> Composition:
    """Write a tune: chords first, then a melody that fits them.

    Args:
        key: Pitch class of the tonic, 0 (C) to 11 (B).
        mode: "major" or "minor".
        n_bars: Length in bars of 4/4. Phrases have four bars; the last one takes what is left.
        rng: Source of chance.

    Taught in lesson 1.
    """
    phrases = [4] * (n_bars // 4) + ([n_bars % 4] if n_bars % 4 else [])
    bars: list[list[int]] = []
    for i, length in enumerate(phrases):
        # Phrases come in pairs of question (half cadence) and answer (cadence at home).
        question = i % 2 == 0 and i < len(phrases) - 1
        bars += phrase_chords(length, mode, rng, close=not question)
    chords = _slots(bars)
    melody = write_melody(list(chords), phrases, melody_degrees(key, mode), rng)
    return Composition(key, mode, n_bars, chords, tuple(melody))
