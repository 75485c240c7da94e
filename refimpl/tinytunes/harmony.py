"""Keys, scales and chord progressions: the harmony of a tune.

Everything here counts in scale degrees (0 is the tonic, 7 the tonic an octave higher), so that one
composition can be played in any of the twelve keys. Only `degree_to_pitch` knows about MIDI.

Taught in lesson 1.
"""

from dataclasses import dataclass

import numpy as np

SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
NUMERALS = {
    "major": ("I", "ii", "iii", "IV", "V", "vi", "vii°"),
    "minor": ("i", "ii°", "III", "iv", "V", "VI", "VII"),
}
TONIC, SUPERTONIC, MEDIANT, SUBDOMINANT, DOMINANT, SUBMEDIANT, LEADING = range(7)

# Transition weights between chords: rows from, columns to, in the order of the degrees.
# The tonic goes anywhere, predominants (ii, IV) to the dominant, the dominant home or to vi.
TRANSITIONS = {
    "major": np.array(
        [
            [0.0, 2.0, 0.5, 4.0, 2.0, 3.0, 0.0],
            [0.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 2.0, 0.0, 3.0, 0.0],
            [2.0, 1.5, 0.0, 0.0, 4.0, 0.0, 0.0],
            [4.0, 0.0, 0.0, 0.5, 0.0, 2.0, 0.0],
            [0.0, 3.0, 0.5, 4.0, 1.5, 0.0, 0.0],
            [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        ]
    ),
    # In minor, III and VII replace iii and the diminished seventh of the major mode.
    "minor": np.array(
        [
            [0.0, 0.5, 1.0, 4.0, 2.0, 3.0, 2.0],
            [0.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 2.0, 0.0, 3.0, 1.0],
            [2.0, 0.5, 0.0, 0.0, 4.0, 0.0, 1.0],
            [4.0, 0.0, 0.0, 0.5, 0.0, 2.0, 0.0],
            [0.0, 0.5, 1.0, 3.0, 2.0, 0.0, 2.0],
            [1.0, 0.0, 2.0, 0.0, 0.0, 2.0, 0.0],
        ]
    ),
}

# How a phrase ends: the chords of its last two bars (half a bar each where a bar has two).
# A closed ending is an answer and comes home; an open one is a question and stops on the dominant.
CLOSED_CADENCES = (
    ((SUBDOMINANT,), (DOMINANT, TONIC)),
    ((SUPERTONIC,), (DOMINANT, TONIC)),
    ((DOMINANT,), (TONIC,)),
    ((SUBDOMINANT, DOMINANT), (TONIC,)),
    ((SUBDOMINANT,), (TONIC,)),
)
OPEN_CADENCES = (((SUBDOMINANT,), (DOMINANT,)), ((SUPERTONIC,), (DOMINANT,)))

Bar = tuple[int, ...]  # the chords of a bar, as degrees: one, or two of half a bar each


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
            is raised, because the half tone below the tonic leads back to the tonic.

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
    root, third, fifth = (
        degree_to_pitch(step, key, mode, dominant=dominant) % 12 for step in chord_degrees(degree)
    )
    return root, third, fifth


def chord_quality(degree: int, mode: str) -> str:
    """Return the triad's kind by its third and fifth: "major", "minor" or "diminished"."""
    root, third, fifth = chord_pitch_classes(degree, 0, mode)
    if (fifth - root) % 12 == 6:
        return "diminished"
    return "major" if (third - root) % 12 == 4 else "minor"


def walk(
    start: int, end: int, n_steps: int, mode: str, rng: np.random.Generator
) -> tuple[int, ...]:
    """Chords that lead from one chord to another in a given number of steps.

    A Markov chain over chords, conditioned on its last chord: the probability of a chord is
    proportional to its transition weight *and* to the weight of all ways from it to the end.

    Returns:
        The `n_steps - 1` chords in between, as degrees.

    Taught in lesson 1.
    """
    transition = TRANSITIONS[mode]
    chords: list[int] = []
    for remaining in range(n_steps - 1, 0, -1):
        ways = np.linalg.matrix_power(transition, remaining)[:, end]  # (7,)
        weights = transition[chords[-1] if chords else start] * ways
        chords.append(int(rng.choice(7, p=weights / weights.sum())))
    return tuple(chords)


def _cadence(after: int, mode: str, closed: bool, rng: np.random.Generator) -> tuple[Bar, Bar]:
    """Draw a cadence whose first chord follows a given chord, by transition weight."""
    cadences = CLOSED_CADENCES if closed else OPEN_CADENCES
    weights = np.array([TRANSITIONS[mode][after, cadence[0][0]] for cadence in cadences])
    return cadences[int(rng.choice(len(cadences), p=weights / weights.sum()))]


def phrase_chords(
    n_bars: int,
    mode: str,
    rng: np.random.Generator,
    *,
    closed: bool = True,
    opening: tuple[Bar, ...] | None = None,
) -> tuple[Bar, ...]:
    """The chords of one phrase: from the tonic, through the key, to a cadence.

    Args:
        n_bars: Length of the phrase, 1 to 4 bars.
        mode: "major" or "minor".
        rng: Source of randomness.
        closed: Whether the phrase ends on the tonic or stays open on the dominant.
        opening: All but the last two bars of an earlier phrase, to begin in the same way.

    Returns:
        The chords of each bar.

    Taught in lesson 1.
    """
    if n_bars == 1:
        return ((DOMINANT, TONIC) if closed else (TONIC, DOMINANT),)
    if n_bars == 2:
        return (TONIC,), (DOMINANT, TONIC) if closed else (DOMINANT,)
    if opening is None:
        # Draw the first bars so that some cadence can follow.
        target = SUBDOMINANT if rng.random() < 0.4 else DOMINANT if closed else SUPERTONIC
        opening = ((TONIC,), *((c,) for c in walk(TONIC, target, n_bars - 2, mode, rng)))
    return (*opening, *_cadence(opening[-1][0], mode, closed, rng))


LETTERS = "CDEFGAB"
NATURALS = (0, 2, 4, 5, 7, 9, 11)
KEY_NAMES = {
    "major": ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"),
    "minor": ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"),
}
SUFFIXES = {"major": "", "minor": "m", "diminished": "dim"}


def chord_name(degree: int, key: int, mode: str) -> str:
    """Return the name of a chord in the spelling of its key: in B major vi is G#m, not Abm."""
    tonic = KEY_NAMES[mode][key]
    letter = (LETTERS.index(tonic[0]) + degree) % 7
    root = chord_pitch_classes(degree, key, mode)[0]
    sharps = (root - NATURALS[letter] + 6) % 12 - 6
    return LETTERS[letter] + "#" * sharps + "b" * -sharps + SUFFIXES[chord_quality(degree, mode)]
