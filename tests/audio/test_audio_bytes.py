"""Whatever bytes are in a sound file, it is read or refused in words, soon and in little memory.

The inputs are sounds of every container, with headers and frames damaged as accidents and attackers
damage them.
"""

import shutil
import struct
import time
import warnings

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.audio import AudioError, AudioFolder, load_audio, read_blocks
from refimpl.course.budgets import measure_reference_second
from tests.audio.sounds import RATE, noise

LONGEST = 5  # reference seconds for one file
MOST_MEMORY = 2**30  # bytes more than before
KINDS = {
    "pcm.wav": {},
    "float.wav": {"subtype": "FLOAT"},
    "gsm.wav": {"subtype": "GSM610"},
    "adpcm.wav": {"subtype": "IMA_ADPCM"},
    "a.rf64": {"format": "RF64"},
    "a.w64": {},
    "a.flac": {},
    "a.ogg": {},
    "a.opus": {"format": "OGG", "subtype": "OPUS"},
    "constant.mp3": {"bitrate_mode": "CONSTANT"},
    "variable.mp3": {"bitrate_mode": "VARIABLE"},
    "a.aiff": {},
    "adpcm.aifc": {"format": "AIFF", "subtype": "IMA_ADPCM"},
    "a.caf": {},
    "a.au": {},
}
# Lengths that none has, and words that make a reader look for something else.
CLAIMS = [struct.pack(form, n) for form in ("<I", ">I", "<Q") for n in (0, 1, 2**31 - 1, 2**32 - 1)]
CLAIMS += [b"\xff" * 8, b"\0\0", b"data", b"fmt ", b"RIFF", b"FORM", b"OggS", b"fLaC", b"Xing"]
CLAIMS += [b"APETAGEX", b"ID3\x04\0\0\x7f\x7f\x7f\x7f", b"\xff\xfb\x90\x64"]


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """The bytes of a short sound in each kind of file, by its name."""
    folder = tmp_path_factory.mktemp("sounds")
    made = {}
    for name, options in KINDS.items():
        rate = 24000 if name.endswith(".opus") else RATE
        soundfile.write(folder / name, noise(0.3, rate), rate, **options)
        made[name] = (folder / name).read_bytes()
    return made


@pytest.fixture(autouse=True)
def limited_memory():
    """Let a file that asks for much memory fail instead of filling the machine."""
    resource = pytest.importorskip("resource", reason="this system has no limits")
    before = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as file:  # noqa: PTH123 (no path of ours)
        now = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + MOST_MEMORY, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@st.composite
def damages(draw):
    """Places, what is put there, and how many bytes it replaces."""
    places = st.integers(0, 60) | st.integers(0, 300) | st.integers(0, 20_000)
    put = st.sampled_from(CLAIMS) | st.binary(max_size=8)
    times = st.sampled_from([1, 1, 1, 1000])
    one = st.tuples(places, put, times, st.sampled_from([None, 0, 1, 4, 100]))
    return draw(st.lists(one, min_size=1, max_size=4))


def damaged(content, changes):
    for place, put, times, n_replaced in changes:
        place %= len(content)
        end = place + (len(put) if n_replaced is None else n_replaced)
        content = content[:place] + put * times + content[end:] or b"\0"
    return content


def read_in_every_way(path):
    """Read a file as a whole, in part, in blocks and in a folder; each may refuse it."""
    for read in (
        lambda: [load_audio(path)],
        lambda: [load_audio(path, offset=0.1, duration=0.1)],
        lambda: read_blocks(path, RATE, 1.0),
    ):
        try:
            assert all(np.isfinite(audio).all() for audio in read())
        except AudioError as error:
            assert str(path) in str(error) and str(error).isprintable()
    folder = AudioFolder(path.parent, RATE)
    try:
        list(folder)
    except AudioError as error:  # none is left
        assert str(path) in str(error) and len(folder.skipped) == 1


def check_damage(folder, name, content, reference_second):
    path = folder / "strange" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    start = time.process_time()
    with warnings.catch_warnings(action="ignore"):
        read_in_every_way(path)
    path.unlink()
    assert time.process_time() - start < LONGEST * reference_second


def try_damages(sounds, folder, n_inputs):
    reference_second = measure_reference_second()

    @settings(max_examples=n_inputs, deadline=None, database=None)
    @given(name=st.sampled_from(sorted(sounds)), changes=damages())
    def each(name, changes):
        check_damage(folder, name, damaged(sounds[name], changes), reference_second)

    each()


@pytest.mark.parametrize("n_inputs", [50, pytest.param(6000, marks=pytest.mark.soak)])
def test_a_damaged_sound_is_read_or_refused_in_words(sounds, tmp_path, n_inputs, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)  # ffmpeg takes long to start
    try_damages(sounds, tmp_path, n_inputs)


@pytest.mark.soak
def test_damaged_sounds_are_read_or_refused_beside_ffmpeg(sounds, tmp_path, ffmpeg):
    foreign = {}
    (tmp_path / "a.wav").write_bytes(sounds["pcm.wav"])
    for name in ("a.m4a", "a.aac", "a.wma", "a.webm", "a.mka", "a.ac3", "a.mov"):
        foreign[name] = ffmpeg(tmp_path / "a.wav", tmp_path / name).read_bytes()
    try_damages(sounds | foreign, tmp_path, 500)


@pytest.mark.parametrize("flags", [0, 1, 4])
def test_an_ogg_whose_first_page_is_not_marked_as_first_is_refused(sounds, tmp_path, flags):
    content = bytearray(sounds["a.ogg"])
    content[5] = flags
    path = tmp_path / "a.ogg"
    path.write_bytes(content)
    with pytest.raises(AudioError):
        load_audio(path)
