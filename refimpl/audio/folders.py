"""Folders of sounds as a stream of clips: unusable files are skipped, counted and reported."""

from __future__ import annotations

import errno
import mimetypes
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np

from refimpl.audio.clip import Clip
from refimpl.audio.errors import AudioError, shown
from refimpl.audio.loading import load_audio, read_blocks
from refimpl.audio.sources import READABLE_SUFFIXES
from refimpl.audio.standardising import (
    check_sample_rate,
    is_silent,
    pad_to,
    seconds_to_samples,
    set_level,
)

# Notes, modules and projects, which Python's table of kinds lacks.
_NOT_READ = (".kar", ".mod", ".xm", ".it", ".s3m", ".cda", ".aup", ".aup3", ".als", ".flp", ".ptx")


def find_audio(folder: str | os.PathLike) -> list[Path]:
    """Return all sound files below a folder, sorted by path.

    The suffix tells a sound file (`READABLE_SUFFIXES`, upper or lower case). Hidden files and
    folders are skipped. Links are followed, each target once, so a link to a parent is harmless.

    Args:
        folder: a folder, or one sound file, which counts as a folder that holds it.
    Raises:
        AudioError: the folder does not exist, cannot be read, or holds no sound file.

    Taught in lesson 1.
    """
    return search(Path(folder))[0]


class AudioFolder:
    """The sounds below a folder as a stream of clips of one rate, level and (if asked) duration.

    A clip's facts are its `file`, the path within the folder, and its `offset`, the second of the
    file at which it starts.

    Iteration reads one file after another and keeps none; `list(folder)` keeps them all. Unusable
    files are skipped and listed with the reason in `skipped`.

    Args:
        folder: searched as by `find_audio`.
        sample_rate: sample rate of the clips, in Hz.
        duration: seconds per clip; a longer file is read in pieces of one clip each, whatever its
            length. None: each file is one clip, and files above 30 minutes are skipped.
        rest: the treatment of a file's end that does not fill a clip: "pad" it with silence,
            "keep" it shorter, or "drop" it (which also skips a file shorter than one clip).
        normalise, level: as for `standardise`, applied to each clip.
    Attributes:
        files: the sound files found, sorted.
        skipped: list of (path, reason) of the last iteration.
        n_clips: number of clips of the last iteration.
    Raises:
        AudioError: no sound file is there; or, at the end of the stream, none could be used.

    Taught in lesson 1.
    """

    def __init__(
        self,
        folder: str | os.PathLike,
        sample_rate: int = 22050,
        *,
        duration: float | None = None,
        rest: Literal["pad", "keep", "drop"] = "pad",
        normalise: Literal["peak", "rms"] | None = "peak",
        level: float | None = None,
    ):
        if rest not in ("pad", "keep", "drop"):
            raise AudioError(f'rest={rest!r} given, "pad", "keep" or "drop" needed')
        if duration is not None:
            seconds_to_samples(duration, sample_rate)
        # A wrong option shows here, not file by file.
        set_level(np.zeros(1, np.float32), normalise, level)
        self.folder = Path(folder)
        self.sample_rate = check_sample_rate(sample_rate)
        self.duration = duration
        self.rest = rest
        self.normalise = normalise
        self.level = level
        self.files, self._not_files = search(self.folder)
        self.skipped: list[tuple[Path, str]] = []
        self.n_clips = 0

    def __iter__(self) -> Iterator[Clip]:
        self.skipped = list(self._not_files)
        self.n_clips = 0
        for path in self.files:
            try:
                for clip in self._clips(path):
                    self.n_clips += 1
                    yield clip
            except AudioError as error:
                self.skipped.append((path, error.reason))
        if self.n_clips == 0:
            path, reason = self.skipped[-1]
            raise AudioError(
                f"none of {len(self.files)} sound files can be used; the last: "
                f"{shown(path)}: {reason}",
                self.folder,
            )

    def report(self) -> str:
        """Summarise the last iteration: one line, and one more for each file skipped."""
        head = f"{self.n_clips} clips from {len(self.files)} files, {len(self.skipped)} left out"
        if self.skipped:
            head += " in whole or in part:"
        return "\n".join([head] + [f"  {shown(path)}: {reason}" for path, reason in self.skipped])

    def _clips(self, path: Path) -> Iterator[Clip]:
        name = text_of(path.name if path == self.folder else path.relative_to(self.folder))
        remarks: list[str] = []
        if self.duration is None:
            audio = load_audio(path, self.sample_rate, remarks=remarks)
            yield self._clip(name, self._levelled(audio), name, 0.0)
        else:
            yield from self._parts(path, name, remarks)
        self.skipped += [(path, f"{remark}; the rest is used") for remark in remarks]

    def _parts(self, path: Path, name: str, remarks: list[str]) -> Iterator[Clip]:
        """Yield clips of one duration from one file; in the end, raise for the parts left out."""
        n_samples = seconds_to_samples(self.duration, self.sample_rate)
        n_blocks = n_silent = 0
        for block in read_blocks(path, self.sample_rate, self.duration, remarks=remarks):
            offset = n_blocks * n_samples / self.sample_rate
            n_blocks += 1
            if is_silent(block):
                n_silent += 1
                continue
            if len(block) < n_samples and self.rest == "drop":
                if n_blocks == 1:
                    raise AudioError(f"is shorter than a clip of {self.duration} s", path)
                continue
            block = self._levelled(block)
            if self.rest == "pad":
                block = pad_to(block, n_samples)
            yield self._clip(f"{name}@{offset:.2f}s" if offset else name, block, name, offset)
        if n_silent == n_blocks:
            raise AudioError("is silent (no sample above -90 dB)", path)
        if n_silent:
            raise AudioError(f"{n_silent} of its {n_blocks} parts are silent", path)

    def _clip(self, name: str, audio: np.ndarray, file: str, offset: float) -> Clip:
        facts = {"file": file, "offset": offset}
        return Clip(name, audio, self.sample_rate, facts=facts)

    def _levelled(self, audio: np.ndarray) -> np.ndarray:
        return set_level(audio, self.normalise, self.level)


