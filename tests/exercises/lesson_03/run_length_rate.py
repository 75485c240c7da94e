"""Answers to exercise 3.4, as learners give them."""

import math
from itertools import groupby

import numpy as np


def runs(ids):
    return [len(list(group)) for _, group in groupby(ids.tolist())]


def rate(n_pieces, bits, ids, tokens_per_second):
    return n_pieces * bits / (len(ids) / tokens_per_second)


def writes_every_token(ids, tokens_per_second, n_codes, longest_run):
    return tokens_per_second * np.log2(n_codes)


def lets_runs_be_as_long_as_they_are(ids, tokens_per_second, n_codes, longest_run):
    bits = math.log2(n_codes) + math.log2(longest_run)
    return rate(len(runs(ids)), bits, ids, tokens_per_second)


def writes_no_lengths(ids, tokens_per_second, n_codes, longest_run):
    n_pieces = sum(math.ceil(run / longest_run) for run in runs(ids))
    return rate(n_pieces, math.log2(n_codes), ids, tokens_per_second)


def adds_one_instead_of_rounding_up(ids, tokens_per_second, n_codes, longest_run):
    n_pieces = sum(run // longest_run + 1 for run in runs(ids))
    return rate(n_pieces, math.log2(n_codes * longest_run), ids, tokens_per_second)


def counts_changes(ids, tokens_per_second, n_codes, longest_run):
    changes = np.flatnonzero(np.diff(ids))
    lengths = np.diff(np.append(changes, len(ids) - 1))
    n_pieces = np.ceil(lengths / longest_run).sum()
    return rate(n_pieces, math.log2(n_codes * longest_run), ids, tokens_per_second)


def forgets_the_seconds(ids, tokens_per_second, n_codes, longest_run):
    n_pieces = sum(math.ceil(run / longest_run) for run in runs(ids))
    return n_pieces * math.log2(n_codes * longest_run)


def stops_at_bits_a_token(ids, tokens_per_second, n_codes, longest_run):
    return forgets_the_seconds(ids, tokens_per_second, n_codes, longest_run) / len(ids)


def takes_natural_logarithms(ids, tokens_per_second, n_codes, longest_run):
    n_pieces = sum(math.ceil(run / longest_run) for run in runs(ids))
    return rate(n_pieces, math.log(n_codes) + math.log(longest_run), ids, tokens_per_second)


def counts_different_codes(ids, tokens_per_second, n_codes, longest_run):
    return rate(len(set(ids.tolist())), math.log2(n_codes), ids, tokens_per_second)


def forgets_the_last_run(ids, tokens_per_second, n_codes, longest_run):
    lengths, length = [], 1
    for before, code in zip(ids[:-1], ids[1:], strict=True):
        if code == before:
            length += 1
        else:
            lengths.append(length)
            length = 1
    n_pieces = sum(math.ceil(run / longest_run) for run in lengths)
    return rate(n_pieces, math.log2(n_codes * longest_run), ids, tokens_per_second)


def writes_the_code_once_per_run(ids, tokens_per_second, n_codes, longest_run):
    bits = 0.0
    for run in runs(ids):
        bits += math.log2(n_codes) + math.ceil(run / longest_run) * math.log2(longest_run)
    return rate(1, bits, ids, tokens_per_second)


def takes_the_length_of_each_run(ids, tokens_per_second, n_codes, longest_run):
    bits = sum(math.log2(n_codes) + math.log2(run) for run in runs(ids))
    return bits * tokens_per_second / len(ids)


def divides_without_rounding(ids, tokens_per_second, n_codes, longest_run):
    n_pieces = sum(run / longest_run for run in runs(ids))
    return rate(n_pieces, math.log2(n_codes * longest_run), ids, tokens_per_second)


def takes_zero_for_no_code(ids, tokens_per_second, n_codes, longest_run):
    starts = np.flatnonzero(np.diff(ids, prepend=0))
    lengths = np.diff(np.append(starts, len(ids)))
    n_pieces = np.ceil(lengths / longest_run).sum()
    return rate(n_pieces, math.log2(n_codes * longest_run), ids, tokens_per_second)


def rounds_the_bits_up(ids, tokens_per_second, n_codes, longest_run):
    n_pieces = sum(math.ceil(run / longest_run) for run in runs(ids))
    bits = math.ceil(math.log2(n_codes)) + math.ceil(math.log2(longest_run))
    return rate(n_pieces, bits, ids, tokens_per_second)


WRONG = {
    writes_every_token: "this writes every token separately",
    lets_runs_be_as_long_as_they_are: "is cut into several pieces",
    writes_no_lengths: "the length of a piece costs",
    adds_one_instead_of_rounding_up: "round up, not + 1",
    counts_changes: "the first run is missing",
    forgets_the_seconds: "divide by its seconds",
    stops_at_bits_a_token: "multiply by tokens_per_second",
    takes_natural_logarithms: "to base 2",
    counts_different_codes: "largest difference",
    forgets_the_last_run: "the last run is missing",
    writes_the_code_once_per_run: "with the code again",
    takes_the_length_of_each_run: "every length costs",
    divides_without_rounding: "no fractions of a piece",
    takes_zero_for_no_code: "one run, of the code 0",
    rounds_the_bits_up: "may be fractional",
}


def walks_along_the_tokens(ids, tokens_per_second, n_codes, longest_run):
    n_pieces, length, before = 0, 0, None
    for code in ids:
        if code != before or length == longest_run:
            n_pieces, length = n_pieces + 1, 0
        length, before = length + 1, code
    return n_pieces * math.log2(n_codes * longest_run) * tokens_per_second / len(ids)


def groups_and_divides(ids, tokens_per_second, n_codes, longest_run):
    n_pieces = sum(-(-run // longest_run) for run in runs(ids))
    return rate(n_pieces, np.log2(n_codes) + np.log2(longest_run), ids, tokens_per_second)


RIGHT = [walks_along_the_tokens, groups_and_divides]
