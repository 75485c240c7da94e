"""Exercise 3.1: which centroid lies nearest to each vector."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def assign(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """The number of the nearest centroid of each vector."""
    differences = vectors[:, None, :] - centroids[None, :, :]
    return (differences**2).sum(axis=2).argmin(axis=1)


def _vectors_and_centroids(rng: np.random.Generator) -> Inputs:
    n_dimensions = int(rng.integers(3, 6))
    # Lengths differ widely, so that the largest product is not the smallest distance.
    centroids = rng.normal(size=(int(rng.integers(6, 10)), n_dimensions))
    centroids *= rng.uniform(0.3, 3, size=(len(centroids), 1))
    vectors = rng.normal(0.4, 1.5, size=(int(rng.integers(30, 40)), n_dimensions))
    return {"vectors": vectors, "centroids": centroids}


def _distances(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return np.linalg.norm(vectors[:, None, :] - centroids, axis=2)


def _farthest(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return _distances(vectors, centroids).argmax(axis=1)


def _nearest_vector_of_each_centroid(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return _distances(vectors, centroids).argmin(axis=0)


def _largest_product(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return (vectors @ centroids.T).argmax(axis=1)


def _smallest_angle(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return (vectors @ (centroids / np.linalg.norm(centroids, axis=1, keepdims=True)).T).argmax(1)


def _sum_of_steps(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return np.abs(vectors[:, None, :] - centroids).sum(axis=2).argmin(axis=1)


def _differences_not_squared(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return (vectors[:, None, :] - centroids).sum(axis=2).argmin(axis=1)


def _give_the_distance(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return _distances(vectors, centroids).min(axis=1)


def _give_the_centroid(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return centroids[assign(vectors, centroids)]


def _count_from_one(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return assign(vectors, centroids) + 1


EXERCISE = Exercise(
    id="3.1",
    title="The nearest centroid",
    function="assign",
    points=4,
    minutes=10,
    difficulty=2,
    inputs=_vectors_and_centroids,
    reference=assign,
    misconceptions={
        _farthest: "this is the centroid farthest away: take argmin, not argmax",
        _nearest_vector_of_each_centroid: "one number for each vector: take argmin over centroids",
        _largest_product: "a product grows with the centroid's length: subtract |c|² / 2 from it",
        _smallest_angle: "the nearest centroid is not the one in the most similar direction",
        _sum_of_steps: "Euclidean distance squares the differences, abs() measures another one",
        _differences_not_squared: "square the differences: otherwise plus and minus cancel",
        _count_from_one: "the first centroid has the number 0",
        _give_the_distance: "give the centroid's number, not how far away it is",
        _give_the_centroid: "give the centroid's number, not the centroid itself",
    },
    forbidden=(
        "refimpl.kmeans.nearest",
        "sklearn.metrics.pairwise_distances_argmin",
        "sklearn.cluster.KMeans",
        "scipy.cluster.vq.vq",
    ),
)
