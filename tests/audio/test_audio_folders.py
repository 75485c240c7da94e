"""Folders: everything usable comes, in order, and everything else is named with its reason."""

import os
from pathlib import Path

import numpy as np
import pytest

from refimpl.audio import AudioError, AudioFolder, find_audio, load_audio
from tests.audio.sounds import RATE, noise, tone


@pytest.fixture
def mixed(write, tmp_path):
    """A folder with three good sounds at several depths, and much else."""
    write("b.wav", tone(1.0))
    write("a/Deep/c.FLAC", noise(2.5, 44100), 44100)
    write("a/d.mp3", tone(1.5))
    write("notes.txt", b"no sound")
    write("cover.jpg", b"no sound")
    write(".hidden.wav", tone())
    write(".git/e.wav", tone())
    write("__MACOSX/._b.wav", b"\0\5\26\7")
    write("bad/empty.wav", b"")
    write("bad/silent.ogg", np.zeros(RATE))
    write("bad/text.mp3", b"words " * 99)
    write("bad/one.wav", np.ones(1) / 2)
    nan = tone()
    nan[7] = np.nan
    write("bad/nan.wav", nan, subtype="FLOAT")
    write("bad/wave.mp3", tone(), format="WAV")
    write("bad/memo.M4A", b"\0\0\0\x1cftypM4A ")
    (tmp_path / "bad" / "folder.wav").mkdir()
    (tmp_path / "bad" / "broken.wav").symlink_to(tmp_path / "nowhere.wav")
    return tmp_path


REASONS = {
    "empty.wav": "is empty",
    "silent.ogg": "is silent",
    "text.mp3": "no audio",
    "one.wav": "only 1 sample",
    "nan.wav": "NaN",
    "wave.mp3": "is named .mp3 but holds WAV",
    "memo.M4A": "ffmpeg",
    "folder.wav": "is a folder",
    "broken.wav": "leads nowhere",
}


def test_sounds_are_found_at_any_depth_and_hidden_ones_are_not(mixed):
    found = [path.relative_to(mixed).as_posix() for path in find_audio(mixed)]
    assert found == sorted(found)
    assert {name for name in found if not name.startswith("bad/")} == {
        "b.wav",
        "a/Deep/c.FLAC",
        "a/d.mp3",
    }
    assert "bad/folder.wav" not in found


@pytest.mark.parametrize("duration", [None, 1.0])
def test_the_good_come_through_and_the_bad_are_reported_each_with_its_reason(mixed, duration):
    folder = AudioFolder(mixed, RATE, duration=duration)
    clips = list(folder)
    assert {Path(clip.facts["file"]).name for clip in clips} == {"b.wav", "c.FLAC", "d.mp3"}
    reasons = {path.name: reason for path, reason in folder.skipped}
    assert reasons.keys() == REASONS.keys()
    for name, reason in REASONS.items():
        assert reason in reasons[name]
    report = folder.report()
    assert f"{len(clips)} clips" in report
    assert f"{len(REASONS)} left out" in report
    assert all(name in report for name in REASONS)


def test_reading_again_gives_the_same_and_does_not_count_twice(mixed):
    folder = AudioFolder(mixed, RATE)
    first, second = list(folder), list(folder)
    assert [clip.name for clip in first] == [clip.name for clip in second]
    assert len(folder.skipped) == len(REASONS)
    assert folder.n_clips == len(first) == 3


def test_without_a_duration_each_file_is_one_clip(mixed):
    clips = {clip.name: clip for clip in AudioFolder(mixed, RATE)}
    assert clips.keys() == {"b.wav", "a/Deep/c.FLAC", "a/d.mp3"}
    assert len(clips["a/Deep/c.FLAC"].audio) == pytest.approx(2.5 * RATE, abs=1)
    assert all(np.abs(clip.audio).max() == pytest.approx(0.95) for clip in clips.values())


@pytest.mark.parametrize(
    ("rest", "lengths"), [("pad", [1.0, 1.0, 1.0]), ("keep", [1.0, 1.0, 0.5]), ("drop", [1.0, 1.0])]
)
def test_a_file_is_cut_into_clips_that_join_to_the_file(write, tmp_path, rest, lengths):
    audio = noise(2.5)
    path = write("a.wav", audio, subtype="FLOAT")
    clips = list(AudioFolder(tmp_path, RATE, duration=1.0, rest=rest, normalise=None))
    assert [len(clip.audio) / RATE for clip in clips] == lengths
    assert [clip.facts["offset"] for clip in clips] == [0.0, 1.0, 2.0][: len(clips)]
    assert len({clip.name for clip in clips}) == len(clips)
    assert {clip.facts["file"] for clip in clips} == {path.name}
    joined = np.concatenate([clip.audio for clip in clips])
    n_samples = min(len(joined), len(audio))
    np.testing.assert_array_equal(joined[:n_samples], audio[:n_samples])
    assert not joined[n_samples:].any()


