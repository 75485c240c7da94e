"""Answers to exercise 2.6, as learners give them."""

import math

import numpy as np


def level(power, reference):
    return 10 * np.log10(np.maximum(power / reference, 1e-100))


def takes_powers_for_amplitudes(power, reference, floor_db):
    return np.maximum(2 * level(power, reference), floor_db)


def uses_the_natural_logarithm(power, reference, floor_db):
    return np.maximum(10 * np.log(np.maximum(power / reference, 1e-40)), floor_db)


def forgets_the_reference(power, reference, floor_db):
    return np.maximum(level(power, 1.0), floor_db)


def compares_with_the_loudest(power, reference, floor_db):
    return np.maximum(level(power, np.max(power)), floor_db)


def counts_the_floor_from_the_loudest(power, reference, floor_db):
    decibels = level(power, reference)
    return np.maximum(decibels, decibels.max() + floor_db)


def divides_the_wrong_way(power, reference, floor_db):
    return np.maximum(10 * np.log10(reference / np.maximum(power, 1e-28)), floor_db)


def takes_the_smaller(power, reference, floor_db):
    return np.minimum(level(power, reference), floor_db)


def forgets_the_floor(power, reference, floor_db):
    return 10 * np.log10(power / reference)


def clips_at_the_reference(power, reference, floor_db):
    return np.clip(level(power, reference), floor_db, 0)


def adds_a_small_number(power, reference, floor_db):
    return np.maximum(10 * np.log10(power / reference + 1e-10), floor_db)


def guards_with_a_power_that_is_too_large(power, reference, floor_db):
    return np.maximum(10 * np.log10(np.maximum(power, 1e-10) / reference), floor_db)


def takes_the_logarithm_of_nothing_for_0_dB(power, reference, floor_db):
    ratio = power / reference
    return np.maximum(10 * np.log10(ratio, out=np.zeros(ratio.shape), where=ratio > 0), floor_db)


WRONG = {
    takes_powers_for_amplitudes: "10 log10, not 20",
    uses_the_natural_logarithm: "np.log is the natural logarithm",
    forgets_the_reference: "the power that reads 0 dB",
    compares_with_the_loudest: "reads differently in every clip",
    counts_the_floor_from_the_loudest: "not a distance from the loudest",
    divides_the_wrong_way: "divide the power by the reference, not",
    takes_the_smaller: "np.minimum lowers",
    clips_at_the_reference: "more than 0 dB",
    adds_a_small_number: "changes soft levels",
    guards_with_a_power_that_is_too_large: "a floor far down",
    takes_the_logarithm_of_nothing_for_0_dB: "powers of 0",
    forgets_the_floor: "raise what is below the floor",
}


def raises_powers_to_the_floor_first(power, reference, floor_db):
    return 10 * np.log10(np.maximum(power, reference * 10 ** (floor_db / 10)) / reference)


def goes_number_by_number(power, reference, floor_db):
    rows = []
    for row in power:
        ratios = [value / reference for value in row]
        rows.append([max(10 * math.log10(x), floor_db) if x > 0 else floor_db for x in ratios])
    return rows


RIGHT = [raises_powers_to_the_floor_first, goes_number_by_number]
