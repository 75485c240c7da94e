"""Loading: every format, rate, depth and number of channels in; nothing unusable gets through."""

import os
import struct
import tracemalloc

import numpy as np
import pytest
import soundfile
from sounds import RATE, noise, tone

from refimpl.audio import MAX_SECONDS, AudioError, load_audio, read_blocks, save_audio
from refimpl.errors import UserError


def peak_frequency(audio, rate):
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio))))
    return np.argmax(spectrum) * rate / len(audio)


@pytest.mark.parametrize(
    ("container", "subtype", "tolerance"),
    [
        ("WAV", "PCM_U8", 0.01),
        ("WAV", "PCM_16", 1e-4),
        ("WAV", "PCM_24", 1e-6),
        ("WAV", "PCM_32", 1e-6),
        ("WAV", "FLOAT", 1e-7),
        ("WAV", "DOUBLE", 1e-7),
        ("WAV", "ULAW", 0.02),
        ("WAV", "ALAW", 0.02),
        ("WAVEX", "PCM_16", 1e-4),
        ("RF64", "PCM_16", 1e-4),
        ("AIFF", "PCM_16", 1e-4),
        ("AU", "PCM_16", 1e-4),
        ("FLAC", "PCM_S8", 0.01),
        ("FLAC", "PCM_24", 1e-6),
        ("OGG", "VORBIS", 0.1),
        ("MP3", "MPEG_LAYER_III", 0.1),
    ],
)
def test_every_format_and_depth_gives_the_same_sound(write, container, subtype, tolerance):
    suffix = {"WAVEX": "wav", "RF64": "wav"}.get(container, container.lower())
    path = write(f"a.{suffix}", tone(), format=container, subtype=subtype)
    audio = load_audio(path, RATE)
    assert audio.dtype == np.float32
    assert audio.ndim == 1
    assert len(audio) >= RATE
    np.testing.assert_allclose(audio[:RATE], tone(), atol=tolerance)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000, 96000])
@pytest.mark.parametrize("n_channels", [1, 2, 6])
def test_any_rate_and_channels_keep_duration_pitch_and_level(write, rate, n_channels):
    path = write("a.wav", np.stack([tone(2.0, rate)] * n_channels, axis=1), rate)
    audio = load_audio(path, 22050)
    assert len(audio) == pytest.approx(2 * 22050, abs=1)
    assert peak_frequency(audio, 22050) == pytest.approx(440, abs=1)
    assert np.abs(audio[1000:-1000]).max() == pytest.approx(0.5, abs=0.01)


def test_channels_are_averaged(write):
    path = write("a.wav", np.stack([tone(), np.zeros(RATE)], axis=1), subtype="FLOAT")
    np.testing.assert_allclose(load_audio(path, RATE), tone() / 2, atol=1e-6)


def test_what_the_lower_rate_cannot_hold_is_removed_and_not_folded_down(write):
    path = write("a.wav", tone(1.0, 44100, frequency=15000), 44100)
    assert np.abs(load_audio(path, 16000, allow_silence=True)[500:-500]).max() < 1e-3


@pytest.mark.parametrize(
    ("suffix", "rate", "options"),
    [
        ("wav", 22050, {}),
        ("flac", 22050, {}),
        ("ogg", 22050, {}),
        ("ogg", 48000, {"subtype": "OPUS"}),
        ("mp3", 22050, {}),
        ("mp3", 44100, {}),
    ],
)
@pytest.mark.parametrize("offset", [0.0, 0.001, 3.1, 4.5])
def test_a_part_is_that_part_of_the_whole(write, suffix, rate, options, offset):
    path = write(f"a.{suffix}", noise(5.0, rate), rate, **options)
    whole, _ = soundfile.read(path, dtype="float32")
    first = round(offset * rate)
    part = load_audio(path, rate, offset=offset, duration=0.25)
    assert len(part) == round(0.25 * rate)
    np.testing.assert_allclose(part, whole[first : first + len(part)], atol=1e-5)


@pytest.mark.parametrize("rate", [16000, 22050, 44100])
@pytest.mark.parametrize("seconds", [1.0, 20.0])
def test_an_mp3_read_in_pieces_has_no_seams(write, rate, seconds):
    path = write("a.mp3", noise(seconds, rate), rate)
    whole, _ = soundfile.read(path, dtype="float32")  # one call for all of it
    np.testing.assert_allclose(load_audio(path, rate), whole, atol=1e-5)


def test_a_part_keeps_its_place_when_resampled(write):
    path = write("a.wav", tone(3.0, 44100), 44100)
    whole = load_audio(path, 22050)
    part = load_audio(path, 22050, offset=1.0, duration=1.0)
    # Only the filter's first and last milliseconds can differ: there it sees no neighbours.
    np.testing.assert_allclose(part[200:-200], whole[22050 + 200 : 2 * 22050 - 200], atol=1e-3)


