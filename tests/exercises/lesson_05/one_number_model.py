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


WRONG = {
    shares_among_all: "n_ids - 1 other tokens",
    counts_the_first_token: "the first token has none before it",
    forgets_which_other: "which other token",
    pays_for_repeats_only: "they cost the most",
    gives_bits: "nats, not bits",
    divides_by_the_rate: "multiply",
    takes_the_share_of_changes: "the share is that of tokens that are the same",
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


RIGHT = [mean_over_the_guesses, plain_python]
