"""Melodies: rhythm cells, a motif that comes back, and one note at a time by weighted choice.

A melody is easy to sing, and to learn, for reasons that can be written down: it moves mostly by
step, rests on notes of the chord where the beat is strong, says something and repeats it a little
differently, and comes home at the end. Each reason is a factor of a weight below.

Taught in lesson 1.
"""

from dataclasses import dataclass

import numpy as np

from refimpl.tinytunes.harmony import TONIC, ChordSlot, chord_degrees

BAR = 8  # eighth notes in a bar of 4/4

# Rhythms of one bar: durations in eighth notes, a rest where negative. Calm ones are listed more
# than once, which is how they get drawn more often.
CELLS = (
    (2, 2, 2, 2),
    (2, 2, 2, 2),
    (4, 2, 2),
    (4, 2, 2),
    (2, 2, 4),
    (2, 2, 4),
    (3, 1, 4),
    (3, 1, 2, 2),
    (3, 1, 2, 2),
    (2, 1, 1, 4),
    (2, 1, 1, 2, 2),
    (2, 2, 3, 1),
    (4, 3, 1),
    (1, 1, 2, 2, 2),
    (2, 2, 1, 1, 2),
    (2, 1, 1, 3, 1),
    (3, 1, 1, 1, 2),
    (4, 1, 1, 2),
    (3, 3, 2),
    (2, 4, 2),
    (2, 2, 2, -2),
    (-2, 2, 2, 2),
    (4, 2, -2),
)
# The last bar of a phrase: a long note, and a breath after it.
CLOSES = ((4, 3, -1), (2, 2, 3, -1), (3, 1, 3, -1), (2, 1, 1, 3, -1), (2, 5, -1), (2, 2, 3, -1))
# Which bars of a phrase share a motif. The last bar is always the cadence.
FORMS = {1: ("z",), 2: ("az",), 3: ("aaz", "abz"), 4: ("aabz", "abaz", "aaaz", "abbz", "abaz")}

# Weight of moving by so many scale steps: repeat, step, third, fourth, fifth.
INTERVAL_WEIGHTS = (0.4, 4.0, 1.2, 0.35, 0.15)


@dataclass(frozen=True, slots=True)
class MelodyNote:
    """A note of a composition: onset and duration in eighth notes, pitch as a scale degree."""

    onset: int
    duration: int
    degree: int


def chord_at(chords: list[ChordSlot], onset: int) -> ChordSlot:
    """The chord that sounds at a moment (in eighth notes)."""
    return next(c for c in reversed(chords) if c.onset <= onset)


def _weight(
    degree: int, before: list[int], onset: int, chord: int, aim: float, was_foreign: bool
) -> float:
    """How well a degree continues the melody. The product of what makes a line singable."""
    native = degree % 7 in chord_degrees(chord)
    if onset % 4 == 0 and not native:
        return 0.0  # strong beats belong to the chord
    weight = 1.0 if native else (0.5 if onset % 2 == 0 else 0.9)
    weight *= np.exp(-(((degree - aim) / 3.0) ** 2))  # stay near where the phrase is heading
    if not before:
        return weight
    interval = degree - before[-1]
    if abs(interval) >= len(INTERVAL_WEIGHTS):
        return 0.01 * weight if onset % 4 == 0 else 0.0
    weight *= INTERVAL_WEIGHTS[abs(interval)]
    if was_foreign and abs(interval) != 1:
        weight *= 0.02  # a note foreign to the chord resolves by step
    if len(before) > 1:
        last = before[-1] - before[-2]
        if abs(last) > 2 and interval * last > 0:
            weight *= 0.1  # after a leap the line turns back
        if last == 0 and interval == 0:
            weight *= 0.2
    return weight


def _draw(weights: np.ndarray, rng: np.random.Generator) -> int:
    """An index in proportion to its weight (one uniform number, which `rng.choice` spends too)."""
    cumulative = np.cumsum(weights)
    return int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))


