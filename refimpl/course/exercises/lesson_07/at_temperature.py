"""Exercise 7.1: probabilities at a temperature."""

from functools import partial

import numpy as np

from refimpl.course.differences import compare_arrays
from refimpl.course.exercise import Exercise, Inputs


def at_temperature(scores: np.ndarray, temperature: float) -> np.ndarray:
    """Softmax of the scores, each divided by the temperature."""
    scaled = scores / temperature
    weights = np.exp(scaled - scaled.max())  # the largest becomes exp(0): nothing overflows
    return weights / weights.sum()


def _scores(rng: np.random.Generator) -> Inputs:
    scores = rng.normal(scale=3, size=int(rng.integers(6, 10)))
    # The same number added to all scores changes no probability, but lets exp() alone overflow.
    scores += 2000
    scores[rng.integers(len(scores))] = -np.inf  # this token must not be drawn
    # Away from 1, where nothing would change.
    temperature = rng.uniform(0.3, 0.8) if rng.random() < 0.5 else rng.uniform(1.4, 3.0)
    return {"scores": scores, "temperature": float(temperature)}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    scores = rng.normal(scale=2, size=7)
    banned = np.where(rng.permutation(7) < 2, -np.inf, scores)
    only_one = np.where(np.arange(7) == rng.integers(7), 3.0, -np.inf)
    # Whole numbers, so that float32 divides them by 2 without rounding.
    low = np.where(rng.permutation(7) < 2, -np.inf, rng.integers(-3, 4, size=7) - 20_000.0)
    cases = {
        "scores near 0, two of them -inf": (banned, 0.7),
        "scores far below 0, two of them -inf": (low, 2.0),
        "all scores but one are -inf": (only_one, 1.7),
        "one score": (scores[:1], 0.5),
        "all scores are equal": (np.full(5, -4.0), 0.4),
        "whole numbers": (rng.permutation(np.arange(-3, 4)), 2),
        "float32": (banned.astype(np.float32), 1.6),
        "a temperature of 1": (banned, 1.0),
        "a temperature near 0": (rng.permutation(np.arange(7)) * 0.5, 0.001),
        "a very high temperature": (banned, 1000.0),
    }
    names = "scores", "temperature"
    return {edge: dict(zip(names, case, strict=True)) for edge, case in cases.items()}


def _multiplies(scores, temperature):
    return at_temperature(scores, 1 / temperature)


def _no_temperature(scores, temperature):
    return at_temperature(scores, 1.0)


def _exp_alone(scores, temperature):
    with np.errstate(over="ignore", invalid="ignore"):
        weights = np.exp(scores / temperature)
        return weights / weights.sum()


def _maximum_not_divided(scores, temperature):
    with np.errstate(over="ignore", invalid="ignore"):
        weights = np.exp(scores / temperature - scores.max())
        return weights / weights.sum()


def _infinity_as_zero(scores, temperature):
    return at_temperature(np.where(np.isinf(scores), 0.0, scores), temperature)


def _ban_of_ten_thousand(scores, temperature):
    return at_temperature(np.where(np.isinf(scores), -1e4, scores), temperature)


def _not_normalised(scores, temperature):
    scaled = scores / temperature
    return np.exp(scaled - scaled.max())


def _power_of_two(scores, temperature):
    return at_temperature(scores * np.log(2), temperature)


def _temperature_squared(scores, temperature):
    return at_temperature(scores, temperature**2)


def _the_likeliest(scores, temperature):
    return np.eye(len(scores))[int(np.argmax(scores))]


EXERCISE = Exercise(
    id="7.1",
    title="Temperature",
    function="at_temperature",
    points=3,
    minutes=10,
    difficulty=2,
    inputs=_scores,
    edges=_edges,
    reference=at_temperature,
    compare=partial(compare_arrays, tolerance=1e-3),  # so that float32 is precise enough
    misconceptions={
        _multiplies: "divide by the temperature: a higher one must make the scores more alike",
        _no_temperature: "the temperature has no effect: divide the scores by it, before exp()",
        _exp_alone: "exp() of 1,000 overflows: subtract the largest score from all of them first",
        _maximum_not_divided: "divided by the temperature, the largest score is max / temperature: "
        "subtract that, or subtract max before you divide",
        _infinity_as_zero: "a score of -inf means a probability of 0: do not replace it by 0, "
        "exp(-inf) is 0 already",
        _ban_of_ten_thousand: "-10,000 is not low enough where the other scores are lower still: "
        "leave -inf as it is",
        _not_normalised: "probabilities sum to 1: divide by their sum",
        _power_of_two: "a softmax takes powers of e, not of 2",
        _temperature_squared: "divide by the temperature once",
        _the_likeliest: "this always takes the likeliest token: that is a temperature of 0",
    },
    forbidden=(
        "refimpl.generation.sampling_probabilities",
        "refimpl.generation.sampling.candidates",
        "scipy.special.softmax",
        "torch.softmax",
        "torch.nn.functional.softmax",
    ),
)
