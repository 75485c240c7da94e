"""One opened sound file, as a stream of mono pieces at its own sample rate."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from refimpl.audio.errors import AudioError, decoder_name
from refimpl.audio.standardising import MAX_SAMPLE_RATE, MIN_SAMPLE_RATE

# The container that each suffix promises, as soundfile names it.
_CONTAINERS = {
    ".wav": {"WAV", "WAVEX", "RF64", "W64"},
    ".flac": {"FLAC"},
    ".ogg": {"OGG"},
    ".oga": {"OGG"},
    ".opus": {"OGG"},
    ".mp3": {"MP3"},
    ".aif": {"AIFF"},
    ".aiff": {"AIFF"},
    ".au": {"AU"},
}
READABLE_SUFFIXES = tuple(_CONTAINERS)
# Sounds too, such as a telephone records them, but in formats that libsndfile does not decode.
FOREIGN_SUFFIXES = (".m4a", ".aac", ".wma", ".amr", ".3gp", ".webm")
FOREIGN_REASON = "is in a format that is not read: convert it, as by ffmpeg -i old.m4a new.wav"

MIN_SECONDS = 0.01  # shorter is no sound that anything could be learnt from: one sample, a click
_PIECE_VALUES = 2**16  # samples times channels decoded at a time, so that memory stays small


class _FrontToBack(soundfile.SoundFile):
    """A sound file that is read in pieces without a seek in between.

    soundfile seeks to where it already is after each read. In an MP3 that is no harmless thing:
    a frame borrows bits from the frames before it, so each seam would be a click.
    """

    def seekable(self) -> bool:
        return False


class Source:
    """A sound file that has been found readable, to be read once from front to back.

    Args:
        path: the file.
    Attributes:
        sample_rate: of the file, in Hz.
        n_channels: of the file; pieces are mixed down to one.
        seconds: what the header promises.
    Raises:
        AudioError: with the file's name and the reason, if it is missing, a folder, empty, not
            permitted, no audio, named as another format than it is, or too short.
    """

    def __init__(self, path: str | os.PathLike):
        self.path = Path(path)
        _check_file(self.path)
        try:
            self._file = _FrontToBack(decoder_name(self.path))
        except (soundfile.SoundFileError, OSError) as error:
            foreign = self.path.suffix.lower() in FOREIGN_SUFFIXES
            reason = FOREIGN_REASON if foreign else _decoder_reason(error)
            raise AudioError(reason, self.path) from error
        self.sample_rate = self._file.samplerate
        self.n_channels = self._file.channels
        self.n_samples = self._file.frames
        self.seconds = self.n_samples / self.sample_rate
        try:
            self._check_header()
        except AudioError:
            self._file.close()
            raise

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *exception) -> None:
        self._file.close()

    def _check_header(self) -> None:
        suffix, container = self.path.suffix.lower(), self._file.format
        if container not in _CONTAINERS.get(suffix, {container}):
            raise AudioError(f"is named {suffix} but holds {container}: rename it", self.path)
        if not MIN_SAMPLE_RATE <= self.sample_rate <= MAX_SAMPLE_RATE:
            raise AudioError(f"has a sample rate of {self.sample_rate} Hz", self.path)
        if self.n_samples == 0:
            raise AudioError("holds no samples", self.path)
        if self.seconds < MIN_SECONDS:
            raise AudioError(
                f"holds only {self.n_samples} sample{'s' * (self.n_samples > 1)}, at least "
                f"{MIN_SECONDS * 1000:g} ms needed",
                self.path,
            )
        if container == "WAV" and _is_cut_off(self.path):
            raise AudioError("is cut off: its header promises more than there is", self.path)

    def pieces(self, first: int = 0, n_samples: int | None = None) -> Iterator[np.ndarray]:
        """Decode `n_samples` (all if None) from sample `first` on.

        Yields: `(at most 65,536,)` float32, mono, at the file's own rate.
        Raises: AudioError where the file breaks off, cannot be decoded, or holds NaN.
        """
        position = self._skip_to(first)
        last = self.n_samples if n_samples is None else min(self.n_samples, first + n_samples)
        size = max(1, _PIECE_VALUES // self.n_channels)
        while position < last:
            piece = self._read(min(size, last - position))  # (n, n_channels)
            if len(piece) == 0:
                raise AudioError(
                    f"breaks off after {position / self.sample_rate:.2f} of {self.seconds:.2f} s",
                    self.path,
                )
            mono = piece.mean(axis=1)  # (n, n_channels) -> (n,)
            if not np.isfinite(mono).all():
                second = (position + np.argmin(np.isfinite(mono))) / self.sample_rate
                raise AudioError(f"holds NaN or infinite values at {second:.2f} s", self.path)
            yield mono
            position += len(piece)

    def _skip_to(self, first: int) -> int:
        # After a seek, MP3 and Opus frames lack the ones before that they build on. Decoding
        # what is skipped is slower, and exact.
        if self._file.format != "MP3" and self._file.subtype != "OPUS":
            try:
                return self._file.seek(first)
            except soundfile.SoundFileError as error:
                raise AudioError(_decoder_reason(error), self.path) from error
        for start in range(0, first, _PIECE_VALUES):
            self._read(min(_PIECE_VALUES, first - start))
        return first

    def _read(self, n_samples: int) -> np.ndarray:
        try:
            return self._file.read(n_samples, dtype="float32", always_2d=True)
        except soundfile.SoundFileError as error:
            raise AudioError(_decoder_reason(error), self.path) from error


def _check_file(path: Path) -> None:
    """Raise AudioError unless `path` is a file with content that we may read."""
    try:
        if path.is_dir():
            raise AudioError("is a folder, a sound file needed", path)
        if not path.exists():
            link = " (a link that leads nowhere)" if path.is_symlink() else ""
            raise AudioError(f"does not exist{link}", path)
        if not path.is_file():  # a pipe or a device: opening it could wait for ever
            raise AudioError("is no regular file", path)
        with path.open("rb") as file:
            if not file.read(1):
                raise AudioError("is empty (0 bytes)", path)
    except OSError as error:
        raise AudioError(f"cannot be read ({error.strerror or error})", path) from error


def _decoder_reason(error: Exception) -> str:
    reason = getattr(error, "error_string", str(error)).strip().rstrip(".")
    if "not recognised" in reason or "does not exist" in reason or "unknown format" in reason:
        return f"holds no audio that can be read ({', '.join(READABLE_SUFFIXES)} can)"
    return f"is damaged or not supported ({reason.removeprefix('Error : ')})"


def _is_cut_off(path: Path) -> bool:
    """Whether a WAV file is shorter than its own header says, as after a broken download.

    The decoder would take what is there without a word.
    """
    with path.open("rb") as file:
        header = file.read(8)
    if not header.startswith(b"RIFF"):
        return False
    (promised,) = struct.unpack("<I", header[4:8])
    # A program that writes into a pipe cannot know the length and promises the largest number;
    # others are off by a few bytes, such as a forgotten byte of padding.
    return path.stat().st_size + 64 < promised + 8 < 0x7FFF0000
