"""Answers to exercise 12.2, as learners give them."""

import numpy as np
from scipy.special import logsumexp, softmax


def _distances(noisy, faded):
    return np.array([[np.linalg.norm(z - x) for x in faded] for z in noisy])


def _mean(scores, examples):
    return softmax(scores, axis=1) @ examples


def forgets_the_two(noisy, examples, signal, noise):
    d = _distances(noisy, signal * examples)
    return _mean(-((d / noise) ** 2), examples)


def divides_by_the_deviation(noisy, examples, signal, noise):
    d = _distances(noisy, signal * examples)
    return _mean(-(d**2) / 2 / noise, examples)


def squares_the_two(noisy, examples, signal, noise):
    d = _distances(noisy, signal * examples)
    return _mean(-((d / (2 * noise)) ** 2), examples)


def ignores_the_noise(noisy, examples, signal, noise):
    d = _distances(noisy, signal * examples)
    return _mean(-0.5 * d**2, examples)


def does_not_square_distances(noisy, examples, signal, noise):
    d = _distances(noisy, signal * examples)
    return _mean(-0.5 * d / noise**2, examples)


def compares_with_whole_examples(noisy, examples, signal, noise):
    d = _distances(noisy, examples)
    return _mean(-0.5 * (d / noise) ** 2, examples)


def squares_the_signal(noisy, examples, signal, noise):
    d = _distances(noisy, signal * signal * examples)
    return _mean(-0.5 * (d / noise) ** 2, examples)


def fades_the_points(noisy, examples, signal, noise):
    d = _distances(signal * noisy, examples)
    return _mean(-0.5 * (d / noise) ** 2, examples)


def prefers_far_examples(noisy, examples, signal, noise):
    d = _distances(noisy, signal * examples)
    return _mean(0.5 * (d / noise) ** 2, examples)


def averages_the_squares(noisy, examples, signal, noise):
    d = ((noisy[:, None, :] - signal * examples[None]) ** 2).mean(axis=2)
    return _mean(-0.5 * d / noise**2, examples)


def multiplies_vectors(noisy, examples, signal, noise):
    return _mean(signal * np.einsum("md,nd->mn", noisy, examples) / noise**2, examples)


def takes_them_all(noisy, examples, signal, noise):
    return np.repeat(examples.mean(axis=0, keepdims=True), len(noisy), axis=0)


def takes_the_nearest(noisy, examples, signal, noise):
    return examples[np.argmin(_distances(noisy, signal * examples), axis=1)]


def takes_the_farthest(noisy, examples, signal, noise):
    return examples[np.argmax(_distances(noisy, signal * examples), axis=1)]


def returns_the_weights(noisy, examples, signal, noise):
    return softmax(-0.5 * (_distances(noisy, signal * examples) / noise) ** 2, axis=1)


def normalises_over_points(noisy, examples, signal, noise):
    scores = -0.5 * (_distances(noisy, signal * examples) / noise) ** 2
    return softmax(scores, axis=0) @ examples


def does_not_normalise(noisy, examples, signal, noise):
    return np.exp(-0.5 * (_distances(noisy, signal * examples) / noise) ** 2) @ examples


def divides_nothing_by_nothing(noisy, examples, signal, noise):
    p = np.exp(-0.5 * (_distances(noisy, signal * examples) / noise) ** 2)
    with np.errstate(invalid="ignore"):
        return p @ examples / p.sum(axis=1)[:, None]


def avoids_a_division_by_zero(noisy, examples, signal, noise):
    p = np.exp(-0.5 * (_distances(noisy, signal * examples) / noise) ** 2)
    return p @ examples / (p.sum(axis=1)[:, None] + 1e-8)


def returns_faded_examples(noisy, examples, signal, noise):
    faded = signal * examples
    return _mean(-0.5 * (_distances(noisy, faded) / noise) ** 2, faded)


def returns_the_noise(noisy, examples, signal, noise):
    return (noisy - returns_faded_examples(noisy, examples, signal, noise)) / noise


def weighs_by_one_over_the_distance(noisy, examples, signal, noise):
    p = _distances(noisy, signal * examples) ** -2.0
    return p @ examples / p.sum(axis=1, keepdims=True)


WRONG = {
    forgets_the_two: "has a 2 below the square",
    divides_by_the_deviation: "which is noise squared",
    squares_the_two: "square the noise alone",
    ignores_the_noise: "the more noise, the more examples",
    does_not_square_distances: "take no root",
    compares_with_whole_examples: "the examples have faded too",
    squares_the_signal: "not its square",
    fades_the_points: "not the noisy points",
    prefers_far_examples: "near examples are more likely",
    averages_the_squares: "do not average them",
    multiplies_vectors: "a product is no distance",
    takes_them_all: "yours are all alike",
    takes_the_nearest: "that is the nearest example",
    takes_the_farthest: "that is the farthest example",
    returns_the_weights: "these are the probabilities",
    normalises_over_points: "the sum over the points",
    does_not_normalise: "have to add up to 1 for each point: divide by their",
    divides_nothing_by_nothing: "all exponentials are 0",
    avoids_a_division_by_zero: "hides a sum of 0",
    returns_faded_examples: "not of their faded copies",
    returns_the_noise: "that is the noise",
    weighs_by_one_over_the_distance: "not as one over the distance",
}


def uses_a_softmax(noisy, examples, signal, noise):
    return _mean(-0.5 * (_distances(noisy, signal * examples) / noise) ** 2, examples)


def goes_point_by_point(noisy, examples, signal, noise):
    means = []
    for z in noisy:
        scores = [-sum((z - signal * x) ** 2) / (2 * noise * noise) for x in examples]
        weights = np.exp(np.array(scores) - max(scores))
        means.append((weights[:, None] * examples).sum(axis=0) / weights.sum())
    return np.array(means)


def works_with_logarithms(noisy, examples, signal, noise):
    log_p = -(((noisy[:, None] - signal * examples) / noise) ** 2).sum(axis=2) / 2
    log_p -= logsumexp(log_p, axis=1, keepdims=True)
    return np.exp(log_p).dot(examples)


RIGHT = [uses_a_softmax, goes_point_by_point, works_with_logarithms]
