"""Exercise 3.2: one step of Lloyd's algorithm."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def lloyd_step(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Move each centroid to the mean of the vectors that are nearest to it."""
    distances = ((vectors[:, None, :] - centroids) ** 2).sum(axis=2)
    nearest = distances.argmin(axis=1)
    moved = centroids.copy()
    for k in np.unique(nearest):
        moved[k] = vectors[nearest == k].mean(axis=0)
    return moved


def _vectors_and_centroids(rng: np.random.Generator) -> Inputs:
    vectors = rng.normal(0.5, 1.0, size=(int(rng.integers(50, 70)), int(rng.integers(2, 4))))
    centroids = vectors[rng.permutation(len(vectors))[: int(rng.integers(4, 7))]]
    centroids += rng.normal(0, 0.05, size=centroids.shape)
    # One of them so far out that no vector chooses it, and not always the last one.
    empty = int(rng.integers(0, len(centroids)))
    centroids[empty] = rng.uniform(20, 30, size=centroids.shape[1])
    return {"vectors": vectors, "centroids": centroids}


def _members(vectors: np.ndarray, centroids: np.ndarray) -> list[np.ndarray]:
    nearest = ((vectors[:, None, :] - centroids) ** 2).sum(axis=2).argmin(axis=1)
    return [vectors[nearest == k] for k in range(len(centroids))]


def _no_guard_for_empty(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return np.array([m.sum(axis=0) / np.float64(len(m)) for m in _members(vectors, centroids)])


def _empty_to_zero(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return np.array([m.sum(axis=0) / max(1, len(m)) for m in _members(vectors, centroids)])


def _drop_empty(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return np.array([m.mean(axis=0) for m in _members(vectors, centroids) if len(m)])


def _medians(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    pairs = zip(_members(vectors, centroids), centroids, strict=True)
    return np.array([np.median(m, axis=0) if len(m) else c for m, c in pairs])


def _sums(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    pairs = zip(_members(vectors, centroids), centroids, strict=True)
    return np.array([m.sum(axis=0) if len(m) else c for m, c in pairs])


def _half_way(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return (centroids + lloyd_step(vectors, centroids)) / 2


def _until_the_end(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    for _ in range(300):
        centroids = lloyd_step(vectors, centroids)
    return centroids


def _nearest_vector(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return vectors[((vectors[:, None, :] - centroids) ** 2).sum(axis=2).argmin(axis=0)]


def _mean_of_all_numbers(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    pairs = zip(_members(vectors, centroids), centroids, strict=True)
    return np.array([np.full_like(c, m.mean()) if len(m) else c for m, c in pairs])


EXERCISE = Exercise(
    id="3.2",
    title="One step of Lloyd's algorithm",
    function="lloyd_step",
    points=4,
    minutes=15,
    difficulty=3,
    inputs=_vectors_and_centroids,
    reference=lloyd_step,
    misconceptions={
        _no_guard_for_empty: "the mean of no vectors is 0 / 0: leave such a centroid where it is",
        _empty_to_zero: "a centroid without vectors stays where it is, it does not go to 0",
        _drop_empty: "K centroids come in and K go out, also those that no vector has chosen",
        _medians: "the mean makes the squared error smallest, the median another error",
        _sums: "divide by the number of vectors: the mean, not the sum",
        _mean_of_all_numbers: "a mean for each dimension, over the vectors: mean(axis=0)",
        _half_way: "go all the way to the mean",
        _until_the_end: "one step only: assign once, move once",
        _nearest_vector: "a centroid moves to the mean of its vectors, not to one of them",
    },
    forbidden=("refimpl.kmeans.kmeans", "sklearn.cluster.KMeans", "scipy.cluster.vq.kmeans2"),
)
