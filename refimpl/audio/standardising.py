"""Standardise sounds: one channel, one sample rate, one length, one level."""

from __future__ import annotations

from typing import Literal

import numpy as np
import soxr

from refimpl.audio.errors import AudioError

# One step of 16-bit audio, 90 dB below full scale. A sound that never rises above it counts as
# silence: amplified to full level, it would be nothing but rounding noise.
SILENCE_PEAK = 2.0**-15

PEAK_LEVEL = 0.95  # below 1, since an MP3 or OGG decoder overshoots by a few per cent
RMS_LEVEL = 0.1  # 20 dB below full scale, a usual level for speech and music

MIN_SAMPLE_RATE, MAX_SAMPLE_RATE = 1_000, 768_000  # Hz


def check_sample_rate(sample_rate: int) -> int:
    """Return the sample rate as an int, or raise AudioError if it is out of range."""
    if not MIN_SAMPLE_RATE <= sample_rate <= MAX_SAMPLE_RATE or sample_rate != int(sample_rate):
        raise AudioError(
            f"sample rate {sample_rate} given, a whole number of Hz from {MIN_SAMPLE_RATE:,} to "
            f"{MAX_SAMPLE_RATE:,} needed, such as 22050"
        )
    return int(sample_rate)


def to_mono(audio: np.ndarray) -> np.ndarray:
    """Mix all channels down to their mean, which cannot clip.

    Args:
        audio: `(n_samples,)` or `(n_samples, n_channels)`, floating point.
    Returns:
        `(n_samples,)` float32.
    Raises:
        AudioError: the array has a wrong shape, or holds integers or values that are not finite.

    Taught in lesson 1.
    """
    audio = np.asarray(audio)
    if audio.ndim not in (1, 2) or audio.size == 0:
        raise AudioError(
            f"an array of shape {audio.shape} given, audio of shape (n_samples,) or "
            "(n_samples, n_channels) with at least one sample needed"
        )
    if audio.dtype.kind != "f":
        raise AudioError(
            f"audio of type {audio.dtype} given, floating point between -1 and 1 needed: "
            "divide 16-bit integers by 32768"
        )
    if audio.ndim == 2:
        audio = audio.mean(axis=1)  # (n_samples, n_channels) -> (n_samples,)
    if not np.isfinite(audio).all():
        raise AudioError("the audio holds NaN or infinite values: find where they come from")
    return audio.astype(np.float32, copy=False)


def is_silent(audio: np.ndarray) -> bool:
    """Whether no sample rises above -90 dB, one step of 16-bit audio. Taught in lesson 1."""
    return audio.size == 0 or bool(max(audio.max(), -audio.min()) <= SILENCE_PEAK)


def resample(audio: np.ndarray, from_rate: int, to_rate: int) -> np.ndarray:
    """Change the sample rate, keeping duration and pitch.

    Args:
        audio: `(n_samples,)` at `from_rate` Hz.
        from_rate, to_rate: sample rates in Hz.
    Returns:
        `(round(n_samples * to_rate / from_rate),)` float32, band-limited below half the lower rate.
    Source: Smith, "Digital Audio Resampling Home Page" (CCRMA, 2002), on band-limited
        interpolation; computed by the SoX resampler.

    Taught in lesson 1.
    """
    from_rate, to_rate = check_sample_rate(from_rate), check_sample_rate(to_rate)
    audio = to_mono(audio)
    if from_rate == to_rate:
        return audio
    resampled = soxr.resample(audio, from_rate, to_rate)
    if len(resampled) == 0:
        raise AudioError(
            f"audio of {len(audio)} samples at {from_rate} Hz has none at {to_rate} Hz: "
            "longer audio or a higher rate needed"
        )
    return resampled


def standardise(
    audio: np.ndarray,
    sample_rate: int,
    *,
    from_rate: int | None = None,
    duration: float | None = None,
    normalise: Literal["peak", "rms"] | None = "peak",
    level: float | None = None,
) -> np.ndarray:
    """Convert audio to one channel, one sample rate, one duration and one level.

    Args:
        audio: `(n_samples,)` or `(n_samples, n_channels)`, floating point.
        sample_rate: the rate of the result in Hz.
        from_rate: the rate of `audio` in Hz; the same as `sample_rate` if not given.
        duration: seconds of the result: longer audio is cut, shorter is padded with silence.
        normalise: "peak" scales the largest sample to `level` (default 0.95); "rms" scales the root
            mean square to `level` (default 0.1), or less where a sample would leave [-1, 1];
            None keeps the level.
        level: see `normalise`.
    Returns:
        `(n_samples,)` float32. Silence stays silence.
    Raises:
        AudioError: the audio, a rate, the duration, a name or the level is invalid.

    Taught in lesson 1.
    """
    sample_rate = check_sample_rate(sample_rate)
    audio = resample(audio, from_rate or sample_rate, sample_rate)
    n_samples = len(audio) if duration is None else seconds_to_samples(duration, sample_rate)
    # The level refers to the audible part: after the cut, and before any silence is added.
    audio = set_level(audio[:n_samples], normalise, level)
    return pad_to(audio, n_samples)


def seconds_to_samples(seconds: float, sample_rate: int) -> int:
    """Return the nearest number of samples, at least 1; AudioError unless `seconds` is above 0."""
    if not 0 < seconds < float("inf"):
        raise AudioError(f"a duration of {seconds} s given, more than 0 s needed")
    return max(1, round(seconds * sample_rate))


def pad_to(audio: np.ndarray, n_samples: int) -> np.ndarray:
    """Add silence at the end: `(at most n_samples,)` -> `(n_samples,)`."""
    return np.pad(audio, (0, n_samples - len(audio)))


def set_level(
    audio: np.ndarray, normalise: Literal["peak", "rms"] | None, level: float | None = None
) -> np.ndarray:
    """Scale `(n_samples,)` as `standardise` says; silence and `normalise=None` change nothing."""
    if normalise not in ("peak", "rms", None):
        raise AudioError(f'normalise={normalise!r} given, "peak", "rms" or None needed')
    level = {"peak": PEAK_LEVEL, "rms": RMS_LEVEL}.get(normalise, 1.0) if level is None else level
    if not 0 < level <= 1:
        raise AudioError(f"a level of {level} given, more than 0 and at most 1 needed")
    if normalise is None or is_silent(audio):
        return audio
    wide = audio.astype(np.float64)  # squares of large or tiny float32 values would overflow
    peak = np.abs(wide).max()
    if normalise == "peak":
        gain = level / peak
    else:
        gain = min(level / np.sqrt(np.mean(wide**2)), 1.0 / peak)
    return (wide * gain).clip(-1.0, 1.0).astype(np.float32)  # the clip: 1/peak may round up
