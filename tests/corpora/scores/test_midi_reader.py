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


def changed(path, before, after):
    """Replace a piece of a file with one of the same length."""
    content = path.read_bytes()
    assert content.count(before) == 1 and len(before) == len(after)
    path.write_bytes(content.replace(before, after))


@pytest.mark.parametrize("key", [b"\x12\x01", b"\xee\x00", b"\xfe\xff", b"\x00\x02"])
def test_a_key_that_there_is_not_costs_no_notes(key, tmp_path):
    write_midi(tmp_path / "a.mid", NOTES, key="G")
    changed(tmp_path / "a.mid", b"\xff\x59\x02\x01\x00", b"\xff\x59\x02" + key)
    score, left_out = read(tmp_path / "a.mid")
    assert table(score) == [(0, 1, 60, 0), (1, 1, 64, 0), (2, 2, 67, 0)]
    assert score.key is None and not left_out


def with_message(path, *messages):
    write_midi(path, NOTES)
    file = mido.MidiFile(path)
    file.tracks[0][:0] = messages
    file.save(path)
    return read(path)[0]


@pytest.mark.parametrize("below", [128, 2**30])
def test_a_metre_of_no_size_is_unknown_and_fills_no_memory(below, tmp_path):
    message = mido.MetaMessage("time_signature", numerator=3, denominator=below)
    score = with_message(tmp_path / "a.mid", message)
    assert score.metre is None and score.bars.tolist() == [0, 1920]
    message = mido.MetaMessage("time_signature", numerator=2, denominator=64)
    score = with_message(tmp_path / "a.mid", message)
    assert score.metre == "2/64" and len(score.bars) == 33


@pytest.mark.parametrize("tempo", [1, 2**24 - 1])
def test_a_tempo_that_nobody_plays_is_unknown(tempo, tmp_path):
    write_midi(tmp_path / "a.mid", NOTES, tempo=60e6 / tempo)
    assert read(tmp_path / "a.mid")[0].tempo is None


def test_a_note_that_nothing_ends_lasts_to_the_end_of_its_track(tmp_path):
    score = with_message(tmp_path / "a.mid", mido.Message("note_on", note=40, velocity=9))
    assert (0, 4, 40, 0) in table(score)


def test_a_time_of_any_size_is_a_reason(tmp_path):
    write_midi(tmp_path / "a.mid", NOTES)
    content = (tmp_path / "a.mid").read_bytes()
    on = content.index(b"\x90\x3c\x40")
    for n in (4, 9, 20, 400):
        size = (int.from_bytes(content[18:22], "big") + n).to_bytes(4, "big")  # of the track
        time = b"\xff" * n + b"\x7f"
        (tmp_path / "b.mid").write_bytes(
            content[:18] + size + content[22 : on - 1] + time + content[on:]
        )
        score, left_out = read(tmp_path / "b.mid")
        assert score is None and len(left_out) == 1


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
