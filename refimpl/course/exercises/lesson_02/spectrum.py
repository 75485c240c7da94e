"""Exercise 2.1: the magnitude spectrum of one frame, without a Fourier transform at hand."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def spectrum(frame: np.ndarray, window: np.ndarray) -> np.ndarray:
    """Magnitudes of a windowed frame's bins, from 0 to half the sample rate."""
    return np.abs(_two_sided(frame * window))[: len(frame) // 2 + 1]


def _two_sided(frame: np.ndarray) -> np.ndarray:
    """The discrete Fourier transform by its definition, (n_fft,) complex."""
    n = np.arange(len(frame))
    return np.exp(-2j * np.pi * np.outer(n, n) / len(frame)) @ frame


def _frame_and_window(rng: np.random.Generator) -> Inputs:
    # No power of two, and no symmetric window: neither is promised.
    n_fft = 2 * int(rng.integers(9, 20))
    return {"frame": rng.normal(0.1, 0.4, size=n_fft), "window": rng.uniform(0.2, 0.9, size=n_fft)}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    n_fft = 2 * int(rng.integers(9, 20))
    window = rng.uniform(0.2, 0.9, size=n_fft)
    frame = rng.normal(0.1, 0.4, size=n_fft)
    return {
        "the shortest frame, of two samples": {"frame": frame[:2], "window": window[:2]},
        "silence": {"frame": np.zeros(n_fft), "window": window},
        "a window of ones": {"frame": frame, "window": np.ones(n_fft)},
        "a frame that is the same everywhere, so that all is in bin 0": {
            "frame": np.full(n_fft, 0.3),
            "window": np.ones(n_fft),
        },
        "a frame that alternates, so that all is in the last bin": {
            "frame": 0.3 * (-1.0) ** np.arange(n_fft),
            "window": np.ones(n_fft),
        },
        "a frame of 256 samples": {
            "frame": rng.normal(size=256),
            "window": np.hanning(256),
        },
        "samples that are integers": {"frame": rng.integers(-9, 9, size=n_fft), "window": window},
        "samples of type float32": {"frame": frame.astype(np.float32), "window": window},
    }


def _no_window(frame: np.ndarray, window: np.ndarray) -> np.ndarray:
    return spectrum(frame, np.ones_like(window))


def _power(frame: np.ndarray, window: np.ndarray) -> np.ndarray:
    return spectrum(frame, window) ** 2


def _cosines_only(frame: np.ndarray, window: np.ndarray) -> np.ndarray:
    return np.abs(_two_sided(frame * window).real)[: len(frame) // 2 + 1]


def _sines_only(frame: np.ndarray, window: np.ndarray) -> np.ndarray:
    return np.abs(_two_sided(frame * window).imag)[: len(frame) // 2 + 1]


def _sum_of_both(frame: np.ndarray, window: np.ndarray) -> np.ndarray:
    return _cosines_only(frame, window) + _sines_only(frame, window)


def _mirrored(frame: np.ndarray, window: np.ndarray) -> np.ndarray:
    return np.abs(_two_sided(frame * window))


def _one_bin_short(frame: np.ndarray, window: np.ndarray) -> np.ndarray:
    return spectrum(frame, window)[:-1]


def _mean_instead_of_sum(frame: np.ndarray, window: np.ndarray) -> np.ndarray:
    return spectrum(frame, window) / len(frame)


def _complex(frame: np.ndarray, window: np.ndarray) -> np.ndarray:
    return _two_sided(frame * window)[: len(frame) // 2 + 1]


def _one_sided_amplitudes(frame: np.ndarray, window: np.ndarray) -> np.ndarray:
    return 2 * spectrum(frame, window)


def _half_the_speed(frame: np.ndarray, window: np.ndarray) -> np.ndarray:
    padded = np.concatenate([frame * window, np.zeros_like(frame)])
    return np.abs(_two_sided(padded))[: len(frame) // 2 + 1]


EXERCISE = Exercise(
    id="2.1",
    title="The spectrum of a frame",
    function="spectrum",
    points=4,
    minutes=20,
    difficulty=3,
    inputs=_frame_and_window,
    edges=_edges,
    reference=spectrum,
    misconceptions={
        _no_window: "multiply the frame by the window first",
        _power: "these are powers: a magnitude is not squared",
        _cosines_only: "cosines alone miss a wave that starts at another phase: take sines too",
        _sines_only: "sines alone miss a wave that starts at another phase: take cosines too",
        _sum_of_both: "cosine and sine are at right angles: sqrt(c**2 + s**2), not c + s",
        _mirrored: "above n_fft // 2 the magnitudes repeat in reverse: stop there",
        _one_bin_short: "bin n_fft // 2, at half the sample rate, is the last one",
        _mean_instead_of_sum: "take the sum over the samples, not the mean",
        _complex: "take the absolute value of the complex numbers",
        _one_sided_amplitudes: "do not double the magnitudes: the definition has no factor 2",
        _half_the_speed: "bin k makes k turns in the frame: the angle is 2 pi k n / n_fft",
    },
    forbidden=(
        "numpy.fft.fft",
        "numpy.fft.rfft",
        "numpy.fft.hfft",
        "numpy.fft.ifft",
        "scipy.fft.fft",
        "scipy.fft.rfft",
        "scipy.linalg.dft",
        "torch.fft.fft",
        "torch.fft.rfft",
        "librosa.stft",
    ),
)
