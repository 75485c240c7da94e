"""Answers to exercise 1.2, as learners give them."""

import numpy as np


def rounds_down(audio, n_bits):
    n_steps = 2 ** (n_bits - 1)
    return np.floor(audio * n_steps).clip(-n_steps, n_steps - 1) / n_steps


def casts_to_integers(audio, n_bits):
    n_steps = 2 ** (n_bits - 1)
    return (audio * n_steps).astype(int).clip(-n_steps, n_steps - 1) / n_steps


def lets_full_scale_through(audio, n_bits):
    n_steps = 2 ** (n_bits - 1)
    return np.round(audio * n_steps) / n_steps


def forgets_the_bit_of_the_sign(audio, n_bits):
    n_steps = 2**n_bits
    return np.round(audio * n_steps).clip(-n_steps, n_steps - 1) / n_steps


def stops_at_the_integers(audio, n_bits):
    n_steps = 2 ** (n_bits - 1)
    return np.round(audio * n_steps).clip(-n_steps, n_steps - 1)


def works_in_place(audio, n_bits):
    n_steps = 2 ** (n_bits - 1)
    audio *= n_steps
    np.round(audio, out=audio)
    np.clip(audio, -n_steps, n_steps - 1, out=audio)
    audio /= n_steps
    return audio


def scales_by_the_largest_integer(audio, n_bits):
    largest = 2 ** (n_bits - 1) - 1
    return np.round(audio * largest) / largest


WRONG = {
    rounds_down: "np.floor goes down everywhere",
    casts_to_integers: "astype(int) cuts towards zero",
    lets_full_scale_through: "so +1.0 does not fit",
    forgets_the_bit_of_the_sign: "one bit holds the sign",
    scales_by_the_largest_integer: "steps, not one less",
    stops_at_the_integers: "divide by the number of steps",
    works_in_place: "changed its argument in place",
}


def goes_sample_by_sample(audio, n_bits):
    n_steps = 2 ** (n_bits - 1)
    return [max(-n_steps, min(n_steps - 1, round(float(x) * n_steps))) / n_steps for x in audio]


def takes_the_nearest_level(audio, n_bits):
    n_steps = 2 ** (n_bits - 1)
    levels = np.arange(-n_steps, n_steps) / n_steps
    return levels[np.abs(audio[:, None] - levels).argmin(axis=1)]


RIGHT = [goes_sample_by_sample, takes_the_nearest_level]
