"""Answers to exercise 2.5, as learners give them."""

import numpy as np


def triangles(edges, frequencies):
    """Triangles that peak at 1."""
    rows = [
        np.interp(frequencies, edges[m : m + 3], [0, 1, 0], left=0, right=0)
        for m in range(len(edges) - 2)
    ]
    return np.array(rows)


def widths(edges):
    return edges[2:, None] - edges[:-2, None]


def peaks_at_one(edges, frequencies):
    return triangles(edges, frequencies)


def divides_by_the_width(edges, frequencies):
    return triangles(edges, frequencies) / widths(edges)


def makes_each_row_sum_to_one(edges, frequencies):
    weights = triangles(edges, frequencies)
    total = weights.sum(axis=1, keepdims=True)
    return np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)


def slopes(edges, frequencies):
    left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    return (frequencies - left) / (centre - left), (right - frequencies) / (right - centre)


def lets_weights_go_below_zero(edges, frequencies):
    return np.minimum(*slopes(edges, frequencies)) * 2 / widths(edges)


def builds_boxes(edges, frequencies):
    left, right = edges[:-2, None], edges[2:, None]
    return ((frequencies > left) & (frequencies < right)) / (right - left)


def takes_the_larger_slope(edges, frequencies):
    return np.maximum(np.maximum(*slopes(edges, frequencies)), 0) * 2 / widths(edges)


def rounds_edges_to_bins(edges, frequencies):
    """The recipe of many tutorials."""
    bins = np.floor(edges / frequencies[1]).astype(int)
    weights = np.zeros((len(edges) - 2, len(frequencies)))
    for m in range(len(edges) - 2):
        for k in range(bins[m], bins[m + 1]):
            weights[m, k] = (k - bins[m]) / (bins[m + 1] - bins[m])
        for k in range(bins[m + 1], bins[m + 2]):
            weights[m, k] = (bins[m + 2] - k) / (bins[m + 2] - bins[m + 1])
    return weights


def puts_filters_into_columns(edges, frequencies):
    return (triangles(edges, frequencies) * 2 / widths(edges)).T


def divides_by_the_distance_of_centres(edges, frequencies):
    return triangles(edges, frequencies) / np.diff(edges)[:-1, None]


def leaves_out_the_peak(edges, frequencies):
    weights = np.zeros((len(edges) - 2, len(frequencies)))
    for m in range(len(edges) - 2):
        left, centre, right = edges[m : m + 3]
        up = (frequencies > left) & (frequencies < centre)
        down = (frequencies > centre) & (frequencies < right)
        weights[m, up] = (frequencies[up] - left) / (centre - left)
        weights[m, down] = (right - frequencies[down]) / (right - centre)
    return weights * 2 / widths(edges)


def gives_every_filter_a_bin(edges, frequencies):
    weights = triangles(edges, frequencies) * 2 / widths(edges)
    for m in np.flatnonzero(weights.sum(axis=1) == 0):
        weights[m, np.abs(frequencies - edges[m + 1]).argmin()] = 2 / (edges[m + 2] - edges[m])
    return weights


def keeps_whole_numbers(edges, frequencies):
    weights = triangles(edges, frequencies) * 2 / widths(edges)
    return weights.astype(edges.dtype)


WRONG = {
    peaks_at_one: "these peak at 1",
    divides_by_the_width: "half the area of its box",
    makes_each_row_sum_to_one: "not the sum over bins",
    lets_weights_go_below_zero: "not negative",
    builds_boxes: "a triangle rises",
    takes_the_larger_slope: "take the smaller of",
    rounds_edges_to_bins: "do not round edges to bins",
    puts_filters_into_columns: "one row per filter",
    leaves_out_the_peak: "gets the full height",
    gives_every_filter_a_bin: "expected [",
    keeps_whole_numbers: "whole numbers",
    divides_by_the_distance_of_centres: "largest difference",
}


def interpolates_each_triangle(edges, frequencies):
    return triangles(edges, frequencies) * 2 / widths(edges)


def goes_filter_by_filter(edges, frequencies):
    weights = np.zeros((len(edges) - 2, len(frequencies)))
    for m in range(len(edges) - 2):
        left, centre, right = edges[m : m + 3]
        for k, frequency in enumerate(frequencies):
            if left < frequency <= centre:
                weights[m, k] = (frequency - left) / (centre - left)
            elif centre < frequency < right:
                weights[m, k] = (right - frequency) / (right - centre)
        weights[m] *= 2 / (right - left)
    return weights


RIGHT = [interpolates_each_triangle, goes_filter_by_filter]
