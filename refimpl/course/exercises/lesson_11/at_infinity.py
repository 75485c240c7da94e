"""Exercise 11.4: what a distance would be for a set without end."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def at_infinity(sizes: np.ndarray, distances: np.ndarray) -> float:
    """Give the value at 0 of the straight line of distances over 1 / size, by least squares.

    There are at least two different sizes, each 1 or more.
    """
    x, y = 1 / np.asarray(sizes, dtype=np.float64), np.asarray(distances, dtype=np.float64)
    slope = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    return float(y.mean() - slope * x.mean())


def _case(rng: np.random.Generator, n: int = 8) -> Inputs:
    sizes = rng.permutation(np.arange(10, 400))[:n]
    distances = rng.uniform(0.5, 2) + rng.uniform(20, 60) / sizes + rng.normal(0, 0.1, size=n)
    return {"sizes": sizes, "distances": distances}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    usual = _case(rng)
    return {
        "two sizes": _case(rng, 2),
        "three sizes": _case(rng, 3),
        "a size twice": {name: np.concatenate([one, one[:1]]) for name, one in usual.items()},
        "a set of one": usual | {"sizes": np.array([1, *usual["sizes"][1:]])},
        "sizes that shrink": {
            "sizes": np.array([100, 50, 25]),
            "distances": np.array([2.0, 2.9, 5.0]),
        },
        "no bias at all": usual | {"distances": np.full(8, 1.5)},
        "a line that meets 0 below it": usual | {"distances": usual["distances"] - 4},
        "distances that grow with the size": usual | {"distances": usual["sizes"] / 100.0},
        "whole numbers": usual | {"distances": np.rint(10 * usual["distances"]).astype(int)},
        "huge sets": usual | {"sizes": usual["sizes"] * 1000},
    }


def _fit(x, y) -> tuple[float, float]:
    slope, start = np.polyfit(x, y, 1)
    return float(slope), float(start)


def _over_the_size(sizes, distances) -> float:
    return _fit(sizes, distances)[1]


def _the_slope(sizes, distances) -> float:
    return _fit(1 / sizes, distances)[0]


def _at_one(sizes, distances) -> float:
    return sum(_fit(1 / sizes, distances))


def _largest_set(sizes, distances) -> float:
    return float(distances[np.argmax(sizes)])


def _mean(sizes, distances) -> float:
    return float(np.mean(distances))


def _smallest_distance(sizes, distances) -> float:
    return float(np.min(distances))


def _root_of_the_size(sizes, distances) -> float:
    return _fit(sizes**-0.5, distances)[1]


def _ends(sizes, distances) -> float:
    a, b = np.argmin(sizes), np.argmax(sizes)
    x = 1 / sizes
    slope = (distances[a] - distances[b]) / (x[a] - x[b]) if a != b else 0.0
    return float(distances[b] - slope * x[b])


def _never_below_zero(sizes, distances) -> float:
    return max(0.0, at_infinity(sizes, distances))


def _logarithm(sizes, distances) -> float:
    return _fit(np.log(sizes), distances)[1]


def _through_zero(sizes, distances) -> float:
    x = 1 / sizes
    return float((x * distances).sum() / (x * x).sum())


def _axes_exchanged(sizes, distances) -> float:
    slope, start = _fit(distances, 1 / sizes) if np.ptp(distances) else (1.0, 0.0)
    return -start / slope


def _weighted(sizes, distances) -> float:
    return float(np.polyfit(1 / sizes, distances, 1, w=sizes)[1])


def _parabola(sizes, distances) -> float:
    if len(set(np.asarray(sizes).tolist())) < 3:
        return at_infinity(sizes, distances) + 1
    return float(np.polyfit(1 / sizes, distances, 2)[2])


EXERCISE = Exercise(
    id="11.4",
    title="A set without end",
    function="at_infinity",
    points=3,
    minutes=10,
    difficulty=2,
    inputs=_case,
    edges=_edges,
    reference=at_infinity,
    misconceptions={
        _over_the_size: "fit the distances over 1 / size: over it, they make a line",
        _the_slope: "the slope says how fast it falls: return the line's value at 0",
        _at_one: "1 / size of a set without end is 0, not 1",
        _largest_set: "even the largest set has some of the bias: follow the line on to 0",
        _mean: "a mean has the mean bias: follow the line to where 1 / size is 0",
        _smallest_distance: "the smallest is a matter of luck: use all, by a line",
        _root_of_the_size: "the bias falls with 1 / size, not with its root",
        _ends: "fit a line to all sizes: two of them are two accidents",
        _never_below_zero: "a line may well meet 0 a little below it: do not clip it, or the "
        "mean of several is too high",
        _logarithm: "fit the distances over 1 / size, not over a logarithm",
        _through_zero: "the line need not go through 0: its value there is what you look for",
        _axes_exchanged: "the distances are what scatters: fit them over 1 / size, not the other "
        "way round",
        _weighted: "all sizes count alike: fit without weights",
        _parabola: "a straight line, not a parabola",
    },
)
