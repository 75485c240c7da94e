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


def takes_the_next_power_above(low, high, sample_rate):
    n_fft = 1
    while n_fft <= 2 * sample_rate / (high - low):
        n_fft *= 2
    return n_fft


def cuts_to_whole_samples_first(low, high, sample_rate):
    return 2 ** math.ceil(math.log2(int(2 * sample_rate / (high - low))))


def stops_at_a_frame_of_8192(low, high, sample_rate):
    return min(8192, 1 << math.ceil(2 * sample_rate / (high - low) - 1).bit_length())


def starts_at_a_frame_of_64(low, high, sample_rate):
    return max(64, 1 << math.ceil(2 * sample_rate / (high - low) - 1).bit_length())


WRONG = {
    leaves_one_bin_between_them: "not yet two bins apart: double it",
    leaves_four_bins_between_them: "half of this is enough",
    rounds_to_the_nearest_power: "round up",
    forgets_the_power_of_two: "has to be a power of two",
    waits_for_two_periods_of_the_low_tone: "not how low they are",
    returns_the_exponent: "2 ** exponent",
    takes_the_next_power_above: "exactly two bins apart is enough",
    cuts_to_whole_samples_first: "a hair less than two bins apart",
    stops_at_a_frame_of_8192: "got      8192",
    starts_at_a_frame_of_64: "as far apart as tones can be",
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
