"""Answers to exercise 7.2, as learners give them."""

import numpy as np


def stops_before_the_sum_reaches_p(probabilities, p):
    kept, total = np.zeros_like(probabilities), 0.0
    for token in np.argsort(probabilities)[::-1]:
        total += probabilities[token]
        if total > p:
            break
        kept[token] = probabilities[token]
    return kept / kept.sum()


def keeps_one_too_many(probabilities, p):
    kept, total = np.zeros_like(probabilities), 0.0
    for token in np.argsort(probabilities)[::-1]:
        kept[token] = probabilities[token]
        if total >= p:
            break
        total += probabilities[token]
    return kept / kept.sum()


def does_not_normalise(probabilities, p):
    order = np.argsort(-probabilities)
    n_kept = np.searchsorted(np.cumsum(probabilities[order]), p) + 1
    kept = np.zeros_like(probabilities)
    kept[order[:n_kept]] = probabilities[order[:n_kept]]
    return kept


def returns_them_sorted(probabilities, p):
    ordered = np.sort(probabilities)[::-1]
    n_kept = np.searchsorted(np.cumsum(ordered), p) + 1
    ordered[n_kept:] = 0
    return ordered / ordered.sum()


def keeps_tokens_above_p(probabilities, p):
    kept = probabilities * (probabilities >= p)
    return kept / kept.sum() if kept.any() else kept


def begins_with_the_unlikeliest(probabilities, p):
    order = np.argsort(probabilities)
    n_kept = np.searchsorted(np.cumsum(probabilities[order]), p) + 1
    kept = np.zeros_like(probabilities)
    kept[order[:n_kept]] = probabilities[order[:n_kept]]
    return kept / kept.sum()


def does_not_sort(probabilities, p):
    n_kept = np.searchsorted(np.cumsum(probabilities), p) + 1
    kept = np.zeros_like(probabilities)
    kept[:n_kept] = probabilities[:n_kept]
    return kept / kept.sum()


def counts_tokens(probabilities, p):
    n_kept = max(1, int(round(p * probabilities.size)))
    kept = np.zeros_like(probabilities)
    best = np.argsort(-probabilities)[:n_kept]
    kept[best] = probabilities[best]
    return kept / kept.sum()


def shifts_without_the_first(probabilities, p):
    order = np.argsort(-probabilities)
    inside = np.cumsum(probabilities[order]) < p
    inside[1:] = inside[:-1].copy()
    kept = np.zeros_like(probabilities)
    kept[order[inside]] = probabilities[order[inside]]
    with np.errstate(all="ignore"):
        return kept / kept.sum()


def leaves_the_first_out(probabilities, p):
    order = np.argsort(-probabilities)
    inside = np.zeros(len(order), bool)
    inside[1:] = np.cumsum(probabilities[order])[:-1] < p
    kept = np.zeros_like(probabilities)
    kept[order[inside]] = probabilities[order[inside]]
    with np.errstate(all="ignore"):
        return kept / kept.sum()


def keeps_at_least_two(probabilities, p):
    kept, total = np.zeros_like(probabilities), 0.0
    for n_kept, token in enumerate(np.argsort(-probabilities)):
        if total >= p and n_kept >= 2:
            break
        kept[token] = probabilities[token]
        total += probabilities[token]
    return kept / kept.sum()


def goes_on_where_p_is_met(probabilities, p):
    kept, total = np.zeros_like(probabilities), 0.0
    for token in np.argsort(-probabilities):
        if total > p:
            break
        kept[token] = probabilities[token]
        total += probabilities[token]
    return kept / kept.sum()


WRONG = {
    stops_before_the_sum_reaches_p: "belongs to the nucleus",
    keeps_one_too_many: "one token too many",
    does_not_normalise: "sum to 1 again",
    returns_them_sorted: "back in the order of the tokens",
    keeps_tokens_above_p: "not with a single probability",
    begins_with_the_unlikeliest: "begin with the likeliest",
    does_not_sort: "sort first",
    counts_tokens: "not of the number of tokens",
    shifts_without_the_first: "it still has to be kept",
    leaves_the_first_out: "is always kept",
    keeps_at_least_two: "one token can be enough",
    goes_on_where_p_is_met: "that token is the last one",
}


def walks_down(probabilities, p):
    kept, total = np.zeros(len(probabilities)), 0.0
    for token in sorted(range(len(probabilities)), key=lambda i: -probabilities[i]):
        kept[token] = probabilities[token]
        total += probabilities[token]
        if total >= p:
            break
    return kept / total


def finds_the_smallest_kept(probabilities, p):
    ordered = np.sort(probabilities)[::-1]
    smallest = ordered[np.searchsorted(np.cumsum(ordered), p)]
    kept = np.where(probabilities >= smallest, probabilities, 0.0)
    return kept / kept.sum()


def shifts_the_sums(probabilities, p):
    order = np.argsort(-probabilities)
    inside = np.insert(np.cumsum(probabilities[order])[:-1] < p, 0, True)
    kept = np.where(inside[np.argsort(order)], probabilities, 0)
    return kept / kept.sum()


RIGHT = [walks_down, finds_the_smallest_kept, shifts_the_sums]
