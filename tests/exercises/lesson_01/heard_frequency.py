"""Answers to exercise 1.1, as learners give them."""

import math


def stops_at_half_the_rate(frequency, sample_rate):
    return min(frequency, sample_rate / 2)


def takes_the_remainder(frequency, sample_rate):
    return frequency - sample_rate * math.floor(frequency / sample_rate)


def folds_only_once(frequency, sample_rate):
    if frequency > sample_rate / 2:
        return abs(frequency - sample_rate)
    return frequency


def forgets_the_sign(frequency, sample_rate):
    return frequency - sample_rate * round(frequency / sample_rate)


def folds_at_the_sample_rate(frequency, sample_rate):
    return abs(frequency - 2 * sample_rate * round(frequency / (2 * sample_rate)))


def gives_the_distance_to_half_the_rate(frequency, sample_rate):
    return abs(frequency - sample_rate / 2)


def takes_the_remainder_of_half_the_rate(frequency, sample_rate):
    return frequency % (sample_rate / 2)


def subtracts_the_rate_at_most_twice(frequency, sample_rate):
    for _ in range(2):
        if frequency >= sample_rate:
            frequency = frequency - sample_rate
    return min(frequency, abs(sample_rate - frequency))


def subtracts_the_rate_at_most_ten_times(frequency, sample_rate):
    for _ in range(10):
        if frequency > sample_rate:
            frequency = frequency - sample_rate
    return sample_rate - frequency if frequency > sample_rate / 2 else frequency


def folds_only_tones_above_half_the_rate_and_lets_them_go_negative(frequency, sample_rate):
    return frequency if frequency <= sample_rate / 2 else sample_rate - frequency


def gives_nothing_for_half_the_rate(frequency, sample_rate):
    remainder = frequency % sample_rate
    if remainder < sample_rate / 2:
        return remainder
    return sample_rate - remainder if remainder > sample_rate / 2 else 0.0


def rounds_to_whole_hertz(frequency, sample_rate):
    remainder = frequency % sample_rate
    return round(min(remainder, sample_rate - remainder))


WRONG = {
    stops_at_half_the_rate: "a tone does not stop at half",
    takes_the_remainder: "the remainder can be above",
    folds_only_once: "above it the pattern repeats",
    forgets_the_sign: "return the absolute value",
    folds_at_the_sample_rate: "tones fold at half the sample rate",
    takes_the_remainder_of_half_the_rate: "falls from the top",
    gives_the_distance_to_half_the_rate: "largest difference",
    subtracts_the_rate_at_most_twice: "as often as it fits",
    subtracts_the_rate_at_most_ten_times: "some of your frequencies are negative",
    folds_only_tones_above_half_the_rate_and_lets_them_go_negative: "sounds like one of 300 Hz",
    gives_nothing_for_half_the_rate: "a tone of half the sample rate",
    rounds_to_whole_hertz: "a sample rate that is no whole number",
}


def takes_the_shorter_way_round(frequency, sample_rate):
    remainder = frequency % sample_rate
    return min(remainder, sample_rate - remainder)


def measures_the_phase_of_a_sample(frequency, sample_rate):
    turn = 2 * math.pi * frequency / sample_rate
    return math.acos(math.cos(turn)) * sample_rate / (2 * math.pi)


def folds_until_it_fits(frequency, sample_rate):
    frequency %= sample_rate
    return sample_rate - frequency if frequency > sample_rate / 2 else frequency


RIGHT = [takes_the_shorter_way_round, measures_the_phase_of_a_sample, folds_until_it_fits]
