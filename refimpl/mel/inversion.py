"""From mel frames back to a waveform: a first spectrum, then a waveform that has these frames.

Mel frames keep neither the phase nor where inside a band the energy lay. Griffin-Lim looks for the
first and leaves the second as it was guessed. The default here lets go of the guess: between two
transforms, it only asks of a spectrum that its *mel bands* be the given ones.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np

from refimpl.mel.analysis import db_to_level
from refimpl.mel.config import MelConfig, MelError
from refimpl.mel.filters import FilterInverse
from refimpl.mel.phase import gradient_phase
from refimpl.mel.stft import FrameTransform

METHODS = ("mel-consistent", "griffin-lim")
N_UPDATES = 20  # of the first spectrum
MAX_WORKERS = 4
# Found by trial on notes, music and speech. Without momentum at the end, the waveform settles.
MOMENTUM, N_SETTLING = 0.95, 4
CLASSIC_MOMENTUM = 0.99
QUIET = np.float32(1e-12)


def check_frames(mel, config: MelConfig) -> np.ndarray:
    """The frames as (n_frames, n_mels) float32, or an error that says what they are instead."""
    mel = np.asarray(mel)
    if mel.ndim != 2 or mel.shape[1] != config.n_mels:
        raise MelError(
            f"mel frames have shape {mel.shape}, but the configuration needs "
            f"(n_frames, {config.n_mels}): one row a frame, one column a mel band"
        )
    if mel.dtype.kind not in "fiu" or not np.isfinite(mel).all():
        raise MelError("mel frames must be finite numbers in dB, but some are NaN or infinite")
    return mel.astype(np.float32, copy=False)


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

    It needs about 8 * n_frames * n_bins bytes of memory, twice that for "griffin-lim".

    Args:
        mel: frames (n_frames, n_mels), dB.
        config: the mel parameters.
        n_iter: iterations, each a transform forth and back; 0 takes the first spectrum as it is.
        seed: of the first phases; the same seed gives the same waveform.
        method: "mel-consistent" or "griffin-lim".
        workers: threads; None means one a core, at most four. The waveform is the same for all.

    Returns:
        Waveform (config.n_samples(n_frames),), float32.

    Raises:
        MelError: frames of another number of mels or not finite, or a method of another name.
    """
    if method not in METHODS:
        raise MelError(f"method is {method!r}, but must be one of {', '.join(METHODS)}")
    mel = check_frames(mel, config)
    n_frames = len(mel)
    if n_frames == 0:
        return np.zeros(0, np.float32)
    target = db_to_level(mel, config)  # (n_frames, n_mels)
    inverse = FilterInverse(config)
    workers = min(MAX_WORKERS, os.cpu_count() or 1) if workers is None else workers
    transform = FrameTransform(config, n_frames, config.n_samples(n_frames), workers=workers)
    rng = np.random.default_rng(seed)

    magnitude = inverse.magnitude(target, N_UPDATES)  # (n_frames, n_bins)
    if method == "griffin-lim":
        phases = (rng.uniform(-np.pi, np.pi, config.n_bins) for _ in range(n_frames))
    else:
        phases = gradient_phase(magnitude, config, rng)
    estimate = to_complex(magnitude, phases)

    def keep_magnitude(spectrum: np.ndarray, block: slice) -> np.ndarray:
        return spectrum * (magnitude[block] / np.maximum(np.abs(spectrum), QUIET))

    def keep_mel(spectrum: np.ndarray, block: slice) -> np.ndarray:
        energy = np.abs(spectrum) ** config.power
        return spectrum * inverse.correction(energy, target[block]) ** inverse.exponent

    transform.rebuild(lambda block: estimate[block])
    if method == "griffin-lim":
        alternate(transform, keep_magnitude, estimate, [CLASSIC_MOMENTUM] * n_iter)
    else:
        n_settling = min(N_SETTLING, n_iter // 4)
        momentum = [MOMENTUM] * (n_iter - n_settling) + [0.0] * n_settling
        alternate(transform, keep_mel, estimate, momentum)
    return transform.waveform()


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
    previous: np.ndarray,
    momentum: Sequence[float],
) -> None:
    """Go to and fro between spectra that some waveform has and spectra that are asked for.

    Args:
        transform: holds the waveform, and ends with the one that was found.
        project: makes of a block's spectrum (size, n_bins) the nearest that is asked for.
        previous: room for a spectrum (n_frames, n_bins).
        momentum: for each iteration, how far to go on in the direction of the last step.
    """

    def next_spectrum(block: slice, ahead: float) -> np.ndarray:
        spectrum = transform.forward(block)
        step = spectrum + np.float32(ahead) * (spectrum - previous[block])
        previous[block] = spectrum
        return project(step, block)

    for i, ahead in enumerate(momentum):
        # Before the first iteration there was no step.
        transform.rebuild(partial(next_spectrum, ahead=ahead if i > 0 else 0.0))
