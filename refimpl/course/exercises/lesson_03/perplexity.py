"""Exercise 3.3: how many codes are really in use."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def perplexity(ids: np.ndarray) -> float:
    """The exponential of the entropy of the codes' frequencies."""
    _, counts = np.unique(ids, return_counts=True)
    share = counts / counts.sum()
    return float(np.exp(-(share * np.log(share)).sum()))


def _ids(rng: np.random.Generator) -> Inputs:
    # Some codes often, some rarely, and never all of those in between: 0 log 0 comes up.
    n_codes = int(rng.integers(20, 40))
    share = rng.exponential(size=n_codes) ** 2
    share[rng.permutation(n_codes - 1)[:5]] = 0
    share[0] = 0
    return {"ids": rng.choice(n_codes, size=int(rng.integers(200, 300)), p=share / share.sum())}


def _shares(ids: np.ndarray) -> np.ndarray:
    return np.unique(ids, return_counts=True)[1] / len(ids)


def _count_different(ids: np.ndarray) -> float:
    return float(len(np.unique(ids)))


def _entropy_in_nats(ids: np.ndarray) -> float:
    return float(np.log(perplexity(ids)))


def _entropy_in_bits(ids: np.ndarray) -> float:
    return float(np.log2(perplexity(ids)))


def _two_bases(ids: np.ndarray) -> float:
    return 2.0 ** _entropy_in_nats(ids)


def _other_bases(ids: np.ndarray) -> float:
    return float(np.exp(_entropy_in_bits(ids)))


def _zero_times_log_zero(ids: np.ndarray) -> float:
    share = np.bincount(ids) / len(ids)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.exp(-(share * np.log(share)).sum()))


def _forget_the_minus(ids: np.ndarray) -> float:
    return 1 / perplexity(ids)


def _inverse_of_squares(ids: np.ndarray) -> float:
    return float(1 / (_shares(ids) ** 2).sum())


def _unweighted(ids: np.ndarray) -> float:
    return float(np.exp(-np.log(_shares(ids)).mean()))


EXERCISE = Exercise(
    id="3.3",
    title="How many codes are in use",
    function="perplexity",
    points=3,
    minutes=10,
    difficulty=2,
    inputs=_ids,
    reference=perplexity,
    misconceptions={
        _count_different: "this counts a code used once like one used all the time",
        _entropy_in_nats: "this is the entropy in nats: take its exponential",
        _entropy_in_bits: "this is the entropy in bits: 2 to the power of it",
        _two_bases: "np.log goes with np.exp, np.log2 with 2 **: two bases are mixed here",
        _other_bases: "np.log2 goes with 2 **, np.log with np.exp: two bases are mixed here",
        _zero_times_log_zero: "0 log 0 counts as 0: leave out the codes that do not occur",
        _forget_the_minus: "the logarithm of a share is negative: entropy has a minus in front",
        _inverse_of_squares: "1 / sum(p²) is another measure of diversity; take exp(entropy)",
        _unweighted: "weight each logarithm by its share",
    },
    forbidden=("refimpl.metrics.perplexity", "refimpl.codec.code_perplexity"),
)
