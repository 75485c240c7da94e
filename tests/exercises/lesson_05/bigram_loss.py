"""Answers to exercise 5.1, as learners give them."""

from collections import Counter

import numpy as np


def table(train, n_ids, smoothing):
    counts = np.full((n_ids, n_ids), float(smoothing))
    for first, second in zip(train, train[1:], strict=False):
        counts[first, second] += 1
    return counts


def divides_by_the_second_token(train, validation, n_ids, smoothing=0.01):
    counts = table(train, n_ids, smoothing)
    p = counts / counts.sum(axis=0)
    return -np.log(p[validation[:-1], validation[1:]]).mean()


def swaps_the_indices(train, validation, n_ids, smoothing=0.01):
    counts = table(train, n_ids, smoothing)
    p = counts / counts.sum(axis=1, keepdims=True)
    return -np.log(p[validation[1:], validation[:-1]]).mean()


def divides_by_all_pairs(train, validation, n_ids, smoothing=0.01):
    counts = table(train, n_ids, smoothing)
    p = counts / counts.sum()
    return -np.log(p[validation[:-1], validation[1:]]).mean()


def counts_single_tokens(train, validation, n_ids, smoothing=0.01):
    counts = np.bincount(train[1:], minlength=n_ids) + smoothing
    return -np.log(counts / counts.sum())[validation[1:]].mean()


def gives_bits(train, validation, n_ids, smoothing=0.01):
    counts = table(train, n_ids, smoothing)
    p = counts / counts.sum(axis=1, keepdims=True)
    return -np.log2(p[validation[:-1], validation[1:]]).mean()


def gives_the_perplexity(train, validation, n_ids, smoothing=0.01):
    counts = table(train, n_ids, smoothing)
    p = counts / counts.sum(axis=1, keepdims=True)
    return np.exp(-np.log(p[validation[:-1], validation[1:]]).mean())


def measures_what_it_counted(train, validation, n_ids, smoothing=0.01):
    counts = table(train, n_ids, smoothing)
    p = counts / counts.sum(axis=1, keepdims=True)
    return -np.log(p[train[:-1], train[1:]]).sum() / max(len(train) - 1, 1)


def logarithm_of_the_mean(train, validation, n_ids, smoothing=0.01):
    counts = table(train, n_ids, smoothing)
    p = counts / counts.sum(axis=1, keepdims=True)
    return -np.log(p[validation[:-1], validation[1:]].mean())


def always_adds_one(train, validation, n_ids, smoothing=0.01):
    counts = table(train, n_ids, 1)
    p = counts / counts.sum(axis=1, keepdims=True)
    return -np.log(p[validation[:-1], validation[1:]]).mean()


def forgets_the_minus(train, validation, n_ids, smoothing=0.01):
    counts = table(train, n_ids, smoothing)
    p = counts / counts.sum(axis=1, keepdims=True)
    return np.log(p[validation[:-1], validation[1:]]).mean()


def sums_up(train, validation, n_ids, smoothing=0.01):
    counts = table(train, n_ids, smoothing)
    p = counts / counts.sum(axis=1, keepdims=True)
    return -np.log(p[validation[:-1], validation[1:]]).sum()


def counts_each_pair_once(train, validation, n_ids, smoothing=0.01):
    counts = np.full((n_ids, n_ids), smoothing)
    counts[train[:-1], train[1:]] += 1
    p = counts / counts.sum(axis=1, keepdims=True)
    return -np.log(p[validation[:-1], validation[1:]]).mean()


def writes_the_smoothing_down(train, validation, n_ids, smoothing=0.01):
    counts = table(train, n_ids, 0.01)
    p = counts / counts.sum(axis=1, keepdims=True)
    return -np.log(p[validation[:-1], validation[1:]]).mean()


def divides_by_all_tokens(train, validation, n_ids, smoothing=0.01):
    counts = table(train, n_ids, smoothing)
    p = counts / counts.sum(axis=1, keepdims=True)
    return -np.log(p[validation[:-1], validation[1:]]).sum() / len(validation)


def adds_the_smoothing_once(train, validation, n_ids, smoothing=0.01):
    counts = table(train, n_ids, 0)
    p = (counts + smoothing) / (counts.sum(axis=1, keepdims=True) + smoothing)
    return -np.log(p[validation[:-1], validation[1:]]).mean()


def smooths_only_what_was_seen(train, validation, n_ids, smoothing=0.01):
    counts = table(train, n_ids, 0)
    p = (counts + smoothing) / (counts.sum(axis=1, keepdims=True) + n_ids * smoothing)
    p = np.where(counts.sum(axis=1, keepdims=True) > 0, p, smoothing)
    return -np.log(p[validation[:-1], validation[1:]]).mean()


def makes_a_table_of_the_ids_seen(train, validation, n_ids, smoothing=0.01):
    return one_token_after_the_other(train, validation, max(*train, *validation) + 1, smoothing)


def keeps_whole_numbers(train, validation, n_ids, smoothing=0.01):
    counts = np.full((n_ids, n_ids), smoothing)
    np.add.at(counts, (train[:-1], train[1:]), 1)
    p = counts / counts.sum(axis=1, keepdims=True)
    loss = -np.log(p[validation[:-1], validation[1:]]).mean()
    return int(loss) if isinstance(smoothing, int) else loss


WRONG = {
    divides_by_the_second_token: "each row sums to 1, not each column",
    swaps_the_indices: "the indices are swapped",
    divides_by_all_pairs: "divide by the count of the token before",
    counts_single_tokens: "this ignores the token before",
    gives_bits: "not in bits",
    gives_the_perplexity: "this is the perplexity",
    measures_what_it_counted: "on the validation tokens",
    logarithm_of_the_mean: "first, then the mean",
    always_adds_one: "not 1",
    forgets_the_minus: "the logarithm of a probability is negative",
    sums_up: "not their sum",
    counts_each_pair_once: "use np.add.at",
    writes_the_smoothing_down: "only its default",
    divides_by_all_tokens: "the first token is not predicted",
    adds_the_smoothing_once: "add the smoothing to every count before",
    smooths_only_what_was_seen: "largest difference",
    makes_a_table_of_the_ids_seen: "at an edge that the docstring allows",
    keeps_whole_numbers: "smoothing 1, a whole number",
}


def one_token_after_the_other(train, validation, n_ids, smoothing=0.01):
    pairs = Counter(zip(train[:-1].tolist(), train[1:].tolist(), strict=True))
    firsts = Counter(train[:-1].tolist())
    loss = 0.0
    for first, second in zip(validation[:-1].tolist(), validation[1:].tolist(), strict=True):
        p = (pairs[first, second] + smoothing) / (firsts[first] + n_ids * smoothing)
        loss -= np.log(p)
    return loss / (len(validation) - 1)


def through_one_hot_rows(train, validation, n_ids, smoothing=0.01):
    one_hot = np.eye(n_ids)[train]
    counts = one_hot[:-1].T @ one_hot[1:] + smoothing
    logarithms = np.log(counts) - np.log(counts.sum(axis=1))[:, None]
    return -np.mean([logarithms[a, b] for a, b in zip(validation, validation[1:], strict=False)])


RIGHT = [one_token_after_the_other, through_one_hot_rows]
