"""Normalisation of mel frames: what is taken out of the bands before distances are measured."""

from typing import Literal

import numpy as np

NORMALISATIONS = ("band", "global", "none")
Normalisation = Literal["band", "global", "none"]


def make_normaliser(
    mean: np.ndarray, variance: np.ndarray, normalisation: str
) -> tuple[np.ndarray, np.ndarray]:
    """Give the mean and std, both (n_mels,) float32, that a normalisation takes out.

    Args:
        mean, variance: (n_mels,), of each band over all frames.
        normalisation: "band" (zero mean and unit variance in each band, as in the report),
            "global" (one mean and one std for all bands) or "none".

    Taught in lesson 3.
    """
    if normalisation == "none":
        return np.zeros(len(mean), np.float32), np.ones(len(mean), np.float32)
    if normalisation == "global":
        # The variance of all values: within the bands, and of the bands' means.
        variance = np.full(len(mean), variance.mean() + mean.var())
        mean = np.full(len(mean), mean.mean())
    std = np.sqrt(variance)
    # A band that never changes (an empty filter, say) has nothing to scale.
    return mean.astype(np.float32), np.where(std > 1e-4, std, 1.0).astype(np.float32)
