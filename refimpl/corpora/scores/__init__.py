"""Real scores: chorales by Bach, fiddle tunes from old collections, and a user's own files.

Files are read (`musicxml`, `abc`, `midi`) into a `score`, whose `bars` may be repeated, kept in a
`cache`, grouped with their `relatives`, and played (`playing`) by the instruments of tinytunes, or
by those of a `soundfont`.
`events` writes a tune as one token for each note.

Taught in lesson 10.
"""

from refimpl.corpora.scores.collections import COLLECTIONS, READERS
from refimpl.corpora.scores.corpus import Scores
from refimpl.corpora.scores.events import NoteEvents
from refimpl.corpora.scores.playing import Playing, cut_at_bars, notes_between, play
from refimpl.corpora.scores.relatives import find_relatives, fingerprint, hold_out, intervals
from refimpl.corpora.scores.score import MODES, TICKS, Score, ScoreError
from refimpl.corpora.scores.soundfont import SoundFont

__all__ = [
    "COLLECTIONS",
    "MODES",
    "READERS",
    "TICKS",
    "NoteEvents",
    "Playing",
    "Score",
    "ScoreError",
    "Scores",
    "SoundFont",
    "cut_at_bars",
    "find_relatives",
    "fingerprint",
    "hold_out",
    "intervals",
    "notes_between",
    "play",
]
