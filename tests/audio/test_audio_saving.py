"""Saving: what is written reads back, and a file is there whole or not at all."""

import resource
import threading
import warnings

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.audio import AudioError, load_audio, save_audio, standardise
from tests.audio.sounds import RATE, noise, tone


@pytest.mark.parametrize(
    ("suffix", "tolerance"), [("wav", 4e-5), ("flac", 4e-5), ("ogg", 0.08), ("mp3", 0.08)]
)
@pytest.mark.parametrize("rate", [16000, 22050, 44100])
def test_a_saved_sound_is_loaded_again(tmp_path, suffix, tolerance, rate):
    audio = tone(2.0, rate) + tone(2.0, rate, 1234.5, 0.3)
    path = save_audio(tmp_path / f"a.{suffix}", audio, rate)
    loaded = load_audio(path, rate)
    assert len(loaded) == len(audio)
    np.testing.assert_allclose(loaded, audio, atol=tolerance)


@settings(deadline=None, max_examples=30)
@given(
    n_samples=st.integers(250, 3000),
    n_channels=st.integers(1, 3),
    rate=st.sampled_from([8000, 11025, 22050, 48000]),
    suffix=st.sampled_from(["wav", "flac"]),
    seed=st.integers(0, 999),
)
def test_lossless_formats_keep_every_sample_to_16_bits(
    tmp_path_factory, n_samples, n_channels, rate, suffix, seed
):
    audio = np.random.default_rng(seed).uniform(-1, 1, (n_samples, n_channels))
    path = save_audio(tmp_path_factory.mktemp("a") / f"a.{suffix}", audio, rate)
    read, read_rate = soundfile.read(path, always_2d=True)
    assert read_rate == rate
    np.testing.assert_allclose(read, audio, atol=2.0**-14)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_minutes_are_written_whole(tmp_path, suffix):
    audio = noise(150.0, 8000)
    path = save_audio(tmp_path / f"a.{suffix}", audio, 8000)
    assert soundfile.info(path).frames == len(audio)


def test_a_missing_folder_is_made_and_nothing_else_is_left(tmp_path):
    path = save_audio(tmp_path / "new" / "folder" / "A.WAV", tone(), RATE)
    assert [found.name for found in path.parent.iterdir()] == ["A.WAV"]


def test_an_unknown_suffix_is_an_error_that_lists_the_known(tmp_path):
    with pytest.raises(AudioError, match=r"'\.m4a'.*\.wav, \.flac, \.ogg, \.mp3"):
        save_audio(tmp_path / "a.m4a", tone(), RATE)
    with pytest.raises(AudioError, match="names no format"):
        save_audio(tmp_path / "a", tone(), RATE)


def test_samples_outside_the_range_are_clipped_with_a_warning(tmp_path):
    with pytest.warns(UserWarning, match=r"a\.wav: .*% of the samples lie outside") as caught:
        path = save_audio(tmp_path / "a.wav", 4 * tone(), RATE)
    assert caught[0].filename == __file__
    loaded = load_audio(path, RATE)
    assert np.abs(loaded).max() == pytest.approx(1.0, abs=1e-4)
    loud = 4 * tone()
    np.testing.assert_allclose(loaded, np.clip(loud, -1, 1), atol=1e-4)  # clipped, not wrapped


def test_a_standardised_sound_is_saved_without_a_warning(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        save_audio(tmp_path / "a.wav", standardise(noise(), RATE, level=1.0), RATE)


@pytest.mark.parametrize(
    ("name", "audio", "rate", "needed"),
    [
        ("a.wav", np.zeros(0), RATE, "at least one sample"),
        ("a.wav", np.zeros((2, 999)), RATE, r"\(n_samples, n_channels\)"),
        ("a.wav", np.zeros(9, np.int16), RATE, "floating point"),
        ("a.wav", np.full(9, np.nan), RATE, "NaN or infinite"),
        ("a.wav", tone(), 0, "from 1000 to 192000"),
        ("a.ogg", tone(), 500_000, "from 1000 to 192000"),  # libsndfile crashes on this one
        ("a.flac", tone(), 22050.5, "whole number"),
        ("a.mp3", tone(), 22051, "MP3 has no rate of 22051 Hz"),
        ("a.mp3", np.zeros((999, 3)), RATE, "cannot be written"),
    ],
)
def test_what_cannot_be_saved_is_an_error_and_keeps_the_old_file(
    tmp_path, name, audio, rate, needed
):
    path = tmp_path / name
    path.write_bytes(b"old")
    with pytest.raises(AudioError, match=needed) as caught:
        save_audio(path, audio, rate)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_a_full_disk_keeps_the_old_file(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))  # fails like a full disk
    try:
        with pytest.raises(AudioError, match="File too large"):
            save_audio(path, noise(5.0), RATE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_is_no_place_is_an_error(tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(AudioError, match="cannot be written"):
        save_audio(tmp_path / "file" / "a.wav", tone(), RATE)
    (tmp_path / "folder.wav").mkdir()
    with pytest.raises(AudioError, match="cannot be written"):
        save_audio(tmp_path / "folder.wav", tone(), RATE)
    assert sorted(found.name for found in tmp_path.iterdir()) == ["file", "folder.wav"]


def test_who_looks_while_it_is_saved_finds_one_whole_file(tmp_path):
    sounds = [tone(3.0), noise(3.0)]
    path = save_audio(tmp_path / "a.wav", sounds[0], RATE)

    def save_often():
        for turn in range(20):
            save_audio(path, sounds[turn % 2], RATE)

    writer = threading.Thread(target=save_often)
    writer.start()
    while writer.is_alive():
        loaded = load_audio(path, RATE)  # raises if the file breaks off
        assert any(np.allclose(loaded, audio, atol=1e-4) for audio in sounds)
    writer.join()
