"""Save a sound so that its file is either complete or absent."""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path

import numpy as np
import soundfile

from refimpl.audio.errors import AudioError
from refimpl.errors import UserError
from refimpl.files import replacing

_FORMATS = {".wav": "WAV", ".flac": "FLAC", ".ogg": "OGG", ".mp3": "MP3"}
_MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
_PIECE = 2**16  # the Vorbis encoder overflows its stack when given minutes at once


def save_audio(path: str | os.PathLike, audio: np.ndarray, sample_rate: int) -> Path:
    """Write a sound file in the format that the suffix names.

    The sound is written to a temporary file and then moved into place, so that a reader finds
    either the old file or the complete new one. Missing folders are created. WAV and FLAC have
    16 bits.

    Args:
        path: ends in .wav, .flac, .ogg or .mp3.
        audio: `(n_samples,)` or `(n_samples, n_channels)`, floating point in [-1, 1]; other values
            are clipped, with a warning.
        sample_rate: in Hz.
    Returns:
        The path of the file.
    Raises:
        AudioError: an unknown suffix, invalid audio, a sample rate that the format does not have,
            or a path that cannot be written.

    Taught in lesson 1.
    """
    path = Path(path)
    audio_format = _FORMATS.get(path.suffix.lower())
    if audio_format is None:
        raise AudioError(
            f"the suffix {path.suffix!r} names no format, one of {', '.join(_FORMATS)} needed", path
        )
    audio = _checked(audio, path)
    sample_rate = _checked_rate(sample_rate, audio_format, path)
    try:
        # A suffix of its own: no folder of sounds ever lists a half-written file.
        with replacing(path, ".part", sync=False) as unfinished:
            _write(unfinished, audio, sample_rate, audio_format)
    except UserError as error:  # something else than a file is there
        raise AudioError(f"cannot be written: {error}", path) from None
    except (OSError, soundfile.SoundFileError) as error:
        raise AudioError(f"cannot be written ({_reason(error)})", path) from error
    return path


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return getattr(error, "error_string", str(error)).strip().rstrip(".")


class _HonestFile(io.FileIO):
    """A file that keeps the first error of writing, since libsndfile does not report them all.

    On a full disk its FLAC and OGG encoders go on and close a file that lacks its end.
    """

    failure: OSError | None = None

    def write(self, data: bytes) -> int:
        """Write all of the bytes, or note why that failed; an exception would get lost here."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[super().write(rest) :]
        except OSError as error:
            self.failure = self.failure or error
        return len(data) - len(rest)


def _write(path: Path, audio: np.ndarray, sample_rate: int, audio_format: str) -> None:
    with _HonestFile(path, "w+") as place:
        try:
            with soundfile.SoundFile(
                place,
                "w",
                samplerate=sample_rate,
                channels=audio.shape[1],
                format=audio_format,
            ) as file:
                for start in range(0, len(audio), _PIECE):
                    file.write(audio[start : start + _PIECE])
        finally:
            if place.failure:
                raise place.failure


def _checked(audio: np.ndarray, path: Path) -> np.ndarray:
    """The audio as `(n_samples, n_channels)` float32 within [-1, 1], or AudioError."""
    audio = np.asarray(audio)
    if audio.ndim == 1:
        audio = audio[:, None]  # (n_samples,) -> (n_samples, 1)
    if audio.ndim != 2 or audio.size == 0 or audio.shape[1] > 8:
        raise AudioError(
            f"an array of shape {audio.shape} given, audio of shape (n_samples,) or "
            "(n_samples, n_channels) with at least one sample needed",
            path,
        )
    if audio.dtype.kind != "f":
        raise AudioError(
            f"audio of type {audio.dtype} given, floating point between -1 and 1 needed", path
        )
    if not np.isfinite(audio).all():
        raise AudioError("the audio holds NaN or infinite values, nothing was written", path)
    share = np.mean(np.abs(audio) > 1.0)
    if share > 0:
        warnings.warn(
            f"{path.name}: {share:.2%} of the samples lie outside [-1, 1] and were clipped; "
            "standardise() brings audio to a level that fits",
            stacklevel=3,
        )
    return np.clip(audio, -1.0, 1.0).astype(np.float32)


def _checked_rate(sample_rate: int, audio_format: str, path: Path) -> int:
    if audio_format == "MP3" and sample_rate not in _MP3_RATES:
        known = ", ".join(map(str, _MP3_RATES))
        raise AudioError(f"MP3 has no rate of {sample_rate} Hz, only {known}: resample", path)
    if not 1000 <= sample_rate <= 192_000 or sample_rate != int(sample_rate):
        raise AudioError(
            f"sample rate {sample_rate} given, a whole number of Hz from 1000 to 192000 needed",
            path,
        )
    return int(sample_rate)
