"""Exercise 11.3: the Fréchet distance, with a stable root of matrices."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def frechet_distance(real: np.ndarray, generated: np.ndarray) -> float:
    """Give the squared distance of the means, and that of the covariances.

    At least two vectors in each set, which may be fewer than the numbers in a vector.
    """
    shift = ((real.mean(axis=0) - generated.mean(axis=0)) ** 2).sum()
    one, two = _covariance(real), _covariance(generated)
    return float(shift + np.trace(one) + np.trace(two) - 2 * _trace_of_root(one, two))


def _covariance(vectors: np.ndarray) -> np.ndarray:
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    return centred.T @ centred / (len(vectors) - 1)


def _root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T


def _trace_of_root(one: np.ndarray, two: np.ndarray) -> float:
    """The trace of the root of the product: of a symmetric matrix with the same eigenvalues."""
    return float(np.linalg.svd(_root(one) @ _root(two), compute_uv=False).sum())


def _case(rng: np.random.Generator, n=30, m=25, dim=4) -> Inputs:
    mixing = rng.normal(size=(2, dim, dim))
    return {
        "real": rng.normal(size=(n, dim)) @ mixing[0] + rng.normal(size=dim),
        "generated": rng.normal(size=(m, dim)) @ mixing[1] + rng.normal(size=dim),
    }


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    usual = _case(rng)
    return {
        "vectors of one number": _case(rng, dim=1),
        "two vectors a set": _case(rng, 2, 2),
        "fewer vectors than numbers in each": _case(rng, 6, 7, 12),
        "a set against itself": usual | {"generated": usual["real"].copy()},
        "equal means": usual
        | {
            "real": usual["real"] - usual["real"].mean(axis=0),
            "generated": usual["generated"] - usual["generated"].mean(axis=0),
        },
        "equal covariances": usual | {"generated": usual["real"] + 3.0},
        "a set that is the same vector over and over": usual
        | {"generated": np.tile(usual["generated"][:1], (5, 1))},
        "a number that never changes": usual
        | {name: np.where(np.arange(4) == 1, 2.0, one) for name, one in usual.items()},
        "whole numbers": {name: np.rint(3 * one).astype(int) for name, one in usual.items()},
        "large sets": _case(rng, 400, 300, 8),
    }


def _with(cov_one, cov_two, trace_of_root, shift) -> float:
    return float(shift + np.trace(cov_one) + np.trace(cov_two) - 2 * trace_of_root)


def _parts(real, generated):
    shift = ((real.mean(axis=0) - generated.mean(axis=0)) ** 2).sum()
    return _covariance(real), _covariance(generated), float(shift)


def _variances_only(real, generated) -> float:
    one, two, shift = _parts(real, generated)
    return _with(one, two, np.sqrt(np.diag(one) * np.diag(two)).sum(), shift)


def _root_of_each_number(real, generated) -> float:
    one, two, shift = _parts(real, generated)
    return _with(one, two, np.sqrt(np.maximum(np.diag(one @ two), 0)).sum(), shift)


def _root_with_gaps(real, generated) -> float:
    one, two, shift = _parts(real, generated)
    return _with(one, two, np.trace(np.sqrt(one @ two)), shift)


def _jittered(little: float, in_the_traces: bool = True):
    def distance(real, generated) -> float:
        one, two, shift = _parts(real, generated)
        more = little * np.eye(len(one))
        shared = _trace_of_root(one + more, two + more)
        if in_the_traces:
            one, two = one + more, two + more
        return _with(one, two, shared, shift)

    return distance


_little, _very_little, _only_in_the_root = _jittered(1e-3), _jittered(1e-6), _jittered(1e-6, False)


def _biased(real, generated) -> float:
    one, two, shift = _parts(real, generated)
    one, two = one * (1 - 1 / len(real)), two * (1 - 1 / len(generated))
    return _with(one, two, _trace_of_root(one, two), shift)


def _not_squared(real, generated) -> float:
    one, two, shift = _parts(real, generated)
    return _with(one, two, _trace_of_root(one, two), np.sqrt(shift))


def _no_two(real, generated) -> float:
    one, two, shift = _parts(real, generated)
    return _with(one, two, _trace_of_root(one, two) / 2, shift)


def _means_only(real, generated) -> float:
    return _parts(real, generated)[2]


def _covariances_only(real, generated) -> float:
    one, two, _ = _parts(real, generated)
    return _with(one, two, _trace_of_root(one, two), 0.0)


def _no_root(real, generated) -> float:
    one, two, shift = _parts(real, generated)
    return _with(one, two, np.trace(one @ two), shift)


def _root_of_the_trace(real, generated) -> float:
    one, two, shift = _parts(real, generated)
    return _with(one, two, np.sqrt(np.trace(one @ two)), shift)


def _roots_one_by_one(real, generated) -> float:
    one, two, shift = _parts(real, generated)
    return _with(one, two, np.trace(_root(one) @ _root(two)), shift)


def _rooted_distance(real, generated) -> float:
    return float(np.sqrt(max(frechet_distance(real, generated), 0.0)))


def _plus(real, generated) -> float:
    one, two, shift = _parts(real, generated)
    return _with(one, two, -_trace_of_root(one, two), shift)


def _mean_shift(real, generated) -> float:
    one, two, shift = _parts(real, generated)
    return _with(one, two, _trace_of_root(one, two), shift / real.shape[1])


def _second_moments(real, generated) -> float:
    one, two = (x.T @ x / (len(x) - 1) for x in (real.astype(float), generated.astype(float)))
    return _with(one, two, _trace_of_root(one, two), _parts(real, generated)[2])


def _frobenius(real, generated) -> float:
    one, two, shift = _parts(real, generated)
    return float(shift + ((one - two) ** 2).sum())


EXERCISE = Exercise(
    id="11.3",
    title="Fréchet distance",
    function="frechet_distance",
    points=5,
    minutes=25,
    difficulty=4,
    inputs=_case,
    edges=_edges,
    reference=frechet_distance,
    forbidden=("refimpl.metrics.sets.frechet_distance", "refimpl.metrics.sets.Gaussian.distance"),
    misconceptions={
        _variances_only: "a root of a product of matrices is not the root of their diagonals: "
        "covariances count too",
        _root_of_each_number: "np.sqrt takes the root of each entry; a matrix's root is by its "
        "eigenvalues",
        _root_with_gaps: "np.sqrt takes the root of each entry, and has none of those below 0; a "
        "matrix's root is by its eigenvalues",
        _little: "add nothing to the diagonal: clip the eigenvalues at 0 instead",
        _very_little: "a millionth on the diagonal is too much: its root is a thousandth. Clip the "
        "eigenvalues at 0 instead",
        _only_in_the_root: "leave the matrices of the root as they are: the root of a millionth is "
        "a thousandth. Clip the eigenvalues at 0 instead",
        _biased: "divide by the number of vectors minus 1, as np.cov does",
        _not_squared: "the distance of the means is squared",
        _no_two: "subtract the root twice",
        _means_only: "sets with the same mean can still spread differently: add the covariances",
        _covariances_only: "add the squared distance of the means",
        _no_root: "take the root of the product before its trace",
        _root_of_the_trace: "first the root of the matrix, then its trace, not the root of the "
        "trace",
        _roots_one_by_one: "the product of the roots is not the root of the product: add up its "
        "singular values instead of its diagonal",
        _rooted_distance: "by custom the distance stays squared: take no root of the whole",
        _plus: "subtract what the two covariances share",
        _mean_shift: "add up the squared differences of the means: do not average them",
        _second_moments: "a covariance is around the mean: subtract it first",
        _frobenius: "compare the roots of the covariances, not the covariances",
    },
)