def test_a_file_shorter_than_a_clip_is_padded_kept_or_reported(write, tmp_path):
    write("a.wav", tone(0.5))
    assert len(next(iter(AudioFolder(tmp_path, RATE, duration=1.0))).audio) == RATE
    assert len(next(iter(AudioFolder(tmp_path, RATE, duration=1.0, rest="keep"))).audio) < RATE
    with pytest.raises(AudioError, match="shorter than a clip"):
        list(AudioFolder(tmp_path, RATE, duration=1.0, rest="drop"))


def test_silent_parts_are_left_out_and_counted(write, tmp_path):
    write("a.wav", np.concatenate([tone(1.0), np.zeros(2 * RATE), tone(1.0)]))
    folder = AudioFolder(tmp_path, RATE, duration=1.0)
    assert [clip.facts["offset"] for clip in folder] == [0.0, 3.0]
    assert folder.skipped == [(tmp_path / "a.wav", "2 of its 4 parts are silent")]


def test_what_comes_before_a_fault_is_kept_and_the_fault_reported(write, tmp_path):
    audio = tone(8.0)
    audio[6 * RATE] = np.nan
    write("a.wav", audio, subtype="FLOAT")
    folder = AudioFolder(tmp_path, RATE, duration=1.0)
    assert 1 <= len(list(folder)) <= 6
    assert "NaN or infinite values at 6.00 s" in folder.skipped[0][1]


def test_an_hours_long_file_is_skipped_whole_and_read_in_clips(write, tmp_path):
    write("a.wav", np.resize(noise(1, 1000), 1900 * 1000), 1000)
    write("b.wav", tone())
    whole = AudioFolder(tmp_path, 1000)
    assert [clip.name for clip in whole] == ["b.wav"]
    assert "duration=" in whole.skipped[0][1]
    assert sum(1 for _ in AudioFolder(tmp_path, 1000, duration=100)) == 19 + 1


def test_it_is_a_stream(mixed, monkeypatch):
    import refimpl.audio.folders as folders

    loaded = []
    original = folders.load_audio
    monkeypatch.setattr(
        folders,
        "load_audio",
        lambda path, *args, **more: loaded.append(path) or original(path, *args, **more),
    )
    next(iter(AudioFolder(mixed, RATE)))
    assert len(loaded) == 1


def test_links_are_followed_once_and_loops_end(write, tmp_path):
    write("music/a.wav", tone())
    (tmp_path / "music" / "up").symlink_to(tmp_path / "music")
    (tmp_path / "music" / "again.wav").symlink_to(tmp_path / "music" / "a.wav")
    write("elsewhere/b.wav", tone())
    (tmp_path / "music" / "more").symlink_to(tmp_path / "elsewhere")
    found = find_audio(tmp_path / "music")
    assert sorted(os.path.realpath(path) for path in found) == sorted(
        os.path.realpath(tmp_path / name) for name in ("music/a.wav", "elsewhere/b.wav")
    )


def test_a_single_file_counts_as_a_folder_of_one(write):
    path = write("a.wav", tone())
    assert find_audio(path) == [path]
    assert [clip.name for clip in AudioFolder(path, RATE)] == ["a.wav"]


def test_a_folder_without_sounds_is_an_error(tmp_path, write):
    with pytest.raises(AudioError, match="does not exist"):
        AudioFolder(tmp_path / "nowhere")
    with pytest.raises(AudioError, match="holds no sound file"):
        find_audio(tmp_path)
    memo = write("memo.m4a", b"\0\0\0\x1cftypM4A ")
    assert find_audio(tmp_path) == [memo]
    with pytest.raises(AudioError, match=r"memo\.m4a: .*ffmpeg"):
        load_audio(memo)
    memo.unlink()
    write("empty.wav", b"")
    with pytest.raises(AudioError, match=r"none of 1 sound files.*empty\.wav: is empty"):
        list(AudioFolder(tmp_path))


def test_a_folder_that_may_not_be_read_is_reported(write, tmp_path, monkeypatch):
    write("a.wav", tone())
    write("secret/b.wav", tone())
    original = type(tmp_path).iterdir

    def refuse(self):  # root may read everything: permission is played here
        if self.name == "secret":
            raise PermissionError(13, "Permission denied")
        return original(self)

    monkeypatch.setattr(type(tmp_path), "iterdir", refuse)
    folder = AudioFolder(tmp_path, RATE)
    assert [clip.name for clip in folder] == ["a.wav"]
    assert folder.skipped == [(tmp_path / "secret", "cannot be read (Permission denied)")]


@pytest.mark.parametrize(
    "options",
    [{"rest": "cut"}, {"normalise": "loud"}, {"level": 2}, {"duration": 0}, {"sample_rate": 5}],
)
def test_wrong_options_show_before_anything_is_read(write, tmp_path, options):
    write("a.wav", tone())
    with pytest.raises(AudioError, match="needed"):
        AudioFolder(tmp_path, **options)
