"""Notes as a standard MIDI file, for other programs to show, play and print.

Taught in lesson 1.
"""

from collections.abc import Iterable

import mido

from refimpl.tinytunes.drums import KIT
from refimpl.tinytunes.harmony import KEY_NAMES
from refimpl.tinytunes.note import Note
from refimpl.tinytunes.timbres import INSTRUMENTS

TICKS_PER_BEAT = 480
DRUM_CHANNEL = 9  # General MIDI keeps this channel for drums


def to_midi(
    notes: Iterable[Note], instruments: dict[str, str], tempo: float, key: int, mode: str
) -> mido.MidiFile:
    """A MIDI file with tempo and key in its first track and one track for each part.

    Args:
        notes: Notes of all parts, in seconds.
        instruments: The instrument of each part.
        tempo: Beats per minute.
        key: Pitch class of the tonic.
        mode: "major" or "minor".

    Taught in lesson 1.
    """
    notes = tuple(notes)
    file = mido.MidiFile(ticks_per_beat=TICKS_PER_BEAT)
    signature = KEY_NAMES[mode][key] + ("m" if mode == "minor" else "")
    file.tracks.append(
        mido.MidiTrack(
            [
                mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo)),
                mido.MetaMessage("time_signature", numerator=4, denominator=4),
                mido.MetaMessage("key_signature", key=signature),
            ]
        )
    )
    for number, (part, instrument) in enumerate(instruments.items()):
        channel = DRUM_CHANNEL if instrument == KIT else number
        part_notes = [n for n in notes if n.part == part]
        file.tracks.append(_track(part, instrument, channel, part_notes, tempo))
    return file


def _track(
    part: str, instrument: str, channel: int, notes: list[Note], tempo: float
) -> mido.MidiTrack:
    """The notes of one part as messages, each with the ticks since the one before."""
    ticks_per_second = TICKS_PER_BEAT * tempo / 60
    events = []
    for note in notes:
        start = round(note.onset * ticks_per_second)
        end = round((note.onset + note.duration) * ticks_per_second)
        # At the same tick a note ends before the next one begins: 0 sorts before 1.
        events.append((start, 1, note.pitch, note.velocity))
        events.append((end, 0, note.pitch, 0))
    track = mido.MidiTrack([mido.MetaMessage("track_name", name=part)])
    if instrument != KIT:
        program = INSTRUMENTS[instrument].program
        track.append(mido.Message("program_change", channel=channel, program=program))
    now = 0
    for tick, begins, pitch, velocity in sorted(events):
        kind = "note_on" if begins else "note_off"
        message = {"channel": channel, "note": pitch, "velocity": velocity, "time": tick - now}
        track.append(mido.Message(kind, **message))
        now = tick
    return track
