"""Answers to exercise 11.1, as learners give them."""

import numpy as np
import torch
import torch.nn.functional as F


def _cosines(sounds, captions):
    a = sounds / np.linalg.norm(sounds, axis=1, keepdims=True)
    b = captions / np.linalg.norm(captions, axis=1, keepdims=True)
    return a @ b.T


def _surprise(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=1)) - np.diag(shifted)


def looks_for_captions_only(sounds, captions, temperature):
    return _surprise(_cosines(sounds, captions) / temperature).mean()


def looks_for_sounds_only(sounds, captions, temperature):
    return _surprise(_cosines(captions, sounds) / temperature).mean()


def adds_both_ways(sounds, captions, temperature):
    logits = _cosines(sounds, captions) / temperature
    return _surprise(logits).mean() + _surprise(logits.T).mean()


def adds_the_pairs(sounds, captions, temperature):
    logits = _cosines(sounds, captions) / temperature
    return (_surprise(logits).sum() + _surprise(logits.T).sum()) / 2


def takes_dot_products(sounds, captions, temperature):
    logits = sounds @ captions.T / temperature
    return (_surprise(logits).mean() + _surprise(logits.T).mean()) / 2


def multiplies_by_the_temperature(sounds, captions, temperature):
    logits = _cosines(sounds, captions) * temperature
    return (_surprise(logits).mean() + _surprise(logits.T).mean()) / 2


def forgets_the_temperature(sounds, captions, temperature):
    logits = _cosines(sounds, captions)
    return (_surprise(logits).mean() + _surprise(logits.T).mean()) / 2


def compares_with_the_others_only(sounds, captions, temperature):
    logits = _cosines(sounds, captions) / temperature
    n = len(logits)
    total = 0.0
    for i in range(n):
        others = [j for j in range(n) if j != i]
        total += np.log(np.exp(logits[i, others]).sum()) - logits[i, i]
        total += np.log(np.exp(logits[others, i]).sum()) - logits[i, i]
    return total / (2 * n)


def forgets_the_minus(sounds, captions, temperature):
    logits = _cosines(sounds, captions) / temperature
    return -(_surprise(logits).mean() + _surprise(logits.T).mean()) / 2


def draws_pairs_together_only(sounds, captions, temperature):
    return -np.diag(_cosines(sounds, captions) / temperature).mean()


def counts_what_is_missing(sounds, captions, temperature):
    logits = _cosines(sounds, captions) / temperature
    rows, columns = np.exp(-_surprise(logits)), np.exp(-_surprise(logits.T))
    return 1 - (rows.mean() + columns.mean()) / 2


def takes_the_mean_first(sounds, captions, temperature):
    logits = _cosines(sounds, captions) / temperature
    rows, columns = np.exp(-_surprise(logits)), np.exp(-_surprise(logits.T))
    return -(np.log(rows.mean()) + np.log(columns.mean())) / 2


def counts_bits(sounds, captions, temperature):
    logits = _cosines(sounds, captions) / temperature
    return (_surprise(logits).mean() + _surprise(logits.T).mean()) / 2 / np.log(2)


def takes_one_softmax_for_all(sounds, captions, temperature):
    logits = _cosines(sounds, captions) / temperature
    top = logits.max()
    return top + np.log(np.exp(logits - top).sum()) - np.diag(logits).mean()


def normalises_the_matrix(sounds, captions, temperature):
    a, b = sounds / np.linalg.norm(sounds), captions / np.linalg.norm(captions)
    logits = a @ b.T / temperature
    return (_surprise(logits).mean() + _surprise(logits.T).mean()) / 2


def normalises_columns(sounds, captions, temperature):
    a, b = sounds / np.linalg.norm(sounds, axis=0), captions / np.linalg.norm(captions, axis=0)
    logits = a @ b.T / temperature
    return (_surprise(logits).mean() + _surprise(logits.T).mean()) / 2


def lets_the_exponential_overflow(sounds, captions, temperature):
    logits = _cosines(sounds, captions) / temperature
    with np.errstate(all="ignore"):
        p = np.exp(logits)
        own = np.diag(p)
        return -(np.log(own / p.sum(axis=1)) + np.log(own / p.sum(axis=0))).mean() / 2


def subtracts_the_largest_of_all(sounds, captions, temperature):
    logits = _cosines(sounds, captions) / temperature
    e = np.exp(logits - logits.max())
    own = np.diag(logits) - logits.max()
    with np.errstate(divide="ignore"):
        both = np.log(e.sum(axis=1)) + np.log(e.sum(axis=0))
    return (both / 2 - own).mean()


def adds_a_little_to_the_lengths(sounds, captions, temperature):
    a = sounds / (np.linalg.norm(sounds, axis=1, keepdims=True) + 1e-8)
    b = captions / (np.linalg.norm(captions, axis=1, keepdims=True) + 1e-8)
    logits = a @ b.T / temperature
    return (_surprise(logits).mean() + _surprise(logits.T).mean()) / 2


WRONG = {
    looks_for_captions_only: "captions have to find their sounds too",
    looks_for_sounds_only: "sounds have to find their captions too",
    adds_both_ways: "not their sum",
    adds_the_pairs: "take the mean over the pairs",
    takes_dot_products: "length 1 first",
    multiplies_by_the_temperature: "divide by the temperature",
    forgets_the_temperature: "divide the cosines",
    compares_with_the_others_only: "keep it in the sum",
    forgets_the_minus: "the loss is 0 or more",
    draws_pairs_together_only: "a softmax over each row",
    counts_what_is_missing: "not 1 minus it",
    takes_the_mean_first: "the logarithm for each pair first",
    counts_bits: "natural logarithm",
    takes_one_softmax_for_all: "not one over all",
    normalises_the_matrix: "not the whole matrix",
    normalises_columns: "along axis 1",
    lets_the_exponential_overflow: "not finite",
    subtracts_the_largest_of_all: "each row's own largest",
    adds_a_little_to_the_lengths: "largest difference",
}


def asks_pytorch(sounds, captions, temperature):
    a = F.normalize(torch.as_tensor(sounds), dim=1, eps=0.0)
    b = F.normalize(torch.as_tensor(captions), dim=1, eps=0.0)
    logits, right = a @ b.T / temperature, torch.arange(len(a))
    return (F.cross_entropy(logits, right) + F.cross_entropy(logits.T, right)) / 2


def goes_pair_by_pair(sounds, captions, temperature):
    total, n = 0.0, len(sounds)
    for i in range(n):
        for one, many in ((sounds[i], captions), (captions[i], sounds)):
            z = [one @ x / np.sqrt(one @ one) / np.sqrt(x @ x) / temperature for x in many]
            total += np.log(sum(np.exp(np.array(z) - z[i])))
    return total / (2 * n)


def _log_sum_exp(x, axis):
    return np.logaddexp.reduce(x, axis=axis)


def adds_logarithms(sounds, captions, temperature):
    z = _cosines(sounds, captions) / temperature
    both = _log_sum_exp(z, 0) + _log_sum_exp(z, 1) - 2 * np.diag(z)
    return both.sum() / (2 * len(z))


RIGHT = [asks_pytorch, adds_logarithms]
