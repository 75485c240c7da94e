"""When notes begin: peaks of the flux of a compressed mel spectrum."""

from functools import lru_cache

import librosa
import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from refimpl.metrics.salience import fft_size, frame, window_magnitudes

WINDOW, HOP = 0.0464, 0.0116  # seconds: 1,024 and 256 samples at 22,050 Hz
N_BANDS = 64
COMPRESSION = 0.25  # exponent: between magnitude (hears loud notes only) and dB (hears artefacts)
MIN_GAP = 0.06  # seconds between two onsets
RISE = 0.15  # how much the compressed spectrum must grow, relative to its own mean, to be an onset


@lru_cache(maxsize=8)
def _bands(sample_rate: int, n_fft: int) -> np.ndarray:
    """(n_fft // 2 + 1, n_bands) mel filters; empty ones, at small n_fft, are left out."""
    top = min(8000.0, sample_rate / 2)
    filters = librosa.filters.mel(
        sr=sample_rate, n_fft=n_fft, n_mels=N_BANDS, fmin=60.0, fmax=top, htk=True
    )
    return filters[filters.any(axis=1)].T.astype(np.float32)


def onset_flux(audio: np.ndarray, sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Spectral flux of a compressed mel spectrum: how much the spectrum grows at each moment.

    The mel power spectrum is raised to the power 1/4 before differencing. On decibels, the usual
    choice, the small changes that a phase reconstruction leaves in quiet bands count as onsets.

    Args:
        audio: (n_samples,) mono.
        sample_rate: in Hz.

    Returns:
        times: (n_frames,) seconds, and flux: (n_frames,), relative to the clip's mean level.

    Taught in lesson 7.
    """
    hop_length = max(1, round(HOP * sample_rate))
    frames = frame(audio, fft_size(WINDOW, sample_rate), hop_length)
    power = np.square(window_magnitudes(frames))
    bands = (power @ _bands(sample_rate, frames.shape[1])) ** COMPRESSION  # (n_frames, n_bands)
    lag = 2  # frames: a window takes four hops to fill, so a rise lasts longer than one of them
    before = np.concatenate([np.zeros((lag, bands.shape[1]), bands.dtype), bands[:-lag]])
    rise = np.maximum(bands - before[: len(bands)], 0).mean(axis=1)
    level = bands.mean()
    times = (np.arange(len(frames)) - lag / 2) * hop_length / sample_rate
    return np.maximum(times, 0.0), rise / level if level > 0 else rise


def detect_onsets(audio: np.ndarray, sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Times and strengths of note onsets: peaks of the flux that rise clearly above what is around.

    Args:
        audio: (n_samples,) mono; silence has no onsets.
        sample_rate: in Hz.

    Returns:
        onsets: (n_onsets,) seconds, increasing, and strengths: (n_onsets,).

    Taught in lesson 7.
    """
    times, flux = onset_flux(audio, sample_rate)
    highest = maximum_filter1d(flux, 2 * round(MIN_GAP / HOP) + 1, mode="constant")
    around = uniform_filter1d(flux, 2 * round(0.1 / HOP) + 1, mode="constant")
    peaks = np.flatnonzero((flux == highest) & (flux > around + RISE))
    if len(peaks):  # a flat top is one onset
        peaks = peaks[np.diff(peaks, prepend=-np.inf) > 1]
    return times[peaks], flux[peaks]
