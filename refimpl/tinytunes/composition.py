"""A composition: chords and a melody, without instruments.

The shape of its melody identifies a tune. The fingerprint of that shape determines the split of
a composition, so that no melody can be in two splits, not even in another key, tempo, harmony or
instrument.

Taught in lesson 1.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from refimpl.tinytunes.harmony import DOMINANT, Bar, ChordSlot, degree_to_pitch, phrase_chords
from refimpl.tinytunes.melody import BAR, MelodyNote, chord_at, write_melody

SPLITS = ("train", "validation", "test")
# Share of all possible melodies that belongs to train and to validation; the rest is test.
SPLIT_SHARES = (0.8, 0.1)
MELODY_RANGE = (62, 81)  # D4 to A5: the comfortable range of a voice or a flute
PHRASE_BARS = 4
SONG_FORM = "AABA"  # phrases with the same letter differ only in their endings


@dataclass(frozen=True)
class Composition:
    """Chords and melody of a tune, in eighth notes and scale degrees of its key."""

    key: int
    mode: str
    n_bars: int
    chords: tuple[ChordSlot, ...]
    melody: tuple[MelodyNote, ...]

    def pitch(self, note: MelodyNote) -> int:
        """MIDI pitch of a note of the melody (in minor, the dominant raises the seventh)."""
        dominant = chord_at(self.chords, note.onset).degree == DOMINANT
        return degree_to_pitch(note.degree, self.key, self.mode, dominant=dominant)

    @cached_property
    def fingerprint(self) -> str:
        """A name for the shape of the melody: its rhythm, and its intervals in semitones.

        Playing a tune in another key, faster, with other chords or on other instruments does not
        change it.
        """
        first = self.pitch(self.melody[0])
        shape = [(n.onset, n.duration, self.pitch(n) - first) for n in self.melody]
        return hashlib.sha256(repr(shape).encode()).hexdigest()

    @property
    def split(self) -> str:
        """The one split that this composition belongs to."""
        return split_of(self.fingerprint)


def split_of(fingerprint: str) -> str:
    """The split that a fingerprint belongs to: "train", "validation" or "test"."""
    position = int(fingerprint[:12], 16) / 16**12  # in [0, 1), evenly spread
    if position < SPLIT_SHARES[0]:
        return "train"
    return "validation" if position < sum(SPLIT_SHARES) else "test"


def melody_degrees(key: int, mode: str) -> range:
    """Return the scale degrees of a key within the range of the melody."""
    low, high = MELODY_RANGE
    inside = [
        degree
        for degree in range(-7, 15)
        if low <= degree_to_pitch(degree, key, mode)
        and degree_to_pitch(degree, key, mode, dominant=True) <= high
    ]
    return range(inside[0], inside[-1] + 1)


def song_phrases(n_bars: int) -> tuple[tuple[str, int], ...]:
    """Return the phrases of a tune: four bars each, named by the song form; the rest comes last."""
    n_phrases, left = divmod(n_bars, PHRASE_BARS)
    letters = "ABA" if n_phrases == 3 else SONG_FORM * (n_phrases // len(SONG_FORM) + 1)
    phrases = [(letter, PHRASE_BARS) for letter in letters[:n_phrases]]
    return tuple(phrases + [("coda", left)] * (left > 0))


def compose(key: int, mode: str, n_bars: int, rng: np.random.Generator) -> Composition:
    """Write a tune: chords first, then a melody that fits them.

    Args:
        key: Pitch class of the tonic, 0 (C) to 11 (B).
        mode: "major" or "minor".
        n_bars: Length in bars of 4/4.
        rng: Source of randomness.

    Taught in lesson 1.
    """
    phrases = song_phrases(n_bars)
    openings: dict[str, tuple[Bar, ...]] = {}
    bars: list[Bar] = []
    for i, (letter, length) in enumerate(phrases):
        # Phrases come in pairs of a question (open ending) and an answer (closed ending).
        closed = i % 2 == 1 or i == len(phrases) - 1
        phrase = phrase_chords(length, mode, rng, closed=closed, opening=openings.get(letter))
        openings.setdefault(letter, phrase[:-2])
        bars += phrase
    chords = _slots(bars)
    degrees = melody_degrees(key, mode)
    melody = write_melody(tuple(bars), chords, phrases, mode, degrees, rng)
    return Composition(key, mode, n_bars, chords, melody)


def _slots(bars: list[Bar]) -> tuple[ChordSlot, ...]:
    """Chords with their times, from the chords of each bar."""
    slots = []
    for bar, chords in enumerate(bars):
        length = BAR // len(chords)
        slots += [ChordSlot(bar * BAR + i * length, length, c) for i, c in enumerate(chords)]
    return tuple(slots)
