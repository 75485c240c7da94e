"""One opened sound file, as a stream of mono pieces at its own sample rate."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import soundfile

from refimpl.audio.containers import ogg_links, wav_with_its_real_length
from refimpl.audio.errors import AudioError, decoder_name
from refimpl.audio.foreign import ForeignSound
from refimpl.audio.mpeg import find_frames, read_frame_header
from refimpl.audio.sections import Sections
from refimpl.audio.standardising import MAX_SAMPLE_RATE, MIN_SAMPLE_RATE

# The container that each suffix promises, as soundfile names it.
_CONTAINERS = {
    ".wav": {"WAV", "WAVEX", "RF64", "W64"},
    ".wave": {"WAV", "WAVEX", "RF64", "W64"},
    ".w64": {"W64"},
    ".rf64": {"RF64"},
    ".flac": {"FLAC"},
    ".ogg": {"OGG"},
    ".oga": {"OGG"},
    ".opus": {"OGG"},
    ".mp3": {"MP3"},
    ".mp2": {"MP3"},
    ".aif": {"AIFF"},
    ".aiff": {"AIFF"},
    ".aifc": {"AIFF"},
    ".au": {"AU"},
    ".snd": {"AU"},
    ".caf": {"CAF"},
    ".voc": {"VOC"},
    ".sph": {"NIST"},
}
# Other sounds, such as recordings of a phone or a camera, which libsndfile does not decode.
FOREIGN_SUFFIXES = (
    *(".m4a", ".m4b", ".mp4", ".mov", ".aac", ".wma", ".amr", ".3gp", ".webm", ".mka", ".ac3"),
    *(".spx", ".mkv", ".weba", ".eac3", ".ec3", ".adts", ".3g2", ".m4p", ".wv", ".tta", ".ape"),
    *(".mpc", ".tak", ".dsf", ".dff", ".dts"),
)
READABLE_SUFFIXES = (*_CONTAINERS, *FOREIGN_SUFFIXES)

MIN_SECONDS = 0.01  # a shorter sound, such as one sample or a click, teaches nothing
_TOLERANCE = 0.5  # seconds that a header may promise too much: the padding of some codecs
_LOUDEST = 1e6  # of float samples, whose full scale is 1, or 32,768 from a careless program
_MOST_LINKS = 1000  # streams chained in one file, or runs of frames between damaged places
_PIECE_VALUES = 2**16  # samples times channels decoded at a time, so that memory stays small


class _FrontToBack(soundfile.SoundFile):
    """A sound file that is read in pieces without a seek in between.

    soundfile seeks to its own position after each read. In an MP3 that does harm: a frame borrows
    bits from the frames before it, so each seam would be a click.
    """

    def seekable(self) -> bool:
        return False


class Source:
    """A readable sound file, to be read once from front to back.

    The length in a header is only a claim. Reading continues to the real end, and `remarks`
    reports the difference.

    Args:
        path: the file.
        remarks: a list of the caller's that gets the remarks.
    Attributes:
        sample_rate: of the file, in Hz.
        n_channels: of the file; pieces are mixed down to one.
        n_samples: the length in the header; None if unknown.
        seconds: the same in seconds.
        remarks: oddities of the file, complete only after reading it.
    Raises:
        AudioError: with the file's name and the reason, if it is missing, a folder, empty, not
            permitted, no audio, named as another format than it is, or too short.
    """

    def __init__(self, path: str | os.PathLike, remarks: list[str] | None = None):
        self.path = Path(path)
        self.remarks = [] if remarks is None else remarks
        _check_file(self.path)
        self._openers = _links(self.path, self.remarks)
        self._file = self._openers[0]()
        self.sample_rate = self._file.samplerate
        self.n_channels = self._file.channels
        try:
            self._check_container()
            self.n_samples = self._promised()
            self.seconds = None if self.n_samples is None else self.n_samples / self.sample_rate
            self._check_length()
        except AudioError:
            self._file.close()
            raise

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *exception) -> None:
        self._file.close()

    def _promised(self) -> int | None:
        """Samples of all links together."""
        total = _known(self._file.frames)
        for opener in self._openers[1:]:
            link = opener()
            total = None if total is None else total + (_known(link.frames) or 0)
            same = (link.samplerate, link.channels) == (self.sample_rate, self.n_channels)
            link.close()
            if not same:
                reason = "is a chain of streams with different sample rates or channels: cut it"
                raise AudioError(reason, self.path)
        return total

    def _check_container(self) -> None:
        suffix, container = self.path.suffix.lower(), self._file.format
        if container != "ffmpeg" and container not in _CONTAINERS.get(suffix, {container}):
            raise AudioError(f"is named {suffix} but holds {container}: rename it", self.path)
        if not MIN_SAMPLE_RATE <= self.sample_rate <= MAX_SAMPLE_RATE:
            raise AudioError(f"has a sample rate of {self.sample_rate} Hz", self.path)

    def _check_length(self) -> None:
        if self.n_samples is None:
            return
        if self.n_samples == 0:
            raise AudioError("holds no samples", self.path)
        if self.seconds < MIN_SECONDS:
            raise AudioError(
                f"holds only {self.n_samples} sample{'s' * (self.n_samples > 1)}, at least "
                f"{MIN_SECONDS * 1000:g} ms needed",
                self.path,
            )

    def measure(self) -> float:
        """Return the length in seconds: from the header, or by reading to the end."""
        if self.seconds is not None:
            return self.seconds
        return sum(map(len, self.pieces())) / self.sample_rate

    def pieces(self, first: int = 0, n_samples: int | None = None) -> Iterator[np.ndarray]:
        """Decode `n_samples` (all if None) from sample `first` on.

        Yields: `(at most 65,536,)` float32, mono, at the file's own rate.
        Raises: AudioError where the file cannot be decoded, or holds NaN.
        """
        position = 0
        size = max(1, _PIECE_VALUES // self.n_channels)
        last = None if n_samples is None else first + n_samples
        if len(self._openers) == 1:
            position = self._skip_to(first)
        while last is None or position < last:
            piece = self._read(size if last is None else min(size, last - position))
            if len(piece) == 0:
                if not self._next_link():
                    self._compare_with_promise(position)
                    return
                continue
            start, position = position, position + len(piece)
            mono = piece[max(0, first - start) :].mean(axis=1)  # (n, n_channels) -> (n,)
            if not np.isfinite(mono).all():
                second = (max(start, first) + np.argmin(np.isfinite(mono))) / self.sample_rate
                raise AudioError(f"holds NaN or infinite values at {second:.2f} s", self.path)
            if len(mono) and np.abs(mono).max() > _LOUDEST:
                value = np.abs(mono).max()
                raise AudioError(f"holds values as large as {value:.3g}: no sound", self.path)
            if len(mono):
                yield mono

    def _compare_with_promise(self, n_read: int) -> None:
        """Note that the file ended earlier than its header said."""
        if self.n_samples is None or self.n_samples - n_read <= _TOLERANCE * self.sample_rate:
            return
        self.remarks.append(
            f"breaks off after {n_read / self.sample_rate:.2f} of {self.seconds:.2f} s"
        )

    def _next_link(self) -> bool:
        """Go on with the next stream of a chain, if there is one."""
        if len(self._openers) == 1:
            return False
        self._file.close()
        self._openers.pop(0)
        self._file = self._openers[0]()
        return True

    def _skip_to(self, first: int) -> int:
        # After a seek, MP3 and Opus frames lack the ones before that they build on, and some
        # formats know no seek. Decoding what is skipped is slower, and exact.
        if self._file.format not in ("MP3", "ffmpeg") and self._file.subtype != "OPUS" and first:
            with contextlib.suppress(soundfile.SoundFileError):
                return self._file.seek(first)
        for start in range(0, first, _PIECE_VALUES):
            self._read(min(_PIECE_VALUES, first - start))
        return first

    def _read(self, n_samples: int) -> np.ndarray:
        try:
            return self._file.read(n_samples, dtype="float32", always_2d=True)
        except soundfile.SoundFileError as error:
            raise AudioError(_decoder_reason(error), self.path) from error


def _known(frames: int | None) -> int | None:
    """A length, or None for libsndfile's largest number, which stands for an unknown one."""
    return None if frames is None or frames > 2**60 else frames


