"""Notes as events: a key goes down, time passes, the key comes up.

Taught in lesson 10.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from refimpl.codecs.codec import check_codes
from refimpl.codecs.notes.notes_codec import NotesCodec, NotesConfig
from refimpl.codecs.notes.reading import LOWEST, N_PITCHES
from refimpl.configuration import Positive, configuration

# Twelfths of a quarter note that one event lets pass; longer times take several.
SHIFTS = np.array([*range(1, 13), 18, 24, 36, 48])
OFF, SHIFT = N_PITCHES, 2 * N_PITCHES  # the first code of each kind; NOTE_ON begins with 0


class MidiCodec(NotesCodec):
    """Notes to codes, an event a step.

        NOTE_ON 60, TIME_SHIFT 12, NOTE_OFF 60, NOTE_ON 62, TIME_SHIFT 6, …

    Notes that begin or end together have no shift between them: first come the ends, then the
    beginnings from high to low. In codes that a model wrote, a key that is down may go down again,
    which ends the note before; one that is up may come up, which does nothing; and keys that are
    still down at the end come up there.

    Time passes in beats and not in seconds, and all notes are equally loud.

    Source: Oore et al. 2020, as Music Transformer (Huang et al. 2018) uses them. Taught in
    lesson 10.
    """

    kind = "midi"
    about = "events: keys that go down and come up, and time that passes"
    file_name = "midi.npz"
    stream_sizes = (SHIFT + len(SHIFTS),)

    def to_codes(self, notes: np.ndarray) -> np.ndarray:
        events = []  # (time, whether it begins, order, code)
        for onset, duration, pitch in notes.tolist():
            events.append((onset, 1, -pitch, pitch - LOWEST))
            events.append((onset + duration, 0, -pitch, OFF + pitch - LOWEST))
        codes, now = [], 0
        for time, _, _, code in sorted(events):
            codes += [*_passing(time - now), code]
            now = time
        return np.array(codes, dtype=np.int64).reshape(-1, 1)

    def to_notes(self, codes: np.ndarray) -> np.ndarray:
        down: dict[int, int] = {}  # pitch and onset
        notes, now = [], 0

        def up(pitch: int) -> None:
            onset = down.pop(pitch, now)
            if now > onset:
                notes.append((onset, now - onset, pitch))

        for code in check_codes(codes, self.stream_sizes)[:, 0].tolist():
            if code >= SHIFT:
                now += int(SHIFTS[code - SHIFT])
            elif code >= OFF:
                up(code - OFF + LOWEST)
            else:
                up(code + LOWEST)
                down[code + LOWEST] = now
        for pitch in list(down):
            up(pitch)
        found = np.array(notes, dtype=np.int64).reshape(-1, 3)
        return found[np.lexsort((-found[:, 2], found[:, 0]))]


def _passing(time: int) -> list[int]:
    """The fewest events that let a time pass, the longest first."""
    codes = []
    while time:
        place = int(np.searchsorted(SHIFTS, time, side="right")) - 1
        codes.append(SHIFT + place)
        time -= int(SHIFTS[place])
    return codes


@configuration
class MidiConfig(NotesConfig):
    """How a preset makes a `MidiCodec`; see `NotesConfig`. Taught in lesson 10."""

    codec: ClassVar[type[NotesCodec]] = MidiCodec

    kind: Literal["midi"] = "midi"
    steps_per_second: Positive = 12.0


MidiCodec.config_class = MidiConfig
