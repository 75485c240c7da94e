"""A tune: its sound, and its ground truth, which a recording does not have.

Taught in lesson 1.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.tinytunes.harmony import KEY_NAMES
from refimpl.tinytunes.midi import to_midi
from refimpl.tinytunes.note import Chord, Note
from refimpl.tinytunes.rendering import render, render_stems


@dataclass(frozen=True, eq=False)
class Tune:
    """A tune with its ground truth.

    Attributes:
        index: Its number in its corpus.
        split: "train", "validation" or "test".
        level: 1, 2 or 3.
        name: A file name without suffix, different for every tune of a corpus.
        caption: The tune in words.
        key: Pitch class of the tonic, 0 (C) to 11 (B).
        mode: "major" or "minor".
        tempo: Beats per minute.
        beats: Times of the beats in seconds, `(n_beats,)`.
        chords: Chords in order of time.
        notes: Notes of all parts in order of time.
        instruments: The instrument of each part.
        style: Of the band; None where there is no band.
        fingerprint: Of the melody's shape, the same in every key; it decides the split.
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
    style: str | None
    fingerprint: str
    n_samples: int
    sample_rate: int
    room: float

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.n_samples / self.sample_rate

    @property
    def key_name(self) -> str:
        """Tonic and mode in words, as in "G major"."""
        return f"{KEY_NAMES[self.mode][self.key]} {self.mode}"

    @property
    def audio(self) -> np.ndarray:
        """The same as `render()`: a tune has what a clip of any corpus has."""
        return self.render()

    @property
    def facts(self) -> dict[str, Any]:
        """The ground truth by name, as JSON holds it, without chords and notes.

        `melody_rate` is the melody's notes per second, and `melody_pitch` their mean MIDI pitch.
        """
        melody = [note.pitch for note in self.notes if note.part == "melody"]
        return {
            "key": self.key_name,
            "tonic": self.key,
            "mode": self.mode,
            "tempo": self.tempo,
            "beats": self.beats.tolist(),
            "level": self.level,
            "instruments": dict(self.instruments),
            "style": self.style,
            "melody_rate": len(melody) / self.duration,
            "melody_pitch": sum(melody) / len(melody),
            "fingerprint": self.fingerprint,
        }

    def render(self) -> np.ndarray:
        """The sound of the tune, `(n_samples,)` float32 within (-1, 1)."""
        return render(self.notes, self.n_samples, self.sample_rate, self.room)

    def stems(self) -> dict[str, np.ndarray]:
        """The sound of each part, `(n_samples,)` float32; they add up to `render()`."""
        return render_stems(
            self.notes, self.instruments, self.n_samples, self.sample_rate, self.room
        )

    def to_json(self) -> dict[str, Any]:
        """Return the ground truth of the tune in a form that JSON can hold (without sound)."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return fields | {
            "key_name": self.key_name,
            "beats": self.beats.tolist(),
            "chords": [asdict(chord) for chord in self.chords],
            "notes": [asdict(note) for note in self.notes],
        }

    def save_midi(self, path: str | Path) -> None:
        """Write the notes as a standard MIDI file, one track per part."""
        to_midi(self.notes, self.instruments, self.tempo, self.key, self.mode).save(path)
