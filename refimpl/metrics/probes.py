"""Linear probes: what can be read off codes without knowing how they are decoded.

A probe is a linear classifier or regression from codes to a fact, such as the pitch of the melody.
It is trained on some tunes and tested on others. Where it does no better than a guess, the codes do
not hold the fact, or not in a form that a simple reader could use.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from refimpl.errors import UserError
from refimpl.metrics.statistics import Estimate, bootstrap_share

HELD_OUT = 0.3  # share of the tunes that a probe is tested on
MAX_ITER = 300  # of the classifier's fit


@dataclass(frozen=True)
class Probed:
    """How well a fact can be read off codes.

    Attributes:
        score: over held-out tunes, with its 95 % interval: of a class, the share of answers that
            are right; of a number, the share of its variance that is explained (R²).
        baseline: the score, on the same tunes, of the answer that ignores the codes: the class
            that is most frequent in training, or the mean.
        n_train, n_test: tunes.
    """

    score: Estimate
    baseline: float
    n_train: int
    n_test: int


def step_features(
    codes: np.ndarray, stream_sizes: tuple[int, ...], *, context: int = 0
) -> sparse.csr_array:
    """Write each step's codes as zeros and ones.

    Args:
        codes: (n_steps, n_streams) of one tune.
        stream_sizes: codes in each stream.
        context: steps on either side whose codes are written, too; at an end, those of the end.

    Returns:
        (n_steps, (1 + 2 * context) * sum(stream_sizes)), with one 1 per code.

    Taught in lesson 8.
    """
    codes = np.asarray(codes, dtype=np.int64)
    if codes.ndim != 2 or codes.shape[1] != len(stream_sizes):
        raise UserError(
            f"codes have shape {codes.shape}; (n_steps, {len(stream_sizes)}) are needed"
        )
    if codes.size and (codes.min() < 0 or (codes >= np.asarray(stream_sizes)).any()):
        raise UserError(f"codes reach {codes.max()}; the streams have {stream_sizes} codes")
    n_steps, width = len(codes), sum(stream_sizes)
    starts = np.cumsum([0, *stream_sizes[:-1]])
    steps = np.arange(n_steps)
    columns = [
        (codes + starts)[np.clip(steps + shift, 0, n_steps - 1)] + place * width
        for place, shift in enumerate(range(-context, context + 1))
    ]
    columns = np.concatenate(columns, axis=1)  # (n_steps, (1 + 2 * context) * n_streams)
    rows = np.repeat(steps, columns.shape[1])
    ones = np.ones(columns.size, dtype=np.float32)
    shape = (n_steps, (1 + 2 * context) * width)
    return sparse.csr_array((ones, (rows, columns.reshape(-1))), shape=shape)


def tune_features(
    codes: np.ndarray, stream_sizes: tuple[int, ...], *, n_lags: int = 32
) -> np.ndarray:
    """Describe a whole tune's codes by numbers: how often each occurs, and when it comes again.

    Args:
        codes: (n_steps, n_streams) of one tune.
        stream_sizes: codes in each stream.
        n_lags: how many steps ahead to look for the same code.

    Returns:
        (sum(stream_sizes) + n_streams * n_lags,): the share of the steps that has each code, and,
        for each stream and each of 1 to n_lags steps, the share of the steps whose code is the
        same so much later. Those shares show the rhythm.

    Taught in lesson 8.
    """
    shares = step_features(codes, stream_sizes).mean(axis=0)
    repeats = [
        (codes[lag:] == codes[:-lag]).mean(axis=0) if lag < len(codes) else np.zeros(codes.shape[1])
        for lag in range(1, n_lags + 1)
    ]
    return np.concatenate([np.asarray(shares).reshape(-1), np.concatenate(repeats)])


def probe_class(features, labels: np.ndarray, tunes: np.ndarray, *, seed: int = 0) -> Probed:
    """Read a class off features by logistic regression.

    Args:
        features: (n, n_features), dense or sparse, of steps or of whole tunes.
        labels: (n,) the class of each; negative ones are left out.
        tunes: (n,) the tune that each belongs to. Neighbouring steps share their notes, so whole
            tunes are held out.
        seed: of the split.

    Raises:
        UserError: fewer than four tunes, or a single class.

    Source: Alain et al. 2016, section 3. Taught in lesson 8.
    """
    from sklearn.linear_model import LogisticRegression

    known = np.flatnonzero(np.asarray(labels) >= 0)
    features, labels, tunes = features[known], np.asarray(labels)[known], np.asarray(tunes)[known]
    test = _held_out(tunes, seed)
    if len(np.unique(labels[~test])) < 2:
        raise UserError("all labels in the training part are the same; nothing can be read off")
    classifier = LogisticRegression(max_iter=MAX_ITER)
    classifier.fit(features[np.flatnonzero(~test)], labels[~test])
    answers = classifier.predict(features[np.flatnonzero(test)])
    values, counts = np.unique(labels[~test], return_counts=True)
    usual = values[counts.argmax()]
    right = (answers == labels[test]).astype(np.float64)
    baseline = float((labels[test] == usual).mean())
    return _probed(right, np.ones_like(right), tunes, test, baseline)


def probe_number(
    features, values: np.ndarray, tunes: np.ndarray, *, seed: int = 0, penalty: float = 1.0
) -> Probed:
    """Read a number off features by ridge regression.

    Args:
        features: (n, n_features), dense or sparse.
        values: (n,) the number of each; NaN is left out.
        tunes: (n,) the tune that each belongs to; whole tunes are held out.
        seed: of the split.
        penalty: weight of the squared coefficients.

    Raises:
        UserError: fewer than four tunes, or a single value.

    Taught in lesson 8.
    """
    from sklearn.linear_model import Ridge

    known = np.flatnonzero(np.isfinite(values))
    features, values, tunes = features[known], np.asarray(values)[known], np.asarray(tunes)[known]
    test = _held_out(tunes, seed)
    if np.ptp(values[~test]) == 0 or np.ptp(values[test]) == 0:
        raise UserError("all values are the same; nothing can be read off")
    regression = Ridge(alpha=penalty, solver="lsqr")
    regression.fit(features[np.flatnonzero(~test)], values[~test])
    answers = regression.predict(features[np.flatnonzero(test)])
    # The variance is about the test part's own mean, as R² has it.
    total = np.square(values[test] - values[test].mean())
    explained = total - np.square(values[test] - answers)
    guessed = np.square(values[test] - values[~test].mean())
    baseline = 1.0 - float(guessed.sum() / total.sum())
    return _probed(explained, total, tunes, test, baseline)


def _held_out(tunes: np.ndarray, seed: int) -> np.ndarray:
    """Choose whole tunes to test on: (n,) bool."""
    names = np.unique(tunes)
    if len(names) < 4:
        raise UserError(f"{len(names)} tunes are too few to hold some out; give at least 4")
    n_test = max(1, round(HELD_OUT * len(names)))
    chosen = np.random.default_rng(seed).permutation(names)[:n_test]
    return np.isin(tunes, chosen)


def _probed(
    hits: np.ndarray, totals: np.ndarray, tunes: np.ndarray, test: np.ndarray, baseline: float
) -> Probed:
    """Add up by tune, so that the interval is over tunes."""
    names, where = np.unique(tunes[test], return_inverse=True)
    by_tune = [np.bincount(where, one, len(names)) for one in (hits, totals)]
    score = bootstrap_share(*by_tune)
    return Probed(score, baseline, len(np.unique(tunes[~test])), len(names))
