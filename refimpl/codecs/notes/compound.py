"""A note as one step of three codes: when it begins, its pitch, and how long it lasts.

Taught in lesson 10.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from refimpl.codecs.codec import check_codes
from refimpl.codecs.notes.notes_codec import NotesCodec, NotesConfig
from refimpl.codecs.notes.reading import LOWEST, N_PITCHES, TIMES, nearest_time
from refimpl.configuration import configuration


class CompoundCodec(NotesCodec):
    """Notes to codes in three streams; each step is a note.

        time since the note before began, pitch, duration

    Notes that begin together have a time of 0 between them, so music of any number of voices can be
    written. Times are those of `TIMES`, in twelfths of a quarter note; others become the nearest.

    Source: Hsiao et al. 2021, with three features instead of seven. Taught in lesson 10.
    """

    kind = "notes"
    about = "steps of three codes: time since the last one, pitch and duration"
    file_name = "notes.npz"
    stream_sizes = (len(TIMES), N_PITCHES, len(TIMES) - 1)

    def to_codes(self, notes: np.ndarray) -> np.ndarray:
        since = np.diff(notes[:, 0], prepend=0)
        lengths = np.maximum(nearest_time(notes[:, 1]), 1) - 1
        return np.stack([nearest_time(since), notes[:, 2] - LOWEST, lengths], axis=1)

    def to_notes(self, codes: np.ndarray) -> np.ndarray:
        codes = check_codes(codes, self.stream_sizes)
        onsets = np.cumsum(TIMES[codes[:, 0]])
        return np.stack([onsets, TIMES[codes[:, 2] + 1], codes[:, 1] + LOWEST], axis=1)


@configuration
class CompoundConfig(NotesConfig):
    """How a preset makes a `CompoundCodec`; see `NotesConfig`. Taught in lesson 10."""

    codec: ClassVar[type[NotesCodec]] = CompoundCodec

    kind: Literal["notes"] = "notes"


CompoundCodec.config_class = CompoundConfig
