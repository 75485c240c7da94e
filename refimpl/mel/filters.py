"""Mel bands back to frequency bins: which spectrum could have been under the filters?

There are fewer bands than bins, so many spectra fit. Each update here multiplies every bin by how
much too quiet its bands still are. What is only ever multiplied stays non-negative and cannot
diverge, unlike a least-squares solver.
"""

import numpy as np

from refimpl.mel.analysis import db_to_level, mel_filterbank
from refimpl.mel.config import MelConfig

TINY = np.float32(1e-20)
BINS_AT_ONCE = 128


class BandedMatrix:
    """The filterbank as a product that skips its zeros.

    A bin lies under two filters at most, so that nearly all of the (n_mels, n_bins) weights are
    zero; a slice of neighbouring bins needs only the few filters over it.
    """

    def __init__(self, weights: np.ndarray):
        self.n_mels, self.n_bins = weights.shape
        self.slices = []
        for start in range(0, self.n_bins, BINS_AT_ONCE):
            bins = slice(start, min(start + BINS_AT_ONCE, self.n_bins))
            used = np.flatnonzero(weights[:, bins].any(axis=1))
            mels = slice(used[0], used[-1] + 1) if len(used) else slice(0, 0)
            self.slices.append((bins, mels, np.ascontiguousarray(weights[mels, bins])))

    def to_mels(self, energy: np.ndarray) -> np.ndarray:
        """Energy in bins (n_frames, n_bins) to levels in bands (n_frames, n_mels)."""
        levels = np.zeros((len(energy), self.n_mels), np.float32)
        for bins, mels, weights in self.slices:
            levels[:, mels] += energy[:, bins] @ weights.T
        return levels

    def to_bins(self, levels: np.ndarray) -> np.ndarray:
        """Levels in bands (n_frames, n_mels), spread over bins (n_frames, n_bins)."""
        energy = np.empty((len(levels), self.n_bins), np.float32)
        for bins, mels, weights in self.slices:
            np.matmul(levels[:, mels], weights, out=energy[:, bins])
        return energy


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
        self.filters = BandedMatrix(weights)
        # Weights with which the bands over a bin average: they sum to 1 wherever there is a band.
        self.shares = BandedMatrix(weights / np.maximum(weights.sum(axis=0), TINY))

    def correction(self, energy: np.ndarray, target: np.ndarray) -> np.ndarray:
        """What to multiply energy (n_frames, n_bins) by, so that its levels come to the target."""
        ratio = target / np.maximum(self.filters.to_mels(energy), TINY)
        # A band that the spectrum has not reached yet would otherwise ask for an infinite gain.
        return self.shares.to_bins(np.minimum(ratio, np.float32(1e6)))

    def magnitude(self, target: np.ndarray, n_updates: int) -> np.ndarray:
        """Magnitudes (n_frames, n_bins) whose mel levels are near the target (n_frames, n_mels)."""
        # The start spreads each level evenly under its filter: the smoothest spectrum that fits.
        energy = self.shares.to_bins(target / self.area)
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
    """
    return FilterInverse(config).magnitude(db_to_level(mel, config), n_updates)
