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


def adds_a_half_and_cuts(audio, n_bits):
    n_steps = 2 ** (n_bits - 1)
    return (audio * n_steps + 0.5).astype(int).clip(-n_steps, n_steps - 1) / n_steps


def clips_both_ends_alike(audio, n_bits):
    n_steps = 2 ** (n_bits - 1)
    return np.round(audio * n_steps).clip(1 - n_steps, n_steps - 1) / n_steps


def clips_before_it_rounds(audio, n_bits):
    n_steps = 2 ** (n_bits - 1)
    return np.round(np.clip(audio, -1, 0.999) * n_steps) / n_steps


def keeps_integers_in_eight_bits(audio, n_bits):
    n_steps = 2 ** (n_bits - 1)
    integers = np.round(audio * n_steps).clip(-n_steps, n_steps - 1).astype(np.int8)
    return integers / n_steps


WRONG = {
    rounds_down: "np.floor always rounds down",
    casts_to_integers: "as astype(int) does",
    lets_full_scale_through: "so +1.0 does not fit",
    forgets_the_bit_of_the_sign: "one bit holds the sign",
    scales_by_the_largest_integer: "steps, not one less",
    stops_at_the_integers: "divide by the number of steps",
    adds_a_half_and_cuts: "wrong for negative samples",
    clips_both_ends_alike: "-1.0 does fit",
    clips_before_it_rounds: "got ",
    keeps_integers_in_eight_bits: "16 bits",
    works_in_place: "changed its argument in place",
}


def goes_sample_by_sample(audio, n_bits):
    n_steps = 2 ** (n_bits - 1)
    return [max(-n_steps, min(n_steps - 1, round(float(x) * n_steps))) / n_steps for x in audio]


def takes_the_nearest_level(audio, n_bits):
    n_steps = 2 ** (n_bits - 1)
    levels = np.arange(-n_steps, n_steps) / n_steps
    return levels[np.abs(audio[:, None] - levels).argmin(axis=1)]


def rounds_halves_up(audio, n_bits):
    n_steps = 2.0 ** (n_bits - 1)
    return np.minimum(np.floor(audio * n_steps + 0.5) / n_steps, 1 - 1 / n_steps)


RIGHT = [goes_sample_by_sample, takes_the_nearest_level, rounds_halves_up]
