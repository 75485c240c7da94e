"""Exercise 3.1: which centroid lies nearest to each vector."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def assign(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Give the number of the nearest centroid of each vector; the lower one of two equally near.

    There is at least one vector and one centroid.
    """
    differences = vectors[:, None, :] - centroids[None, :, :]
    return (differences**2).sum(axis=2).argmin(axis=1)


def _vectors_and_centroids(rng: np.random.Generator) -> Inputs:
    n_dimensions = int(rng.integers(3, 6))
    # Lengths differ widely, so that the largest product is not the smallest distance.
    centroids = rng.normal(size=(int(rng.integers(6, 10)), n_dimensions))
    centroids *= rng.uniform(0.3, 3, size=(len(centroids), 1))
    vectors = rng.normal(0.4, 1.5, size=(int(rng.integers(30, 40)), n_dimensions))
    return {"vectors": vectors, "centroids": centroids}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    def case(n_vectors: int, n_centroids: int, n_dimensions: int) -> Inputs:
        return {
            "vectors": rng.normal(size=(n_vectors, n_dimensions)),
            "centroids": rng.normal(size=(n_centroids, n_dimensions)),
        }

    usual = case(12, 5, 3)
    # Small whole numbers have exact distances, and two of them are often equally near.
    whole = {
        "vectors": rng.integers(-3, 4, size=(40, 2)),
        "centroids": rng.permutation([[-2, 0], [2, 0], [0, 2], [0, -2], [1, 1]]),
    }
    return {
        "one vector": case(1, 5, 3),
        "one centroid": case(12, 1, 3),
        "one dimension": case(12, 5, 1),
        "more centroids than vectors": case(3, 20, 2),
        "vectors that equal centroids": usual
        | {"vectors": usual["centroids"][rng.integers(0, 5, 12)]},
        "integers, some equally near to two centroids": whole,
        "the same centroid twice": whole | {"centroids": whole["centroids"][[0, 1, 2, 1, 0]]},
        "float32": {name: array.astype(np.float32) for name, array in usual.items()},
    }


def _distances(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return np.linalg.norm(vectors[:, None, :] - centroids, axis=2)


def _farthest(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return _distances(vectors, centroids).argmax(axis=1)


def _nearest_vector_of_each_centroid(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return _distances(vectors, centroids).argmin(axis=0)


def _largest_product(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return (vectors @ centroids.T).argmax(axis=1)


def _whole_square_subtracted(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return (vectors @ centroids.T - (centroids**2).sum(axis=1)).argmax(axis=1)


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


def _last_of_equals(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    from_the_end = ((vectors[:, None, :] - centroids[::-1]) ** 2).sum(axis=2).argmin(axis=1)
    return len(centroids) - 1 - from_the_end


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
    edges=_edges,
    reference=assign,
    misconceptions={
        _farthest: "this is the farthest centroid: take argmin, not argmax",
        _nearest_vector_of_each_centroid: "one number per vector: take argmin over the centroids",
        _largest_product: "the product grows with the length of the centroid: subtract |c|² / 2",
        _whole_square_subtracted: "|v - c|² = |v|² - 2 v·c + |c|²: subtract half of |c|² from v·c",
        _smallest_angle: "the nearest centroid need not be the one in the most similar direction",
        _sum_of_steps: "the Euclidean distance squares the differences; abs() gives another one",
        _differences_not_squared: "square the differences: otherwise plus and minus cancel",
        _count_from_one: "the first centroid has the number 0",
        _last_of_equals: "of two equally near centroids take the one with the lower number",
        _give_the_distance: "return the number of the centroid, not its distance",
        _give_the_centroid: "return the number of the centroid, not the centroid itself",
    },
    forbidden=(
        "refimpl.codecs.nearest",
        "sklearn.metrics.pairwise_distances_argmin",
        "sklearn.cluster.KMeans",
        "scipy.cluster.vq.vq",
    ),
)
