"""A header's length is a claim: all of the sound is read, and where the two differ is told."""

import os
import shutil
import struct
import warnings

import numpy as np
import pytest
import soundfile

from refimpl.audio import AudioFolder, load_audio, read_blocks
from refimpl.audio.mpeg import find_frames, read_frame_header
from refimpl.errors import UserError
from tests.audio.sounds import RATE, noise, tone

SECONDS = 6.0


def soft_and_loud(first):
    """A sound that takes few bits and then many, or the other way round."""
    parts = [tone(SECONDS / 2, amplitude=0.01), noise(SECONDS / 2)]
    return np.concatenate(parts if first == "soft" else parts[::-1])


def load_silently(path):
    """Load a file about which there is nothing to say."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return load_audio(path, RATE)


def without_tag(path):
    """Cut the length tag, an MP3's first frame, off."""
    frames = find_frames(path)
    data = path.read_bytes()
    start = frames.ranges[0][0]
    path.write_bytes(data[:start] + data[start + len(frames.tag) :])
    assert frames.tag and not find_frames(path).tag
    return path


@pytest.mark.parametrize("mode", ["VARIABLE", "CONSTANT"])
@pytest.mark.parametrize("first", ["soft", "loud"])
def test_an_mp3_without_a_length_tag_is_read_to_its_end(write, mode, first):
    path = write("a.mp3", soft_and_loud(first), bitrate_mode=mode)
    whole = load_silently(path)
    audio = load_silently(without_tag(path))
    assert len(audio) == pytest.approx(SECONDS * RATE, abs=0.1 * RATE)
    # The tag also says how much padding to cut off; behind it both are the same sound.
    loud = 2000 if first == "loud" else round(3.5 * RATE)
    shift = np.argmax(np.correlate(audio[loud : loud + 8000], whole[loud : loud + 4000], "valid"))
    assert 0 <= shift < 3000
    np.testing.assert_allclose(audio[shift : shift + len(whole)], whole, atol=1e-3)
    assert np.concatenate(list(read_blocks(path, RATE, 1.0))).shape == audio.shape


@pytest.mark.parametrize(
    ("head", "size", "n_samples"),
    [
        ("fffbe000", 1044, 1152),  # MPEG 1, layer III: 320 kbit/s at 44.1 kHz
        ("fffda400", 576, 1152),  # MPEG 1, layer II: 192 kbit/s at 48 kHz
        ("ffffc000", 416, 384),  # MPEG 1, layer I: 384 kbit/s at 44.1 kHz, in units of 4 bytes
        ("ffffc200", 420, 384),  # the same with a unit of padding
        ("fff38000", 208, 576),  # MPEG 2, layer III: 64 kbit/s at 22.05 kHz
        ("ffe31800", 72, 576),  # MPEG 2.5, layer III: 8 kbit/s at 8 kHz
    ],
)
def test_a_frame_is_as_long_as_its_header_says(head, size, n_samples):
    header = read_frame_header(bytes.fromhex(head))
    assert (header.size, header.n_samples) == (size, n_samples)


