"""k-means on more vectors than fit into memory: a uniform sample, and the nearest centroid.

scikit-learn does the clustering. This file adds two things that it lacks: a sample of bounded size
that does not depend on how the stream was cut into pieces, and a search for the nearest centroid
that costs one matrix product.
"""

from collections.abc import Iterable

import numpy as np
from threadpoolctl import threadpool_limits

from refimpl.errors import UserError


class TooFewFramesError(UserError):
    """There are fewer distinct vectors than clusters."""


class StreamSample:
    """The mean and variance of all vectors in a stream, and a uniform sample of them.

    Every vector draws a random number, and the `max_frames` smallest numbers win (reservoir
    sampling by random sort). Each vector has the same chance, however long the stream is.

    Args:
        max_frames: the most vectors to keep; memory is at most 1.5 times that.
        seed: for the random numbers.

    Taught in lesson 3.
    """

    def __init__(self, max_frames: int, seed: int = 0):
        self.max_frames = max_frames
        self.count = 0
        self._rng = np.random.default_rng(seed)
        self._keys: list[np.ndarray] = []
        self._kept: list[np.ndarray] = []
        self._n_kept = 0
        self._threshold = 1.0

    def add(self, frames: np.ndarray) -> None:
        """Add a piece of the stream, (n_frames, n_bands) float32; pieces may be empty."""
        if len(frames) == 0:
            return
        self._update_moments(frames.astype(np.float64))
        # Pieces of at most half the sample keep memory bounded even if one piece is huge.
        for start in range(0, len(frames), max(1, self.max_frames // 2)):
            piece = frames[start : start + max(1, self.max_frames // 2)]
            keys = self._rng.random(len(piece))
            winners = keys < self._threshold
            self._keys.append(keys[winners])
            self._kept.append(piece[winners])
            self._n_kept += int(winners.sum())
            if self._n_kept >= 1.5 * self.max_frames:
                self._drop_losers()

    def _update_moments(self, frames: np.ndarray) -> None:
        """Merge two sets' means and variances (Chan, Golub & LeVeque 1983, eq. 2.1)."""
        n, mean = len(frames), frames.mean(axis=0)
        squares = ((frames - mean) ** 2).sum(axis=0)
        if self.count == 0:
            self.count, self.mean, self._squares = n, mean, squares
            return
        shift, total = mean - self.mean, self.count + n
        self._squares = self._squares + squares + shift**2 * (self.count * n / total)
        self.mean = self.mean + shift * (n / total)
        self.count = total

    @property
    def variance(self) -> np.ndarray:
        """The variance of each band over all vectors seen, (n_bands,) float64."""
        return self._squares / self.count

    def _drop_losers(self) -> None:
        keys, kept = np.concatenate(self._keys), np.concatenate(self._kept)
        if len(keys) > self.max_frames:
            # Restore the order of the stream, so that the result is always the same.
            best = np.sort(np.argpartition(keys, self.max_frames - 1)[: self.max_frames])
            keys, kept = keys[best], kept[best]
            self._threshold = float(keys.max())
        self._keys, self._kept, self._n_kept = [keys], [kept], len(keys)

    def frames(self) -> np.ndarray:
        """Return the sample so far, (at most max_frames, n_bands), in the order of the stream."""
        if self.count == 0:
            return np.empty((0, 0), dtype=np.float32)
        self._drop_losers()
        return self._kept[0]


def sample_stream(pieces: Iterable[np.ndarray], max_frames: int, seed: int = 0) -> StreamSample:
    """Read a stream of (n_frames, n_bands) arrays once and keep a bounded uniform sample of it."""
    sample = StreamSample(max_frames, seed)
    for piece in pieces:
        sample.add(piece)
    return sample


def count_distinct(vectors: np.ndarray) -> int:
    """Count the rows of (n, n_bands) that differ by more than the noise of float32."""
    rounded = np.round(vectors, 4) + 0.0  # + 0.0 turns -0.0 into 0.0
    return len({row.tobytes() for row in np.ascontiguousarray(rounded)})


def kmeans(
    vectors: np.ndarray, n_clusters: int, *, seed: int = 0, max_iter: int = 30, what: str = "frames"
) -> np.ndarray:
    """Cluster vectors with scikit-learn's k-means (k-means++ start, Lloyd's iterations).

    Args:
        vectors: (n, n_bands) float32.
        n_clusters: the number of centroids, K.
        seed: for the initial centroids.
        max_iter: the most Lloyd iterations.
        what: the name of the vectors in an error message.

    Returns:
        Centroids (n_clusters, n_bands) float32.

    Raises:
        TooFewFramesError: fewer distinct vectors than clusters.

    Source: Arthur & Vassilvitskii 2007 (initialisation); Lloyd 1982. Taught in lesson 3.
    """
    from sklearn.cluster import KMeans  # the import takes a second, and `nearest` does not need it

    distinct = count_distinct(vectors)
    if distinct < n_clusters:
        raise TooFewFramesError(
            f"{len(vectors)} {what}, {distinct} of them different, are too few for {n_clusters} "
            f"clusters; they allow at most {distinct}: give more audio or ask for fewer clusters"
        )
    start = _start(vectors, n_clusters, seed)
    model = KMeans(n_clusters, init=start, n_init=1, max_iter=max_iter)
    # scikit-learn adds up its threads' sums in the order in which they finish. With two threads
    # that order changes nothing (a + b = b + a); with more it would change the last digits.
    with threadpool_limits(limits=2, user_api="openmp"):
        model.fit(vectors)
    return model.cluster_centers_.astype(np.float32)


def _start(vectors: np.ndarray, n_clusters: int, seed: int) -> np.ndarray:
    """Choose vectors that are far from each other as initial centroids, (n_clusters, n_bands).

    This uses a subset and one trial per centroid. scikit-learn's default, several trials on all
    vectors, takes longer than the clustering, and Lloyd's iterations make up for the difference.
    """
    from sklearn.cluster import kmeans_plusplus

    rng = np.random.default_rng(seed)
    picks = rng.permutation(len(vectors))[: 16 * n_clusters]
    if count_distinct(vectors[picks]) >= n_clusters:
        vectors = vectors[picks]
    start, _ = kmeans_plusplus(vectors, n_clusters, random_state=seed, n_local_trials=1)
    return start


def nearest(vectors: np.ndarray, centroids: np.ndarray, chunk: int = 2048) -> np.ndarray:
    """Find the centroid with the smallest Euclidean distance to each vector.

    |x - c|^2 = |x|^2 - 2 x.c + |c|^2, and |x|^2 is the same for every c: the nearest centroid is
    the one with the largest x.c - |c|^2 / 2, so that one matrix product does nearly all the work.

    Args:
        vectors: (n, n_bands) float32.
        centroids: (n_clusters, n_bands) float32.
        chunk: vectors at a time; small enough that the scores stay in the processor's cache.

    Returns:
        (n,) int64 in [0, n_clusters).

    Taught in lesson 3.
    """
    half_norms = 0.5 * np.einsum("kb,kb->k", centroids, centroids)
    ids = np.empty(len(vectors), dtype=np.int64)
    for start in range(0, len(vectors), chunk):
        scores = vectors[start : start + chunk] @ centroids.T  # (chunk, n_clusters)
        scores -= half_norms
        ids[start : start + chunk] = scores.argmax(axis=1)
    return ids
