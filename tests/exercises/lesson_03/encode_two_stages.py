"""Answers to exercise 3.6, as learners give them."""

import numpy as np


def closest(vectors, centroids):
    return ((vectors[:, None] - centroids[None]) ** 2).sum(2).argmin(1)


def interleave(a, b):
    ids = np.empty(2 * len(a), dtype=int)
    ids[0::2], ids[1::2] = a, b
    return ids


def quantizes_the_frame_twice(frames, first, second):
    return interleave(closest(frames, first), len(first) + closest(frames, second))


def subtracts_the_wrong_way(frames, first, second):
    a = closest(frames, first)
    return interleave(a, len(first) + closest(first[a] - frames, second))


def quantizes_the_centroid(frames, first, second):
    a = closest(frames, first)
    return interleave(a, len(first) + closest(first[a], second))


def counts_each_stage_from_zero(frames, first, second):
    a = closest(frames, first)
    return interleave(a, closest(frames - first[a], second))


def adds_the_wrong_size(frames, first, second):
    a = closest(frames, first)
    return interleave(a, len(second) + closest(frames - first[a], second))


def writes_one_stage_after_the_other(frames, first, second):
    a = closest(frames, first)
    return np.concatenate([a, len(first) + closest(frames - first[a], second)])


def keeps_pairs(frames, first, second):
    a = closest(frames, first)
    return np.stack([a, len(first) + closest(frames - first[a], second)], axis=1)


def looks_ahead(frames, first, second):
    sums = np.array([one + two for one in first for two in second])
    both = closest(frames, sums)
    return interleave(both // len(second), len(first) + both % len(second))


def adds_instead_of_subtracting(frames, first, second):
    a = closest(frames, first)
    return interleave(a, len(first) + closest(frames + first[a], second))


def counts_on_from_the_largest_id(frames, first, second):
    a = closest(frames, first)
    return interleave(a, a.max() + 1 + closest(frames - first[a], second))


def looks_up_the_second_stage_only_once(frames, first, second):
    a = closest(frames, first)
    mean_residual = (frames - first[a]).mean(axis=0, keepdims=True)
    return interleave(a, np.repeat(len(first) + closest(mean_residual, second), len(a)))


def works_in_place(frames, first, second):
    a = closest(frames, first)
    frames -= first[a]
    return interleave(a, len(first) + closest(frames, second))


WRONG = {
    quantizes_the_frame_twice: "the second stage quantizes the residual",
    subtracts_the_wrong_way: "the frame minus its centroid, in that order",
    quantizes_the_centroid: "not the centroid",
    counts_each_stage_from_zero: "so that each id shows its stage",
    adds_the_wrong_size: "the second starts after them",
    writes_one_stage_after_the_other: "come one after the other",
    keeps_pairs: "return one flat row of ids",
    looks_ahead: "it does not look ahead",
    adds_instead_of_subtracting: "do not add it",
    counts_on_from_the_largest_id: "whether or not the last code was chosen",
    looks_up_the_second_stage_only_once: "largest difference",
    works_in_place: "in place",
}


def goes_frame_by_frame(frames, first, second):
    ids = []
    for frame in frames:
        a = int(((frame - first) ** 2).sum(1).argmin())
        b = int(((frame - first[a] - second) ** 2).sum(1).argmin())
        ids += [a, len(first) + b]
    return ids


def keeps_a_list_of_stages(frames, first, second):
    offset, residual, columns = 0, frames, []
    for centroids in (first, second):
        codes = closest(residual, centroids)
        residual = residual - centroids[codes]
        columns.append(offset + codes)
        offset += len(centroids)
    return np.stack(columns, axis=1).ravel()


RIGHT = [goes_frame_by_frame, keeps_a_list_of_stages]

ACCEPTED = {
    "reshape(-2)": "numpy takes every negative length for the one to be worked out",
}
