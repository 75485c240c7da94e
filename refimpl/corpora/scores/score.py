"""A score: the notes of a piece as written, with its bars, key and metre.

Taught in lesson 10.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

import numpy as np

TICKS = 480  # of a quarter note, as in MIDI files
LONGEST = 3 * 3600 * 2 * TICKS  # three hours at 120 quarter notes per minute
LARGEST = 64 * 2**20  # bytes of a file of scores, unzipped
TEMPOS = (10, 1000)  # quarter notes per minute; what lies outside is a mistake
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


def content_of(path: Path) -> bytes:
    """Read a file.

    Raises:
        ScoreError: it has more than 64 MB.
    """
    if path.stat().st_size > LARGEST:
        raise ScoreError(f"it has more than {LARGEST // 2**20} MB")
    return path.read_bytes()


def text_of(data: bytes) -> str:
    """Decode a text, with or without a mark of its encoding at the beginning."""
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def known_tempo(tempo: float | None) -> float | None:
    """A tempo as a file states it, or None where none can be played."""
    return tempo if tempo is not None and TEMPOS[0] <= tempo <= TEMPOS[1] else None


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
    if not np.isfinite(table).all() or ends.max() > LONGEST:
        raise ScoreError("it is longer than three hours")
    if starts.min() < 0:
        raise ScoreError("a note begins before the first bar")
    pitches = table[:, 2]
    if pitches.min() < PITCHES.start or pitches.max() >= PITCHES.stop:
        raise ScoreError(f"it has notes outside MIDI pitches {PITCHES.start} to {PITCHES.stop - 1}")
    made = np.stack([starts, ends - starts, pitches, table[:, 3]], axis=1).astype(np.int32)
    made = made[made[:, 1] > 0]
    if not len(made):
        raise ScoreError("it has no notes: all of them last no time")
    return made[np.lexsort((made[:, 3], made[:, 2], made[:, 0]))]
