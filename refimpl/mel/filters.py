"""Mel bands back to frequency bins: which spectrum could have been under the filters?

There are fewer bands than bins, so many spectra fit. Each update multiplies every bin by the factor
by which its bands are still too quiet. Multiplication alone keeps the energy non-negative, and it
cannot diverge, unlike a least-squares solver.
"""

import numpy as np
from scipy.sparse import csr_array

from refimpl.mel.analysis import check_frames, db_to_level, mel_filterbank
from refimpl.mel.config import MelConfig

TINY = np.float32(1e-20)


class FilterInverse:
    """Fits spectra to mel levels. Taught in lesson 2.

    The update is that of Lee and Seung, "Algorithms for non-negative matrix factorization",
    2001, theorem 2, with the filterbank as the fixed factor: of all spectra it seeks those whose
    mel levels diverge least from the given ones, and it weighs errors in ratios, as ears do.
    """

    def __init__(self, config: MelConfig):
        weights = mel_filterbank(config)  # (n_mels, n_bins)
        self.area = np.maximum(weights.sum(axis=1), TINY)  # (n_mels,)
        self.exponent = 1 / config.power
        # Two filters at most lie over a bin: nearly all of the weights are zero, and skipped.
        self.filters = csr_array(weights)
        # Weights with which the bands over a bin average: they sum to 1 wherever there is a band.
        self.shares = csr_array((weights / np.maximum(weights.sum(axis=0), TINY)).T)

    def correction(self, energy: np.ndarray, target: np.ndarray) -> np.ndarray:
        """Return the factors that move the levels of energy (n_frames, n_bins) to the target."""
        ratio = target.T / np.maximum(self.filters @ energy.T, TINY)  # (n_mels, n_frames)
        # A band that the spectrum has not reached yet would otherwise ask for an infinite gain.
        return (self.shares @ np.minimum(ratio, np.float32(1e6))).T

    def magnitude(self, target: np.ndarray, n_updates: int) -> np.ndarray:
        """Magnitudes (n_frames, n_bins) whose mel levels are near the target (n_frames, n_mels)."""
        # The start spreads each level evenly under its filter: the smoothest spectrum that fits.
        energy = (self.shares @ (target / self.area).T).T
        for _ in range(n_updates):
            energy *= self.correction(energy, target)
        return energy**self.exponent


def mel_to_magnitude(mel: np.ndarray, config: MelConfig, *, n_updates: int = 20) -> np.ndarray:
    """A magnitude spectrum whose mel frames are near the given ones. Taught in lesson 2.

    Args:
        mel: frames (n_frames, n_mels), dB.
        config: the mel parameters.
        n_updates: multiplicative updates; more sharpen the spectrum.

    Returns:
        Magnitudes (n_frames, n_bins), float32.

    Raises:
        MelError: frames of another number of mels or not finite.
    """
    target = db_to_level(check_frames(mel, config), config)
    return np.ascontiguousarray(FilterInverse(config).magnitude(target, n_updates))
