"""Melodies: rhythm cells, a recurring motif, and one note at a time by weighted choice.

A melody is easy to sing, and to learn, for reasons that can be written down: it moves mostly by
step, rests on notes of the chord on strong beats, repeats an idea with small changes, and ends on
the tonic. Each reason is a factor of a weight below.

Taught in lesson 1.
"""

from dataclasses import dataclass

import numpy as np

from refimpl.tinytunes.harmony import (
    DOMINANT,
    LEADING,
    SUBMEDIANT,
    Bar,
    ChordSlot,
    chord_degrees,
)

BAR = 8  # eighth notes in a bar of 4/4

# Rhythms of one bar: durations in eighth notes, a rest where negative. Calm ones are listed twice,
# which makes them twice as likely.
CELLS = (
    *[(2, 2, 2, 2), (4, 2, 2), (2, 2, 4), (3, 1, 2, 2)] * 2,
    (3, 1, 4),
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
CLOSES = ((4, 3, -1), (2, 2, 3, -1), (2, 2, 3, -1), (3, 1, 3, -1), (2, 1, 1, 3, -1), (2, 5, -1))
# Which bars of a phrase share a motif. The last bar is the cadence, which has its own.
FORMS = {1: ("z",), 2: ("az",), 3: ("aaz", "abz"), 4: ("aabz", "abaz", "aaaz", "abbz", "abaz")}

# Weight of a move in scale steps: repeat, step, third, fourth, fifth, and larger ones.
INTERVAL_WEIGHTS = np.array([0.4, 4.0, 1.2, 0.35, 0.15, 0.003])


@dataclass(frozen=True, slots=True)
class MelodyNote:
    """A note of a composition: onset and duration in eighth notes, pitch as a scale degree."""

    onset: int
    duration: int
    degree: int


@dataclass(frozen=True, slots=True)
class Motif:
    """The motif of a bar, for later bars to repeat: its rhythm, and its line in scale degrees."""

    cell: tuple[int, ...]
    line: tuple[int, ...]


@dataclass
class MelodyWriter:
    """Writes a melody over given chords, from left to right.

    Attributes:
        chords: The chords of the tune, in order.
        mode: "major" or "minor".
        degrees: Scale degrees that the melody may use, at least an octave.
        rng: Source of randomness.
        notes: The notes so far.

    Taught in lesson 1.
    """

    chords: tuple[ChordSlot, ...]
    mode: str
    degrees: range
    rng: np.random.Generator
    notes: list[MelodyNote]

    def write_phrase(self, start: int, form: str, earlier: dict[str, Motif]) -> None:
        """Add a phrase.

        Args:
            start: Its first eighth note.
            form: For each bar the letter of its motif; "z" is the cadence.
            earlier: Motifs of earlier bars by letter; new ones are added.
        """
        middle = (self.degrees[0] + self.degrees[-1]) / 2
        # The phrase rises and comes back; now and then it dips.
        height = self.rng.uniform(1.0, 2.5) * (1 if self.rng.random() < 0.75 else -1)
        for bar, letter in enumerate(form):
            aim = middle + height * (np.sin(np.pi * (bar + 0.5) / len(form)) - 0.5)
            onset = start + bar * BAR
            if letter == "z":
                self._write_bar(onset, self._pick(CLOSES), aim, final=self._goal(onset))
            elif letter in earlier:
                motif = earlier[letter]
                self._write_bar(onset, motif.cell, aim, motif=motif)
            else:
                cell = self._pick(CELLS)
                written = self._write_bar(onset, cell, aim)
                earlier[letter] = Motif(cell, tuple(n.degree for n in written))

    def repeat(self, source: int, start: int) -> None:
        """Add an exact repetition of an earlier bar."""
        bar = [n for n in self.notes if source <= n.onset < source + BAR]
        self.notes += [MelodyNote(n.onset - source + start, n.duration, n.degree) for n in bar]

    def _write_bar(
        self,
        start: int,
        cell: tuple[int, ...],
        aim: float,
        *,
        motif: Motif | None = None,
        final: int | None = None,
    ) -> list[MelodyNote]:
        """Add one bar with a given rhythm around the degree `aim`, and return its notes."""
        n_notes = sum(duration > 0 for duration in cell)
        written: list[MelodyNote] = []
        onset = start
        for duration in cell:
            if duration > 0:
                weights = self._weights(onset, aim)
                position = len(written)
                if motif:  # follow the motif's shape from wherever this bar began
                    shift = written[0].degree - motif.line[0] if written else 0
                    weights *= self._near(motif.line[position] + shift, 1.6)
                if final is not None and position == n_notes - 2:
                    weights *= self._near(final, 1.2)  # approach the last note by step
                degree = self.degrees[draw(weights, self.rng)]
                if final is not None and position == n_notes - 1:
                    degree = final
                written.append(MelodyNote(onset, duration, degree))
                self.notes.append(written[-1])
            onset += abs(duration)
        return written

    def _weights(self, onset: int, aim: float) -> np.ndarray:
        """Return the weight of each degree as the next note: the product of all factors.

        Returns:
            `(n_degrees,)`, positive for at least one degree.
        """
        chord = chord_at(self.chords, onset).degree
        degrees = np.array(self.degrees)
        weights = np.exp(-(((degrees - aim) / 3.0) ** 2))  # stay near where the phrase is heading
        foreign = np.array([degree % 7 not in chord_degrees(chord) for degree in self.degrees])
        # Strong beats belong to the chord; between them a line may pass through other notes.
        weights[foreign] *= 0.0 if onset % 4 == 0 else 0.5 if onset % 2 == 0 else 0.9
        return weights * self._motion(degrees, chord) if self.notes else weights

    def _motion(self, degrees: np.ndarray, chord: int) -> np.ndarray:
        """Return the weight of each degree after the previous notes, `(n_degrees,)`."""
        last = self.notes[-1]
        intervals = degrees - last.degree
        sizes = np.abs(intervals)
        weights = INTERVAL_WEIGHTS[np.minimum(sizes, len(INTERVAL_WEIGHTS) - 1)]
        if last.degree % 7 not in chord_degrees(chord_at(self.chords, last.onset).degree):
            weights[sizes != 1] *= 0.02  # a note foreign to its chord resolves by step
        if self.mode == "minor" and chord == DOMINANT:
            # Three semitones between the sixth and the raised seventh are hard to sing.
            steps = degrees % 7
            if last.degree % 7 == SUBMEDIANT:
                weights[(steps == LEADING) & (sizes == 1)] *= 0.02
            if last.degree % 7 == LEADING:
                weights[(steps == SUBMEDIANT) & (sizes == 1)] *= 0.02
        if len(self.notes) > 1:
            before = last.degree - self.notes[-2].degree
            if abs(before) > 2:
                weights[before * intervals > 0] *= 0.1  # after a leap the line turns back
            if before == 0:
                weights[sizes == 0] *= 0.2  # the same note three times is dull
        return weights

    def _near(self, degree: int, sharpness: float) -> np.ndarray:
        """A factor that falls with the distance from a degree, `(n_degrees,)`."""
        return np.exp(-sharpness * np.abs(np.array(self.degrees) - degree))

    def _goal(self, start: int) -> int:
        """Draw a phrase's last note: mostly its last chord's root, sometimes third or fifth."""
        members = chord_degrees(chord_at(self.chords, start + BAR - 1).degree)
        member = members[draw(np.array([0.75, 0.2, 0.05]), self.rng)]
        here = self.notes[-1].degree if self.notes else self.degrees[len(self.degrees) // 2]
        return min((d for d in self.degrees if d % 7 == member), key=lambda d: abs(d - here))

    def _pick(self, cells: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
        """Any of the rhythms, all equally likely."""
        return cells[int(self.rng.integers(len(cells)))]


def chord_at(chords: tuple[ChordSlot, ...], onset: int) -> ChordSlot:
    """The chord that sounds at a moment (in eighth notes)."""
    return next(c for c in reversed(chords) if c.onset <= onset)


def draw(weights: np.ndarray, rng: np.random.Generator) -> int:
    """Draw an index by weight; much faster than `rng.choice` for a few weights."""
    cumulative = np.cumsum(weights)
    return int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))


def write_melody(
    bars: tuple[Bar, ...],
    chords: tuple[ChordSlot, ...],
    phrases: tuple[tuple[str, int], ...],
    mode: str,
    degrees: range,
    rng: np.random.Generator,
) -> tuple[MelodyNote, ...]:
    """A melody over given chords.

    Args:
        bars: The chords of each bar.
        chords: The same with their times.
        phrases: For each phrase its letter and its length in bars. A repeated letter is the same
            phrase with another ending.
        mode: "major" or "minor".
        degrees: Scale degrees that the melody may use, at least an octave.
        rng: Source of randomness.

    Returns:
        Its notes, in order; no two overlap.

    Taught in lesson 1.
    """
    writer = MelodyWriter(chords, mode, degrees, rng, [])
    motifs: dict[str, dict[str, Motif]] = {}
    forms: dict[str, str] = {}
    starts: dict[str, int] = {}
    bar = 0
    for letter, n_bars in phrases:
        form = forms.setdefault(letter, str(rng.choice(FORMS[n_bars])))
        source = starts.setdefault(letter, bar)
        same = 0  # bars that can be repeated because their chords are the same
        while source < bar and same < n_bars - 1 and bars[source + same] == bars[bar + same]:
            writer.repeat((source + same) * BAR, (bar + same) * BAR)
            same += 1
        writer.write_phrase((bar + same) * BAR, form[same:], motifs.setdefault(letter, {}))
        bar += n_bars
    return tuple(writer.notes)
