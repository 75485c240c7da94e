"""Answers to exercise 4.3, as learners give them."""

import numpy as np


def one_hot(codes, n_codes):
    return np.eye(n_codes)[codes]  # (n, n_codes)


def swaps_the_weights(counts, sums, z, codes, decay):
    chosen = one_hot(codes, len(counts))
    counts = (1 - decay) * counts + decay * chosen.sum(axis=0)
    sums = (1 - decay) * sums + decay * chosen.T @ z
    return counts, sums, sums / counts[:, None]


def adds_by_index(counts, sums, z, codes, decay):
    new = np.zeros(sums.shape)
    new[codes] += z
    n = np.bincount(codes, minlength=len(counts))
    counts, sums = decay * counts + (1 - decay) * n, decay * sums + (1 - decay) * new
    return counts, sums, sums / counts[:, None]


def goes_over_the_chosen_only(counts, sums, z, codes, decay):
    counts, sums = counts.copy(), sums.copy()
    for code in np.unique(codes):
        own = z[codes == code]
        counts[code] = decay * counts[code] + (1 - decay) * len(own)
        sums[code] = decay * sums[code] + (1 - decay) * own.sum(axis=0)
    return counts, sums, sums / counts[:, None]


def returns_the_sums_as_codes(counts, sums, z, codes, decay):
    chosen = one_hot(codes, len(counts))
    counts = decay * counts + (1 - decay) * chosen.sum(axis=0)
    sums = decay * sums + (1 - decay) * chosen.T @ z
    return counts, sums, sums.copy()


def divides_by_the_batch(counts, sums, z, codes, decay):
    n = one_hot(codes, len(counts)).sum(axis=0)
    counts = decay * counts + (1 - decay) * n
    sums = decay * sums + (1 - decay) * one_hot(codes, len(counts)).T @ z
    return counts, sums, sums / np.where(n > 0, n, 1)[:, None]


def averages_the_batch_first(counts, sums, z, codes, decay):
    chosen = one_hot(codes, len(counts))
    n = chosen.sum(axis=0)
    means = chosen.T @ z / np.maximum(n, 1)[:, None]
    counts = decay * counts + (1 - decay) * n
    sums = decay * sums + (1 - decay) * means
    return counts, sums, sums / counts[:, None]


def adds_without_a_weight(counts, sums, z, codes, decay):
    chosen = one_hot(codes, len(counts))
    counts = decay * counts + chosen.sum(axis=0)
    sums = decay * sums + chosen.T @ z
    return counts, sums, sums / counts[:, None]


def gives_the_codebook_alone(counts, sums, z, codes, decay):
    chosen = one_hot(codes, len(counts))
    counts = decay * counts + (1 - decay) * chosen.sum(axis=0)
    return (decay * sums + (1 - decay) * chosen.T @ z) / counts[:, None]


def updates_in_place(counts, sums, z, codes, decay):
    counts *= decay
    sums *= decay
    np.add.at(counts, codes, 1 - decay)
    np.add.at(sums, codes, (1 - decay) * z)
    return counts, sums, sums / counts[:, None]


def counts_up_to_the_largest_code(counts, sums, z, codes, decay):
    chosen = one_hot(codes, codes.max() + 1)
    counts, sums = counts.copy(), sums.copy()
    n = chosen.shape[1]
    counts[:n] = decay * counts[:n] + (1 - decay) * chosen.sum(axis=0)
    sums[:n] = decay * sums[:n] + (1 - decay) * chosen.T @ z
    return counts, sums, sums / counts[:, None]


def adds_a_little_to_the_counts(counts, sums, z, codes, decay):
    chosen = one_hot(codes, len(counts))
    counts = decay * counts + (1 - decay) * chosen.sum(axis=0)
    sums = decay * sums + (1 - decay) * chosen.T @ z
    return counts, sums, sums / (counts + 1e-3)[:, None]


def moves_the_codes_themselves(counts, sums, z, codes, decay):
    chosen = one_hot(codes, len(counts))
    n = chosen.sum(axis=0)
    codebook = sums / counts[:, None]
    means = np.where(n[:, None] > 0, chosen.T @ z / np.maximum(n, 1)[:, None], codebook)
    counts, sums = decay * counts + (1 - decay) * n, decay * sums + (1 - decay) * chosen.T @ z
    return counts, sums, decay * codebook + (1 - decay) * means


def keeps_unchosen_codes_in_place(counts, sums, z, codes, decay):
    chosen = one_hot(codes, len(counts))
    n = chosen.sum(axis=0)
    new = decay * counts + (1 - decay) * n
    added = decay * sums + (1 - decay) * chosen.T @ z
    codebook = np.where(n[:, None] > 0, added / new[:, None], 0.0)
    return new, added, codebook


WRONG = {
    swaps_the_weights: "decay is the weight of the old values",
    adds_by_index: "keeps one vector per code",
    goes_over_the_chosen_only: "a code that nothing chose fades too",
    returns_the_sums_as_codes: "a code is a mean",
    divides_by_the_batch: "not by the batch's",
    averages_the_batch_first: "not their mean",
    adds_without_a_weight: "counts and sums by 1 - decay",
    counts_up_to_the_largest_code: "the counts:",
    adds_a_little_to_the_counts: "largest difference: 0.0",
    moves_the_codes_themselves: "the codebook:\nexpected",
    keeps_unchosen_codes_in_place: "the codebook:",
    gives_the_codebook_alone: "return three arrays",
    updates_in_place: "in place",
}


def multiplies_by_one_hot_rows(counts, sums, z, codes, decay):
    chosen = one_hot(codes, len(counts))
    counts = decay * counts + (1 - decay) * chosen.sum(axis=0)
    sums = decay * sums + (1 - decay) * chosen.T @ z
    return counts, sums, sums / counts[:, None]


def goes_vector_by_vector(counts, sums, z, codes, decay):
    counts, sums = decay * counts, decay * sums
    for vector, code in zip(z, codes, strict=True):
        counts[code] += 1 - decay
        sums[code] += (1 - decay) * vector
    return [counts, sums, (sums.T / counts).T]


RIGHT = [multiplies_by_one_hot_rows, goes_vector_by_vector]
