"""Precision and recall of a set, and density and coverage: two questions instead of one number.

Is each generated sound near a real one, and is every real one near a generated one? "Near" is a
ball around each sound that reaches to its k-th neighbour of the same set.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refimpl.errors import UserError
from refimpl.metrics.sets.vectors import Set, as_pair, centres, distances

K = 5


@dataclass(frozen=True)
class Manifold:
    """How two sets overlap.

    Attributes:
        precision: share of generated sounds in the ball of some real one.
        recall: share of real sounds in the ball of some generated one.
        density: how many real balls a generated sound is in, over k. On average 1 for sets of the
            same kind, and more where generated sounds crowd where most real ones are.
        coverage: share of real balls that have a generated sound in them.
    """

    precision: float
    recall: float
    density: float
    coverage: float


def manifold_scores(generated: Set, reference: Set, *, k: int = K) -> Manifold:
    """Measure precision and recall, density and coverage.

    One generated outlier has a ball as large as the set, and raises recall alone; one real outlier
    raises precision. Density and coverage use the balls of real sounds only, and count them.

    Args:
        generated: see `refimpl.metrics.sets.vectors`; a sound counts as the mean of its vectors.
        reference: the same, with as many features.
        k: neighbours within a ball.

    Raises:
        UserError: k or fewer sounds in a set, or vectors that do not fit.

    Source: Kynkäänniemi et al. 2019, section 2; Naeem et al. 2020, section 3. Taught in lesson 11.
    """
    if k < 1:
        raise UserError(f"k is {k}; a ball needs at least one neighbour")
    one, two = (centres(sounds) for sounds in as_pair(generated, reference, at_least=k + 1))
    return from_distances(distances(one, one), distances(two, two), distances(one, two), k=k)


def from_distances(
    within: np.ndarray, reference: np.ndarray, between: np.ndarray, *, k: int = K
) -> Manifold:
    """As `manifold_scores`, from distances within both sets and (n_generated, n_reference)."""
    generated_radii = np.partition(within, k, axis=1)[:, k]  # the nearest one is itself
    real_radii = np.partition(reference, k, axis=1)[:, k]
    in_real_ball = between <= real_radii[None]
    return Manifold(
        precision=float(in_real_ball.any(axis=1).mean()),
        recall=float((between <= generated_radii[:, None]).any(axis=0).mean()),
        density=float(in_real_ball.sum(axis=1).mean() / k),
        coverage=float(in_real_ball.any(axis=0).mean()),
    )


def expected_coverage(n_generated: int, n_reference: int, *, k: int = K) -> float:
    """Coverage that generated sounds of the same kind as the reference would have on average.

    A ball stays empty only if the first k of all other sounds, by distance, are all real.

    Source: Naeem et al. 2020. Taught in lesson 11.
    """
    if n_reference <= k or n_generated < 1 or k < 1:
        raise UserError(
            f"{n_generated} generated and {n_reference} real sounds, k {k}: there have to be more "
            "real sounds than k, and at least one generated"
        )
    i = np.arange(1, k + 1)
    return float(1 - np.prod((n_reference - i) / (n_reference + n_generated - i)))
