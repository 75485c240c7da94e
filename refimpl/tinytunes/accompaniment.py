"""Chords: voiced with small movements, and played in a figure.

Taught in lesson 1.
"""

from itertools import product

from refimpl.tinytunes.composition import Composition
from refimpl.tinytunes.harmony import chord_pitch_classes
from refimpl.tinytunes.melody import BAR
from refimpl.tinytunes.score import ScoreNote

CHORD_RANGE = (52, 66)  # between bass and melody
VELOCITY = 80

ALL = (0, 1, 2)
# What the chords do in each half of a bar: (onset, duration, which notes of the voicing).
CHORD_FIGURES = {
    "held": (((0, 4, ALL),), ((0, 4, ALL),)),
    "quarters": (((0, 2, ALL), (2, 2, ALL)), ((0, 2, ALL), (2, 2, ALL))),
    "after the beat": (((2, 2, ALL),), ((2, 2, ALL),)),
    "broken": (
        ((0, 1, (0,)), (1, 1, (1,)), (2, 1, (2,)), (3, 1, (1,))),
        ((0, 1, (0,)), (1, 1, (1,)), (2, 1, (2,)), (3, 1, (1,))),
    ),
    "rolling": (
        ((0, 2, (0,)), (1, 3, (1,)), (2, 2, (2,))),
        ((0, 2, (0,)), (1, 3, (1,)), (2, 2, (2,))),
    ),
    "syncopated": (((0, 1, ALL), (3, 1, ALL)), ((2, 2, ALL),)),
}


def voicings(pitch_classes: tuple[int, ...]) -> list[tuple[int, ...]]:
    """All ways to play a chord within the range of the chords and within one octave.

    Returns:
        Pitches from low to high, `(n_notes,)` each.
    """
    low, high = CHORD_RANGE
    places = [[p for p in range(low, high + 1) if p % 12 == c] for c in pitch_classes]
    chords = {tuple(sorted(pitches)) for pitches in product(*places)}
    return sorted(c for c in chords if c[-1] - c[0] < 12)


def lead_voices(chords: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Return voicings of successive chords in which the voices move as little as possible.

    Args:
        chords: Pitch classes of each chord.

    Taught in lesson 1.
    """
    middle = sum(CHORD_RANGE) / 2
    led: list[tuple[int, ...]] = []
    for pitch_classes in chords:
        before = led[-1] if led else (middle,) * len(pitch_classes)

        def movement(voicing: tuple[int, ...], before: tuple = before) -> float:
            moves = sum(abs(a - b) for a, b in zip(voicing, before, strict=True))
            # A little pull to the middle keeps a long tune from drifting away.
            return moves + 0.2 * abs(sum(voicing) / len(voicing) - middle)

        led.append(min(voicings(pitch_classes), key=movement))
    return led


def chord_part(composition: Composition, instrument: str, figure: str) -> list[ScoreNote]:
    """Return the chords in one figure, with the last one held.

    Args:
        composition: The tune.
        instrument: The instrument that plays it.
        figure: One of `CHORD_FIGURES`.

    Taught in lesson 1.
    """
    slots = composition.chords
    led = lead_voices(
        [chord_pitch_classes(s.degree, composition.key, composition.mode) for s in slots]
    )
    notes = []
    for slot, voicing in zip(slots[:-1], led[:-1], strict=True):
        for half in range(slot.duration // 4):
            for onset, duration, voices in CHORD_FIGURES[figure][half]:
                start = slot.onset + 4 * half + onset
                notes += [
                    ScoreNote(start, duration, voicing[v], VELOCITY, instrument, "chords")
                    for v in voices
                ]
    start, length = slots[-1].onset, composition.n_bars * BAR - 1 - slots[-1].onset
    notes += [ScoreNote(start, length, p, VELOCITY, instrument, "chords") for p in led[-1]]
    return notes
