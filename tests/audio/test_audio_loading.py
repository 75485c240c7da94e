"""Loading: every format, rate, depth and number of channels in; nothing unusable gets through."""

import os
import tracemalloc

import numpy as np
import pytest
import soundfile

from refimpl.audio import MAX_SECONDS, AudioError, load_audio, read_blocks, save_audio
from tests.audio.sounds import RATE, noise, tone


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
    with pytest.raises(AudioError, match=r"long\.wav.*30 minutes.*duration=.*read_blocks"):
        load_audio(path, 1000)
    assert len(load_audio(path, 1000, offset=MAX_SECONDS, duration=2)) == 2000
    assert len(next(read_blocks(path, 1000, 10))) == 10_000


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
