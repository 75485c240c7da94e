"""Answers to exercise 11.3, as learners give them."""

import numpy as np
from scipy.linalg import sqrtm


def _cov(x, ddof=1):
    return np.atleast_2d(np.cov(x, rowvar=False, ddof=ddof))


def _root(a):
    w, v = np.linalg.eigh(a)
    return v @ np.diag(np.sqrt(np.clip(w, 0, None))) @ v.T


def _shared(a, b):
    r = _root(a)
    return np.sqrt(np.clip(np.linalg.eigvalsh(r @ b @ r), 0, None)).sum()


def _shift(real, generated):
    return np.sum((real.mean(axis=0) - generated.mean(axis=0)) ** 2)


def compares_variances(real, generated):
    spread = (real.std(axis=0, ddof=1) - generated.std(axis=0, ddof=1)) ** 2
    return _shift(real, generated) + spread.sum()


def roots_each_entry(real, generated):
    a, b = _cov(real), _cov(generated)
    with np.errstate(invalid="ignore"):
        root = np.nan_to_num(np.sqrt(a @ b))
    return _shift(real, generated) + np.trace(a + b - 2 * root)


def roots_each_entry_as_it_is(real, generated):
    a, b = _cov(real), _cov(generated)
    with np.errstate(invalid="ignore"):
        return _shift(real, generated) + np.trace(a + b - 2 * np.sqrt(a @ b))


def divides_by_n(real, generated):
    a, b = _cov(real, 0), _cov(generated, 0)
    return _shift(real, generated) + np.trace(a) + np.trace(b) - 2 * _shared(a, b)


def forgets_the_square(real, generated):
    a, b = _cov(real), _cov(generated)
    shift = np.linalg.norm(real.mean(axis=0) - generated.mean(axis=0))
    return shift + np.trace(a) + np.trace(b) - 2 * _shared(a, b)


def subtracts_once(real, generated):
    a, b = _cov(real), _cov(generated)
    return _shift(real, generated) + np.trace(a) + np.trace(b) - _shared(a, b)


def compares_the_means(real, generated):
    return _shift(real, generated)


def compares_the_covariances(real, generated):
    a, b = _cov(real), _cov(generated)
    return np.trace(a) + np.trace(b) - 2 * _shared(a, b)


def takes_no_root(real, generated):
    a, b = _cov(real), _cov(generated)
    return _shift(real, generated) + np.trace(a + b - 2 * a @ b)


def roots_the_trace(real, generated):
    a, b = _cov(real), _cov(generated)
    return _shift(real, generated) + np.trace(a) + np.trace(b) - 2 * np.sqrt(np.trace(a @ b))


def multiplies_roots(real, generated):
    a, b = _cov(real), _cov(generated)
    return _shift(real, generated) + np.trace(a + b - 2 * _root(a) @ _root(b))


def roots_the_whole(real, generated):
    a, b = _cov(real), _cov(generated)
    whole = _shift(real, generated) + np.trace(a) + np.trace(b) - 2 * _shared(a, b)
    return np.sqrt(np.maximum(whole, 0))


def adds_what_is_shared(real, generated):
    a, b = _cov(real), _cov(generated)
    return _shift(real, generated) + np.trace(a) + np.trace(b) + 2 * _shared(a, b)


def averages_the_shift(real, generated):
    a, b = _cov(real), _cov(generated)
    shift = np.mean((real.mean(axis=0) - generated.mean(axis=0)) ** 2)
    return shift + np.trace(a) + np.trace(b) - 2 * _shared(a, b)


def forgets_to_centre(real, generated):
    a, b = real.T @ real / (len(real) - 1), generated.T @ generated / (len(generated) - 1)
    return _shift(real, generated) + np.trace(a) + np.trace(b) - 2 * _shared(a, b)


def squares_the_difference(real, generated):
    return _shift(real, generated) + ((_cov(real) - _cov(generated)) ** 2).sum()


def adds_a_little_to_the_diagonal(real, generated):
    a, b = _cov(real), _cov(generated)
    a, b = a + 1e-3 * np.eye(len(a)), b + 1e-3 * np.eye(len(b))
    return _shift(real, generated) + np.trace(a) + np.trace(b) - 2 * _shared(a, b)


def adds_a_millionth_to_the_diagonal(real, generated):
    a, b = (_cov(x) + 1e-6 * np.eye(x.shape[1]) for x in (real, generated))
    return _shift(real, generated) + np.trace(a) + np.trace(b) - 2 * _shared(a, b)


def adds_a_millionth_before_the_root(real, generated):
    a, b = _cov(real), _cov(generated)
    little = 1e-6 * np.eye(len(a))
    shared = _shared(a + little, b + little)
    return _shift(real, generated) + np.trace(a) + np.trace(b) - 2 * shared


def needs_full_rank(real, generated):
    a, b = _cov(real), _cov(generated)
    half = np.linalg.cholesky(a)
    shared = np.sqrt(np.linalg.eigvalsh(half.T @ b @ half)).sum()
    return _shift(real, generated) + np.trace(a) + np.trace(b) - 2 * shared


def trusts_the_library(real, generated):
    a, b = _cov(real), _cov(generated)
    root = sqrtm(a @ b).astype(complex) + 0j
    return _shift(real, generated) + np.trace(a + b - 2 * root)


WRONG = {
    compares_variances: "covariances count too",
    roots_each_entry: "root of each entry",
    roots_each_entry_as_it_is: "has none of those below 0",
    divides_by_n: "minus 1",
    forgets_the_square: "the means is squared",
    subtracts_once: "subtract the root twice",
    compares_the_means: "add the covariances",
    compares_the_covariances: "squared distance of the means",
    takes_no_root: "before its trace",
    roots_the_trace: "not the root of the trace",
    multiplies_roots: "singular values",
    roots_the_whole: "take no root of the whole",
    adds_what_is_shared: "subtract what the two",
    averages_the_shift: "do not average them",
    forgets_to_centre: "around the mean",
    squares_the_difference: "not the covariances",
    adds_a_little_to_the_diagonal: "add nothing to the diagonal",
    adds_a_millionth_to_the_diagonal: "a millionth on the diagonal",
    adds_a_millionth_before_the_root: "leave the matrices of the root",
    needs_full_rank: "ositive definite",
    trusts_the_library: "complex numbers",
}


def roots_one_side(real, generated):
    a, b = _cov(real.astype(float)), _cov(generated.astype(float))
    return _shift(real, generated) + np.trace(a + b) - 2 * _shared(a, b)


def uses_the_vectors(real, generated):
    one = (real - real.mean(axis=0)) / np.sqrt(len(real) - 1)
    two = (generated - generated.mean(axis=0)) / np.sqrt(len(generated) - 1)
    shared = np.linalg.norm(one @ two.T, ord="nuc")
    return _shift(real, generated) + (one**2).sum() + (two**2).sum() - 2 * shared


RIGHT = [roots_one_side, uses_the_vectors]
