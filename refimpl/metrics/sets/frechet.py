"""Fréchet audio distance: how far apart two sets are, if each were a Gaussian.

It compares the means and covariances of two sets of vectors. The usual formula needs the square
root of a product of covariances, which is not symmetric, and which rounding makes complex. Here it
is a sum of singular values, which has neither problem.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refimpl.errors import UserError
from refimpl.metrics.sets.vectors import Set, as_pair, as_sounds

N_SIZES = 10  # sizes of smaller sets, for the extrapolation
SMALLEST = 0.3  # share of the sounds in the smallest of these sets


@dataclass(frozen=True)
class Gaussian:
    """The mean and covariance of a set of vectors.

    Attributes:
        mean: (n_features,).
        factor: (rank, n_features); the covariance is factor.T @ factor.
    """

    mean: np.ndarray
    factor: np.ndarray

    @classmethod
    def of(cls, vectors: np.ndarray) -> Gaussian:
        """Fit vectors (n_vectors, n_features), of which there are two or more."""
        mean = vectors.mean(axis=0)
        centred = (vectors - mean) / np.sqrt(len(vectors) - 1)
        return cls(mean, np.linalg.qr(centred, mode="r"))

    def distance(self, other: Gaussian) -> float:
        """Fréchet distance, squared as usual.

        The eigenvalues of S T, where S = A'A and T = B'B, are the squared singular values of AB'.
        So the trace of the root of S T is the sum of the singular values of AB'.
        """
        shift = np.square(self.mean - other.mean).sum()
        spread = np.square(self.factor).sum() + np.square(other.factor).sum()
        shared = np.linalg.svd(self.factor @ other.factor.T, compute_uv=False).sum()
        return float(max(0.0, shift + spread - 2 * shared))


def frechet_distance(generated: Set, reference: Set) -> float:
    """Fréchet distance of two sets of vectors, such as Fréchet audio distance (FAD).

    It is never 0 between two different sets of the same kind, and it grows as sets get smaller:
    compare sets of the same size, or use `frechet_infinity`. It sees no order in time beyond one
    window, and a set with all tunes copied from the reference has the best value.

    Args:
        generated: see `refimpl.metrics.sets.vectors`.
        reference: the same, with as many features.

    Returns:
        At least 0; its unit is the embedding's, squared.

    Raises:
        UserError: fewer than two sounds in a set, or vectors that do not fit.

    Source: Kilgour et al. 2019; Dowson and Landau 1982. Taught in lesson 11.
    """
    one, two = as_pair(generated, reference)
    return Gaussian.of(np.concatenate(one)).distance(Gaussian.of(np.concatenate(two)))


@dataclass(frozen=True)
class Extrapolated:
    """Fréchet distances of smaller sets, and where the line through them meets an infinite one.

    Attributes:
        distance: of a set of infinite size. It may fall a little below 0.
        slope: of the distance over 1 / size.
        sizes: (n_sizes,) sounds in each smaller set.
        distances: (n_sizes,).
    """

    distance: float
    slope: float
    sizes: np.ndarray
    distances: np.ndarray


def frechet_infinity(generated: Set, reference: Set, *, seed: int = 0) -> Extrapolated:
    """Extrapolate the Fréchet distance to an infinite set of generated sounds.

    The distance of a sample of N sounds exceeds the true one by nearly a constant over N. So a
    line through the distances of smaller samples, over 1 / N, meets 0 at the corrected value. Small
    samples are drawn from the set by whole sounds. The reference stays as it is, and its own bias
    with it: use a large one, and the same for all sets that you compare.

    Args:
        generated: see `refimpl.metrics.sets.vectors`; at least eight sounds.
        reference: the same, with as many features.
        seed: of the draws.

    Raises:
        UserError: fewer than eight sounds, or vectors that do not fit.

    Source: Gui et al. 2024, after Chong and Forsyth 2020. Taught in lesson 11.
    """
    as_sounds(generated, "generated", at_least=8)
    one, two = as_pair(generated, reference)
    return extrapolate(one, Gaussian.of(np.concatenate(two)), np.random.default_rng(seed))


def extrapolate(
    sounds: list[np.ndarray], reference: Gaussian, rng: np.random.Generator
) -> Extrapolated:
    """As `frechet_infinity`, for sets that were checked, against a reference that was fitted."""
    n = len(sounds)
    fewest = max(2, round(SMALLEST * n))
    if fewest >= n:
        raise UserError(f"{n} sounds are too few to extrapolate; give at least eight")
    # Evenly spaced over 1 / N, so that the small sets do not pull the line alone.
    sizes = np.unique(np.rint(1 / np.linspace(1 / fewest, 1 / n, N_SIZES)).astype(int))
    found = []
    for size in sizes:
        chosen = rng.choice(n, size, replace=False)
        vectors = np.concatenate([sounds[i] for i in chosen])
        found.append(Gaussian.of(vectors).distance(reference))
    slope, at_infinity = np.polyfit(1 / sizes, found, 1)
    return Extrapolated(float(at_infinity), float(slope), sizes, np.array(found))
