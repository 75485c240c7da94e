"""Keys, scales and chord progressions: what the notes of a tune agree on.

Everything here counts in scale degrees (0 is the tonic, 7 the tonic an octave higher), so that one
composition can be played in any of the twelve keys. Only `degree_to_pitch` knows about MIDI.

Taught in lesson 1.
"""

from dataclasses import dataclass

import numpy as np

PITCH_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
NUMERALS = {
    "major": ("I", "ii", "iii", "IV", "V", "vi", "vii°"),
    "minor": ("i", "ii°", "III", "iv", "V", "VI", "VII"),
}
TONIC, SUPERTONIC, MEDIANT, SUBDOMINANT, DOMINANT, SUBMEDIANT, LEADING = range(7)

# How willingly one chord moves to the next: rows from, columns to, in the order of the degrees.
# Tonic goes anywhere, predominants (ii, IV) to the dominant, the dominant home or to vi.
TRANSITIONS = {
    "major": np.array(
        [
            [0, 2, 0.5, 4, 2, 3, 0],
            [0, 0, 0, 0, 4, 0, 0],
            [0, 0, 0, 2, 0, 3, 0],
            [2, 1.5, 0, 0, 4, 0, 0],
            [4, 0, 0, 0.5, 0, 2, 0],
            [0, 3, 0.5, 4, 1.5, 0, 0],
            [1, 0, 0, 0, 0, 0, 0],
        ],
        dtype=np.float64,
    ),
    # In minor, III and VII stand where the major mode has iii and the diminished seventh.
    "minor": np.array(
        [
            [0, 0.5, 1, 4, 2, 3, 2],
            [0, 0, 0, 0, 4, 0, 0],
            [0, 0, 0, 2, 0, 3, 1],
            [2, 0.5, 0, 0, 4, 0, 1],
            [4, 0, 0, 0, 0, 2, 0],
            [0, 0.5, 1, 3, 2, 0, 2],
            [1, 0, 2, 0, 0, 2, 0],
        ],
        dtype=np.float64,
    ),
}


@dataclass(frozen=True, slots=True)
class ChordSlot:
    """A chord of a composition: the scale degree of its root, and when, in eighth notes."""

    onset: int
    duration: int
    degree: int


def degree_to_pitch(degree: int, key: int, mode: str, *, dominant: bool = False) -> int:
    """The MIDI pitch of a scale degree.

    Args:
        degree: Scale degree; 0 is the tonic in the octave of middle C, 7 an octave higher.
        key: Pitch class of the tonic, 0 (C) to 11 (B).
        mode: "major" or "minor".
        dominant: Whether the chord is the dominant: in minor its third, the seventh degree,
            is raised, because the half tone below the tonic is what makes it lead home.

    Returns:
        A MIDI pitch (60 is middle C).

    Taught in lesson 1.
    """
    octave, step = divmod(degree, 7)
    raised = int(mode == "minor" and dominant and step == LEADING)
    return 60 + key + 12 * octave + SCALES[mode][step] + raised


def chord_degrees(degree: int) -> tuple[int, int, int]:
    """Root, third and fifth of the triad on a degree, each as a step of the scale (0 to 6)."""
    return degree % 7, (degree + 2) % 7, (degree + 4) % 7


def chord_pitch_classes(degree: int, key: int, mode: str) -> tuple[int, int, int]:
    """Pitch classes of root, third and fifth of the triad on a degree."""
    dominant = degree == DOMINANT
    first, third, fifth = (
        degree_to_pitch(step, key, mode, dominant=dominant) % 12 for step in chord_degrees(degree)
    )
    return first, third, fifth


def chord_quality(degree: int, mode: str) -> str:
    """ "major", "minor" or "diminished", by the size of the triad's third and fifth."""
    first, third, fifth = chord_pitch_classes(degree, 0, mode)
    if (fifth - first) % 12 == 6:
        return "diminished"
    return "major" if (third - first) % 12 == 4 else "minor"


def walk(start: int, end: int, n_steps: int, mode: str, rng: np.random.Generator) -> list[int]:
    """Chords that lead from one chord to another in a given number of steps.

    A Markov chain over chords, conditioned on where it has to arrive: a chord is drawn in
    proportion to how willingly it follows *and* to how many ways lead from it to the end.

    Returns:
        The `n_steps - 1` chords in between, as degrees.
    """
    transition = TRANSITIONS[mode]
    chords, current = [], start
    for remaining in range(n_steps - 1, 0, -1):
        ways = np.linalg.matrix_power(transition, remaining)[:, end]  # (7,)
        weights = transition[current] * ways
        current = int(rng.choice(7, p=weights / weights.sum()))
        chords.append(current)
    return chords


def phrase_chords(
    n_bars: int, mode: str, rng: np.random.Generator, *, first: int = TONIC, close: bool = True
) -> list[list[int]]:
    """The chords of one phrase: from a first chord, through the key, to a cadence.

    Args:
        n_bars: Length of the phrase.
        mode: "major" or "minor".
        rng: Source of chance.
        first: Degree of the first chord.
        close: Whether the phrase ends at home (on the tonic) or stays open (on the dominant).

    Returns:
        For each bar one chord (the whole bar) or two (half a bar each), as degrees.
    """
    if n_bars == 1:
        return [[DOMINANT, TONIC] if close else [first, DOMINANT]]
    if not close:  # half cadence: a question
        return (
            [[first]] + [[c] for c in walk(first, DOMINANT, n_bars - 1, mode, rng)] + [[DOMINANT]]
        )
    # Authentic cadences end V-I, the plagal one IV-I; the last bar may hold both chords.
    kind = rng.choice(3, p=[0.5, 0.35, 0.15])
    if kind == 0 or n_bars == 2:
        last, target = [[DOMINANT, TONIC]], DOMINANT
        predominants = [SUBDOMINANT, SUPERTONIC] if mode == "major" else [SUBDOMINANT]
        if n_bars == 2:
            return [[first], *last]
        target = int(rng.choice(predominants))
        if n_bars == 3:
            return [[first], [target], *last]
        middle = walk(first, target, n_bars - 2, mode, rng)
        return [[first], *[[c] for c in middle], [target], *last]
    target = DOMINANT if kind == 1 else SUBDOMINANT
    middle = walk(first, target, n_bars - 2, mode, rng)
    before = [target]
    if kind == 1 and (middle or [first])[-1] == TONIC and rng.random() < 0.6:
        before = [SUBDOMINANT, DOMINANT]
    return [[first], *[[c] for c in middle], before, [TONIC]]