def test_a_part_that_reaches_over_the_end_gives_what_is_there(write):
    path = write("a.wav", noise(1.0))
    assert len(load_audio(path, RATE, offset=0.75, duration=60)) == RATE - round(0.75 * RATE)


@pytest.mark.parametrize(("source_rate", "rate"), [(22050, 22050), (44100, 22050), (16000, 22050)])
@pytest.mark.parametrize("block_seconds", [0.05, 0.7, 60])
def test_blocks_joined_are_the_whole_file(write, source_rate, rate, block_seconds):
    path = write("a.flac", noise(4.5, source_rate), source_rate)
    blocks = list(read_blocks(path, rate, block_seconds))
    assert {len(block) for block in blocks[:-1]} <= {round(block_seconds * rate)}
    assert 0 < len(blocks[-1]) <= round(block_seconds * rate)
    np.testing.assert_array_equal(np.concatenate(blocks), load_audio(path, rate))


def test_blocks_of_a_long_file_need_a_memory_that_does_not_grow_with_it(write):
    def peak_memory(seconds):
        path = write(f"{seconds}.flac", np.resize(noise(5, 8000), seconds * 8000), 8000)
        tracemalloc.start()
        n_samples = sum(len(block) for block in read_blocks(path, 4000, block_seconds=5))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert n_samples == seconds * 4000
        return peak

    assert peak_memory(1200) < 1.2 * peak_memory(60)


def test_a_file_of_hours_is_refused_as_a_whole_and_can_be_read_in_parts(write):
    path = write("long.wav", np.ones(int(MAX_SECONDS + 60) * 1000, np.float32) / 2, 1000)
    with pytest.raises(AudioError, match=r"long\.wav.*31 minutes.*duration=.*read_blocks"):
        load_audio(path, 1000)
    assert len(load_audio(path, 1000, offset=MAX_SECONDS, duration=2)) == 2000
    assert len(next(read_blocks(path, 1000, 10))) == 10_000


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


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3", "aiff"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_file_that_breaks_off_is_an_error(write, suffix, share):
    whole = write(f"whole.{suffix}", noise(4.0)).read_bytes()
    path = write(f"part.{suffix}", whole[: int(share * len(whole))])
    if suffix == "aiff" or (suffix == "ogg" and share > 0.1):
        # Nothing there says how long the whole was: what is left is a shorter sound.
        assert len(load_audio(path)) < 4.0 * RATE
        return
    with pytest.raises(AudioError, match=f"part.{suffix}"):
        load_audio(path)


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


@pytest.mark.parametrize("name", [b"\xff\xfe.wav", "grüße.wav".encode(), b"two\nlines.wav"])
def test_any_file_name_is_read_and_shown_in_one_line(tmp_path, name):
    path = tmp_path / os.fsdecode(name)
    save_audio(path, tone(), RATE)
    assert len(load_audio(path)) == RATE
    path.write_bytes(b"")
    with pytest.raises(AudioError, match=r"\.wav'?: is empty") as caught:
        load_audio(path)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("options", "needed"),
    [
        ({"offset": 1.5}, "is 1.00 s long"),
        ({"offset": -1.0}, "is 1.00 s long"),
        ({"offset": float("nan")}, "is 1.00 s long"),
        ({"duration": 0.0}, "more than 0 s"),
        ({"duration": float("inf")}, "more than 0 s"),
        ({"duration": 1e-9, "sample_rate": 8000}, "no sample"),
        ({"sample_rate": 0}, "1,000 to 768,000"),
        ({"sample_rate": 44100.5}, "whole number"),
    ],
)
def test_impossible_wishes_are_errors(write, options, needed):
    path = write("a.wav", tone())
    with pytest.raises(AudioError, match=needed):
        load_audio(path, **options)


def test_blocks_of_no_length_are_refused(write):
    with pytest.raises(AudioError, match="more than 0 s"):
        next(read_blocks(write("a.wav", tone()), RATE, 0))


def test_blocks_up_to_a_fault_are_given_before_the_error(write):
    blocks = read_blocks(write("a.wav", with_nan(8.0), subtype="FLOAT"), RATE, 1.0)
    assert len(next(blocks)) == RATE
    with pytest.raises(AudioError, match="NaN or infinite values at 4.00 s"):
        list(blocks)


def test_loading_closes_the_file(write, monkeypatch):
    opened = []
    original = soundfile.SoundFile.__init__

    def remember(self, *args, **kwargs):
        original(self, *args, **kwargs)
        opened.append(self)

    monkeypatch.setattr(soundfile.SoundFile, "__init__", remember)
    load_audio(write("a.wav", tone()))
    list(read_blocks(write("b.wav", tone())))
    with pytest.raises(AudioError):
        load_audio(write("c.mp3", tone(), format="WAV"))
    assert len(opened) >= 3
    assert all(file.closed for file in opened)
