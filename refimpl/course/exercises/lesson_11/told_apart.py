"""Exercise 11.6: which systems of a published table are told apart."""

from statistics import NormalDist

import numpy as np

from refimpl.course.exercise import Exercise, Inputs

Z = 1.959963984540054  # a 95 % interval is so many standard errors to each side


def told_apart(means: np.ndarray, half_widths: np.ndarray) -> np.ndarray:
    """Give which pairs differ, `(n, n)` booleans, corrected for the number of pairs.

    At least one system; half-widths are positive, and no difference is on the boundary.
    """
    n = len(means)
    errors = np.asarray(half_widths, np.float64) / Z
    away = np.abs(means[:, None] - means[None]) / np.hypot(errors[:, None], errors[None])
    n_pairs = n * (n - 1) // 2
    if not n_pairs:
        return np.zeros((n, n), dtype=bool)
    return away > NormalDist().inv_cdf(1 - 0.05 / n_pairs / 2)


def _case(rng: np.random.Generator, n: int = 7) -> Inputs:
    half_widths = rng.uniform(0.8, 2.5, size=n)
    means = np.sort(rng.uniform(70, 78, size=n))
    return {"means": rng.permutation(means), "half_widths": half_widths}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    usual = _case(rng)
    return {
        "one system": _case(rng, 1),
        "a difference just below the limit": {
            "means": np.array([80.0, 82.1]),
            "half_widths": np.array([1.5, 1.5]),
        },
        "two systems, one pair": {
            "means": np.array([80.0, 82.3]),
            "half_widths": np.array([1.5, 1.5]),
        },
        "two systems whose intervals overlap and that differ": {
            "means": np.array([3.0, 5.5]),
            "half_widths": np.array([1.5, 1.5]),
        },
        "three systems": _case(rng, 3),
        "twenty systems": _case(rng, 20),
        "equal means": usual | {"means": np.full(7, 75.0)},
        "means that are far apart": usual | {"means": 100.0 * np.arange(7)},
        "means below 0": usual | {"means": -usual["means"]},
        "one system that hardly anybody heard": usual
        | {"half_widths": np.where(np.arange(7) == 2, 40.0, usual["half_widths"])},
        "whole numbers": usual | {"means": np.rint(usual["means"]).astype(int)},
    }


def _away(means, half_widths) -> np.ndarray:
    errors = np.asarray(half_widths, np.float64) / Z
    return np.abs(means[:, None] - means[None]) / np.hypot(errors[:, None], errors[None])


def _critical(n_tests: float, sides: int = 2) -> float:
    return NormalDist().inv_cdf(1 - 0.05 / n_tests / sides) if n_tests else np.inf


def _uncorrected(means, half_widths):
    return _away(means, half_widths) > Z


def _intervals_apart(means, half_widths):
    return np.abs(means[:, None] - means[None]) > half_widths[:, None] + half_widths[None]


def _half_widths_as_errors(means, half_widths):
    n = len(means)
    away = np.abs(means[:, None] - means[None]) / np.hypot(half_widths[:, None], half_widths[None])
    return away > _critical(n * (n - 1) / 2)


def _halves_of_half_widths(means, half_widths):
    return told_apart(means, half_widths * (Z / 2))


def _larger_half_width(means, half_widths):
    return np.abs(means[:, None] - means[None]) > np.maximum(
        half_widths[:, None], half_widths[None]
    )


def _errors_added(means, half_widths):
    n = len(means)
    errors = half_widths / Z
    away = np.abs(means[:, None] - means[None]) / (errors[:, None] + errors[None])
    return away > _critical(n * (n - 1) / 2)


def _one_sided(means, half_widths):
    n = len(means)
    return _away(means, half_widths) > _critical(n * (n - 1) / 2, 1)


def _for_n_tests(means, half_widths):
    return _away(means, half_widths) > (_critical(len(means)) if len(means) > 1 else np.inf)


def _for_n_squared_tests(means, half_widths):
    return _away(means, half_widths) > (_critical(len(means) ** 2) if len(means) > 1 else np.inf)


def _both_orders(means, half_widths):
    return _away(means, half_widths) > _critical(len(means) * (len(means) - 1))


def _better_than(means, half_widths):
    right = told_apart(means, half_widths)
    return right & (means[:, None] > means[None])


def _not_told_apart(means, half_widths):
    return ~told_apart(means, half_widths)


def _upper_triangle(means, half_widths):
    return np.triu(told_apart(means, half_widths))


def _count(means, half_widths):
    return told_apart(means, half_widths).sum() // 2


def _diagonal_too(means, half_widths):
    return told_apart(means, half_widths) | np.eye(len(means), dtype=bool)


def _critical_times_pairs(means, half_widths):
    n = len(means)
    return _away(means, half_widths) > Z * max(1, n * (n - 1) / 2)


EXERCISE = Exercise(
    id="11.6",
    title="Which differences mean something?",
    function="told_apart",
    points=5,
    minutes=20,
    difficulty=3,
    inputs=_case,
    edges=_edges,
    reference=told_apart,
    misconceptions={
        _uncorrected: "with many pairs, one of them differs by chance: divide 0.05 by their number",
        _intervals_apart: "overlap is no test: a difference has its own standard error, and the "
        "limit depends on the number of pairs",
        _half_widths_as_errors: "a half-width is 1.96 standard errors: divide by that first",
        _halves_of_half_widths: "a half-width is 1.96 standard errors, not 2: take the quantile",
        _larger_half_width: "both means are uncertain: use the standard error of the difference",
        _errors_added: "standard errors of a difference add up by their squares",
        _one_sided: "either may be the better one: half of 0.05 on each side",
        _for_n_tests: "divide by the number of pairs, not by that of systems",
        _for_n_squared_tests: "divide by the number of pairs: n (n - 1) / 2",
        _both_orders: "a pair counts once: n (n - 1) / 2",
        _better_than: "the docstring asks which differ: in both orders, without the direction",
        _not_told_apart: "True where they are told apart",
        _upper_triangle: "fill both triangles: if a differs from b, b differs from a",
        _count: "return which pairs, not how many",
        _diagonal_too: "no system differs from itself: the diagonal is False",
        _critical_times_pairs: "it is the 0.05 that is divided by the number of pairs: the limit "
        "grows far more slowly",
    },
)