@pytest.mark.parametrize("rate", [8000, 16000, 44100])  # of MPEG 2.5, 2 and 1
def test_mp3s_of_every_version_are_read_to_their_end(write, rate):
    path = without_tag(write("a.mp3", noise(SECONDS, rate), rate, bitrate_mode="VARIABLE"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(load_audio(path, rate)) == pytest.approx(SECONDS * rate, abs=0.3 * rate)


def test_a_last_frame_behind_a_damaged_place_is_found_and_no_other(write):
    path = write("a.mp3", noise(SECONDS), bitrate_mode="CONSTANT")
    data, whole = path.read_bytes(), find_frames(path)
    ((start, end),) = whole.ranges
    while start < end:
        last, start = start, start + read_frame_header(data[start : start + 4]).size
    alone = bytes(40) + data[last : last + 4] + bytes(40)  # the head of a frame, no more of it
    path.write_bytes(data[:last] + alone + data[last:end])
    found = find_frames(path)
    assert (found.n_damaged, found.count) == (1, whole.count)
    assert found.ranges[-1] == (last + len(alone), end + len(alone))


def test_parts_of_an_mp3_without_a_length_tag_are_those_of_the_whole(write):
    path = without_tag(write("a.mp3", soft_and_loud("loud"), bitrate_mode="VARIABLE"))
    whole = load_silently(path)
    part = load_audio(path, RATE, offset=4.0, duration=1.0)
    np.testing.assert_array_equal(part, whole[4 * RATE : 5 * RATE])


def test_a_damaged_place_in_an_mp3_is_left_out_and_told(write):
    path = write("a.mp3", noise(SECONDS), bitrate_mode="CONSTANT")
    data = bytearray(path.read_bytes())
    for middle in (len(data) // 3, len(data) // 2):
        data[middle : middle + 600] = bytes(600)
    path.write_bytes(data)
    with pytest.warns(UserWarning, match="2 damaged places, which were left out"):
        audio = load_audio(path, RATE)
    assert SECONDS - 0.4 < len(audio) / RATE < SECONDS
    assert np.isfinite(audio).all()


@pytest.mark.parametrize("put", [b"\x55", b"\xff", b"\0"])
@pytest.mark.parametrize("mode", ["VARIABLE", "CONSTANT"])
def test_only_what_is_damaged_is_lost_from_an_mp3(write, mode, put):
    audio = tone(SECONDS) * np.linspace(0.2, 1, round(SECONDS * RATE)) ** 2
    path = write("a.mp3", audio.astype(np.float32), bitrate_mode=mode)
    data = bytearray(path.read_bytes())
    for share in (0.3, 0.5, 0.8):
        start = int(share * len(data))
        data[start : start + 500] = 500 * put
    path.write_bytes(data)
    n_frames = find_frames(path).count
    with pytest.warns(UserWarning, match="3 damaged places, which were left out"):
        found = load_audio(path, RATE)
    # Behind each place, two frames lack what they borrow from those that are gone.
    lost = 4 * 3 * 576
    assert n_frames * 576 - lost < len(found) <= n_frames * 576
    assert len(found) > 0.7 * len(audio)


def test_very_many_damaged_places_are_refused(write, monkeypatch):
    path = write("a.mp3", noise(SECONDS), bitrate_mode="CONSTANT")
    data = bytearray(path.read_bytes())
    for start in range(3000, len(data) - 3000, 3000):
        data[start : start + 700] = bytes(700)
    path.write_bytes(data)
    monkeypatch.setattr("refimpl.audio.sources._MOST_LINKS", 5)
    with pytest.raises(UserError, match=r"falls into \d+ streams"):
        load_audio(path)


@pytest.mark.parametrize("size", [0, 5000, 5001])
def test_tags_of_any_kind_may_come_first(write, size):
    path = write("a.mp3", noise(SECONDS))
    expected = load_silently(path)
    data = path.read_bytes()
    inside = data[:size]  # frames, too, but none of this sound
    length = bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127])
    id3 = b"ID3\x04\0\0" + length + inside
    unsynchronised = b"ID3\x04\0\x80" + length + inside
    with_footer = b"ID3\x04\0\x10" + length + inside + b"3DI\x04\0\x10" + length
    ape = b"APETAGEX" + struct.pack("<IIII", 2000, size, 1, 1 << 29) + bytes(8) + inside
    for front in (id3, unsynchronised, with_footer, ape, id3 + ape, ape + id3):
        path.write_bytes(front + data)
        audio = load_silently(path)
        assert abs(len(audio) - len(expected)) < 0.1 * RATE
        assert find_frames(path).ranges == [(len(front), len(front) + len(data))]


def test_a_flac_of_unknown_length_as_written_into_a_pipe_is_read(write):
    path = write("a.flac", noise(SECONDS))
    expected = load_silently(path)
    data = bytearray(path.read_bytes())
    assert data[:4] == b"fLaC"
    data[21] &= 0xF0  # the number of samples: the last 36 bits before the checksum
    data[22:26] = bytes(4)
    path.write_bytes(data)
    assert soundfile.info(path).frames > 2**60
    np.testing.assert_array_equal(load_silently(path), expected)
    np.testing.assert_array_equal(np.concatenate(list(read_blocks(path, RATE, 1.0))), expected)
    part = load_audio(path, RATE, offset=2.0, duration=1.0)
    np.testing.assert_array_equal(part, expected[2 * RATE : 3 * RATE])
    with pytest.raises(UserError, match="offset"):
        load_audio(path, RATE, offset=100.0)


@pytest.mark.parametrize("claimed", [0, 0xFFFFFFFF, 0x7FFFFFFF])
def test_a_wav_of_unknown_length_is_read(write, claimed):
    path = write("a.wav", noise(SECONDS))
    expected = load_silently(path)
    data = bytearray(path.read_bytes())
    data[40:44] = struct.pack("<I", claimed)
    data[4:8] = struct.pack("<I", min(claimed + 36, 0xFFFFFFFF))
    path.write_bytes(data)
    np.testing.assert_array_equal(load_silently(path), expected)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
@pytest.mark.parametrize("claimed", [2, 1001, 50_000])
def test_a_wav_that_goes_on_behind_its_promised_end_is_read_on(write, subtype, claimed):
    path = write("a.wav", noise(SECONDS), subtype=subtype)
    expected = load_silently(path)
    data = bytearray(path.read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = struct.pack("<I", claimed)  # as a recorder leaves it that lost its power
    path.write_bytes(data)
    with pytest.warns(UserWarning, match="goes on behind the end that its header promises"):
        np.testing.assert_array_equal(load_audio(path, RATE), expected)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_U8"])
@pytest.mark.parametrize("name", [b"LIST", None])
def test_what_follows_a_wav_is_no_sound(write, subtype, name):
    audio = noise(SECONDS)[:-1]  # an odd number: a byte that makes the length even follows
    path = write("a.wav", audio, subtype=subtype)
    expected = load_silently(path)
    behind = bytes(900) if name is None else name + struct.pack("<I", 90_000) + bytes(90_000)
    path.write_bytes(path.read_bytes() + behind)
    np.testing.assert_array_equal(load_silently(path), expected)


def test_an_empty_wav_stays_empty_with_other_chunks_behind_it(write):
    path = write("a.wav", np.zeros(0))
    data = path.read_bytes() + b"LIST" + struct.pack("<I", 4) + b"INFO"
    path.write_bytes(data[:4] + struct.pack("<I", len(data) - 8) + data[8:])
    with pytest.raises(UserError, match="no samples"):
        load_audio(path)


@pytest.mark.parametrize("suffix", ["wav", "mp3"])
def test_a_cut_off_file_gives_what_is_there_and_says_so(write, suffix):
    options = {"bitrate_mode": "CONSTANT"} if suffix == "mp3" else {}
    path = write(f"a.{suffix}", noise(SECONDS), **options)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.warns(UserWarning, match="breaks off|is cut off"):
        audio = load_audio(path, RATE)
    assert len(audio) == pytest.approx(SECONDS / 2 * RATE, rel=0.05)


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_all_links_of_a_chained_ogg_are_read(write, subtype):
    rate = 24000
    parts = [tone(2.0, rate, frequency) for frequency in (300.0, 700.0, 1100.0)]
    files = [
        write(f"{i}.ogg", part, rate, subtype=subtype, format="OGG") for i, part in enumerate(parts)
    ]
    chain = write("chain.ogg", b"".join(path.read_bytes() for path in files))
    separate = np.concatenate([load_audio(path, rate) for path in files])
    joined = load_audio(chain, rate)
    np.testing.assert_array_equal(joined, separate)
    # A receiver that lost a moment leaves something else between two links.
    between = b"\0" * 5000
    apart = write("apart.ogg", between.join(path.read_bytes() for path in files))
    np.testing.assert_array_equal(load_audio(apart, rate), separate)
    part = load_audio(chain, rate, offset=3.0, duration=2.0)
    np.testing.assert_array_equal(part, joined[3 * rate : 5 * rate])
    with pytest.raises(UserError, match="different sample rates"):
        load_audio(write("mixed.ogg", chain.read_bytes() + write("x.ogg", tone()).read_bytes()))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("gsm.wav", {"subtype": "GSM610"}),
        ("a.wave", {"format": "WAV"}),
        ("a.caf", {}),
        ("a.w64", {}),
        ("a.aifc", {"format": "AIFF"}),
        ("a.snd", {"format": "AU"}),
        ("a.mp2", {"format": "MP3", "subtype": "MPEG_LAYER_III"}),
    ],
)
def test_less_usual_containers_and_codecs_are_read(write, tmp_path, name, options):
    path = write(name, tone(SECONDS), **options)
    assert len(load_silently(path)) == pytest.approx(SECONDS * RATE, abs=0.2 * RATE)
    assert AudioFolder(tmp_path).files == [path]
    part = load_audio(path, RATE, offset=1.0, duration=1.0)
    assert len(part) == RATE


