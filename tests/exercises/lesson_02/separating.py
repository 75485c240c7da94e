"""Answers to exercise 2.3, as learners give them."""

import math


def leaves_one_bin_between_them(low, high, sample_rate):
    return 2 ** math.ceil(math.log2(sample_rate / (high - low)))


def leaves_four_bins_between_them(low, high, sample_rate):
    return 2 ** math.ceil(math.log2(4 * sample_rate / (high - low)))


def rounds_to_the_nearest_power(low, high, sample_rate):
    return 2 ** round(math.log2(2 * sample_rate / (high - low)))


def forgets_the_power_of_two(low, high, sample_rate):
    return math.ceil(2 * sample_rate / (high - low))


def waits_for_two_periods_of_the_low_tone(low, high, sample_rate):
    return 2 ** math.ceil(math.log2(2 * sample_rate / low))


def returns_the_exponent(low, high, sample_rate):
    return math.ceil(math.log2(2 * sample_rate / (high - low)))


def returns_a_float(low, high, sample_rate):
    return 2.0 ** math.ceil(math.log2(2 * sample_rate / (high - low)))


WRONG = {
    leaves_one_bin_between_them: "not yet two bins apart",
    leaves_four_bins_between_them: "half of it is enough",
    rounds_to_the_nearest_power: "round up",
    forgets_the_power_of_two: "is to be a power of two",
    waits_for_two_periods_of_the_low_tone: "not how low they are",
    returns_the_exponent: "two to the power of it",
    returns_a_float: "expected whole numbers",
}


def doubles_until_it_fits(low, high, sample_rate):
    n_fft = 1
    while high - low < 2 * sample_rate / n_fft:
        n_fft *= 2
    return n_fft


def counts_bits(low, high, sample_rate):
    return 1 << math.ceil(2 * sample_rate / (high - low) - 1).bit_length()


RIGHT = [doubles_until_it_fits, counts_bits]
