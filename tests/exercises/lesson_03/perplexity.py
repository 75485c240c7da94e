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


WRONG = {
    counts_different_codes: "counts a code used once like one used all the time",
    stops_at_nats: "the entropy in nats",
    stops_at_bits: "the entropy in bits",
    takes_two_to_the_nats: "np.log goes with np.exp, np.log2 with 2 **",
    takes_e_to_the_bits: "np.log2 goes with 2 **, np.log with np.exp",
    takes_the_logarithm_of_zero: "0 log 0 counts as 0",
    forgets_the_minus: "entropy has a minus",
    squares_the_shares: "another measure of diversity",
    leaves_out_the_weights: "weight each logarithm",
    normalises_by_the_number_of_codes: "largest difference",
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
