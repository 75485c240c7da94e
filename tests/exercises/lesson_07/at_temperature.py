"""Answers to exercise 7.1, as learners give them."""

import math

import numpy as np


def multiplies_by_the_temperature(scores, temperature):
    scores = scores * temperature
    weights = np.exp(scores - np.max(scores))
    return weights / np.sum(weights)


def forgets_the_temperature(scores, temperature):
    weights = np.exp(scores - max(scores))
    return weights / sum(weights)


def divides_the_probabilities(scores, temperature):
    weights = np.exp(scores - scores.max())
    probabilities = weights / weights.sum() / temperature
    return probabilities / probabilities.sum()


def takes_exp_of_thousands(scores, temperature):
    with np.errstate(all="ignore"):
        weights = np.exp(scores / temperature)
        return weights / np.sum(weights)


def does_not_normalise(scores, temperature):
    return np.exp((scores - scores.max()) / temperature)


def takes_powers_of_two(scores, temperature):
    weights = 2.0 ** ((scores - scores.max()) / temperature)
    return weights / weights.sum()


def always_takes_the_likeliest(scores, temperature):
    return (scores == scores.max()).astype(float)


WRONG = {
    multiplies_by_the_temperature: "a higher one must make the scores more alike",
    forgets_the_temperature: "divide the scores by it, before exp()",
    divides_the_probabilities: "the temperature has no effect",
    takes_exp_of_thousands: "take the largest score from all of them first",
    does_not_normalise: "divide by their sum",
    takes_powers_of_two: "not of 2",
    always_takes_the_likeliest: "that is temperature 0",
}


def subtracts_first(scores, temperature):
    weights = [math.exp((score - max(scores)) / temperature) for score in scores]
    return [weight / sum(weights) for weight in weights]


def uses_logarithms(scores, temperature):
    scaled = scores / temperature
    return np.exp(scaled - np.logaddexp.reduce(scaled))


RIGHT = [subtracts_first, uses_logarithms]
