"""Answers to exercise 3.2, as learners give them."""

import numpy as np


def assigned(vectors, centroids):
    return np.linalg.norm(vectors[:, None] - centroids[None], axis=2).argmin(axis=1)


def takes_the_mean_of_nothing(vectors, centroids):
    ids = assigned(vectors, centroids)
    sums = np.zeros_like(centroids)
    np.add.at(sums, ids, vectors)
    with np.errstate(invalid="ignore"):
        return sums / np.bincount(ids, minlength=len(centroids))[:, None]


def sends_empty_ones_to_zero(vectors, centroids):
    ids = assigned(vectors, centroids)
    moved = np.zeros_like(centroids)
    for k in set(ids.tolist()):
        moved[k] = vectors[ids == k].mean(axis=0)
    return moved


def drops_empty_ones(vectors, centroids):
    ids = assigned(vectors, centroids)
    return np.array([vectors[ids == k].mean(axis=0) for k in np.unique(ids)])


def takes_medians(vectors, centroids):
    ids, moved = assigned(vectors, centroids), centroids.copy()
    for k in np.unique(ids):
        moved[k] = np.median(vectors[ids == k], axis=0)
    return moved


def forgets_to_divide(vectors, centroids):
    ids, moved = assigned(vectors, centroids), centroids.copy()
    for k in np.unique(ids):
        moved[k] = vectors[ids == k].sum(axis=0)
    return moved


def goes_half_way(vectors, centroids):
    moved = moves_one_by_one(vectors, centroids)
    return centroids + 0.5 * (moved - centroids)


def iterates_to_the_end(vectors, centroids):
    before = None
    while before is None or not np.allclose(before, centroids, atol=1e-12):
        before, centroids = centroids, moves_one_by_one(vectors, centroids)
    return centroids


def jumps_to_the_nearest_vector(vectors, centroids):
    distances = np.linalg.norm(vectors[:, None] - centroids[None], axis=2)
    return vectors[distances.argmin(axis=0)]


def prefers_the_last_of_equals(vectors, centroids):
    distances = np.linalg.norm(vectors[:, None] - centroids, axis=2)[:, ::-1]
    ids = len(centroids) - 1 - distances.argmin(axis=1)
    moved = centroids.copy()
    for k in np.unique(ids):
        moved[k] = vectors[ids == k].mean(axis=0)
    return moved


def moves_while_it_assigns(vectors, centroids):
    moved = centroids.copy()
    for k in range(len(centroids)):
        members = vectors[assigned(vectors, moved) == k]
        if len(members):
            moved[k] = members.mean(axis=0)
    return moved


def puts_empty_ones_on_the_mean_of_all(vectors, centroids):
    ids = assigned(vectors, centroids)
    moved = np.repeat(vectors.mean(axis=0)[None], len(centroids), axis=0)
    for k in np.unique(ids):
        moved[k] = vectors[ids == k].mean(axis=0)
    return moved


def counts_only_up_to_the_last_chosen(vectors, centroids):
    ids = assigned(vectors, centroids)
    chosen = np.eye(ids.max() + 1)[ids]
    counts = chosen.sum(axis=0)[:, None]
    old = centroids[: len(counts)]
    return np.where(counts > 0, chosen.T @ vectors / np.maximum(counts, 1), old)


def needs_two_members(vectors, centroids):
    ids, moved = assigned(vectors, centroids), centroids.copy()
    for k in np.unique(ids):
        if np.sum(ids == k) > 1:
            moved[k] = vectors[ids == k].mean(axis=0)
    return moved


def moves_in_place(vectors, centroids):
    ids = assigned(vectors, centroids)
    for k in range(len(centroids)):
        if np.any(ids == k):
            centroids[k] = vectors[ids == k].mean(axis=0)
    return centroids


def takes_one_mean_for_all_dimensions(vectors, centroids):
    ids = ((vectors[:, None] - centroids) ** 2).sum(axis=2).argmin(axis=1)
    moved = centroids.copy()
    for k in np.unique(ids):
        moved[k] = vectors[ids == k].mean()
    return moved


WRONG = {
    takes_the_mean_of_nothing: "the mean of no vectors is 0 / 0",
    sends_empty_ones_to_zero: "it does not move to 0",
    drops_empty_ones: "K centroids come in and K go out",
    takes_medians: "the median minimises another one",
    forgets_to_divide: "the mean, not the sum",
    takes_one_mean_for_all_dimensions: "mean(axis=0)",
    goes_half_way: "go all the way",
    iterates_to_the_end: "one step only",
    prefers_the_last_of_equals: "the one with the lower number",
    moves_while_it_assigns: "assign all vectors first",
    puts_empty_ones_on_the_mean_of_all: "largest difference",
    counts_only_up_to_the_last_chosen: "expected the shape",
    needs_two_members: "allows: one vector",
    jumps_to_the_nearest_vector: "not to one of them",
    moves_in_place: "in place",
}


def moves_one_by_one(vectors, centroids):
    ids = assigned(vectors, centroids)
    rows = []
    for k, centroid in enumerate(centroids):
        members = vectors[ids == k]
        rows.append(members.mean(axis=0) if len(members) else centroid)
    return np.stack(rows)


def multiplies_by_one_hot_rows(vectors, centroids):
    chosen = np.eye(len(centroids))[assigned(vectors, centroids)]  # (n_vectors, n_centroids)
    counts = chosen.sum(axis=0)[:, None]
    return np.where(counts > 0, chosen.T @ vectors / np.maximum(counts, 1), centroids)


RIGHT = [moves_one_by_one, multiplies_by_one_hot_rows]

ACCEPTED = {
    "distances = ((vectors[:, None, :] - centroids) ** 2).mean(axis=2)": "the mean is the sum "
    "divided by the number of dimensions, the same for every centroid",
    "for k in nearest:": "the same centroid is moved to the same mean again and again",
}
