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


WRONG = {
    compares_with_the_share: "not with share",
    compares_with_a_share_of_the_sum: "not of the sum of all counts",
    counts_the_dead_as_near: "to the living codes only",
    takes_the_nearest_vectors: "not with the smallest",
    takes_whatever_comes_first: "sort the vectors by their distance",
    puts_all_in_one_place: "a vector of its own",
    leaves_the_counts: "or it is dead again",
    starts_counting_at_one: "the mean of the counts that came in",
    replaces_in_place: "in place",
    takes_the_end_of_the_sorted: "wrong order",
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