# Folders -----------------------------------------------------------------------------------------


def test_a_name_or_a_link_never_stops_a_folder(write, tmp_path):
    write("good.wav", tone())
    shutil.copyfile(tmp_path / "good.wav", os.fsencode(tmp_path) + b"/\xff\xfe.wav")
    (tmp_path / "self.wav").symlink_to(tmp_path / "self.wav")
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "ping").symlink_to(tmp_path / "pong")
    (tmp_path / "pong").symlink_to(tmp_path / "ping")
    folder = AudioFolder(tmp_path, RATE)
    names = [clip.name for clip in folder]
    assert sorted(names) == [r"\xff\xfe.wav", "good.wav"]
    assert all(name.encode() for name in names)  # each is text
    told = dict((path.name, reason) for path, reason in folder.skipped)
    assert "a link to itself" in told["self.wav"]
    assert folder.report().encode()


def test_every_sound_that_is_not_read_is_listed_with_its_reason(write, tmp_path):
    write("good.wav", tone())
    write("notes.mid", b"MThd")
    write("film.avi", b"RIFF")
    write("text.txt", b"nothing")
    for name in ("sing.kar", "demo.mod", "master.wv", "disc.ape", "voice.weba"):
        write(name, b"nothing")
    whole = write("part.wav", noise(2.0)).read_bytes()
    write("part.wav", whole[: len(whole) // 2])
    folder = AudioFolder(tmp_path, RATE)
    assert len(list(folder)) == 2
    told = dict((path.name, reason) for path, reason in folder.skipped)
    foreign = ["disc.ape", "master.wv", "voice.weba"]
    assert sorted(told) == sorted(
        [*foreign, "demo.mod", "film.avi", "notes.mid", "part.wav", "sing.kar"]
    )
    assert "not read" in told["notes.mid"]
    assert "the rest is used" in told["part.wav"]


# What ffmpeg reads -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["a.m4a", "a.aac", "a.wma", "a.webm", "a.mka", "a.ac3", "a.mov", "a.wv", "a.tta"],
)
def test_what_only_ffmpeg_reads_is_read_where_it_is_installed(ffmpeg, write, tmp_path, name):
    path = ffmpeg(write("a.wav", tone(SECONDS)), tmp_path / name)
    audio = load_silently(path)
    assert len(audio) == pytest.approx(SECONDS * RATE, abs=0.2 * RATE)
    middle = audio[2 * RATE : 3 * RATE]
    assert np.argmax(np.abs(np.fft.rfft(middle))) == 440
    part = load_audio(path, RATE, offset=2.0, duration=1.0)
    # Where a part begins, the filter of the resampler has not seen what came before it.
    np.testing.assert_allclose(part[500:-500], middle[500:-500], atol=1e-6)
    assert len(list(AudioFolder(tmp_path, RATE, duration=2.0))) >= 6


def test_mp3_in_wav_is_read(ffmpeg, write, tmp_path):
    path = ffmpeg(write("a.wav", tone(SECONDS)), tmp_path / "b.wav", "-c:a", "libmp3lame")
    assert len(load_silently(path)) == pytest.approx(SECONDS * RATE, abs=0.2 * RATE)


def test_flac_in_ogg_is_read_through_ffmpeg(ffmpeg, write, tmp_path):
    path = ffmpeg(write("a.wav", tone(SECONDS)), tmp_path / "a.ogg", "-c:a", "flac")
    assert len(load_silently(path)) == pytest.approx(SECONDS * RATE, abs=10)


def test_without_ffmpeg_it_is_named(write, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    memo = write("memo.m4a", b"\0\0\0\x1cftypM4A " + bytes(99))
    with pytest.raises(UserError, match=r"memo\.m4a: is in a format that only ffmpeg reads"):
        load_audio(memo)


def test_ffmpeg_gets_no_playlist_and_no_address(write, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: pytest.fail("ffmpeg was asked"))
    playlist = b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n"
    for name in ("list.m4a", "list.mp3", "list.aac"):
        with pytest.raises(UserError, match="no audio"):
            load_audio(write(name, playlist))
