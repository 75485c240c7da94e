"""Reads standard MIDI files, such as a sequencer, a keyboard or a notation program writes.

Every channel of a track with notes is a voice. Drums (channel 10) have no pitches and are left out.
Changes of tempo are kept as they sound. Source of the notes' times: the package mido.
Taught in lesson 10.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import mido
import numpy as np

from refimpl.corpora.scores.abc import read_key
from refimpl.corpora.scores.score import (
    TICKS,
    Score,
    ScoreError,
    content_of,
    known_tempo,
    make_notes,
)

DRUM_CHANNEL = 9  # counted from 0
_USUAL_TEMPO = 500_000  # microseconds of a quarter note, where a file states none
_SMALLEST_NOTE = 64  # that a metre counts in
_DAMAGED = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
    mido.KeySignatureError,
)


def read_midi(path: Path, left_out: list[tuple[Path, str]]) -> Iterator[Score]:
    """Read the notes of a file.

    Args:
        path: the file.
        left_out: gets the reason if it cannot be read.
    """
    try:
        content = _without_unknown_keys(content_of(path))
        yield _score(mido.MidiFile(file=io.BytesIO(content), clip=True), path.stem)
    except ScoreError as error:
        left_out.append((path, str(error)))
    except _DAMAGED as error:
        left_out.append((path, f"it is no MIDI file, or damaged ({type(error).__name__}: {error})"))


def _without_unknown_keys(content: bytes) -> bytes:
    """Turn key signatures that there are not, such as one of 18 flats, into text.

    mido would refuse the whole file for one, and its notes do not depend on it.
    """

    def kept(match: re.Match[bytes]) -> bytes:
        fifths, mode = int.from_bytes(match[1], "big", signed=True), match[2][0]
        known = -7 <= fifths <= 7 and mode in (0, 1)
        return match[0] if known else b"\xff\x01\x02" + match[1] + match[2]

    return re.sub(rb"\xff\x59\x02(.)(.)", kept, content, flags=re.DOTALL)


def _score(file: mido.MidiFile, name: str) -> Score:
    if file.ticks_per_beat <= 0:
        raise ScoreError("it counts time in film frames, not in beats")
    tempos = _tempos(file)
    voices: dict[tuple[int, int], int] = {}
    notes = []
    for number, track in enumerate(file.tracks):
        for onset, end, pitch, channel in _notes_of(track):
            voice = voices.setdefault((number, channel), len(voices))
            start, stop = _played(np.array([onset, end]), tempos, file.ticks_per_beat)
            notes.append((start, stop - start, pitch, voice))
    made = make_notes(notes)
    names = tuple(
        f"{file.tracks[number].name or 'track'} {channel + 1}" for number, channel in voices
    )
    fifths, mode = _key(file)
    above, below = _metre(file) or (4, 4)
    bar = 4 * TICKS * above / below
    end = int((made[:, 0] + made[:, 1]).max())
    bars = np.rint(np.arange(0, end + bar, bar)).astype(np.int32)
    metre = f"{above}/{below}" if _metre(file) else None
    tempo = known_tempo(60e6 / tempos[0][1])
    return Score(name, "", names, made, bars, fifths, mode, metre, tempo)


def _notes_of(track: mido.MidiTrack) -> Iterator[tuple[int, int, int, int]]:
    """Yield onset and end in the file's ticks, pitch, and channel of every note.

    A note that nothing ends lasts to the end of its track.
    """
    now = 0
    sounding: dict[tuple[int, int], int] = {}
    for message in track:
        now += message.time
        if message.type not in ("note_on", "note_off") or message.channel == DRUM_CHANNEL:
            continue
        key = (message.channel, message.note)
        if key in sounding:  # it ends, or is struck again
            yield sounding.pop(key), now, message.note, message.channel
        if message.type == "note_on" and message.velocity:
            sounding[key] = now
    for (channel, pitch), onset in sounding.items():
        yield onset, now, pitch, channel


def _tempos(file: mido.MidiFile) -> list[tuple[int, int]]:
    """The changes of tempo: tick of the file, and microseconds of a quarter note."""
    found = {0: _USUAL_TEMPO}
    for track in file.tracks:
        now = 0
        for message in track:
            now += message.time
            if message.type == "set_tempo" and message.tempo:
                found[now] = message.tempo
    return sorted(found.items())


def _played(ticks: np.ndarray, tempos: list[tuple[int, int]], ticks_per_beat: int) -> np.ndarray:
    """Ticks of a score at the first tempo, so that every note is where it is heard."""
    starts, tempo = np.array(tempos, dtype=np.float64).T
    elapsed = np.concatenate([[0], np.cumsum(np.diff(starts) * tempo[:-1])])
    place = np.searchsorted(starts, ticks, side="right") - 1
    played = elapsed[place] + (ticks - starts[place]) * tempo[place]
    return played / tempo[0] * TICKS / ticks_per_beat


def _first(file: mido.MidiFile, kind: str) -> mido.MetaMessage | None:
    return next((m for track in file.tracks for m in track if m.type == kind), None)


def _key(file: mido.MidiFile) -> tuple[int | None, str | None]:
    message = _first(file, "key_signature")
    return (None, None) if message is None else read_key(message.key)[:2]


def _metre(file: mido.MidiFile) -> tuple[int, int] | None:
    message = _first(file, "time_signature")
    if message is None or not message.numerator or message.denominator > _SMALLEST_NOTE:
        return None
    return message.numerator, message.denominator
