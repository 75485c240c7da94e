"""Files: WAV, JSON and MIDI that agree, whole or absent, and go on where they stopped."""

import json

import mido
import numpy as np
import pytest
import soundfile

from refimpl.errors import UserError
from refimpl.tinytunes import TuneConfig, Tunes, write_corpus
from tests.tinytunes.helpers import LEVELS, corpus


def test_a_corpus_becomes_files_that_agree(tmp_path):
    manifest = json.loads(write_corpus(tmp_path / "new" / "folder", corpus(3), 3).read_text())
    folder = tmp_path / "new" / "folder"
    assert manifest["complete"] is True
    assert [row["name"] for row in manifest["tunes"]] == [t.name for t in corpus(3).take(3)]
    assert TuneConfig(**manifest["config"]) == TuneConfig(level=3)
    assert len(list(folder.iterdir())) == 1 + 3 * 3  # nothing half-written is left behind
    for tune in corpus(3).take(3):
        audio, sample_rate = soundfile.read(folder / f"{tune.name}.wav", dtype="float32")
        assert sample_rate == tune.sample_rate
        assert np.abs(audio - tune.render()).max() < 1e-4  # 16 bits
        truth = json.loads((folder / f"{tune.name}.json").read_text())
        assert truth == json.loads(json.dumps(tune.to_json()))
        assert truth["caption"] == tune.caption


def read_notes(file: mido.MidiFile) -> np.ndarray:
    """Channel, pitch, onset, end and velocity of what a player of the file would play."""
    found, sounding, now = [], {}, 0.0
    for message in file:
        now += message.time
        if message.type in ("note_on", "note_off"):
            voice = message.channel, message.note
            if message.type == "note_on" and message.velocity:
                assert voice not in sounding, "a note begins before the one of its pitch has ended"
                sounding[voice] = now, message.velocity
            else:
                onset, velocity = sounding.pop(voice)
                found.append((*voice, onset, now, velocity))
    assert not sounding
    return np.array(sorted(found))


def written_notes(tune) -> np.ndarray:
    """The same of the notes that the tune has."""
    channels = {part: i for i, part in enumerate(tune.instruments)} | {"drums": 9}
    notes = [
        (channels[n.part], n.pitch, n.onset, n.onset + n.duration, n.velocity) for n in tune.notes
    ]
    return np.array(sorted(notes))


@pytest.mark.parametrize("level", LEVELS)
def test_midi_holds_the_notes_of_the_tune(level, tmp_path):
    for tune in corpus(level).take(15):
        tune.save_midi(tmp_path / "tune.mid")
        file = mido.MidiFile(tmp_path / "tune.mid")
        assert abs(file.length - max(n.onset + n.duration for n in tune.notes)) < 0.01
        assert np.allclose(read_notes(file), written_notes(tune), atol=0.002)
        (key,) = [m.key for m in file.tracks[0] if m.type == "key_signature"]
        assert key == tune.key_name.removesuffix(" major").replace(" minor", "m")


def test_an_interrupted_corpus_goes_on(tmp_path, monkeypatch):
    tunes = list(corpus(1).take(4))
    played = []

    def stopping_render(tune):
        if len(played) == 2:
            raise KeyboardInterrupt
        played.append(tune.name)
        return np.zeros(100, dtype=np.float32)

    monkeypatch.setattr("refimpl.tinytunes.tune.Tune.render", stopping_render)
    with pytest.raises(KeyboardInterrupt):
        write_corpus(tmp_path, corpus(1), 4)
    assert json.loads((tmp_path / "manifest.json").read_text())["complete"] is False
    monkeypatch.undo()
    first = tmp_path / f"{tunes[0].name}.wav"
    before = first.stat().st_mtime_ns
    manifest = json.loads(write_corpus(tmp_path, corpus(1), 4).read_text())
    assert first.stat().st_mtime_ns == before  # what was done is not done again
    assert (manifest["complete"], manifest["n_tunes"]) == (True, 4)
    assert all((tmp_path / f"{t.name}.wav").exists() for t in tunes)


def test_a_folder_belongs_to_one_corpus(tmp_path):
    write_corpus(tmp_path, Tunes("test"), 1)
    with pytest.raises(UserError, match="another corpus"):
        write_corpus(tmp_path, Tunes("train"), 1)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(UserError, match="no manifest"):
        write_corpus(tmp_path, Tunes("test"), 1)


def test_no_tunes_and_no_folder_are_refused(tmp_path):
    with pytest.raises(UserError, match="1 or more"):
        write_corpus(tmp_path, corpus(1), 0)
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="choose another folder"):
        write_corpus(tmp_path / "file", corpus(1), 1)