def _write_bar(
    start: int,
    cell: tuple[int, ...],
    chords: list[ChordSlot],
    degrees: range,
    aim: float,
    before: list[int],
    rng: np.random.Generator,
    *,
    motif: list[int] | None = None,
    final: int | None = None,
) -> list[MelodyNote]:
    """One bar of melody.

    Args:
        start: First eighth note of the bar.
        cell: Its rhythm.
        chords: The chords of the whole tune.
        degrees: Degrees that the melody may use.
        aim: Degree around which the bar moves.
        before: Degrees of the notes so far (not changed).
        rng: Source of chance.
        motif: Degrees of an earlier bar with this rhythm, whose shape is to be followed.
        final: Degree on which the bar has to end, which its last notes approach.
    """
    notes: list[MelodyNote] = []
    line = list(before)
    n_notes = sum(d > 0 for d in cell)
    onset, position, foreign = start, 0, False
    if line and chords:
        previous_chord = chord_at(chords, max(0, start - 1)).degree
        foreign = line[-1] % 7 not in chord_degrees(previous_chord)
    shift = 0
    for duration in cell:
        if duration > 0:
            chord = chord_at(chords, onset).degree
            left = n_notes - 1 - position
            if final is not None and left == 0:
                degree = final
            else:
                weights = np.array([_weight(d, line, onset, chord, aim, foreign) for d in degrees])
                if motif is not None and position < len(motif):
                    # Follow the shape of the motif, moved to where this bar's chord is.
                    wanted = motif[position] + shift
                    weights *= np.array([np.exp(-1.6 * abs(d - wanted)) for d in degrees]) + 1e-9
                if final is not None and left == 1:  # approach the last note by step or third
                    weights *= np.array(
                        [(1e-3, 1.0, 0.3)[min(abs(d - final), 2)] for d in degrees]
                    ) * np.array([1.0 if abs(d - final) < 4 else 1e-3 for d in degrees])
                degree = degrees[_draw(weights, rng)]
                if motif is not None and position == 0:
                    shift = degree - motif[0]
            foreign = degree % 7 not in chord_degrees(chord)
            notes.append(MelodyNote(onset, duration, degree))
            line.append(degree)
            position += 1
        onset += abs(duration)
    return notes


def _last_degree(chord: int, near: int, degrees: range, rng: np.random.Generator) -> int:
    """Where a phrase comes to rest: mostly the chord's root, sometimes its third or fifth."""
    steps = chord_degrees(chord)
    step = steps[_draw(np.array([0.75, 0.2, 0.05]), rng)]
    return min((d for d in degrees if d % 7 == step), key=lambda d: abs(d - near))


def write_melody(
    chords: list[ChordSlot],
    phrases: list[int],
    degrees: range,
    rng: np.random.Generator,
) -> list[MelodyNote]:
    """A melody over given chords.

    Args:
        chords: The chords of the tune, in order.
        phrases: Length of each phrase in bars.
        degrees: Scale degrees that the melody may use, at least an octave.
        rng: Source of chance.

    Returns:
        Its notes, in order; no two overlap.

    Taught in lesson 1.
    """
    middle = (degrees[0] + degrees[-1]) / 2
    notes: list[MelodyNote] = []
    motifs: dict[str, tuple[tuple[int, ...], list[int]]] = {}
    start = 0
    for n_bars in phrases:
        form = str(rng.choice(FORMS[n_bars]))
        height = rng.uniform(1.0, 2.5) * rng.choice([-1, 1], p=[0.25, 0.75])
        for bar, letter in enumerate(form):
            # The phrase rises and comes back (or, now and then, the other way round).
            arch = np.sin(np.pi * (bar + 0.5) / n_bars)
            aim = middle - height / 2 + height * arch
            line = [n.degree for n in notes]
            if letter == "z":
                cell = CLOSES[int(rng.integers(len(CLOSES)))]
                near = line[-1] if line else round(middle)
                goal = chord_at(chords, start + BAR - 1).degree
                final = _last_degree(goal, near, degrees, rng)
                bar_notes = _write_bar(start, cell, chords, degrees, aim, line, rng, final=final)
            elif letter in motifs:
                cell, motif = motifs[letter]
                bar_notes = _write_bar(start, cell, chords, degrees, aim, line, rng, motif=motif)
            else:
                cell = CELLS[int(rng.integers(len(CELLS)))]
                bar_notes = _write_bar(start, cell, chords, degrees, aim, line, rng)
                motifs[letter] = cell, [n.degree for n in bar_notes]
            notes += bar_notes
            start += BAR
    return notes


def rests_on_tonic(notes: list[MelodyNote]) -> bool:
    """Whether the melody ends on a note of the tonic triad."""
    return notes[-1].degree % 7 in chord_degrees(TONIC)
