"""Exercise 4.4: codes that nothing chooses are put where they are needed."""

import numpy as np

from refimpl.course.comparing import Results
from refimpl.course.exercise import Exercise, Inputs

State = tuple[np.ndarray, np.ndarray]


def revive_dead(codebook: np.ndarray, counts: np.ndarray, z: np.ndarray, share: float) -> State:
    """Put dead codes on the vectors that lie farthest from all living codes."""
    fair = counts.mean()
    dead = np.flatnonzero(counts < share * fair)
    return _move(codebook, counts, z, dead, _worst_served(z, np.delete(codebook, dead, 0)), fair)


def _worst_served(z: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """The numbers of the vectors, from the one farthest from its nearest code on."""
    distances = np.linalg.norm(z[:, None] - codes, axis=2).min(axis=1)
    return np.argsort(-distances)


def _move(codebook, counts, z, dead, order, count) -> State:
    codebook, counts = codebook.copy(), counts.copy()
    codebook[dead] = z[order[: len(dead)]]
    counts[dead] = count
    return codebook, counts


def _codebook_with_dead_codes(rng: np.random.Generator) -> Inputs:
    n_codes, dim, n_dead = (int(n) for n in rng.integers([7, 2, 2], [11, 5, 4]))
    share = round(float(rng.uniform(0.1, 0.3)), 2)
    counts = rng.uniform(40, 90, n_codes)
    dead = rng.permutation(n_codes)[:n_dead]
    # Below the smallest threshold, 0.1 * 40 * 4 / 7, and yet above any share.
    counts[dead] = rng.uniform(1, 2, n_dead)
    codebook = rng.normal(size=(n_codes, dim))
    z = codebook[rng.integers(0, n_codes, 14)] + 0.3 * rng.normal(size=(14, dim))
    far = rng.permutation(14)[:4]
    z[far] = rng.uniform(4, 9, size=(4, 1)) * _directions(rng, 4, dim)
    # One dead code lies beside the vector that is worst served by the living ones.
    worst = _worst_served(z, np.delete(codebook, dead, 0))[0]
    codebook[dead[0]] = z[worst] + 0.05 * rng.normal(size=dim)
    return {"codebook": codebook, "counts": counts, "z": z, "share": share}


def _directions(rng: np.random.Generator, n: int, dim: int) -> np.ndarray:
    vectors = rng.normal(size=(n, dim))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _run(function, inputs: Inputs) -> Results:
    returned = function(**inputs)
    if not (isinstance(returned, list | tuple) and len(returned) == 2):
        raise ValueError("return two arrays: codebook, counts")
    codebook, counts = returned
    return {"the codebook": codebook, "the counts": counts}


def _absolute_threshold(codebook, counts, z, share) -> State:
    dead = np.flatnonzero(counts < share)
    return _move(
        codebook, counts, z, dead, _worst_served(z, np.delete(codebook, dead, 0)), counts.mean()
    )


def _share_of_all(codebook, counts, z, share) -> State:
    dead = np.flatnonzero(counts / counts.sum() < share)
    living = np.delete(codebook, dead, 0)
    order = _worst_served(z, living) if len(living) else np.arange(len(z))
    return _move(codebook, counts, z, dead, order, counts.mean())


def _near_any_code(codebook, counts, z, share) -> State:
    dead = np.flatnonzero(counts < share * counts.mean())
    return _move(codebook, counts, z, dead, _worst_served(z, codebook), counts.mean())


def _best_served(codebook, counts, z, share) -> State:
    dead = np.flatnonzero(counts < share * counts.mean())
    order = _worst_served(z, np.delete(codebook, dead, 0))[::-1]
    return _move(codebook, counts, z, dead, order, counts.mean())


def _first_vectors(codebook, counts, z, share) -> State:
    dead = np.flatnonzero(counts < share * counts.mean())
    return _move(codebook, counts, z, dead, np.arange(len(z)), counts.mean())


def _all_on_one(codebook, counts, z, share) -> State:
    dead = np.flatnonzero(counts < share * counts.mean())
    worst = _worst_served(z, np.delete(codebook, dead, 0))[0]
    return _move(codebook, counts, z, dead, np.full(len(z), worst), counts.mean())


def _counts_stay(codebook, counts, z, share) -> State:
    return revive_dead(codebook, counts, z, share)[0], counts.copy()


def _counts_of_one(codebook, counts, z, share) -> State:
    dead = counts < share * counts.mean()
    return revive_dead(codebook, counts, z, share)[0], np.where(dead, 1.0, counts)


def _worst_last(codebook, counts, z, share) -> State:
    dead = np.flatnonzero(counts < share * counts.mean())
    order = _worst_served(z, np.delete(codebook, dead, 0))[: len(dead)][::-1]
    return _move(codebook, counts, z, dead, order, counts.mean())


EXERCISE = Exercise(
    id="4.4",
    title="Revive the dead",
    function="revive_dead",
    points=4,
    minutes=15,
    difficulty=3,
    inputs=_codebook_with_dead_codes,
    run=_run,
    reference=revive_dead,
    misconceptions={
        _absolute_threshold: "compare a count with share times the mean count, not with share",
        _share_of_all: "share is meant of the mean count, not of the sum of all counts",
        _near_any_code: "measure distances to the living codes only: a dead one serves nobody",
        _best_served: "take the vectors with the largest distance, not with the smallest",
        _first_vectors: "sort the vectors by their distance to the nearest living code first",
        _all_on_one: "each dead code gets a vector of its own: the worst, the next worst, ...",
        _counts_stay: "a revived code needs a new count, or it is dead again at the next look",
        _counts_of_one: "the new count is the mean of the counts that came in",
        _worst_last: "right vectors, wrong order: the first dead code gets the farthest",
    },
    forbidden=("refimpl.vqvae.VectorQuantizer",),
)
