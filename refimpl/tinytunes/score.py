"""A score: notes as written, in eighth notes, for all parts of a tune.

Taught in lesson 1.
"""

from dataclasses import dataclass

from refimpl.tinytunes.composition import Composition
from refimpl.tinytunes.melody import BAR


@dataclass(frozen=True, slots=True)
class ScoreNote:
    """A note as written: onset and duration in eighth notes, MIDI pitch and velocity."""

    onset: int
    duration: int
    pitch: int
    velocity: int
    instrument: str
    part: str


def accent(onset: int) -> int:
    """Velocity by the weight of the beat: bars start a little louder, off-beats are softer."""
    return 96 if onset % BAR == 0 else 90 if onset % 2 == 0 else 84


def melody_part(composition: Composition, instrument: str) -> list[ScoreNote]:
    """The melody, as written."""
    return [
        ScoreNote(n.onset, n.duration, composition.pitch(n), accent(n.onset), instrument, "melody")
        for n in composition.melody
    ]
