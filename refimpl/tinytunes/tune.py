"""A tune: its sound, and the truth about it that no recording comes with.

Taught in lesson 1.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from refimpl.tinytunes.rendering import render, render_stems


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
    """A chord of the accompaniment.

    Attributes:
        onset: Seconds from the start of the tune.
        duration: Seconds.
        root: Pitch class of its root, 0 (C) to 11 (B).
        quality: "major", "minor" or "diminished".
        numeral: What it is in its key, as a roman numeral ("V").
        name: What it is called ("G", "Am", "Bdim").
    """

    onset: float
    duration: float
    root: int
    quality: str
    numeral: str
    name: str


@dataclass(frozen=True, eq=False)
class Tune:
    """A tune with its ground truth.

    Attributes:
        index: Its number in its corpus.
        split: "train", "validation" or "test".
        level: 1, 2 or 3.
        name: A file name without ending, different for every tune of a corpus.
        caption: The tune in words.
        key: Pitch class of the tonic, 0 (C) to 11 (B).
        mode: "major" or "minor".
        tempo: Beats a minute.
        beats: Times of the beats in seconds, `(n_beats,)`.
        chords: Chords in order of time.
        notes: Notes of all parts in order of time.
        instruments: The instrument of each part.
        fingerprint: Identifies the melody in whatever key; decides the split.
        n_samples: Length of the sound in samples.
        sample_rate: In hertz.
        room: Strength of the room.

    Taught in lesson 1.
    """

    index: int
    split: str
    level: int
    name: str
    caption: str
    key: int
    mode: str
    tempo: float
    beats: np.ndarray
    chords: tuple[Chord, ...]
    notes: tuple[Note, ...]
    instruments: dict[str, str]
    fingerprint: str
    n_samples: int
    sample_rate: int
    room: float

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.n_samples / self.sample_rate

    def render(self) -> np.ndarray:
        """The sound of the tune, `(n_samples,)` float32 within (-1, 1)."""
        return render(self.notes, self.n_samples, self.sample_rate, self.room)

    def stems(self) -> dict[str, np.ndarray]:
        """The sound of each part, `(n_samples,)` float32; their sum is `render()`."""
        return render_stems(
            self.notes, self.instruments, self.n_samples, self.sample_rate, self.room
        )

    def to_json(self) -> dict[str, Any]:
        """Everything that is known about the tune, as what JSON can hold."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return fields | {
            "beats": self.beats.tolist(),
            "chords": [asdict(c) for c in self.chords],
            "notes": [asdict(n) for n in self.notes],
        }
