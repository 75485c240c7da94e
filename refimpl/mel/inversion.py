"""From mel frames back to a waveform: bands to a spectrum, then a phase for the spectrum.

Mel frames keep neither the phase nor where inside a band the energy lay. The first is found by
Griffin-Lim; the second by an update that only ever multiplies, so that it cannot diverge.
"""

import numpy as np

from refimpl.mel.analysis import db_to_level, mel_filterbank
from refimpl.mel.config import MelConfig, MelError
from refimpl.mel.stft import FrameTransform

MOMENTUM = 0.99


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


def mel_to_magnitude(mel, config: MelConfig, *, n_iter: int = 10) -> np.ndarray:
    """A magnitude spectrum whose mel frames are the given ones.

    Richardson-Lucy updates for non-negative least divergence (Lee and Seung, "Algorithms for
    non-negative matrix factorization", 2001, section 3, with the filterbank as fixed factor).

    Args:
        mel: frames (n_frames, n_mels), dB.
        config: the mel parameters.
        n_iter: updates.

    Returns:
        Magnitudes (n_frames, n_bins), float32.
    """
    target = db_to_level(check_frames(mel, config), config)  # (n_frames, n_mels)
    weights = mel_filterbank(config)  # (n_mels, n_bins)
    tiny = np.float32(1e-20)
    total = np.maximum(weights.sum(axis=0), tiny)  # (n_bins,)
    # Each filter's level as if it were spread evenly under it: the smoothest possible start.
    area = np.maximum(weights.sum(axis=1), tiny)
    energy = (target / area) @ weights / total  # (n_frames, n_bins)
    for _ in range(n_iter):
        ratio = target / np.maximum(energy @ weights.T, tiny)
        energy *= ratio @ weights / total
    return np.sqrt(energy) if config.power == 2.0 else energy


def mel_to_audio(mel, config: MelConfig, *, n_iter: int = 32, seed: int = 0) -> np.ndarray:
    """A waveform whose mel frames are close to the given ones. Taught in lesson 2.

    Fast Griffin-Lim (Perraudin, Balazs and Søndergaard, "A fast Griffin-Lim algorithm", 2013).

    Args:
        mel: frames (n_frames, n_mels), dB.
        config: the mel parameters.
        n_iter: Griffin-Lim iterations.
        seed: of the initial phase; the same seed gives the same waveform.

    Returns:
        Waveform (config.n_samples(n_frames),), float32.

    Raises:
        MelError: frames of another number of mels, or not finite.
    """
    mel = check_frames(mel, config)
    n_frames = len(mel)
    if n_frames == 0:
        return np.zeros(0, np.float32)
    magnitude = mel_to_magnitude(mel, config)  # (n_frames, n_bins)
    transform = FrameTransform(config, n_frames, config.n_samples(n_frames))

    rng = np.random.default_rng(seed)
    turns = rng.random(magnitude.shape, dtype=np.float32)
    estimate = magnitude * np.exp(2j * np.pi * turns).astype(np.complex64)
    previous = np.zeros_like(estimate)
    for _ in range(n_iter):
        spectrum = transform.forward(transform.inverse(estimate))
        # Going on in the direction of the last step saves many steps.
        step = spectrum - np.float32(MOMENTUM / (1 + MOMENTUM)) * previous
        previous = spectrum
        estimate = step * (magnitude / np.maximum(np.abs(step), np.float32(1e-12)))
    return transform.inverse(estimate)
