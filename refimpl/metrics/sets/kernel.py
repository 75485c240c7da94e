"""Kernel distance (MMD): are sounds of two sets as near to each other as to their own?

No Gaussian is assumed, so it sees what the Fréchet distance cannot. Of two sets of the same kind it
is 0 on average, sometimes below, whatever the size of the sets.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from refimpl.metrics.sets.vectors import Set, as_pair, distances

SCALE = 100.0  # so that tables read well; the published distance is scaled as well
_FEW = 1000  # vectors that the width is taken from


def kernel_distance(generated: Set, reference: Set, *, width: float | None = None) -> float:
    """Squared maximum mean discrepancy of two sets, unbiased, with a Gaussian kernel, times 100.

    Vectors of one sound resemble each other, so only pairs of different sounds are compared.

    Args:
        generated: see `refimpl.metrics.sets.vectors`.
        reference: the same, with as many features.
        width: of the kernel; None takes the median distance between vectors of the reference.

    Returns:
        At most 200. It is 0 on average for sets of the same kind, and may be below.

    Raises:
        UserError: fewer than two sounds in a set, or vectors that do not fit.

    Source: Gretton et al. 2012, equation 3; Chung et al. 2025 (kernel audio distance, KAD).
    Taught in lesson 11.
    """
    one, two = as_pair(generated, reference)
    width = width or median_distance(two)
    return from_kernels(
        mean_kernel(one, one, width), mean_kernel(two, two, width), mean_kernel(one, two, width)
    )


def median_distance(sounds: Sequence[np.ndarray]) -> float:
    """The median distance of two vectors of a set; 1 if most are the same."""
    vectors = np.concatenate(sounds)
    vectors = vectors[:: max(1, len(vectors) // _FEW)]
    between = distances(vectors, vectors)[np.triu_indices(len(vectors), 1)]
    return float(np.median(between)) or 1.0 if len(between) else 1.0


def mean_kernel(one: Sequence[np.ndarray], two: Sequence[np.ndarray], width: float) -> np.ndarray:
    """Mean kernel of the vectors of each pair of sounds: (n_one, n_two)."""
    columns, starts = np.concatenate(two), np.cumsum([0] + [len(sound) for sound in two[:-1]])
    lengths = np.array([len(sound) for sound in two])
    rows = []
    for sound in one:
        kernel = np.exp(-np.square(distances(sound, columns)) / (2 * width**2))
        rows.append(np.add.reduceat(kernel.mean(axis=0), starts) / lengths)
    return np.stack(rows)


def from_kernels(within: np.ndarray, reference: np.ndarray, between: np.ndarray) -> float:
    """The distance from mean kernels within and between sets; see `mean_kernel`."""

    def of_different_sounds(kernel: np.ndarray) -> float:
        n = len(kernel)
        return (kernel.sum() - np.trace(kernel)) / (n * (n - 1))

    squared = of_different_sounds(within) + of_different_sounds(reference) - 2 * between.mean()
    return float(SCALE * squared)
