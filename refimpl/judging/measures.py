"""The measures of sets by name, each with its chance level and what deceives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np

from refimpl.judging.judged import Judged
from refimpl.metrics.sets import Gaussian, resampled
from refimpl.metrics.sets.diversity import mean_distance
from refimpl.metrics.sets.frechet import extrapolate
from refimpl.metrics.sets.kernel import from_kernels
from refimpl.metrics.sets.manifold import K, from_distances
from refimpl.metrics.sets.nearest import TOO_NEAR
from refimpl.metrics.statistics import Estimate

FEWEST = 8  # sounds in each set, without which nothing is measured
N_RESAMPLES = 60
SHARE = (0.0, 1.0)


class Pair(Protocol):
    """A set and its reference in a form that a measure understands, such as vectors or labels."""

    @property
    def sizes(self) -> tuple[int, int]:
        """The number of generated sounds and of real ones."""


@dataclass(frozen=True)
class SetMeasure:
    """A measure of a set against a reference.

    Attributes:
        name: short, for files.
        title: for tables.
        better: "low" or "high".
        asks: what it asks, in a few words.
        chance: what real sounds would get on average.
        fooled_by: a set that is no new music and that it takes for real.
        value: takes a set with its reference, and the indices that are counted of both.
        limits: of the values; no interval goes beyond.
    """

    name: str
    title: str
    better: Literal["low", "high"]
    asks: str
    chance: str
    fooled_by: str
    value: Callable[[Any, np.ndarray, np.ndarray], float]
    limits: tuple[float, float] = (-np.inf, np.inf)

    def estimate(self, judged: Pair, *, n_resamples: int = N_RESAMPLES, seed: int = 0) -> Estimate:
        """Measure a set, with its 95 % interval."""
        found = resampled(
            lambda i, j: self.value(judged, i, j), judged.sizes, n_resamples=n_resamples, seed=seed
        )
        low, high = np.clip([found.low, found.high], *self.limits)
        return replace(found, low=float(low), high=float(high))

    def worse_by(
        self, judged: Pair, other: Pair, *, n_resamples: int = N_RESAMPLES, seed: int = 0
    ) -> Estimate:
        """Return how much worse a set is than another one with the same reference.

        Returns:
            Above 0 if it is worse, whichever way the measure points.
        """
        sign = 1 if self.better == "low" else -1
        sizes = (judged.sizes[0], other.sizes[0], judged.sizes[1])
        return resampled(
            lambda i, k, j: sign * (self.value(judged, i, j) - self.value(other, k, j)),
            sizes,
            n_resamples=n_resamples,
            seed=seed,
        )


def _frechet(judged: Judged, i: np.ndarray, j: np.ndarray) -> float:
    generated = Gaussian.of(np.concatenate([judged.sounds[n] for n in i]))
    return generated.distance(judged.reference.gaussian(j))


def _frechet_infinity(judged: Judged, i: np.ndarray, j: np.ndarray) -> float:
    rng = np.random.default_rng(0)
    return extrapolate([judged.sounds[n] for n in i], judged.reference.gaussian(j), rng).distance


def _kernel(judged: Judged, i: np.ndarray, j: np.ndarray) -> float:
    return from_kernels(
        judged.kernel[np.ix_(i, i)],
        judged.reference.kernel[np.ix_(j, j)],
        judged.kernel_between[np.ix_(i, j)],
    )


def _manifold(name: str) -> Callable[[Judged, np.ndarray, np.ndarray], float]:
    def value(judged: Judged, i: np.ndarray, j: np.ndarray) -> float:
        within, real = judged.within[np.ix_(i, i)], judged.reference.within[np.ix_(j, j)]
        k = min(K, len(i) - 1, len(j) - 1)
        return getattr(from_distances(within, real, judged.between[np.ix_(i, j)], k=k), name)

    return value


def _diversity(judged: Judged, i: np.ndarray, j: np.ndarray) -> float:
    """Of a set in parts of the reference's; more is not better, so it counts up to 1."""
    real = mean_distance(judged.reference.within[np.ix_(j, j)])
    return min(1.0, mean_distance(judged.within[np.ix_(i, i)]) / max(real, 1e-12))


def _copies(judged: Judged, i: np.ndarray, j: np.ndarray) -> float:
    """The share nearer to a reference sound than 95 % of these are to each other."""
    real = judged.reference.within[np.ix_(j, j)] + np.diag(np.full(len(j), np.inf))
    threshold = np.percentile(real.min(axis=1), TOO_NEAR)
    return float((judged.between[np.ix_(i, j)].min(axis=1) < threshold).mean())


SET_MEASURES = (
    SetMeasure(
        "fad_infinity", "FAD∞", "low", "How far apart are the two heaps, for endless sets?",
        "near 0", "recited training tunes", _frechet_infinity,
    ),
    SetMeasure(
        "kernel_distance", "kernel distance", "low",
        "Are sounds as near to real ones as real ones are to each other?",
        "0", "recited training tunes", _kernel,
    ),
    SetMeasure(
        "precision", "precision", "high", "Is each sound near some real one?",
        "near 1", "one tune, repeated", _manifold("precision"), SHARE,
    ),
    SetMeasure(
        "recall", "recall", "high", "Is each real sound near some generated one?",
        "near 1", "a crowd with two outliers", _manifold("recall"), SHARE,
    ),
    SetMeasure(
        "density", "density", "high", "Are the sounds where real ones crowd?",
        "1", "one tune, repeated", _manifold("density"), (0, np.inf),
    ),
    SetMeasure(
        "coverage", "coverage", "high", "How many real sounds have a generated one near them?",
        "by the sizes of the sets", "recited training tunes", _manifold("coverage"), SHARE,
    ),
    SetMeasure(
        "diversity", "diversity", "high",
        "Are the sounds as different from each other as real ones are?",
        "1", "bigram", _diversity, SHARE,
    ),
    SetMeasure(
        "copies", "copies", "low", "How many sounds are nearer to a real one than real ones are?",
        ".05", "white noise", _copies, SHARE,
    ),
)  # fmt: skip
PLAIN_FRECHET = SetMeasure(
    "fad", "FAD", "low", "How far apart are the two heaps, as they are?",
    "grows as sets get smaller", "recited training tunes", _frechet, (0, np.inf),
)  # fmt: skip
