"""Answers to exercise 3.3, as learners give them."""

import math
from collections import Counter

import numpy as np


def shares(ids):
    counts = np.bincount(ids)
    return counts[counts > 0] / len(ids)


def counts_different_codes(ids):
    return len(set(ids.tolist()))


def stops_at_nats(ids):
    p = shares(ids)
    return -np.sum(p * np.log(p))


def stops_at_bits(ids):
    p = shares(ids)
    return -np.sum(p * np.log2(p))


def takes_two_to_the_nats(ids):
    return 2 ** stops_at_nats(ids)


def takes_e_to_the_bits(ids):
    return math.exp(stops_at_bits(ids))


def takes_the_logarithm_of_zero(ids):
    p = np.bincount(ids) / len(ids)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.exp(-np.sum(p * np.log(p)))


def forgets_the_minus(ids):
    p = shares(ids)
    return np.exp(np.sum(p * np.log(p)))


def squares_the_shares(ids):
    return 1 / np.sum(shares(ids) ** 2)


def leaves_out_the_weights(ids):
    return np.exp(-np.mean(np.log(shares(ids))))


def normalises_by_the_number_of_codes(ids):
    p = np.bincount(ids) / len(np.bincount(ids))
    p = p[p > 0]
    return np.exp(-np.sum(p * np.log(p)))


def counts_neighbours_only(ids):
    starts = np.flatnonzero(np.diff(ids, prepend=-1))
    p = np.bincount(ids[starts]) / len(starts)
    p = p[p > 0]
    return np.exp(-np.sum(p * np.log(p)))


def leaves_out_code_zero(ids):
    return np.exp(stops_at_nats(ids[ids > 0]))


def needs_two_codes(ids):
    if len(np.unique(ids)) < 2:
        return 0.0
    return np.exp(stops_at_nats(ids))


WRONG = {
    counts_different_codes: "the same weight as one used all the time",
    stops_at_nats: "the entropy in nats",
    stops_at_bits: "the entropy in bits",
    takes_two_to_the_nats: "np.log belongs with np.exp, np.log2 with 2 **",
    takes_e_to_the_bits: "np.log2 belongs with 2 **, np.log with np.exp",
    takes_the_logarithm_of_zero: "0 log 0 counts as 0",
    forgets_the_minus: "the entropy has a minus",
    squares_the_shares: "measures diversity in another way",
    leaves_out_the_weights: "weight each logarithm",
    normalises_by_the_number_of_codes: "the number of tokens",
    counts_neighbours_only: "largest difference",
    leaves_out_code_zero: "at an edge that the docstring allows",
    needs_two_codes: "at an edge that the docstring allows: one id\n",
}


def adds_up_in_a_loop(ids):
    entropy = 0.0
    for count in Counter(ids.tolist()).values():
        entropy += count / len(ids) * math.log2(len(ids) / count)
    return 2**entropy


def multiplies_powers(ids):
    p = shares(ids)
    return np.prod(p**-p)


RIGHT = [adds_up_in_a_loop, multiplies_powers]
