"""Exercise 12.2: the best denoiser of a finite set, by hand."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def posterior_mean(
    noisy: np.ndarray, examples: np.ndarray, signal: float, noise: float
) -> np.ndarray:
    """Give the mean of all examples that each noisy point could have been.

    At least one point, one example and one number; signal in [0, 1], noise above 0.
    """
    weights = _weights(noisy, examples, signal, noise)
    return weights @ examples


def _squared(noisy, examples, signal):
    return ((noisy[:, None] - signal * examples[None]) ** 2).sum(axis=-1)  # (M, N)


def _softmax(scores, axis=1):
    weights = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return weights / weights.sum(axis=axis, keepdims=True)


def _weights(noisy, examples, signal, noise):
    return _softmax(-_squared(noisy, examples, signal) / (2 * noise**2))


def _case(rng, n_points=5, n_examples=5, dim=2, signal=None, noise=None) -> Inputs:
    time = rng.uniform(0.3, 0.7) * np.pi / 2
    return {
        "noisy": rng.normal(size=(n_points, dim)),
        "examples": rng.normal(size=(n_examples, dim)),
        "signal": float(np.cos(time)) if signal is None else signal,
        "noise": float(np.sin(time)) if noise is None else noise,
    }


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    usual = _case(rng)
    return {
        "one point": _case(rng, n_points=1),
        "one example": _case(rng, n_examples=1),
        "more examples than points": _case(rng, 3, 9),
        "one number": _case(rng, dim=1),
        "many numbers": _case(rng, 4, 6, 300),
        "hardly any noise": _case(rng, signal=1.0, noise=0.001),
        "nothing left of the clip": _case(rng, signal=0.0, noise=1.0),
        "shares whose squares do not add up to 1": _case(rng, signal=0.7, noise=0.3),
        "points far away from all examples": usual | {"noisy": usual["noisy"] + 100},
        "an example that is there twice": usual
        | {"examples": np.concatenate([usual["examples"], usual["examples"][:1]])},
    }


def _by(scores):
    def answer(noisy, examples, signal, noise):
        return _softmax(scores(noisy, examples, signal, noise)) @ examples

    return answer


_no_half = _by(lambda z, x, s, n: -_squared(z, x, s) / n**2)
_noise_not_squared = _by(lambda z, x, s, n: -_squared(z, x, s) / (2 * n))
_noise_doubled = _by(lambda z, x, s, n: -_squared(z, x, s) / (2 * n) ** 2)
_no_noise = _by(lambda z, x, s, n: -_squared(z, x, s) / 2)
_plain_distances = _by(lambda z, x, s, n: -np.sqrt(_squared(z, x, s)) / (2 * n**2))
_examples_as_they_are = _by(lambda z, x, s, n: -_squared(z, x, 1.0) / (2 * n**2))
_signal_squared = _by(lambda z, x, s, n: -_squared(z, x, s**2) / (2 * n**2))
_noisy_scaled = _by(lambda z, x, s, n: -_squared(s * z, x, 1.0) / (2 * n**2))
_farthest = _by(lambda z, x, s, n: _squared(z, x, s) / (2 * n**2))
_mean_of_squares = _by(lambda z, x, s, n: -_squared(z, x, s) / z.shape[1] / (2 * n**2))
_products = _by(lambda z, x, s, n: z @ (s * x).T / n**2)
_all_alike = _by(lambda z, x, s, n: 0 * _squared(z, x, s))


def _nearest(noisy, examples, signal, noise):
    return examples[_squared(noisy, examples, signal).argmin(axis=1)]


def _most_alike_to_nobody(noisy, examples, signal, noise):
    return examples[_squared(noisy, examples, signal).argmax(axis=1)]


def _only_the_weights(noisy, examples, signal, noise):
    return _weights(noisy, examples, signal, noise)


def _over_the_points(noisy, examples, signal, noise):
    scores = -_squared(noisy, examples, signal) / (2 * noise**2)
    return _softmax(scores, axis=0) @ examples


def _not_normalised(noisy, examples, signal, noise):
    return np.exp(-_squared(noisy, examples, signal) / (2 * noise**2)) @ examples


def _underflows(noisy, examples, signal, noise):
    weights = np.exp(-_squared(noisy, examples, signal) / (2 * noise**2))
    return weights @ examples / weights.sum(axis=1, keepdims=True)


def _a_little_below(noisy, examples, signal, noise):
    weights = np.exp(-_squared(noisy, examples, signal) / (2 * noise**2))
    return weights @ examples / (weights.sum(axis=1, keepdims=True) + 1e-8)


def _faded(noisy, examples, signal, noise):
    return signal * posterior_mean(noisy, examples, signal, noise)


def _the_noise(noisy, examples, signal, noise):
    return (noisy - signal * posterior_mean(noisy, examples, signal, noise)) / noise


def _by_distance(noisy, examples, signal, noise):
    weights = 1 / (_squared(noisy, examples, signal) + 1e-300)
    return weights @ examples / weights.sum(axis=1, keepdims=True)


EXERCISE = Exercise(
    id="12.2",
    title="The mean of all possible tunes",
    function="posterior_mean",
    points=5,
    minutes=20,
    difficulty=4,
    inputs=_case,
    edges=_edges,
    reference=posterior_mean,
    misconceptions={
        _no_half: "a normal distribution has a 2 below the square: divide by 2 noise²",
        _noise_not_squared: "divide by the variance, which is noise squared",
        _noise_doubled: "square the noise alone, not the 2: divide by 2 noise²",
        _no_noise: "the more noise, the more examples are possible: divide by 2 noise²",
        _plain_distances: "squared distances are in the exponent: take no root",
        _examples_as_they_are: "the examples have faded too: compare with signal times an example",
        _signal_squared: "the example's share is the signal, not its square",
        _noisy_scaled: "fade the examples, not the noisy points: compare with signal times an "
        "example",
        _farthest: "a sign: near examples are more likely than far ones",
        _mean_of_squares: "the probabilities of the numbers multiply, so add up their squares: "
        "do not average them",
        _products: "a product is no distance: it prefers long examples",
        _all_alike: "the noisy point says which examples are likely: yours are all alike",
        _nearest: "that is the nearest example; take the mean, weighted by the probabilities",
        _most_alike_to_nobody: "that is the farthest example",
        _only_the_weights: "these are the probabilities: return the mean of the examples with them",
        _over_the_points: "the probabilities of the examples add up to 1 for each point: you "
        "divided by the sum over the points",
        _not_normalised: "the probabilities have to add up to 1 for each point: divide by their "
        "sum",
        _underflows: "with little noise all exponentials are 0, and their sum too: subtract a "
        "row's largest exponent from it first",
        _a_little_below: "a little below the line hides a sum of 0 and makes all probabilities 0: "
        "subtract a row's largest exponent from it first",
        _faded: "the mean of the examples themselves, not of their faded copies",
        _the_noise: "that is the noise; return the mean of the examples",
        _by_distance: "a normal distribution falls as exp(-distance² / 2 noise²), not as one over "
        "the distance",
    },
)
