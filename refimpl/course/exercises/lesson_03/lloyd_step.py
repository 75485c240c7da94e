"""Exercise 3.2: one step of Lloyd's algorithm."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def lloyd_step(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Move each centroid to the mean of the vectors that are nearest to it.

    Float arrays; at least one vector and one centroid. Of two equally near centroids the vector
    belongs to the one with the lower number.
    """
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


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    def case(n_vectors: int, n_centroids: int, n_dimensions: int) -> Inputs:
        return {
            "vectors": rng.normal(size=(n_vectors, n_dimensions)),
            "centroids": rng.normal(size=(n_centroids, n_dimensions)),
        }

    usual = case(30, 4, 3)
    far = usual["centroids"] + 50
    far[int(rng.integers(0, 4))] = 0
    spread = np.array([[-9.0, -9.0], [-9.0, 9.0], [9.0, -9.0], [9.0, 9.0]])
    offset = rng.normal(size=(6, 2))
    around = (spread[:, None] + np.concatenate([offset, -offset])).reshape(-1, 2)
    return {
        "one vector": case(1, 4, 3),
        "one centroid": case(30, 1, 3),
        "one dimension": case(30, 4, 1),
        "all vectors nearest to the same centroid": usual | {"centroids": far},
        "no centroid without vectors": {"vectors": around, "centroids": spread + 1.0},
        "centroids that are the means already": {"vectors": around, "centroids": spread},
        "the first and the last centroid without vectors": usual
        | {"centroids": np.concatenate([[[40.0] * 3], usual["centroids"], [[-40.0] * 3]])},
        "vectors equally near to two centroids": {
            "vectors": rng.permutation([[0.0, 1.0], [0.0, -1.0], [2.0, 0.0], [-2.0, 0.0]]),
            "centroids": rng.permutation([[1.0, 0.0], [-1.0, 0.0]]),
        },
        "float32": {name: array.astype(np.float32) for name, array in usual.items()},
    }


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


def _last_of_equals(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return lloyd_step(vectors, centroids[::-1])[::-1]


def _one_after_the_other(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    moved = centroids.copy()
    for k in range(len(moved)):
        mine = ((vectors[:, None, :] - moved) ** 2).sum(axis=2).argmin(axis=1) == k
        if mine.any():
            moved[k] = vectors[mine].mean(axis=0)
    return moved


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
    edges=_edges,
    reference=lloyd_step,
    misconceptions={
        _no_guard_for_empty: "the mean of no vectors is 0 / 0: leave such a centroid where it is",
        _empty_to_zero: "a centroid without vectors stays where it is; it does not move to 0",
        _drop_empty: "K centroids come in and K go out, with or without vectors",
        _medians: "the mean minimises the squared error; the median minimises another one",
        _sums: "divide by the number of vectors: the mean, not the sum",
        _mean_of_all_numbers: "take one mean per dimension, over the vectors: mean(axis=0)",
        _half_way: "go all the way to the mean",
        _until_the_end: "one step only: assign once, move once",
        _one_after_the_other: "assign all vectors first, to the centroids that came in; then move",
        _nearest_vector: "a centroid moves to the mean of its vectors, not to one of them",
        _last_of_equals: "of two equally near centroids the one with the lower number counts",
    },
    forbidden=("refimpl.codecs.kmeans", "sklearn.cluster.KMeans", "scipy.cluster.vq.kmeans2"),
)
