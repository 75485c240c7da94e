"""Faulty files: each is an error that names the file and the reason, and none crashes or hangs."""

import os
import struct
import warnings

import numpy as np
import pytest

from refimpl.audio import AudioError, load_audio, read_blocks
from refimpl.errors import UserError
from tests.audio.sounds import RATE, noise, tone


def with_nan(seconds=1.0):
    audio = tone(seconds)
    audio[len(audio) // 2] = np.nan
    return audio


@pytest.mark.parametrize(
    ("name", "audio", "options", "reason"),
    [
        ("empty.wav", b"", {}, "is empty"),
        ("header.wav", np.zeros(0), {}, "no samples"),
        ("one.wav", np.ones(1) / 2, {}, "only 1 sample,"),
        ("short.flac", np.ones(100) / 2, {}, "only 100 samples"),
        ("silent.wav", np.zeros(RATE), {}, "is silent"),
        ("faint.wav", np.full(RATE, 2e-5), {"subtype": "FLOAT"}, "is silent"),
        ("nan.wav", with_nan(), {"subtype": "FLOAT"}, "NaN or infinite values at 0.50 s"),
        ("inf.wav", np.full(RATE, np.inf), {"subtype": "FLOAT"}, "NaN or infinite values at 0.00"),
        ("huge.wav", np.full(RATE, 1e300), {"subtype": "DOUBLE"}, "NaN or infinite"),
        ("loud.wav", np.full(RATE, 1e30), {"subtype": "FLOAT"}, "values as large as 1e+30"),
        ("text.mp3", b"no sound, but words\n" * 999, {}, "no audio that can be read"),
        ("text.wav", b"no sound, but words\n" * 999, {}, "no audio that can be read"),
        ("noise.ogg", bytes(range(256)) * 99, {}, "no audio that can be read"),
        ("zeros.flac", bytes(9999), {}, "no audio that can be read"),
        ("text.txt", b"no sound, but words\n" * 999, {}, "no audio that can be read"),
        ("wave.mp3", tone(), {"format": "WAV"}, "is named .mp3 but holds WAV"),
        ("vorbis.wav", tone(), {"format": "OGG"}, "is named .wav but holds OGG"),
        ("rate.wav", np.ones(50) / 2, {"rate": 10}, "sample rate of 10 Hz"),
    ],
)
def test_an_unusable_file_is_an_error_with_its_name_and_the_reason(
    write, name, audio, options, reason
):
    path = write(name, audio, **options)
    with pytest.raises(AudioError) as caught:
        load_audio(path, RATE)
    assert str(path) in str(caught.value)
    assert reason in caught.value.reason
    assert "\n" not in str(caught.value)
    assert caught.value.path == path
    assert isinstance(caught.value, UserError)


def test_a_sound_in_the_numbers_of_16_bits_is_one(write):
    """A careless program writes floats from -32,768 to 32,767."""
    path = write("a.wav", 32_768 * tone(), subtype="FLOAT")
    np.testing.assert_allclose(load_audio(path, RATE), 32_768 * tone(), rtol=1e-6)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3", "aiff"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_file_that_breaks_off_gives_what_is_there_or_an_error(write, suffix, share):
    whole = write(f"whole.{suffix}", noise(4.0)).read_bytes()
    path = write(f"part.{suffix}", whole[: int(share * len(whole))])
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            audio = load_audio(path)
        except AudioError as error:
            assert f"part.{suffix}" in str(error)
            assert suffix == "flac" or share < 0.1  # too short, or the decoder has lost its way
            return
    assert 0.5 * share * 4.0 * RATE < len(audio) < 4.0 * RATE
    # Nothing in an AIFF or an OGG file says how long the whole was.
    assert suffix in ("aiff", "ogg") or f"part.{suffix}" in str(told[0].message)


def test_a_wav_of_unknown_length_as_written_into_a_pipe_is_read(write):
    path = write("a.wav", tone())
    content = bytearray(path.read_bytes())
    content[4:8] = content[40:44] = struct.pack("<I", 0xFFFFFFFF)
    path.write_bytes(content)
    assert len(load_audio(path)) == RATE


def test_flipped_bytes_end_in_a_sound_or_in_an_audio_error(write):
    rng = np.random.default_rng(0)
    for suffix in ("wav", "flac", "ogg"):
        whole = np.frombuffer(write(f"a.{suffix}", noise(0.2)).read_bytes(), np.uint8)
        for _ in range(40):
            damaged = whole.copy()
            places = rng.integers(0, min(200, len(damaged)), size=3)
            damaged[places] = rng.integers(0, 256, size=3)
            path = write(f"b.{suffix}", damaged.tobytes())
            try:
                audio = load_audio(path)
            except AudioError:
                continue
            assert np.isfinite(audio).all()


def test_channels_that_cancel_each_other_are_said_to_be_the_cause_of_silence(write):
    path = write("a.wav", np.stack([tone(), -tone()], axis=1))
    with pytest.raises(AudioError, match="2 channels mixed to one"):
        load_audio(path)


def test_silence_can_be_asked_for(write):
    path = write("a.wav", np.zeros(RATE))
    assert not load_audio(path, RATE, allow_silence=True).any()


def test_what_is_no_readable_file_is_named(tmp_path, write, monkeypatch):
    (tmp_path / "folder.wav").mkdir()
    with pytest.raises(AudioError, match=r"folder\.wav: is a folder"):
        load_audio(tmp_path / "folder.wav")
    with pytest.raises(AudioError, match=r"nowhere\.wav: does not exist"):
        load_audio(str(tmp_path / "nowhere.wav"))
    (tmp_path / "broken.wav").symlink_to(tmp_path / "nowhere.wav")
    with pytest.raises(AudioError, match="a link that leads nowhere"):
        load_audio(tmp_path / "broken.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(AudioError, match="no regular file"):  # and does not wait for ever
        load_audio(tmp_path / "pipe.wav")
    secret = write("secret.wav", tone())

    def refuse(self, *args, **kwargs):  # root may read everything: permission is played here
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(secret), "open", refuse)
    with pytest.raises(AudioError, match=r"secret\.wav: cannot be read \(Permission denied\)"):
        load_audio(secret)


def test_blocks_up_to_a_fault_are_given_before_the_error(write):
    blocks = read_blocks(write("a.wav", with_nan(8.0), subtype="FLOAT"), RATE, 1.0)
    assert len(next(blocks)) == RATE
    with pytest.raises(AudioError, match="NaN or infinite values at 4.00 s"):
        list(blocks)
