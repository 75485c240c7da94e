"""Exercise 7.1: probabilities at a temperature."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def at_temperature(scores: np.ndarray, temperature: float) -> np.ndarray:
    """Softmax of the scores, each divided by the temperature."""
    scaled = scores / temperature
    weights = np.exp(scaled - scaled.max())  # the largest becomes exp(0): nothing runs over
    return weights / weights.sum()


def _scores(rng: np.random.Generator) -> Inputs:
    scores = rng.normal(scale=3, size=int(rng.integers(6, 10)))
    # A softmax does not mind what is added to all scores, but exp() alone runs over.
    scores += 2000
    scores[rng.integers(len(scores))] = -np.inf  # this token must not come
    # Away from 1, where nothing would change.
    temperature = rng.uniform(0.3, 0.8) if rng.random() < 0.5 else rng.uniform(1.4, 3.0)
    return {"scores": scores, "temperature": float(temperature)}


def _multiplies(scores, temperature):
    return at_temperature(scores, 1 / temperature)


def _no_temperature(scores, temperature):
    return at_temperature(scores, 1.0)


def _exp_alone(scores, temperature):
    with np.errstate(over="ignore", invalid="ignore"):
        weights = np.exp(scores / temperature)
        return weights / weights.sum()


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
    reference=at_temperature,
    misconceptions={
        _multiplies: "divide by the temperature: a higher one must make the scores more alike",
        _no_temperature: "the temperature has no effect: divide the scores by it, before exp()",
        _exp_alone: "exp() of 1,000 runs over: take the largest score from all of them first",
        _not_normalised: "probabilities sum to 1: divide by their sum",
        _power_of_two: "a softmax is made of e to the score, not of 2",
        _temperature_squared: "divide by the temperature once",
        _the_likeliest: "this always takes the likeliest: that is temperature 0",
    },
    forbidden=(
        "refimpl.generation.sampling_probabilities",
        "refimpl.generation.sampling.candidates",
        "scipy.special.softmax",
        "torch.softmax",
        "torch.nn.functional.softmax",
    ),
)
