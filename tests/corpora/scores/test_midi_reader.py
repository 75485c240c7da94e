"""MIDI files: notes where they are heard, and files that are damaged."""

import mido
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refimpl.corpora.scores.midi import read_midi
from tests.corpora.scores.score_examples import table, write_midi

NOTES = [(0, 1, 60), (1, 1, 64), (2, 2, 67)]


def read(path):
    left_out = []
    scores = list(read_midi(path, left_out))
    return (scores[0] if scores else None), left_out


def test_notes_key_and_tempo_are_read(tmp_path):
    write_midi(tmp_path / "a.mid", NOTES, tempo=90, key="F#m")
    score, left_out = read(tmp_path / "a.mid")
    assert table(score) == [(0, 1, 60, 0), (1, 1, 64, 0), (2, 2, 67, 0)]
    assert score.key == "F# minor" and score.tempo == pytest.approx(90, abs=0.01)
    assert not left_out


def test_a_change_of_tempo_is_heard(tmp_path):
    write_midi(tmp_path / "a.mid", NOTES, tempo=120, tempo_changes=[(1.5, 60)])
    score, _ = read(tmp_path / "a.mid")
    # From 1.5 on a quarter note lasts as long as two of the first tempo.
    assert table(score) == [(0, 1, 60, 0), (1, 1.5, 64, 0), (2.5, 4, 67, 0)]


def test_drums_are_left_out(tmp_path):
    write_midi(tmp_path / "a.mid", NOTES)
    file = mido.MidiFile(tmp_path / "a.mid")
    drum = mido.Message("note_on", channel=9, note=36, velocity=64)
    file.tracks.append(
        mido.MidiTrack([drum, mido.Message("note_off", channel=9, note=36, time=480)])
    )
    file.save(tmp_path / "a.mid")
    assert read(tmp_path / "a.mid")[0].notes[:, 2].tolist() == [60, 64, 67]


def test_tracks_are_voices(tmp_path):
    write_midi(tmp_path / "a.mid", NOTES)
    file = mido.MidiFile(tmp_path / "a.mid")
    low = mido.MidiTrack([mido.MetaMessage("track_name", name="Left hand")])
    low += [mido.Message("note_on", note=36, velocity=64)]
    low += [mido.Message("note_on", note=36, velocity=0, time=960)]  # ends a note too
    file.tracks.append(low)
    file.save(tmp_path / "a.mid")
    score, _ = read(tmp_path / "a.mid")
    assert (0, 2, 36, 1) in table(score) and score.voices[1] == "Left hand 1"


def test_a_file_without_notes_is_left_out(tmp_path):
    write_midi(tmp_path / "a.mid", [])
    assert read(tmp_path / "a.mid") == (None, [(tmp_path / "a.mid", "it has no notes")])


@given(st.data())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_damage_is_a_reason_and_no_crash(tmp_path, data):
    write_midi(tmp_path / "a.mid", NOTES, key="G")
    content = bytearray((tmp_path / "a.mid").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "b.mid").write_bytes(content[: data.draw(st.integers(0, len(content)))])
    score, left_out = read(tmp_path / "b.mid")
    assert (score is None) == (len(left_out) == 1)
    if score is not None:
        assert len(score.notes) and np.all(score.notes[:, 1] > 0)
