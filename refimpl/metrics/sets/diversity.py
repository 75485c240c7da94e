"""Diversity: how different the sounds of one set are from each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from refimpl.errors import UserError
from refimpl.metrics.sets.vectors import Set, as_sounds, centres, distances


def diversity(vectors: Set, *, groups: Sequence | None = None) -> float:
    """Mean distance between two sounds of a set.

    No reference is needed to compute it, but one to read it: compare it with real tunes. Bad sounds
    can be more diverse than those. A model that plays one tune in twelve keys looks diverse until
    only tunes of the same key are compared, which `groups` does.

    Args:
        vectors: see `refimpl.metrics.sets.vectors`; a sound counts as the mean of its vectors.
        groups: (n_sounds,) such as the key of each. Only pairs of the same group then count.

    Returns:
        At least 0, in units of the embedding; NaN where no two sounds are of one group.

    Raises:
        UserError: fewer than two sounds, or another number of groups.

    Taught in lesson 11.
    """
    points = centres(as_sounds(vectors))
    if groups is not None and len(groups) != len(points):
        raise UserError(f"{len(groups)} groups for {len(points)} sounds; give one for each sound")
    return mean_distance(distances(points, points), groups)


def mean_distance(between: np.ndarray, groups: Sequence | None = None) -> float:
    """As `diversity`, from the distances of all pairs (n_sounds, n_sounds)."""
    pairs = ~np.eye(len(between), dtype=bool)
    if groups is not None:
        named = np.asarray(groups)
        pairs &= named[:, None] == named[None]
    return float(between[pairs].mean()) if pairs.any() else float("nan")
