"""Answers to exercise 3.1, as learners give them."""

import numpy as np


def distances(vectors, centroids):
    return np.sqrt(((vectors[:, None] - centroids[None]) ** 2).sum(-1))


def takes_the_farthest(vectors, centroids):
    return distances(vectors, centroids).argmax(axis=1)


def mixes_up_the_axes(vectors, centroids):
    return distances(vectors, centroids).argmin(axis=0)


def takes_the_largest_product(vectors, centroids):
    return np.argmax(vectors @ centroids.T, axis=1)


def compares_directions(vectors, centroids):
    cosine = vectors @ centroids.T / np.linalg.norm(centroids, axis=1)
    return cosine.argmax(axis=1)


def adds_up_absolute_differences(vectors, centroids):
    return np.abs(vectors[:, None] - centroids[None]).sum(-1).argmin(1)


def forgets_to_square(vectors, centroids):
    return (vectors[:, None] - centroids[None]).sum(-1).argmin(1)


def gives_distances(vectors, centroids):
    return distances(vectors, centroids).min(axis=1)


def gives_centroids(vectors, centroids):
    return centroids[distances(vectors, centroids).argmin(axis=1)]


def counts_from_one(vectors, centroids):
    return distances(vectors, centroids).argmin(axis=1) + 1


def prefers_the_last_of_equals(vectors, centroids):
    ids = np.zeros(len(vectors), dtype=int)
    best = np.full(len(vectors), np.inf)
    for k, centroid in enumerate(centroids):
        squares = ((vectors - centroid) ** 2).sum(axis=1)
        ids[squares <= best] = k
        best = np.minimum(best, squares)
    return ids


def takes_the_product_of_equally_long(vectors, centroids):
    return (vectors @ centroids.T - np.linalg.norm(centroids, axis=1) ** 2).argmax(axis=1)


def squeezes_the_result(vectors, centroids):
    return distances(vectors, centroids).argmin(axis=1).squeeze()


def starts_its_search_at_zero(vectors, centroids):
    ids = []
    for vector in vectors:
        best, nearest = 0.0, 0
        for k, centroid in enumerate(centroids):
            closeness = 1 - ((vector - centroid) ** 2).sum()
            if closeness > best:
                best, nearest = closeness, k
        ids.append(nearest)
    return ids


WRONG = {
    takes_the_farthest: "argmin, not argmax",
    mixes_up_the_axes: "take argmin over the centroids",
    takes_the_largest_product: "the product grows with the length",
    compares_directions: "in the most similar direction",
    adds_up_absolute_differences: "abs() gives another one",
    forgets_to_square: "plus and minus cancel",
    gives_distances: "expected whole numbers",
    gives_centroids: "not the centroid itself",
    counts_from_one: "has the number 0",
    prefers_the_last_of_equals: "the one with the lower number",
    takes_the_product_of_equally_long: "subtract half of |c|²",
    squeezes_the_result: "at an edge that the docstring allows: one vector",
    starts_its_search_at_zero: "got      [",
}


def goes_vector_by_vector(vectors, centroids):
    ids = []
    for vector in vectors:
        ids.append(min(range(len(centroids)), key=lambda k: sum((vector - centroids[k]) ** 2)))
    return ids


def multiplies_matrices(vectors, centroids):
    return (vectors @ centroids.T - (centroids**2).sum(1) / 2).argmax(1)


def keeps_the_best_so_far(vectors, centroids):
    ids = np.zeros(len(vectors), dtype=np.int32)
    best = np.full(len(vectors), np.inf)
    for k, centroid in enumerate(centroids):
        squares = ((vectors - centroid) ** 2).sum(axis=1)
        ids[squares < best] = k
        best = np.minimum(best, squares)
    return ids


RIGHT = [goes_vector_by_vector, multiplies_matrices, keeps_the_best_so_far]

ACCEPTED = {
    "return (differences ** 2).mean(axis=2).argmin(axis=1)": "the mean is the sum divided by the "
    "number of dimensions, the same for every centroid",
}
