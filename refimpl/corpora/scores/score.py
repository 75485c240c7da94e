"""A score: the notes of a piece as written, with its bars, key and metre.

Taught in lesson 10.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

TICKS = 480  # of a quarter note, as in MIDI files
LONGEST = 3 * 3600 * 2 * TICKS  # three hours at 120 quarter notes per minute
PITCHES = range(12, 109)  # what our instruments can play, C0 to C8

# On the line of fifths F C G D A E B, the tonic of a mode is so many places after the major one.
MODES = {
    "lydian": -1,
    "major": 0,
    "mixolydian": 1,
    "dorian": 2,
    "minor": 3,
    "phrygian": 4,
    "locrian": 5,
}
_LETTERS = "FCGDAEB"


class ScoreError(ValueError):
    """A score cannot be read. The message is the reason, for people."""


@dataclass(frozen=True, eq=False)
class Score:
    """A piece of music as written.

    Attributes:
        name: different for every piece of a collection.
        title: as the file states it; may be empty.
        voices: the names of its voices, from high to low where the file orders them so.
        notes: `(n_notes, 4)` int32: onset and duration in ticks, MIDI pitch, and number of the
            voice, in order of time.
        bars: `(n_bars + 1,)` int32: ticks of the bar lines, from the first bar's start to the end.
        fifths: its key signature, sharps less flats; None if unknown.
        mode: a name of `MODES`; None if unknown.
        metre: such as "3/4"; None if unknown.
        tempo: quarter notes per minute; None if the file states none.

    Taught in lesson 10.
    """

    name: str
    title: str
    voices: tuple[str, ...]
    notes: np.ndarray
    bars: np.ndarray
    fifths: int | None = None
    mode: str | None = None
    metre: str | None = None
    tempo: float | None = None

    @property
    def tonic(self) -> int | None:
        """Pitch class of the tonic, 0 (C) to 11 (B); None if the key is unknown."""
        if self.fifths is None or self.mode is None:
            return None
        return 7 * (self.fifths + MODES[self.mode]) % 12

    @property
    def key(self) -> str | None:
        """The key in words, as in "E minor"; None if it is unknown."""
        if self.fifths is None or self.mode is None:
            return None
        place = self.fifths + MODES[self.mode] + 1  # of the tonic, on a line that begins with F
        accidental = "#" * (place // 7) if place >= 0 else "b" * -(place // 7)
        return f"{_LETTERS[place % 7]}{accidental} {self.mode}"


def make_notes(notes: list[tuple[float, float, int, int]]) -> np.ndarray:
    """Put notes in order of time, as `Score.notes` has them.

    Args:
        notes: onset and duration in ticks, pitch, and voice of each.

    Raises:
        ScoreError: none of them, or a note that no instrument plays.
    """
    if not notes:
        raise ScoreError("it has no notes")
    table = np.array(notes, dtype=np.float64)
    starts, ends = np.rint(table[:, 0]), np.rint(table[:, 0] + table[:, 1])
    if not np.isfinite(table).all() or starts.min() < 0 or ends.max() > LONGEST:
        raise ScoreError("it is longer than three hours")
    pitches = table[:, 2]
    if pitches.min() < PITCHES.start or pitches.max() >= PITCHES.stop:
        raise ScoreError(f"it has notes outside MIDI pitches {PITCHES.start} to {PITCHES.stop - 1}")
    made = np.stack([starts, ends - starts, pitches, table[:, 3]], axis=1).astype(np.int32)
    made = made[made[:, 1] > 0]
    return made[np.lexsort((made[:, 3], made[:, 2], made[:, 0]))]
