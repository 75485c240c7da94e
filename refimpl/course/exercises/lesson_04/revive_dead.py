"""Exercise 4.4: dead codes move to where they are needed."""

import numpy as np

from refimpl.course.differences import Results
from refimpl.course.exercise import Exercise, Inputs

State = tuple[np.ndarray, np.ndarray]


def revive_dead(codebook: np.ndarray, counts: np.ndarray, z: np.ndarray, share: float) -> State:
    """Move dead codes to the vectors that lie farthest from all living codes.

    Float arrays; more vectors than codes, no two of them equally far; share from 0 to 1.
    """
    fair = counts.mean()
    dead = np.flatnonzero(counts < share * fair)
    return _move(codebook, counts, z, dead, _worst_served(z, np.delete(codebook, dead, 0)), fair)


def _worst_served(z: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Give the numbers of the vectors, the one farthest from its nearest code first."""
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


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    usual = _codebook_with_dead_codes(rng)
    n_codes = len(usual["counts"])
    # Whole numbers with the mean 4, so that half of it is exactly 2.
    counts = np.resize([2.0, 6.0], 2 * (n_codes // 2))
    exact = usual | {"codebook": usual["codebook"][: len(counts)], "share": 0.5}

    def dead_are(*dead: int) -> Inputs:
        some = np.full(n_codes, 50.0)
        some[list(dead)] = 0.5
        return usual | {"counts": some}

    side_by_side = dead_are(0, 2)
    z = np.clip(side_by_side["z"], -3, 3)
    z[[4, 9]] = 30.0 + rng.uniform(0, 0.5, size=(2, z.shape[1]))
    lonely = {  # all living codes but one lie around 0
        "codebook": np.append(rng.uniform(-1, 1, size=(6, 2)), [[30.0, 0.0]], axis=0),
        "counts": np.array([0.5, 50, 50, 50, 50, 50, 50]),
        "z": np.append(rng.uniform(-1, 1, size=(12, 2)), [[30.0, 0.2], [0.0, 8.0]], axis=0),
        "share": 0.1,
    }
    return {
        "no code dead": dead_are(),
        "the first code dead": dead_are(0),
        "the last code dead": dead_are(n_codes - 1),
        "all codes dead but one": dead_are(*range(1, n_codes)),
        "a count of 0": dead_are(1) | {"counts": np.where(np.arange(n_codes) == 1, 0.0, 50.0)},
        "counts exactly at the threshold, which is not below it": exact | {"counts": counts},
        "a share of 0": usual | {"share": 0.0},
        "a share of 1": usual | {"share": 1.0},
        "the two worst served vectors close to each other": side_by_side | {"z": z},
        "a vector far from most codes and close to one": lonely,
        "codes of one number": usual
        | {"codebook": usual["codebook"][:, :1], "z": usual["z"][:, :1]},
        "float32": usual
        | {name: usual[name].astype(np.float32) for name in ("codebook", "counts", "z")},
    }


def _directions(rng: np.random.Generator, n: int, dim: int) -> np.ndarray:
    vectors = rng.normal(size=(n, dim))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _run(function, inputs: Inputs) -> Results:
    returned = function(**inputs)
    if not (isinstance(returned, list | tuple) and len(returned) == 2):
        raise ValueError("return two arrays: codebook, counts")
    codebook, counts = returned
    return {"the codebook": codebook, "the counts": counts}


def _re_measured(codebook, counts, z, share) -> State:
    codebook, fair = codebook.copy(), counts.mean()
    dead = np.flatnonzero(counts < share * fair)
    for position, code in enumerate(dead):
        served = np.delete(codebook, dead[position:], 0)
        codebook[code] = z[_worst_served(z, served)[0]]
    return codebook, np.where(counts < share * fair, fair, counts)


def _mean_of_the_living(codebook, counts, z, share) -> State:
    moved, _ = revive_dead(codebook, counts, z, share)
    dead = counts < share * counts.mean()
    return moved, np.where(dead, counts[~dead].mean(), counts)


def _threshold_counts_as_dead(codebook, counts, z, share) -> State:
    dead = np.flatnonzero(counts <= share * counts.mean())
    order = _worst_served(z, np.delete(codebook, dead, 0))
    return _move(codebook, counts, z, dead, order, counts.mean())


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
    edges=_edges,
    run=_run,
    reference=revive_dead,
    misconceptions={
        _absolute_threshold: "compare a count with share * counts.mean(), not with share",
        _share_of_all: "share is relative to the mean count, not to the sum of all counts",
        _near_any_code: "measure distances to the living codes only: no vector uses a dead one",
        _best_served: "take the vectors with the largest distance, not the smallest",
        _first_vectors: "sort the vectors by their distance to the nearest living code first",
        _all_on_one: "each dead code gets another vector: the worst, the next worst, …",
        _re_measured: "measure once, to the codes that were living at the start: a revived code "
        "does not change the order",
        _counts_stay: "a revived code needs a new count, or it is dead again at the next check",
        _counts_of_one: "the new count is the mean of the counts that came in",
        _mean_of_the_living: "the new count is the mean of all counts that came in, the dead ones "
        "included",
        _worst_last: "right vectors, wrong order: the first dead code gets the farthest",
        _threshold_counts_as_dead: "a count exactly at the threshold is not below it",
    },
    forbidden=("refimpl.codecs.VectorQuantizer",),
)