def text_of(path: str | Path) -> str:
    """Return a path as text that can be stored anywhere: invalid bytes become escapes, as \\xff."""
    place = path.as_posix() if isinstance(path, Path) else path
    return os.fsencode(place).decode("utf-8", "backslashreplace")


def search(folder: Path) -> tuple[list[Path], list[tuple[Path, str]]]:
    """Return the sound files below a folder, and (path, reason) of lookalikes."""
    if folder.is_file():
        return [folder], []
    if not folder.is_dir():
        raise AudioError("does not exist, a folder of sounds needed", folder)
    files: dict[Path, Path] = {}  # resolved -> as found: each target once
    odd: list[tuple[Path, str]] = []
    seen: set[Path] = set()
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            target = here.resolve(strict=True)
            if target in seen:
                continue
            seen.add(target)
            children = sorted(here.iterdir())
        except (OSError, RuntimeError) as error:  # RuntimeError: a link to itself, in Python 3.11
            odd.append((here, _unreadable(error)))
            continue
        for child in children:
            if not child.name.startswith("."):
                _sort_in(child, files, waiting, odd)
    if not files:
        but = f"; {shown(odd[0][0])} {odd[0][1]}" if odd else ""
        raise AudioError(f"holds no sound file ({', '.join(READABLE_SUFFIXES)}){but}", folder)
    return sorted(files.values()), odd


def _sort_in(
    child: Path, files: dict[Path, Path], waiting: list[Path], odd: list[tuple[Path, str]]
) -> None:
    """Classify a child of a folder: a sound, a folder, or something that looks like a sound."""
    named_as_sound = child.suffix.lower() in READABLE_SUFFIXES
    try:
        target, is_folder = child.resolve(), child.is_dir()
        child.stat()
    except FileNotFoundError:  # a broken link: reading it reports that
        target, is_folder = child.absolute(), False
    except (OSError, RuntimeError) as error:
        odd.append((child, _unreadable(error)))
        return
    if is_folder:
        waiting.append(child)
        if named_as_sound:
            odd.append((child, "is a folder, a sound file needed"))
    elif named_as_sound:
        files.setdefault(target, child)
    elif (kind := mimetypes.guess_type(child.name)[0] or "").startswith(("audio/", "video/")):
        odd.append((child, f"is a kind of file that is not read ({kind})"))
    elif child.suffix.lower() in _NOT_READ:
        odd.append((child, f"is a kind of file that is not read ({child.suffix})"))


def _unreadable(error: Exception) -> str:
    if isinstance(error, RuntimeError) or getattr(error, "errno", 0) == errno.ELOOP:
        return "cannot be read (a link to itself)"
    return f"cannot be read ({getattr(error, 'strerror', None) or error})"
