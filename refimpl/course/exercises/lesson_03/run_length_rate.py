"""Exercise 3.4: what tokens cost, written one by one or run by run: predict, then measure."""

from functools import partial

import numpy as np

from refimpl.course.comparing import compare_arrays
from refimpl.course.exercise import Exercise, Inputs


def run_length_rate(
    ids: np.ndarray, tokens_per_second: float, n_codes: int, longest_run: int
) -> float:
    """Bits a second when every run of equal tokens is written as a code and a length."""
    lengths = _run_lengths(ids)
    n_runs = np.ceil(lengths / longest_run).sum()
    return _rate(n_runs, np.log2(n_codes) + np.log2(longest_run), ids, tokens_per_second)


def _run_lengths(ids: np.ndarray) -> np.ndarray:
    starts = np.concatenate([[0], np.flatnonzero(np.diff(ids)) + 1])
    return np.diff(np.append(starts, len(ids)))


def _rate(n_runs: float, bits: float, ids: np.ndarray, tokens_per_second: float) -> float:
    return float(n_runs * bits * tokens_per_second / len(ids))


def _tokens(rng: np.random.Generator) -> Inputs:
    n_codes, longest_run = int(rng.integers(100, 1000)), int(rng.integers(4, 9))
    lengths = rng.integers(1, 4, size=20)
    # Some runs too long for one length, one of them cut into pieces without a rest.
    lengths[rng.permutation(20)[:6]] = [2 * longest_run, *rng.integers(9, 30, size=5)]
    codes = np.cumsum(rng.integers(1, n_codes, size=20)) % n_codes  # never twice the same
    return {
        "ids": np.repeat(codes, lengths),
        "tokens_per_second": float(rng.uniform(20, 700)),
        "n_codes": n_codes,
        "longest_run": longest_run,
    }


def _token_by_token(ids, tokens_per_second, n_codes, longest_run) -> float:
    return tokens_per_second * float(np.log2(n_codes))


def _no_longest_run(ids, tokens_per_second, n_codes, longest_run) -> float:
    bits = np.log2(n_codes) + np.log2(longest_run)
    return _rate(len(_run_lengths(ids)), bits, ids, tokens_per_second)


def _lengths_for_nothing(ids, tokens_per_second, n_codes, longest_run) -> float:
    pieces = np.ceil(_run_lengths(ids) / longest_run).sum()
    return _rate(pieces, np.log2(n_codes), ids, tokens_per_second)


def _one_piece_too_many(ids, tokens_per_second, n_codes, longest_run) -> float:
    pieces = (_run_lengths(ids) // longest_run + 1).sum()
    return _rate(pieces, np.log2(n_codes) + np.log2(longest_run), ids, tokens_per_second)


def _forget_the_first_run(ids, tokens_per_second, n_codes, longest_run) -> float:
    pieces = np.ceil(_run_lengths(ids)[1:] / longest_run).sum()
    return _rate(pieces, np.log2(n_codes) + np.log2(longest_run), ids, tokens_per_second)


def _all_bits(ids, tokens_per_second, n_codes, longest_run) -> float:
    return run_length_rate(ids, float(len(ids)), n_codes, longest_run)


def _bits_of_a_token(ids, tokens_per_second, n_codes, longest_run) -> float:
    return run_length_rate(ids, 1.0, n_codes, longest_run)


def _natural_logarithm(ids, tokens_per_second, n_codes, longest_run) -> float:
    return run_length_rate(ids, tokens_per_second, n_codes, longest_run) * float(np.log(2))


EXERCISE = Exercise(
    id="3.4",
    title="Predict what repetition costs",
    function="run_length_rate",
    points=5,
    minutes=15,
    difficulty=3,
    inputs=_tokens,
    reference=run_length_rate,
    compare=partial(compare_arrays, tolerance=1e-5),
    misconceptions={
        _token_by_token: "this writes every token by itself; write each run once",
        _no_longest_run: "a run longer than longest_run is cut into several",
        _lengths_for_nothing: "the length of a run has to be written too: log2(longest_run) bits",
        _one_piece_too_many: "a run of exactly longest_run tokens is one piece: round up, not + 1",
        _forget_the_first_run: "the first run counts too: one run more than there are changes",
        _all_bits: "these are the bits of all tokens together: divide by their seconds",
        _bits_of_a_token: "these are bits a token: multiply by tokens_per_second",
        _natural_logarithm: "bits take the logarithm to base 2, np.log2",
    },
)
