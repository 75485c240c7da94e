"""Sounding notes and chords: the ground truth of a tune, in seconds.

Taught in lesson 1.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """A note that sounds.

    Attributes:
        onset: Seconds from the start of the tune.
        duration: Seconds.
        pitch: MIDI pitch (60 is middle C); for drums, the key of the General MIDI drum map.
        velocity: MIDI velocity, 1 to 127.
        instrument: Name of the instrument.
        part: "melody", "chords", "bass" or "drums".
    """

    onset: float
    duration: float
    pitch: int
    velocity: int
    instrument: str
    part: str


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord of the harmony.

    Attributes:
        onset: Seconds from the start of the tune.
        duration: Seconds.
        root: Pitch class of its root, 0 (C) to 11 (B).
        quality: "major", "minor" or "diminished".
        numeral: Its degree in the key, as a roman numeral ("V").
        name: Its chord symbol ("G", "Am", "Bdim").
    """

    onset: float
    duration: float
    root: int
    quality: str
    numeral: str
    name: str
