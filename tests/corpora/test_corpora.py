"""Corpora: clips of tunes and of recordings, what they leave out, and what they refuse."""

from pathlib import Path

import numpy as np
import pytest

from refimpl.audio import load_audio, save_audio
from refimpl.corpora import open_corpus
from refimpl.errors import UserError
from tests.pipeline.pipeline_examples import RATE, tiny, tone, write_recordings


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    return write_recordings(tmp_path_factory.mktemp("recordings"))


def test_tunes_are_cut_as_the_preset_says():
    corpus = open_corpus("tinytunes", tiny(data__clip_seconds=0.5))
    sounds = [clip.audio for clip in corpus.clips("train")]
    assert [len(sound) for sound in sounds] == [RATE // 2] * 4
    assert corpus.clip_seconds == 0.5


def test_tunes_of_the_two_splits_differ():
    corpus = open_corpus("tinytunes", tiny())
    train, validation = (list(corpus.clips(split)) for split in ("train", "validation"))
    assert (len(train), len(validation)) == (4, 2)
    assert not {c.facts["fingerprint"] for c in train} & {
        c.facts["fingerprint"] for c in validation
    }


def test_tunes_need_the_sample_rate_of_the_frames():
    with pytest.raises(UserError, match="tunes.sample_rate"):
        open_corpus("tinytunes", tiny(codec__mel__sample_rate=16000))


def test_recordings_are_cut_without_a_gap_and_hold_out_their_ends(tmp_path):
    audio = tone(21.0)
    save_audio(tmp_path / "one.wav", audio, RATE)
    corpus = open_corpus(tmp_path, tiny(data__clip_seconds=1.0, data__n_train=1000))
    train, held_out = (list(corpus.clips(split)) for split in ("train", "validation"))
    assert [clip.facts["offset"] for clip in train] == list(range(19))
    assert [clip.facts["offset"] for clip in held_out] == [19.0, 20.0]  # the last tenth
    whole = load_audio(tmp_path / "one.wav", RATE)
    for clip in train + held_out:
        there = whole[round(clip.facts["offset"] * RATE) :][: len(clip.audio)]
        np.testing.assert_allclose(clip.audio / 0.95, there / np.abs(there).max(), atol=1e-3)


def test_each_recording_that_has_two_clips_holds_one_out(recordings):
    corpus = open_corpus(recordings, tiny(data__clip_seconds=2.0, data__n_train=100))
    held_out = {Path(clip.facts["file"]).name for clip in corpus.clips("validation")}
    assert held_out <= {"long.wav", "other rate.flac"}
    everything = [c.name for split in ("train", "validation") for c in corpus.clips(split)]
    assert len(everything) == len(set(everything)) == 5 + 2 + 1


def test_of_many_recordings_some_from_everywhere_are_taken(recordings):
    corpus = open_corpus(recordings, tiny(data__clip_seconds=0.5, data__n_train=6))
    clips = corpus.clips("train")
    assert len(clips) == len(list(clips)) == 6
    assert {Path(clip.facts["file"]).name for clip in clips} == {
        "long.wav",
        "other rate.flac",
        "short.ogg",
    }


def test_what_cannot_be_used_is_listed_with_its_reason(recordings):
    clips = open_corpus(recordings, tiny(data__clip_seconds=2.0)).clips("train")
    list(clips)
    reasons = {path.name: reason for path, reason in clips.skipped}
    assert set(reasons) == {"empty.wav", "words.mp3", "phone.m4a"}
    assert "empty" in reasons["empty.wav"] and "no audio" in reasons["phone.m4a"]


def test_silent_clips_are_left_out_and_counted(tmp_path):
    audio = tone(6.0)
    audio[2 * RATE : 4 * RATE] = 0
    save_audio(tmp_path / "pause.wav", audio, RATE)
    preset = tiny(data__clip_seconds=1.0, data__n_train=100)
    clips = open_corpus(tmp_path, preset).clips("train")
    assert [clip.facts["offset"] for clip in clips] == [0.0, 1.0, 4.0]
    assert clips.skipped == [(tmp_path / "pause.wav", "2 of its 5 clips are silent")]


def test_too_short_recordings_are_refused_with_advice_that_helps(tmp_path):
    save_audio(tmp_path / "short.wav", tone(5.3), RATE)
    with pytest.raises(UserError, match="held out") as caught:
        open_corpus(tmp_path, tiny()).clips("validation")
    advised = float(str(caught.value).rpartition("data.clip_seconds=")[2])
    corpus = open_corpus(tmp_path, tiny(data__clip_seconds=advised))
    assert len(corpus.clips("validation")) == len(corpus.clips("train")) == 1


@pytest.mark.parametrize("where", ["no such folder", "tinytune"])
def test_a_corpus_that_is_not_there_is_refused(where):
    with pytest.raises(UserError, match="tinytunes for the embedded corpus"):
        open_corpus(where, tiny())


def test_a_folder_without_a_usable_sound_is_refused(tmp_path):
    with pytest.raises(UserError, match="no sound file"):
        open_corpus(tmp_path, tiny())
    (tmp_path / "a.wav").touch()
    with pytest.raises(UserError, match=r"none of 1 files can be used; .*a\.wav: is empty"):
        open_corpus(tmp_path, tiny())
