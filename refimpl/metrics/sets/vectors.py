"""Sets of sounds as vectors, and what every measure of sets checks first.

An embedding turns each sound into one vector or more, such as one for each window. A set is then a
list with an array `(n_windows, n_features)` for each sound. Where a sound has one vector, a set may
also be given as one array `(n_sounds, n_features)`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from refimpl.errors import UserError

Set = np.ndarray | Sequence[np.ndarray]


def as_sounds(vectors: Set, name: str = "vectors", *, at_least: int = 2) -> list[np.ndarray]:
    """Check a set.

    Args:
        vectors: (n_sounds, n_features), or one (n_windows, n_features) for each sound.
        name: of the set, for messages.
        at_least: the fewest sounds that make sense.

    Returns:
        One (n_windows, n_features) float64 for each sound.

    Raises:
        UserError: other shapes, NaN, too few sounds, or a sound without a vector.
    """
    sounds = [np.atleast_2d(np.asarray(one, dtype=np.float64)) for one in vectors]
    if len(sounds) < at_least:
        raise UserError(f"{name}: {len(sounds)} sounds given; at least {at_least} are needed")
    shapes = {one.shape[1:] for one in sounds}
    if len(shapes) != 1 or any(one.ndim != 2 or not one.size for one in sounds):
        found = ", ".join(sorted({str(one.shape) for one in sounds})[:3])
        raise UserError(
            f"{name}: shapes {found}; give every sound vectors (n_windows, n_features), as many "
            "features as the others and at least one window"
        )
    if not all(np.isfinite(one).all() for one in sounds):
        raise UserError(f"{name}: some numbers are NaN or infinite; leave out those sounds")
    return sounds


def as_pair(
    generated: Set, reference: Set, *, at_least: int = 2
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Check two sets, which need as many features.

    Raises:
        UserError: see `as_sounds`; or the numbers of features differ.
    """
    one = as_sounds(generated, "generated", at_least=at_least)
    two = as_sounds(reference, "reference", at_least=at_least)
    n, m = one[0].shape[1], two[0].shape[1]
    if n != m:
        raise UserError(f"generated has {n} features and reference {m}; use the same embedding")
    return one, two


def centres(sounds: Sequence[np.ndarray]) -> np.ndarray:
    """The mean vector of each sound: (n_sounds, n_features)."""
    return np.stack([np.mean(np.atleast_2d(one), axis=0) for one in sounds])


def distances(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Euclidean distances of all pairs of rows: (n_one, n_two)."""
    squares = (one**2).sum(axis=1)[:, None] + (two**2).sum(axis=1)[None] - 2 * one @ two.T
    return np.sqrt(np.maximum(squares, 0))
