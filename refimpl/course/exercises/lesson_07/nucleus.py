"""Exercise 7.2: keep the nucleus of a distribution, top-p."""

from functools import partial

import numpy as np

from refimpl.course.differences import compare_arrays
from refimpl.course.exercise import Exercise, Inputs


def nucleus(probabilities: np.ndarray, p: float) -> np.ndarray:
    """Keep the fewest likeliest tokens whose probabilities reach p; the rest gets 0."""
    order = np.argsort(-probabilities)
    before = np.cumsum(probabilities[order]) - probabilities[order]
    kept = np.zeros_like(probabilities)
    chosen = order[before < p]
    kept[chosen] = probabilities[chosen]
    return kept / kept.sum()


def _probabilities(rng: np.random.Generator) -> Inputs:
    probabilities = rng.dirichlet(np.full(int(rng.integers(8, 13)), 0.6))
    # Between two sums, so that rounding does not decide; sums that meet p are an edge.
    sums = np.cumsum(np.sort(probabilities)[::-1])
    last = int(rng.integers(1, 4))
    below, above = sums[last - 1], sums[last]
    return {"probabilities": probabilities, "p": float(below + (above - below) * 0.6)}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    exact = rng.permutation([32, 16, 8, 4, 3, 1]) / 64  # sums without rounding
    with_zeros = np.insert(exact, int(rng.integers(6)), [0.0, 0.0])
    cases = {
        "one token is enough": (exact, 0.3),
        "a very small p": (exact, 1e-9),
        "the likeliest token reaches p exactly": (exact, 0.5),
        "two tokens reach p exactly": (exact, 0.75),
        "p is 1": (exact, 1.0),
        "p is 1, and two probabilities are 0": (with_zeros, 1.0),
        "all tokens but the unlikeliest": (exact, 0.97),
        "one token": (np.ones(1), 0.6),
        "two tokens": (rng.permutation([0.375, 0.625]), 0.7),
        "the likeliest token has nearly everything": (rng.permutation([0.998, 0.0015, 5e-4]), 0.9),
        "float32": (exact.astype(np.float32), 0.8),
    }
    names = "probabilities", "p"
    return {edge: dict(zip(names, case, strict=True)) for edge, case in cases.items()}


def _keep(probabilities, chosen):
    kept = np.where(chosen, probabilities, 0.0)
    return kept / kept.sum() if kept.sum() else kept


def _stops_before(probabilities, p):
    order = np.argsort(-probabilities)
    inside = order[np.cumsum(probabilities[order]) <= p]
    return _keep(probabilities, np.isin(np.arange(len(probabilities)), inside))


def _one_too_many(probabilities, p):
    order = np.argsort(-probabilities)
    n_kept = 1 + int((np.cumsum(probabilities[order]) < p).sum())
    inside = order[: n_kept + 1]
    return _keep(probabilities, np.isin(np.arange(len(probabilities)), inside))


def _first_forgotten(probabilities, p):
    if probabilities.max() >= p:
        return np.full(len(probabilities), np.nan)  # nothing is kept: 0 / 0
    return nucleus(probabilities, p)


def _first_left_out(probabilities, p):
    order = np.argsort(-probabilities)
    chosen = order[1:][np.cumsum(probabilities[order])[:-1] < p]
    kept = np.where(np.isin(np.arange(len(probabilities)), chosen), probabilities, 0.0)
    return kept / kept.sum()


def _at_least_two(probabilities, p):
    order = np.argsort(-probabilities)
    n_kept = max(2, 1 + int((np.cumsum(probabilities[order])[:-1] < p).sum()))
    return _keep(probabilities, np.isin(np.arange(len(probabilities)), order[:n_kept]))


def _goes_on_past_p(probabilities, p):
    order = np.argsort(-probabilities)
    inside = order[np.cumsum(probabilities[order]) - probabilities[order] <= p]
    return _keep(probabilities, np.isin(np.arange(len(probabilities)), inside))


def _not_normalised(probabilities, p):
    return np.where(nucleus(probabilities, p) > 0, probabilities, 0.0)


def _stays_sorted(probabilities, p):
    return np.sort(nucleus(probabilities, p))[::-1]


def _above_p(probabilities, p):
    return _keep(probabilities, probabilities >= p)


def _from_the_unlikeliest(probabilities, p):
    order = np.argsort(probabilities)
    before = np.cumsum(probabilities[order]) - probabilities[order]
    inside = order[before < p]
    return _keep(probabilities, np.isin(np.arange(len(probabilities)), inside))


def _not_sorted(probabilities, p):
    return _keep(probabilities, np.cumsum(probabilities) - probabilities < p)


def _share_of_the_tokens(probabilities, p):
    n_kept = max(1, round(p * len(probabilities)))
    inside = np.argsort(-probabilities)[:n_kept]
    return _keep(probabilities, np.isin(np.arange(len(probabilities)), inside))


EXERCISE = Exercise(
    id="7.2",
    title="The nucleus",
    function="nucleus",
    points=5,
    minutes=15,
    difficulty=3,
    inputs=_probabilities,
    edges=_edges,
    reference=nucleus,
    compare=partial(compare_arrays, tolerance=1e-5),  # so that float32 is precise enough
    misconceptions={
        _stops_before: "the token with which the sum reaches p belongs to the nucleus",
        _one_too_many: "one token too many: stop with the one that reaches p",
        _first_forgotten: "where the likeliest token reaches p alone, it still has to be kept",
        _first_left_out: "the likeliest token is always kept: shift the sums by one, and begin "
        "with True",
        _at_least_two: "one token can be enough: keep no second one if the first reaches p",
        _goes_on_past_p: "where the sum reaches p exactly, that token is the last one",
        _not_normalised: "the probabilities that are kept must sum to 1 again",
        _stays_sorted: "put the probabilities back in the order of the tokens",
        _above_p: "p is compared with the sum, not with a single probability",
        _from_the_unlikeliest: "begin with the likeliest token",
        _not_sorted: "add up from the likeliest token on: sort first",
        _share_of_the_tokens: "p is a share of the probability, not of the number of tokens",
    },
    forbidden=(
        "refimpl.generation.sampling_probabilities",
        "refimpl.generation.sampling.candidates",
    ),
)
