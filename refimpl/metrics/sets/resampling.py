"""Intervals for measures of sets: how much would other tunes have given?

The usual bootstrap draws with replacement, so that a set contains some tunes twice. Measures of
sets mistake them for copies: the nearest neighbour of a tune is then itself. Here each draw takes
half of the tunes, each once. Means of half samples spread around the mean of all exactly as much as
the latter spreads around the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from refimpl.errors import UserError
from refimpl.metrics.statistics import Estimate

FEWEST = 8  # sounds, whose halves still have four


def resampled(
    measure: Callable[..., float],
    sizes: Sequence[int],
    *,
    n_resamples: int = 100,
    seed: int = 0,
) -> Estimate:
    """Return the value of a measure with its 95 % interval, by halves of the sets.

    Args:
        measure: takes an array of indices for each set, and returns a number. For the difference of
            two sets, give it both: what they share, such as the reference, is then drawn together.
        sizes: the number of sounds in each set.
        n_resamples: number of draws; 0 gives no interval.
        seed: of the draws.

    Returns:
        The value on all sounds and, as interval, 1.96 standard errors either side. With a set of
        fewer than eight sounds the interval is NaN.

    Raises:
        UserError: a set without sounds.

    Source: Shao and Wu 1989 (the jackknife that leaves out half). Taught in lesson 11.
    """
    if min(sizes, default=0) < 1:
        raise UserError(f"the sets have {list(sizes)} sounds; each needs at least one")
    value = float(measure(*(np.arange(n) for n in sizes)))
    n = min(sizes)
    if n < FEWEST or not n_resamples:
        return Estimate(value, float("nan"), float("nan"), n)
    rng = np.random.default_rng(seed)
    draws = [
        float(measure(*(np.sort(rng.choice(size, size // 2, replace=False)) for size in sizes)))
        for _ in range(n_resamples)
    ]
    spread = 1.96 * float(np.std(draws, ddof=1))
    return Estimate(value, value - spread, value + spread, n)


def told_apart(difference: Estimate) -> bool:
    """Whether a difference's whole interval is on one side of 0. Taught in lesson 11."""
    return bool(difference.low > 0 or difference.high < 0)
