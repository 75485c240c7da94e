"""Exercise 3.3: how many codes are really in use."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def perplexity(ids: np.ndarray) -> float:
    """Give the exponential of the entropy of the codes' frequencies, for one id or more, from 0."""
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


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    some = rng.permutation(np.repeat([0, 3, 5], [2, 6, 9]))
    return {
        "one id": {"ids": rng.integers(1, 9, size=1)},
        "one id, and it is 0": {"ids": np.array([0])},
        "always the same code": {"ids": np.full(int(rng.integers(5, 20)), 7)},
        "all ids different": {"ids": rng.permutation(50)[: int(rng.integers(10, 20))]},
        "the code 0 among others": {"ids": some},
        "two codes equally often": {"ids": rng.permutation(np.repeat([2, 9], 6))},
        "large ids": {"ids": some + 60_000},
        "32-bit integers": {"ids": some.astype(np.int32)},
    }


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


def _over_the_largest_id(ids: np.ndarray) -> float:
    share = np.unique(ids, return_counts=True)[1] / (ids.max() + 1)
    return float(np.exp(-(share * np.log(share)).sum()))


def _inverse_of_squares(ids: np.ndarray) -> float:
    return float(1 / (_shares(ids) ** 2).sum())


def _unweighted(ids: np.ndarray) -> float:
    return float(np.exp(-np.log(_shares(ids)).mean()))


EXERCISE = Exercise(
    id="3.3",
    title="How many codes are in use",
    function="perplexity",
    points=3,
    minutes=6,
    difficulty=2,
    inputs=_ids,
    edges=_edges,
    reference=perplexity,
    misconceptions={
        _count_different: "this gives a code used once the same weight as one used all the time",
        _entropy_in_nats: "this is the entropy in nats: return its exponential",
        _entropy_in_bits: "this is the entropy in bits: return 2 to the power of it",
        _two_bases: "np.log belongs with np.exp, np.log2 with 2 **: you mixed two bases",
        _other_bases: "np.log2 belongs with 2 **, np.log with np.exp: you mixed two bases",
        _zero_times_log_zero: "0 log 0 counts as 0: leave out the codes that do not occur",
        _forget_the_minus: "the logarithm of a share is negative: the entropy has a minus sign",
        _inverse_of_squares: "1 / sum(p²) measures diversity in another way; take exp(entropy)",
        _unweighted: "weight each logarithm by its share",
        _over_the_largest_id: "a share is a count divided by len(ids), the number of tokens",
    },
    forbidden=("refimpl.metrics.perplexity",),
)
