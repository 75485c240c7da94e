"""Answers to exercise 5.5, as learners give them."""

import numpy as np


def loss(r, n_others):
    return -r * np.log(r) - (1 - r) * np.log((1 - r) / n_others)


def shares_among_all(ids, n_ids, tokens_per_second):
    nats = loss(np.mean(ids[1:] == ids[:-1]), n_ids)
    return nats, nats * tokens_per_second


def counts_the_first_token(ids, n_ids, tokens_per_second):
    nats = loss(np.sum(ids[1:] == ids[:-1]) / len(ids), n_ids - 1)
    return nats, nats * tokens_per_second


def forgets_which_other(ids, n_ids, tokens_per_second):
    nats = loss(np.mean(ids[1:] == ids[:-1]), 1)
    return nats, nats * tokens_per_second


def pays_for_repeats_only(ids, n_ids, tokens_per_second):
    nats = -np.log(np.mean(ids[1:] == ids[:-1]))
    return nats, nats * tokens_per_second


def gives_bits(ids, n_ids, tokens_per_second):
    bits = loss(np.mean(ids[1:] == ids[:-1]), n_ids - 1) / np.log(2)
    return bits, bits * tokens_per_second


def divides_by_the_rate(ids, n_ids, tokens_per_second):
    nats = loss(np.mean(ids[1:] == ids[:-1]), n_ids - 1)
    return nats, nats / tokens_per_second


def takes_the_share_of_changes(ids, n_ids, tokens_per_second):
    nats = loss(np.mean(np.diff(ids) != 0), n_ids - 1)
    return nats, nats * tokens_per_second


def gives_one_number(ids, n_ids, tokens_per_second):
    return loss(np.mean(ids[1:] == ids[:-1]), n_ids - 1)


def counts_tokens_that_ever_came_before(ids, n_ids, tokens_per_second):
    seen = [token in ids[:i] for i, token in enumerate(ids)]
    nats = loss(np.clip(np.mean(seen[1:]), 0.01, 0.99), n_ids - 1)
    return nats, nats * tokens_per_second


def takes_differences_of_small_numbers(ids, n_ids, tokens_per_second):
    nats = loss(
        np.clip(np.mean(np.diff(ids) <= 0), 0.01, 0.99), n_ids - 1
    )  # unsigned numbers never go down
    return nats, nats * tokens_per_second


def rounds_the_rate(ids, n_ids, tokens_per_second):
    nats = loss(np.mean(ids[1:] == ids[:-1]), n_ids - 1)
    return nats, nats * round(tokens_per_second)


WRONG = {
    shares_among_all: "n_ids - 1 other tokens",
    counts_the_first_token: "no token comes before the first",
    counts_tokens_that_ever_came_before: "largest difference",
    takes_differences_of_small_numbers: "in 2 of 2 values",
    rounds_the_rate: "in 1 of 2 values",
    forgets_which_other: "which other token",
    pays_for_repeats_only: "cost the most",
    gives_bits: "not in bits",
    divides_by_the_rate: "multiply",
    takes_the_share_of_changes: "r is the share of tokens that are the same",
    gives_one_number: "expected the shape (2,)",
}


def mean_over_the_guesses(ids, n_ids, tokens_per_second):
    same = ids[1:] == ids[:-1]
    r = same.sum() / (len(ids) - 1)
    guesses = np.where(same, r, (1 - r) / (n_ids - 1))
    nats = -np.log(guesses).mean()
    return nats, nats * tokens_per_second


def plain_python(ids, n_ids, tokens_per_second):
    from math import log

    r = sum(a == b for a, b in zip(ids, ids[1:], strict=False)) / (len(ids) - 1)
    entropy = -(r * log(r) + (1 - r) * log(1 - r))
    nats = entropy + (1 - r) * log(n_ids - 1)
    return [nats, tokens_per_second * nats]


def as_an_array(ids, n_ids, tokens_per_second):
    nats = loss(np.mean(ids[1:] == ids[:-1]), n_ids - 1)
    return np.array([1, tokens_per_second]) * nats


RIGHT = [mean_over_the_guesses, plain_python, as_an_array]

_THE_REFERENCE_GIVES_NONE = "only the misconceptions give another share or number of others"
ACCEPTED = {
    "share = np.mean(ids[1:] == ids[:-1])": _THE_REFERENCE_GIVES_NONE,
    "n_others = n_ids - 1": _THE_REFERENCE_GIVES_NONE,
}
