"""Answers to exercise 4.4, as learners give them."""

import numpy as np


def worst_first(z, codes):
    distances = ((z[:, None, :] - codes[None, :, :]) ** 2).sum(axis=-1)
    return distances.min(axis=1).argsort()[::-1]


def move(codebook, counts, dead, vectors, count):
    codebook, counts = codebook.copy(), counts.copy()
    for number, vector in zip(np.flatnonzero(dead), vectors, strict=False):
        codebook[number] = vector
        counts[number] = count
    return codebook, counts


def compares_with_the_share(codebook, counts, z, share):
    dead = counts < share
    return move(codebook, counts, dead, z[worst_first(z, codebook[~dead])], counts.mean())


def compares_with_a_share_of_the_sum(codebook, counts, z, share):
    dead = counts < share * counts.sum()
    order = worst_first(z, codebook[~dead]) if (~dead).any() else range(len(z))
    return move(codebook, counts, dead, z[list(order)], counts.mean())


def counts_the_dead_as_near(codebook, counts, z, share):
    dead = counts < share * counts.mean()
    return move(codebook, counts, dead, z[worst_first(z, codebook)], counts.mean())


def takes_the_nearest_vectors(codebook, counts, z, share):
    dead = counts < share * counts.mean()
    return move(codebook, counts, dead, z[worst_first(z, codebook[~dead])[::-1]], counts.mean())


def takes_whatever_comes_first(codebook, counts, z, share):
    dead = counts < share * counts.mean()
    return move(codebook, counts, dead, z, counts.mean())


def puts_all_in_one_place(codebook, counts, z, share):
    dead = counts < share * counts.mean()
    worst = z[worst_first(z, codebook[~dead])[0]]
    return move(codebook, counts, dead, [worst] * len(z), counts.mean())


def leaves_the_counts(codebook, counts, z, share):
    dead = counts < share * counts.mean()
    return move(codebook, counts, dead, z[worst_first(z, codebook[~dead])], 0)[0], counts.copy()


def starts_counting_at_one(codebook, counts, z, share):
    dead = counts < share * counts.mean()
    return move(codebook, counts, dead, z[worst_first(z, codebook[~dead])], 1)


def replaces_in_place(codebook, counts, z, share):
    fair = counts.mean()
    dead = counts < share * fair
    codebook[dead] = z[worst_first(z, codebook[~dead])[: dead.sum()]]
    counts[dead] = fair
    return codebook, counts


def takes_the_end_of_the_sorted(codebook, counts, z, share):
    dead = counts < share * counts.mean()
    distances = np.linalg.norm(z[:, None] - codebook[~dead], axis=2).min(axis=1)
    return move(codebook, counts, dead, z[np.argsort(distances)[-dead.sum() :]], counts.mean())


def gives_the_codebook_alone(codebook, counts, z, share):
    return takes_the_nearest_vectors(codebook, counts, z, share)[0]


def measures_again_after_each(codebook, counts, z, share):
    fair = counts.mean()
    dead = counts < share * fair
    codes, left = codebook[~dead], z
    codebook, new_counts = codebook.copy(), np.where(dead, fair, counts)
    for number in np.flatnonzero(dead):
        worst = worst_first(left, codes)[0]
        codebook[number] = left[worst]
        codes = np.concatenate([codes, left[worst][None]])
        left = np.delete(left, worst, axis=0)
    return codebook, new_counts


def takes_the_mean_of_the_living(codebook, counts, z, share):
    dead = counts < share * counts.mean()
    worst = z[worst_first(z, codebook[~dead])]
    return move(codebook, counts, dead, worst, counts[~dead].mean())


def takes_the_median_count(codebook, counts, z, share):
    dead = counts < share * np.median(counts)
    return move(codebook, counts, dead, z[worst_first(z, codebook[~dead])], counts.mean())


def counts_the_threshold_as_dead(codebook, counts, z, share):
    dead = counts <= share * counts.mean()
    return move(codebook, counts, dead, z[worst_first(z, codebook[~dead])], counts.mean())


def takes_the_mean_anew(codebook, counts, z, share):
    dead = counts < share * counts.mean()
    worst = z[worst_first(z, codebook[~dead])]
    codebook, counts = codebook.copy(), counts.copy()
    for number, vector in zip(np.flatnonzero(dead), worst, strict=False):
        codebook[number] = vector
        counts[number] = counts.mean()
    return codebook, counts


def slices_from_the_end(codebook, counts, z, share):
    fair = counts.mean()
    dead = counts < share * fair
    order = worst_first(z, codebook[~dead])[::-1]
    codebook, counts = codebook.copy(), counts.copy()
    if dead.sum() == len(z[order[-dead.sum() :]]):
        codebook[dead] = z[order[-dead.sum() :]][::-1]
    else:
        codebook[:] = z[order][: len(codebook)]
    counts[dead] = fair
    return codebook, counts


def averages_the_distances(codebook, counts, z, share):
    dead = counts < share * counts.mean()
    distances = np.linalg.norm(z[:, None] - codebook[~dead], axis=2).mean(axis=1)
    return move(codebook, counts, dead, z[np.argsort(-distances)], counts.mean())


WRONG = {
    compares_with_the_share: "not with share",
    compares_with_a_share_of_the_sum: "not to the sum of all counts",
    counts_the_dead_as_near: "to the living codes only",
    takes_the_nearest_vectors: "not the smallest",
    takes_whatever_comes_first: "sort the vectors by their distance",
    puts_all_in_one_place: "gets another vector",
    leaves_the_counts: "or it is dead again",
    starts_counting_at_one: "the mean of the counts that came in",
    replaces_in_place: "in place",
    takes_the_end_of_the_sorted: "wrong order",
    measures_again_after_each: "measure once",
    takes_the_mean_of_the_living: "the dead ones included",
    takes_the_median_count: "at an edge",
    counts_the_threshold_as_dead: "exactly at the threshold",
    takes_the_mean_anew: "the counts:",
    slices_from_the_end: "no code dead",
    averages_the_distances: "the codebook:",
    gives_the_codebook_alone: "return two arrays",
}


def sorts_the_distances(codebook, counts, z, share):
    fair = counts.mean()
    dead = counts < share * fair
    codebook, counts = codebook.copy(), counts.copy()
    codebook[dead] = z[worst_first(z, codebook[~dead])[: dead.sum()]]
    counts[dead] = fair
    return codebook, counts


def takes_the_worst_again_and_again(codebook, counts, z, share):
    living = [i for i in range(len(counts)) if counts[i] >= share * counts.mean()]
    left = {n: min(np.linalg.norm(v - codebook[i]) for i in living) for n, v in enumerate(z)}
    codes, new_counts = [list(code) for code in codebook], list(counts)
    for i in range(len(counts)):
        if i not in living:
            worst = max(left, key=left.get)
            del left[worst]
            codes[i], new_counts[i] = list(z[worst]), counts.mean()
    return codes, new_counts


RIGHT = [sorts_the_distances, takes_the_worst_again_and_again]
