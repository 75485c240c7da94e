"""Exercise 7.2: keep the nucleus of a distribution, top-p."""

import numpy as np

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
    # Between two sums, so that rounding does not decide: never where p is met exactly.
    sums = np.cumsum(np.sort(probabilities)[::-1])
    last = int(rng.integers(1, 4))
    below, above = sums[last - 1], sums[last]
    return {"probabilities": probabilities, "p": float(below + (above - below) * 0.6)}


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
    reference=nucleus,
    misconceptions={
        _stops_before: "the token with which the sum reaches p belongs to the nucleus",
        _one_too_many: "one token too many: stop with the one that reaches p",
        _not_normalised: "what is kept must sum to 1 again",
        _stays_sorted: "put the probabilities back in the order of the tokens",
        _above_p: "p is for the sum, not for a single token",
        _from_the_unlikeliest: "begin with the likeliest token",
        _not_sorted: "the sum goes from the likeliest on: sort first",
        _share_of_the_tokens: "p is a share of the probability, not of the number of tokens",
    },
    forbidden=(
        "refimpl.generation.sampling_probabilities",
        "refimpl.generation.sampling.candidates",
    ),
)
