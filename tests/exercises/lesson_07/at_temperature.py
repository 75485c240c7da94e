"""Answers to exercise 7.1, as learners give them."""

import math

import numpy as np
import torch


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


def subtracts_the_maximum_undivided(scores, temperature):
    with np.errstate(all="ignore"):
        weights = np.exp(scores / temperature - max(scores))
        return weights / weights.sum()


def replaces_infinity_by_zero(scores, temperature):
    scores = np.where(np.isneginf(scores), 0, scores) / temperature
    weights = np.exp(scores - scores.max())
    return weights / weights.sum()


def replaces_infinity_by_minus_ten_thousand(scores, temperature):
    scores = np.where(np.isneginf(scores), -10_000, scores) / temperature
    weights = np.exp(scores - scores.max())
    return weights / weights.sum()


def subtracts_the_mean(scores, temperature):
    with np.errstate(all="ignore"):
        weights = np.exp((scores - scores[np.isfinite(scores)].mean()) / temperature)
        return weights / weights.sum()


def adds_a_little(scores, temperature):
    weights = np.exp((scores - scores.max()) / temperature) + 0.01
    return weights / weights.sum()


def divides_whole_numbers(scores, temperature):
    scaled = (scores - scores.max()) // temperature
    return np.exp(scaled) / np.exp(scaled).sum()


WRONG = {
    multiplies_by_the_temperature: "a higher one must make the scores more alike",
    forgets_the_temperature: "divide the scores by it, before exp()",
    divides_the_probabilities: "the temperature has no effect",
    takes_exp_of_thousands: "subtract the largest score from all of them first",
    does_not_normalise: "divide by their sum",
    takes_powers_of_two: "powers of e, not of 2",
    always_takes_the_likeliest: "a temperature of 0",
    subtracts_the_maximum_undivided: "the largest score is max / temperature",
    replaces_infinity_by_zero: "do not replace it by 0",
    replaces_infinity_by_minus_ten_thousand: "not low enough",
    subtracts_the_mean: "a temperature near 0",
    adds_a_little: "largest difference",
    divides_whole_numbers: "are not finite",
}


def subtracts_first(scores, temperature):
    weights = [math.exp((score - max(scores)) / temperature) for score in scores]
    return [weight / sum(weights) for weight in weights]


def uses_logarithms(scores, temperature):
    scaled = scores / temperature
    return np.exp(scaled - np.logaddexp.reduce(scaled))


def works_in_single_precision(scores, temperature):
    scaled = scores.astype(np.float32)
    scaled = (scaled - scaled.max()) / np.float32(temperature)
    weights = np.exp(scaled)
    return weights / weights.sum()


def lets_torch_count(scores, temperature):
    scaled = torch.tensor(scores, dtype=torch.float32) / temperature
    return (scaled - torch.logsumexp(scaled, 0)).exp()


RIGHT = [subtracts_first, uses_logarithms, works_in_single_precision, lets_torch_count]
