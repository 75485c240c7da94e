"""Sounds that libsndfile cannot decode, read through ffmpeg if it is installed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from refimpl.audio.errors import AudioError

# The first bytes identify them, so that ffmpeg gets a sound and never a playlist, which could make
# it open other files and addresses.
_BEGINNINGS = (
    (4, b"ftyp"),  # MP4, M4A, MOV, 3GP
    (0, b"\x1a\x45\xdf\xa3"),  # Matroska and WebM
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),  # WMA
    (0, b"\xff\xf1"),  # AAC
    (0, b"\xff\xf9"),
    (0, b"OggS"),  # Speex, and FLAC in OGG
    (0, b"RIFF"),  # codecs in WAV that libsndfile lacks
    (0, b"#!AMR"),
    (0, b"\x0b\x77"),  # AC-3
    (0, b"\x7f\xfe\x80\x01"),  # DTS
    (0, b"wvpk"),  # WavPack
    (0, b"TTA1"),
    (0, b"MAC "),  # Monkey's Audio
    (0, b"MPCK"),  # Musepack
    (0, b"MP+"),
    (0, b"tBaK"),
    (0, b"DSD "),
    (0, b"FRM8"),
    (0, b"caff"),
    (0, b"FORM"),
)
_WAY_OUT = "convert it, as by `ffmpeg -i old.m4a new.wav`"


class ForeignSound:
    """A sound file decoded by ffmpeg, with the part of soundfile's interface that we need.

    Args:
        path: the file.

    Attributes:
        samplerate, channels: of the file.
        frames: None, since the length is unknown before the end.
        format, subtype: "ffmpeg".

    Raises:
        AudioError: it is not a sound, ffmpeg is not installed, or ffmpeg cannot read it either.
    """

    frames = None
    format = subtype = "ffmpeg"

    def __init__(self, path: Path):
        if not _begins_as_sound(path):
            raise AudioError("holds no audio that can be read", path)
        if shutil.which("ffmpeg") is None:
            raise AudioError(
                f"is in a format that only ffmpeg reads: install ffmpeg, or {_WAY_OUT}", path
            )
        from audioread import DecodeError
        from audioread.ffdec import FFmpegAudioFile

        self.path = path
        self._broken = (DecodeError, OSError)
        try:
            # Behind "file:", no name is taken for an address or an option.
            self._file = FFmpegAudioFile(f"file:{os.fspath(path.absolute())}")
        except self._broken as error:
            raise AudioError("holds no audio that ffmpeg can read", path) from error
        self.samplerate, self.channels = self._file.samplerate, self._file.channels
        if not self.samplerate or not self.channels:
            self.close()
            raise AudioError("holds no audio that ffmpeg can read", path)
        self._blocks: Iterator[bytes] = self._file.read_data()
        self._rest = b""

    def read(self, frames: int, dtype: str = "float32", always_2d: bool = True) -> np.ndarray:
        """Decode the next samples, `(at most frames, n_channels)` float32; none at the end."""
        del dtype, always_2d  # always these
        wanted = 2 * self.channels * frames  # ffmpeg gives 16 bits per value
        try:
            while len(self._rest) < wanted and (block := next(self._blocks, b"")):
                self._rest += block
        except self._broken as error:
            raise AudioError(f"cannot be decoded ({error})", self.path) from error
        taken, self._rest = self._rest[:wanted], self._rest[wanted:]
        whole = len(taken) - len(taken) % (2 * self.channels)
        values = np.frombuffer(taken[:whole], "<i2").reshape(-1, self.channels)
        return values.astype(np.float32) / 32768

    def close(self) -> None:
        """End ffmpeg."""
        self._file.close()


def _begins_as_sound(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(16)
    return any(head[at : at + len(magic)] == magic for at, magic in _BEGINNINGS)
