"""An initial phase for a magnitude spectrum, so that few iterations remain.

The magnitudes constrain the phase: under a Gaussian window, its slope in time follows from the
slope of the log-magnitude across frequency, and the other way round.
"""

from collections.abc import Iterator

import numpy as np

from refimpl.mel.config import MelConfig

# gamma of the Gaussian exp(-pi t^2 / gamma) that stands in for a window of length 1 (Pruša, Balazs
# and Søndergaard, 2017).
GAMMA = {"hann": 0.25645, "hamming": 0.29794, "blackman": 0.17954}
QUIETEST = 1e-6  # of the loudest bin; below it, the slope of a log-magnitude means nothing


def gradient_phase(
    magnitude: np.ndarray, config: MelConfig, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Yield phases that fit a magnitude spectrum, one frame after another. Taught in lesson 2.

    The slopes are those of Pruša, Balazs and Søndergaard, "A noniterative method for
    reconstruction of phase from STFT magnitude", 2017. They integrate the slopes from bin to
    bin in the order of loudness; here each spectral peak follows its frequency from the frame
    before, and the bins around a peak follow the peak, which is one array operation per frame
    (the idea of Beauregard, Harish and Wyse, "Single pass spectrogram inversion", 2015).

    Args:
        magnitude: (n_frames, n_bins).
        config: the mel parameters.
        rng: draws the phases before the first frame.

    Yields:
        Phases (n_bins,), radians, one array per frame.
    """
    n_frames, n_bins = magnitude.shape
    bins = np.arange(n_bins)
    spread = GAMMA[config.window] * config.window_length**2  # samples squared
    per_bin = config.hop_length * config.n_fft / (2 * spread)
    least = max(QUIETEST * float(magnitude.max(initial=0.0)), 1e-20)
    steady = 2 * np.pi * config.hop_length * bins / config.n_fft  # a sine on its bin, per frame

    def log_magnitude(frame: int) -> np.ndarray:
        return np.log(np.maximum(magnitude[min(max(frame, 0), n_frames - 1)], least))

    phase = rng.uniform(-np.pi, np.pi, n_bins)
    before, now = log_magnitude(-1), log_magnitude(0)
    for frame in range(n_frames):
        after = log_magnitude(frame + 1)
        in_time = steady.copy()
        in_time[1:-1] += per_bin * (now[2:] - now[:-2])
        in_frequency = (before - after) / (4 * per_bin)
        # Time is counted from a frame's middle, which turns every other bin by half a circle.
        across = np.cumsum(in_frequency) + np.pi * (bins % 2)
        phase = follow_peaks(phase + in_time, across, now) % (2 * np.pi)
        yield phase
        before, now = now, after


def follow_peaks(advanced: np.ndarray, across: np.ndarray, log_magnitude: np.ndarray) -> np.ndarray:
    """Keep the phase of each peak, and let the bins nearer to it than to others follow it.

    Args:
        advanced: phases carried on from the frame before, (n_bins,).
        across: phases along frequency within this frame, up to a constant, (n_bins,).
        log_magnitude: whose local maxima are the peaks, (n_bins,).

    Returns:
        Phases (n_bins,), radians.
    """
    middle = log_magnitude[1:-1]
    peaks = 1 + np.flatnonzero((middle > log_magnitude[:-2]) & (middle >= log_magnitude[2:]))
    if len(peaks) == 0:
        return advanced
    borders = np.zeros(len(advanced), int)
    borders[(peaks[1:] + peaks[:-1] + 1) // 2] = 1
    nearest = np.cumsum(borders)  # (n_bins,), which peak
    return across + (advanced - across)[peaks][nearest]
