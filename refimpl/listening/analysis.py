"""What listeners' answers say: means with intervals, systems told apart, and listeners needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ceil, log2, pi

import numpy as np

LEVEL = 0.05  # how often systems that are alike may be told apart, over all pairs together
POWER = 0.8  # how often systems that differ should be told apart
EFFICIENCY = 3 / pi  # of the signed-rank test beside the t-test, on normal differences


@dataclass(frozen=True)
class Mean:
    """The mean over listeners and its 95 % interval, by Student's t; NaN where there is none.

    Attributes:
        mean: over the listeners' own means.
        low, high: the interval; infinite for a single listener.
        n: listeners.
    """

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Comparison:
    """Two systems, compared by the same listeners.

    Attributes:
        first, second: their names.
        difference: of the first from the second, its mean and interval.
        p: of the signed-rank test, two-sided.
        p_corrected: the same, corrected for the number of pairs.
        needed: listeners needed to tell the two apart four times out of five, if the difference
            and its spread are what these listeners showed; None where they showed none.
    """

    first: str
    second: str
    difference: Mean
    p: float
    p_corrected: float
    needed: int | None

    @property
    def is_told_apart(self) -> bool:
        """Whether the corrected test tells the two apart."""
        return self.p_corrected < LEVEL


def mean_of(values: np.ndarray) -> Mean:
    """Mean and 95 % interval of `(n_listeners,)`; NaN values are left out.

    Source: ITU-R BS.1534-3, section 9.
    """
    from scipy.stats import t

    values = values[np.isfinite(values)]
    n = len(values)
    if n == 0:
        return Mean(np.nan, np.nan, np.nan, 0)
    mean = float(values.mean())
    if n == 1:
        return Mean(mean, -np.inf, np.inf, 1)
    half = float(t.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n))
    return Mean(mean, mean - half, mean + half, n)


def means_of(scores: np.ndarray, systems: Sequence[str]) -> dict[str, Mean]:
    """The mean of each system over listeners, from `(n_listeners, n_systems)`."""
    return {system: mean_of(scores[:, i]) for i, system in enumerate(systems)}


def compare_systems(
    differences: np.ndarray, systems: Sequence[str], compared: Sequence[str]
) -> list[Comparison]:
    """Compare each two systems by the Wilcoxon signed-rank test, corrected after Holm.

    Args:
        differences: `(n_listeners, n_systems, n_systems)`, of each two systems by each listener;
            NaN where a listener did not rate both.
        systems: their names.
        compared: those to compare; each pair is one test.
    Returns:
        One comparison for each pair, the surest first.
    Source: Wilcoxon 1945; Holm 1979.
    """
    place = {system: i for i, system in enumerate(systems)}
    pairs = list(combinations(compared, 2))
    values = [differences[:, place[a], place[b]] for a, b in pairs]
    values = [one[np.isfinite(one)] for one in values]
    p = np.array([_signed_rank(one) for one in values])
    corrected = holm(p)
    found = [
        Comparison(
            a,
            b,
            mean_of(one),
            float(p[i]),
            float(corrected[i]),
            listeners_needed(one, n_tests=len(pairs)),
        )
        for i, ((a, b), one) in enumerate(zip(pairs, values, strict=True))
    ]
    return sorted(found, key=lambda one: (one.p_corrected, one.p))


def _signed_rank(differences: np.ndarray) -> float:
    """The p-value that the differences lie around 0; 1 where nobody heard one."""
    from scipy.stats import wilcoxon

    if not np.any(differences):
        return 1.0
    return float(wilcoxon(differences).pvalue)


def holm(p: np.ndarray) -> np.ndarray:
    """Correct p-values `(n_tests,)` for their number.

    The smallest is multiplied by the number of tests, the next by one less, and so on; none falls
    below the one before it. So the chance of any false finding stays below the level.

    Source: Holm 1979.
    """
    order = np.argsort(p)
    factors = np.arange(len(p), 0, -1)
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(np.maximum.accumulate(p[order] * factors), 1)
    return corrected


def listeners_needed(
    differences: np.ndarray, *, n_tests: int = 1, power: float = POWER
) -> int | None:
    """Return how many listeners would tell two systems apart.

    The normal approximation for a two-sided signed-rank test at 5 %, divided by the number of
    tests. A pilot of few listeners knows its own spread badly: take the number as its order.

    Args:
        differences: `(n_listeners,)` what a pilot's listeners showed.
        n_tests: number of pairs that are tested.
        power: how often the difference should be found.
    Returns:
        The number, at least what a signed-rank test needs to come below its level at all; None
        for fewer than two listeners or a mean difference of 0.
    Source: Noether 1987, for the approximation.
    """
    from scipy.stats import norm

    level = LEVEL / n_tests
    fewest = ceil(log2(2 / level))  # n signs that all agree have a p-value of 2 / 2^n
    if len(differences) < 2 or differences.mean() == 0:
        return None
    spread = differences.std(ddof=1)
    effect = abs(differences.mean()) / spread if spread else np.inf
    needed = ((norm.ppf(1 - level / 2) + norm.ppf(power)) / effect) ** 2 / EFFICIENCY
    return max(fewest, ceil(needed))
