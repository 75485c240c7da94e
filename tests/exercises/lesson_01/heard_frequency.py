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


WRONG = {
    stops_at_half_the_rate: "tones do not stop at half",
    takes_the_remainder: "the remainder can lie above",
    folds_only_once: "beyond it the pattern repeats",
    forgets_the_sign: "a negative frequency sounds like its positive twin",
    folds_at_the_sample_rate: "the mirror stands at half the sample rate",
    takes_the_remainder_of_half_the_rate: "comes down, from the top",
    gives_the_distance_to_half_the_rate: "largest difference",
}


def takes_the_shorter_way_round(frequency, sample_rate):
    remainder = frequency % sample_rate
    return min(remainder, sample_rate - remainder)


def measures_the_phase_of_a_sample(frequency, sample_rate):
    turn = 2 * math.pi * frequency / sample_rate
    return math.acos(math.cos(turn)) * sample_rate / (2 * math.pi)


RIGHT = [takes_the_shorter_way_round, measures_the_phase_of_a_sample]
