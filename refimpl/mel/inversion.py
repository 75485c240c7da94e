"""From mel frames back to a waveform: a first spectrum, then a waveform that has these frames.

Mel frames keep neither the phase nor where inside a band the energy lay. Griffin-Lim looks for the
first and leaves the second as it was guessed. The default here lets go of the guess: between two
transforms, it only asks of a spectrum that its *mel bands* be the given ones.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from multiprocessing import parent_process

import numpy as np

from refimpl.mel.analysis import check_frames, db_to_level
from refimpl.mel.config import MelConfig, MelError
from refimpl.mel.filters import FilterInverse
from refimpl.mel.phase import gradient_phase
from refimpl.mel.stft import FrameTransform

METHODS = ("mel-consistent", "griffin-lim")
MAX_WORKERS = 4
# Found by trial on notes, music and speech.
N_UPDATES = 20  # of the first spectrum
MOMENTUM, N_SETTLING = 0.95, 4
CLASSIC_MOMENTUM = 0.99
LEAST_OVERLAP = 5  # frames over each sample


def mel_to_audio(
    mel,
    config: MelConfig,
    *,
    n_iter: int = 32,
    seed: int = 0,
    method: str = "mel-consistent",
    workers: int | None = None,
) -> np.ndarray:
    """A waveform whose mel frames are close to the given ones. Taught in lesson 2.

    "griffin-lim" is the classic, with the momentum of Perraudin, Balazs and Søndergaard, "A fast
    Griffin-Lim algorithm", 2013: magnitudes are found once and kept, the phase starts at random.
    "mel-consistent" starts from `gradient_phase` and keeps the mel levels, not the magnitudes
    (the idea of Masuyama, Ueno and Ono, "Signal reconstruction from mel-spectrogram based on
    bi-level consistency of full-band magnitude and phase", 2023, with a simpler update).

    Args:
        mel: frames (n_frames, n_mels), dB.
        config: the mel parameters.
        n_iter: iterations, each a transform forth and back; 0 takes the first spectrum as it is.
        seed: of the first phases; the same seed gives the same waveform.
        method: "mel-consistent" or "griffin-lim".
        workers: threads; None means one per core, at most four, or a single one where this process
            is itself one of several workers. The waveform does not depend on it.

    Returns:
        Waveform (config.n_samples(n_frames),), float32.

    Raises:
        MelError: frames of another number of mels or not finite, or a method of another name.
    """
    if method not in METHODS:
        raise MelError(f"method is {method!r}, but must be one of {', '.join(METHODS)}")
    if n_iter < 0:
        raise MelError(f"n_iter is {n_iter}, but must be at least 0")
    mel = check_frames(mel, config)
    if len(mel) == 0:
        return np.zeros(0, np.float32)
    if workers is None:
        workers = 1 if parent_process() else min(MAX_WORKERS, os.cpu_count() or 1)
    invert = mel_consistent if method == "mel-consistent" else griffin_lim
    return invert(
        db_to_level(mel, config), config, n_iter=n_iter, seed=seed, workers=max(1, workers)
    )


def griffin_lim(
    target: np.ndarray, config: MelConfig, *, n_iter: int, seed: int, workers: int
) -> np.ndarray:
    """Keep the first magnitudes, starting from a random phase; see `mel_to_audio`.

    Args:
        target: mel levels, not dB, (n_frames, n_mels).
    """
    n_frames = len(target)
    rng = np.random.default_rng(seed)
    transform = FrameTransform(config, n_frames, config.n_samples(n_frames), workers=workers)
    magnitude = first_magnitude(transform, FilterInverse(config), target)
    estimate = to_complex(
        magnitude, (rng.uniform(-np.pi, np.pi, config.n_bins) for _ in range(n_frames))
    )

    def keep_magnitude(spectrum: np.ndarray, block: slice) -> np.ndarray:
        return spectrum * (magnitude[block] / np.maximum(np.abs(spectrum), np.float32(1e-12)))

    transform.rebuild(lambda block: estimate[block])
    alternate(transform, keep_magnitude, n_iter, CLASSIC_MOMENTUM, previous=estimate)
    return transform.waveform()


def mel_consistent(
    target: np.ndarray, config: MelConfig, *, n_iter: int, seed: int, workers: int
) -> np.ndarray:
    """Keep the mel levels, starting from the phase gradient; see `mel_to_audio`.

    Args:
        target: mel levels, not dB, (n_frames, n_mels).
    """
    n_frames, n_samples = len(target), config.n_samples(len(target))
    inverse = FilterInverse(config)

    def keep_mel(target: np.ndarray):
        def project(spectrum: np.ndarray, block: slice) -> np.ndarray:
            energy = np.abs(spectrum) ** config.power
            return spectrum * inverse.correction(energy, target[block]) ** inverse.exponent

        return project

    # If frames overlap many times over, every second or third holds nearly the same information.
    stride = max(1, config.window_length // (LEAST_OVERLAP * config.hop_length))
    sparse, some = replace(config, hop_length=stride * config.hop_length), target[::stride]
    transform = FrameTransform(sparse, len(some), n_samples, workers=workers)
    magnitude = first_magnitude(transform, inverse, some)
    phases = gradient_phase(magnitude, sparse, np.random.default_rng(seed))
    estimate = to_complex(magnitude, phases)
    del magnitude  # frees memory for a long clip
    transform.rebuild(lambda block: estimate[block])
    n_settling = min(N_SETTLING, n_iter // 4)
    alternate(transform, keep_mel(some), n_iter - n_settling, MOMENTUM, previous=estimate)

    # The waveform settles without momentum, and on all frames.
    if stride > 1:
        audio = transform.waveform()
        transform = FrameTransform(config, n_frames, n_samples, workers=workers)
        transform.set_waveform(audio)
    alternate(transform, keep_mel(target), n_settling)
    return transform.waveform()


def first_magnitude(
    transform: FrameTransform, inverse: FilterInverse, target: np.ndarray
) -> np.ndarray:
    """Magnitudes (n_frames, n_bins) that fit the levels (n_frames, n_mels), block by block."""
    magnitude = np.empty((len(target), len(transform.window) // 2 + 1), np.float32)

    def fit(block: slice) -> None:
        magnitude[block] = inverse.magnitude(target[block], N_UPDATES)

    list(transform.over_blocks(fit))
    return magnitude


def to_complex(magnitude: np.ndarray, phases: Iterable[np.ndarray]) -> np.ndarray:
    """Magnitudes (n_frames, n_bins) and the phases of each frame in turn, as complex64."""
    spectrum = np.empty(magnitude.shape, np.complex64)
    for frame, phase in enumerate(phases):
        phase = phase.astype(np.float32)
        spectrum.real[frame] = magnitude[frame] * np.cos(phase)
        spectrum.imag[frame] = magnitude[frame] * np.sin(phase)
    return spectrum


def alternate(
    transform: FrameTransform,
    project: Callable[[np.ndarray, slice], np.ndarray],
    n_iter: int,
    momentum: float = 0.0,
    *,
    previous: np.ndarray | None = None,
) -> None:
    """Alternate between consistent spectra (those of a waveform) and spectra with target levels.

    Args:
        transform: holds the waveform; at the end, the result.
        project: maps a block's spectrum (size, n_bins) to the nearest one with the target levels.
        n_iter: number of iterations.
        momentum: extrapolation along the last step; 0 for none.
        previous: buffer for a spectrum (n_frames, n_bins), needed for momentum only; overwritten.
    """

    def first_step(block: slice) -> np.ndarray:
        spectrum = transform.forward(block)
        if momentum:
            previous[block] = spectrum
        return project(spectrum, block)

    def next_step(block: slice) -> np.ndarray:
        spectrum = transform.forward(block)
        if not momentum:
            return project(spectrum, block)
        ahead = spectrum + np.float32(momentum) * (spectrum - previous[block])
        previous[block] = spectrum
        return project(ahead, block)

    for i in range(n_iter):
        transform.rebuild(next_step if i > 0 else first_step)
