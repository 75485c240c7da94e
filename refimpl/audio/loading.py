"""Loading one sound file: as a whole, in part, or in blocks when it is long."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator

import numpy as np
import soxr

from refimpl.audio.errors import AudioError, shown
from refimpl.audio.sources import Source
from refimpl.audio.standardising import check_sample_rate, is_silent, seconds_to_samples

MAX_OFFSET = 1e7  # seconds, a third of a year
MAX_SECONDS = 1800.0  # half an hour: 160 MB at 22,050 Hz


def load_audio(
    path: str | os.PathLike,
    sample_rate: int = 22050,
    *,
    offset: float = 0.0,
    duration: float | None = None,
    allow_silence: bool = False,
    remarks: list[str] | None = None,
) -> np.ndarray:
    """Load a sound file, or a part of it, as mono at the requested sample rate.

    Args:
        path: WAV, FLAC, OGG, MP3, AIFF, CAF or AU, of any sample rate, channels and depth; with
            ffmpeg installed also M4A, AAC, WMA and its other formats.
        sample_rate: of the result, in Hz.
        offset: second of the file at which to start.
        duration: the most seconds to load; None loads the rest of the file.
        allow_silence: accept a silent file, or a silent part.
        remarks: collects oddities of the file, instead of a warning.
    Returns:
        `(n_samples,)` float32, usually within [-1, 1]: the file's own level (see `standardise`).
        A truncated or damaged file gives its readable part, with a warning.
    Raises:
        AudioError: names the file and why it cannot be loaded; also for more than 30 minutes at
            once (`MAX_SECONDS`), for which there are `offset` and `duration`, or `read_blocks`.

    Taught in lesson 1.
    """
    sample_rate = check_sample_rate(sample_rate)
    with Source(path, remarks) as source:
        first, n_samples = _part(source, offset, duration)
        pieces = _resampled(
            _not_too_many(source, source.pieces(first, n_samples)), source.sample_rate, sample_rate
        )
        audio = np.concatenate([np.zeros(0, np.float32), *pieces])  # (n_samples,)
        if remarks is None:
            _warn(source)
        if len(audio) == 0 and offset:
            raise AudioError(f"is over before an offset of {offset} s", source.path)
        if len(audio) == 0:
            raise AudioError(f"{duration} s hold no sample at {sample_rate} Hz", source.path)
        if not allow_silence and is_silent(audio):
            mixed = f", its {source.n_channels} channels mixed to one" * (source.n_channels > 1)
            raise AudioError(f"is silent{mixed} (no sample above -90 dB)", source.path)
    return audio


def read_blocks(
    path: str | os.PathLike,
    sample_rate: int = 22050,
    block_seconds: float = 30.0,
    *,
    remarks: list[str] | None = None,
) -> Iterator[np.ndarray]:
    """Read a sound file of any length in blocks, in constant memory.

    Joined, the blocks equal what `load_audio` gives, sample by sample: the resampler keeps its
    state from block to block, so that nothing clicks at the seams.

    Args:
        path: as for `load_audio`.
        sample_rate: of the blocks, in Hz.
        block_seconds: length of each block but the last, which may be shorter.
        remarks: as for `load_audio`; complete when the last block has been read.
    Yields:
        `(n_samples,)` float32. Silent blocks too: a pause is part of a recording.
    Raises:
        AudioError: at the first block for a file that cannot be read, or at the block where it
            breaks off.

    Taught in lesson 1.
    """
    sample_rate = check_sample_rate(sample_rate)
    block_size = seconds_to_samples(block_seconds, sample_rate)
    with Source(path, remarks) as source:
        pieces = _resampled(source.pieces(), source.sample_rate, sample_rate)
        yield from _regrouped(pieces, block_size)
        if remarks is None:
            _warn(source)


def _warn(source: Source) -> None:
    """Warn about oddities of a file."""
    for remark in source.remarks:
        warnings.warn(f"{shown(source.path)}: {remark}; the rest is used", stacklevel=3)


def _part(source: Source, offset: float, duration: float | None) -> tuple[int, int | None]:
    """Return the first sample and the number of samples to read, at the file's own rate.

    The number is None for the rest of the file.
    """
    end = MAX_OFFSET if source.seconds is None else min(MAX_OFFSET, source.seconds)
    if not 0 <= offset < end:
        length = "of unknown length" if source.seconds is None else f"{source.seconds:.2f} s long"
        raise AudioError(f"is {length}, an offset of {offset} s lies outside", source.path)
    first = round(offset * source.sample_rate)
    if source.n_samples is not None:
        first = min(first, source.n_samples - 1)
    if duration is None:
        return first, None
    return first, seconds_to_samples(duration, source.sample_rate)


def _not_too_many(source: Source, pieces: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Pass on the decoded samples, up to `MAX_SECONDS`."""
    n_samples = 0
    for piece in pieces:
        n_samples += len(piece)
        if n_samples > MAX_SECONDS * source.sample_rate:
            raise AudioError(
                f"holds more than the {MAX_SECONDS / 60:.0f} minutes that are loaded at once: "
                "give offset= and duration=, or use read_blocks",
                source.path,
            )
        yield piece


def _resampled(pieces: Iterable[np.ndarray], from_rate: int, to_rate: int) -> Iterator[np.ndarray]:
    """Resample a stream of pieces as if they were one array."""
    if from_rate == to_rate:
        yield from pieces
        return
    stream = soxr.ResampleStream(from_rate, to_rate, 1, dtype="float32")
    for piece in pieces:
        yield stream.resample_chunk(piece)
    yield stream.resample_chunk(np.zeros(0, np.float32), last=True)  # the rest in the filter


def _regrouped(pieces: Iterable[np.ndarray], block_size: int) -> Iterator[np.ndarray]:
    """Cut a stream of pieces of any length into blocks of `block_size`; the last may be shorter."""
    waiting: list[np.ndarray] = []
    n_waiting = 0
    for piece in pieces:
        waiting.append(piece)
        n_waiting += len(piece)
        if n_waiting < block_size:
            continue
        joined = np.concatenate(waiting)  # (n_waiting,)
        n_whole = n_waiting - n_waiting % block_size
        for start in range(0, n_whole, block_size):
            yield joined[start : start + block_size].copy()  # a copy: a view keeps all in memory
        waiting, n_waiting = [joined[n_whole:].copy()], n_waiting - n_whole
    if n_waiting:
        yield np.concatenate(waiting)
