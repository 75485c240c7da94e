"""Codecs that read notes, not sound: symbols as one more way from music to codes and back.

`reading` takes the notes that a corpus knows of a clip, `playing` makes sound of notes; `compound`
writes a note as one step of three codes, and `midi` as events, one code each.

Taught in lesson 10.
"""

from refimpl.codecs.notes.compound import CompoundCodec, CompoundConfig
from refimpl.codecs.notes.midi import MidiCodec, MidiConfig
from refimpl.codecs.notes.notes_codec import NotesCodec
from refimpl.codecs.notes.reading import TWELFTHS, grid_notes

__all__ = [
    "TWELFTHS",
    "CompoundCodec",
    "CompoundConfig",
    "MidiCodec",
    "MidiConfig",
    "NotesCodec",
    "grid_notes",
]
