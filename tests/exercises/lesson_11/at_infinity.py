"""Answers to exercise 11.4, as learners give them."""

import numpy as np


def fits_over_the_size(sizes, distances):
    return np.polyfit(sizes, distances, 1)[1]


def returns_the_slope(sizes, distances):
    return np.polyfit(1 / sizes, distances, 1)[0]


def reads_the_line_at_one(sizes, distances):
    return np.polyval(np.polyfit(1 / sizes, distances, 1), 1)


def takes_the_largest_set(sizes, distances):
    return distances[np.argmax(sizes)]


def averages(sizes, distances):
    return np.mean(distances)


def takes_the_best(sizes, distances):
    return min(distances)


def fits_over_the_root(sizes, distances):
    return np.polyfit(1 / np.sqrt(sizes), distances, 1)[1]


def joins_the_ends(sizes, distances):
    order = np.argsort(sizes, kind="stable")
    a, b = order[0], order[-1]
    slope = (distances[a] - distances[b]) / (1 / sizes[a] - 1 / sizes[b])
    return distances[b] - slope / sizes[b]


def clips_at_zero(sizes, distances):
    return max(0, np.polyfit(1 / sizes, distances, 1)[1])


def fits_over_the_logarithm(sizes, distances):
    return np.polyfit(np.log(sizes), distances, 1)[1]


def leaves_out_the_constant(sizes, distances):
    return np.linalg.lstsq((1 / sizes)[:, None], distances, rcond=None)[0][0]


def exchanges_the_axes(sizes, distances):
    slope, start = np.polyfit(distances, 1 / sizes, 1)
    return -start / slope


def trusts_large_sets_more(sizes, distances):
    return np.polyfit(1 / sizes, distances, 1, w=sizes)[1]


def bends_the_line(sizes, distances):
    return np.polyfit(1 / sizes, distances, 2)[2]


def takes_the_last(sizes, distances):
    return distances[-1]


WRONG = {
    fits_over_the_size: "fit the distances over 1 / size",
    returns_the_slope: "the line's value at 0",
    reads_the_line_at_one: "is 0, not 1",
    takes_the_largest_set: "follow the line on",
    averages: "mean bias",
    takes_the_best: "a matter of luck",
    fits_over_the_root: "not with its root",
    joins_the_ends: "two accidents",
    clips_at_zero: "do not clip",
    fits_over_the_logarithm: "not over a logarithm",
    leaves_out_the_constant: "need not go through 0",
    exchanges_the_axes: "not the other way round",
    trusts_large_sets_more: "without weights",
    bends_the_line: "not a parabola",
    takes_the_last: "largest difference",
}


def fits_a_line(sizes, distances):
    return np.polyfit(1 / np.asarray(sizes, float), distances, 1)[1]


def solves_for_two_numbers(sizes, distances):
    x = np.stack([np.ones(len(sizes)), 1 / np.asarray(sizes, float)], axis=1)
    return np.linalg.lstsq(x, np.asarray(distances, float), rcond=None)[0][:1]


RIGHT = [fits_a_line, solves_for_two_numbers]
