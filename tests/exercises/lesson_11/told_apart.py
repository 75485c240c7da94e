"""Answers to exercise 11.6, as learners give them."""

from itertools import combinations
from statistics import NormalDist

import numpy as np
from scipy.stats import norm


def _errors(half_widths):
    return half_widths / norm.ppf(0.975)


def _away(means, half_widths):
    e = _errors(half_widths)
    return abs(means[:, None] - means) / np.sqrt(e[:, None] ** 2 + e**2)


def _limit(n_tests, sides=2):
    return norm.ppf(1 - 0.05 / n_tests / sides)


def corrects_nothing(means, half_widths):
    return _away(means, half_widths) > 1.96


def lets_intervals_not_overlap(means, half_widths):
    low, high = means - half_widths, means + half_widths
    return (low[:, None] > high) | (low > high[:, None])


def takes_half_widths_for_errors(means, half_widths):
    n = len(means)
    away = abs(means[:, None] - means) / np.sqrt(half_widths[:, None] ** 2 + half_widths**2)
    return away > _limit(max(1, n * (n - 1) / 2))


def halves_the_half_widths(means, half_widths):
    n, e = len(means), half_widths / 2
    away = abs(means[:, None] - means) / np.hypot(e[:, None], e)
    return away > _limit(max(1, n * (n - 1) / 2))


def takes_the_wider(means, half_widths):
    return abs(means[:, None] - means) > np.maximum(half_widths[:, None], half_widths)


def adds_the_errors(means, half_widths):
    n, e = len(means), _errors(half_widths)
    return abs(means[:, None] - means) / (e[:, None] + e) > _limit(max(1, n * (n - 1) / 2))


def looks_one_way(means, half_widths):
    n = len(means)
    return _away(means, half_widths) > _limit(max(1, n * (n - 1) / 2), 1)


def counts_systems(means, half_widths):
    return _away(means, half_widths) > _limit(len(means))


def counts_all_cells(means, half_widths):
    return _away(means, half_widths) > _limit(len(means) ** 2)


def counts_pairs_twice(means, half_widths):
    n = len(means)
    return _away(means, half_widths) > _limit(max(1, n * (n - 1)))


def says_which_is_better(means, half_widths):
    n = len(means)
    apart = _away(means, half_widths) > _limit(max(1, n * (n - 1) / 2))
    return apart & (means[:, None] > means)


def says_which_are_alike(means, half_widths):
    n = len(means)
    return _away(means, half_widths) <= _limit(max(1, n * (n - 1) / 2))


def fills_one_triangle(means, half_widths):
    n = len(means)
    return np.triu(_away(means, half_widths) > _limit(max(1, n * (n - 1) / 2)), 1)


def counts_them(means, half_widths):
    n = len(means)
    return int((_away(means, half_widths) > _limit(max(1, n * (n - 1) / 2))).sum() / 2)


def says_true_on_the_diagonal(means, half_widths):
    n = len(means)
    apart = _away(means, half_widths) > _limit(max(1, n * (n - 1) / 2))
    np.fill_diagonal(apart, True)
    return apart


def multiplies_the_limit(means, half_widths):
    n = len(means)
    return _away(means, half_widths) > 1.96 * max(1, n * (n - 1) / 2)


def divides_by_no_pairs(means, half_widths):
    n = len(means)
    return _away(means, half_widths) > NormalDist().inv_cdf(1 - 0.025 / (n * (n - 1) / 2))


WRONG = {
    corrects_nothing: "divide 0.05 by their number",
    lets_intervals_not_overlap: "overlap is no test",
    takes_half_widths_for_errors: "1.96 standard errors",
    halves_the_half_widths: "1.96 standard errors, not 2",
    takes_the_wider: "both means are uncertain",
    adds_the_errors: "by their squares",
    looks_one_way: "half of 0.05 on each side",
    counts_systems: "not by that of systems",
    counts_all_cells: "divide by the number of pairs",
    counts_pairs_twice: "a pair counts once",
    says_which_is_better: "without the direction",
    says_which_are_alike: "True where they are told apart",
    fills_one_triangle: "fill both triangles",
    counts_them: "not how many",
    says_true_on_the_diagonal: "diagonal is False",
    multiplies_the_limit: "grows far more slowly",
    divides_by_no_pairs: "zero",
}


def asks_scipy(means, half_widths):
    n = len(means)
    p = 2 * norm.sf(_away(means, half_widths))
    return p * (n * (n - 1) / 2) < 0.05 if n > 1 else [[False]]


def goes_pair_by_pair(means, half_widths):
    n = len(means)
    pairs = list(combinations(range(n), 2))
    apart = np.zeros((n, n), bool)
    for i, j in pairs:
        error = np.hypot(half_widths[i], half_widths[j]) / NormalDist().inv_cdf(0.975)
        p = 2 * NormalDist().cdf(-abs(means[i] - means[j]) / error)
        apart[i, j] = apart[j, i] = p < 0.05 / len(pairs)
    return apart


RIGHT = [asks_scipy, goes_pair_by_pair]