def _links(path: Path, remarks: list[str]) -> list[Callable[[], soundfile.SoundFile]]:
    """Return functions that open the consecutive streams of a file, usually one.

    Raises:
        AudioError: none of them can be read.
    """

    def opener(make: Callable[[], object]) -> Callable[[], soundfile.SoundFile]:
        return lambda: _open(path, make)

    with path.open("rb") as file:
        head = file.read(12)
    if head[:4] == b"OggS" and len(ranges := ogg_links(path)) > 1:
        links = [partial(Sections, path, [span]) for span in ranges]
        return [opener(make) for make in _not_too_many(links, path)]
    if head[:4] == b"RIFF":
        corrected, remark = wav_with_its_real_length(path)
        if remark:
            remarks.append(remark)
        if corrected:
            corrected.close()
            return [opener(lambda: wav_with_its_real_length(path)[0])]
    if _may_be_mpeg(path, head) and (frames := find_frames(path)):
        if frames.n_damaged:
            places = f"{frames.n_damaged} damaged place{'s' * (frames.n_damaged > 1)}"
            remarks.append(f"has {places}, which were left out")
        if frames.promised is not None and frames.promised > frames.count:
            whole = frames.seconds * frames.promised / frames.count
            remarks.append(f"breaks off after {frames.seconds:.2f} of {whole:.2f} s")
        if not frames.is_as_promised():
            return [opener(make) for make in _not_too_many(frames.as_files(), path)]
    return [opener(lambda: decoder_name(path))]


def _not_too_many(links: list, path: Path) -> list:
    """Return the links of a chain, if they are few enough to open each."""
    if len(links) > _MOST_LINKS:
        raise AudioError(f"falls into {len(links):,} streams: cut it", path)
    return links


def _may_be_mpeg(path: Path, head: bytes) -> bool:
    """Whether the file is named or begins as one of MPEG frames."""
    begins = head[:3] == b"ID3" or head[:8] == b"APETAGEX" or read_frame_header(head) is not None
    return path.suffix.lower() in (".mp3", ".mp2") or begins


def _open(path: Path, make: Callable[[], object]) -> soundfile.SoundFile:
    """Open a stream with libsndfile, or else with ffmpeg."""
    try:
        return _FrontToBack(make())
    except (soundfile.SoundFileError, OSError) as error:
        reason = _decoder_reason(error)
        try:
            return ForeignSound(path)
        except AudioError as other:
            foreign = "no audio" not in other.reason or path.suffix.lower() in FOREIGN_SUFFIXES
            raise AudioError(other.reason if foreign else reason, path) from error


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
        return f"holds no audio that can be read ({', '.join(_CONTAINERS)} can)"
    return f"is damaged or not supported ({reason.removeprefix('Error : ')})"
