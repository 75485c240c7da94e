"""Exercise 3.4: the cost of tokens written one by one or run by run: predict, then measure."""

from functools import partial

import numpy as np

from refimpl.course.differences import compare_arrays
from refimpl.course.exercise import Exercise, Inputs


def run_length_rate(
    ids: np.ndarray, tokens_per_second: float, n_codes: int, longest_run: int
) -> float:
    """Give bits per second when each run of equal tokens is written as a code and a length.

    There is at least one token; n_codes and longest_run are 1 or more.
    """
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


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    usual = _tokens(rng)
    longest = usual["longest_run"]

    def runs(codes: list[int], lengths: list[int], **changes) -> Inputs:
        return usual | {"ids": np.repeat(codes, lengths)} | changes

    return {
        "one token": runs([5], [1]),
        "one run, of the code 0": runs([0], [3]),
        "no two equal tokens side by side": runs([1, 2, 1, 0, 3], [1] * 5),
        "a run of exactly the longest length": runs([7], [longest]),
        "a run that is one token too long": runs([7, 8], [longest + 1, 1]),
        "a long run at the end": runs([1, 2, 3], [1, 2, 3 * longest + 1]),
        "a long run at the beginning": runs([3, 2, 1], [3 * longest + 1, 2, 1]),
        "the longest run is 1": usual | {"longest_run": 1},
        "a codebook of one code": runs([0], [2 * longest + 3], n_codes=1),
        "a whole number of tokens per second": usual | {"tokens_per_second": 50},
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


def _forget_the_last_run(ids, tokens_per_second, n_codes, longest_run) -> float:
    pieces = np.ceil(_run_lengths(ids)[:-1] / longest_run).sum()
    return _rate(pieces, np.log2(n_codes) + np.log2(longest_run), ids, tokens_per_second)


def _one_code_per_run(ids, tokens_per_second, n_codes, longest_run) -> float:
    lengths = _run_lengths(ids)
    bits = len(lengths) * np.log2(n_codes)
    bits += np.ceil(lengths / longest_run).sum() * np.log2(longest_run)
    return _rate(1, bits, ids, tokens_per_second)


def _bits_of_its_own_length(ids, tokens_per_second, n_codes, longest_run) -> float:
    lengths = _run_lengths(ids)
    return _rate(1, (np.log2(n_codes) + np.log2(lengths)).sum(), ids, tokens_per_second)


def _fractions_of_pieces(ids, tokens_per_second, n_codes, longest_run) -> float:
    pieces = (_run_lengths(ids) / longest_run).sum()
    return _rate(pieces, np.log2(n_codes) + np.log2(longest_run), ids, tokens_per_second)


def _whole_bits(ids, tokens_per_second, n_codes, longest_run) -> float:
    pieces = np.ceil(_run_lengths(ids) / longest_run).sum()
    bits = np.ceil(np.log2(n_codes)) + np.ceil(np.log2(longest_run))
    return _rate(pieces, bits, ids, tokens_per_second)


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
    edges=_edges,
    reference=run_length_rate,
    compare=partial(compare_arrays, tolerance=1e-5),
    misconceptions={
        _token_by_token: "this writes every token separately; write each run once",
        _no_longest_run: "a run longer than longest_run is cut into several pieces",
        _lengths_for_nothing: "the length of a piece costs log2(longest_run) bits too",
        _whole_bits: "do not round log2(n_codes) or log2(longest_run): a number of bits may be "
        "fractional",
        _one_piece_too_many: "a run of exactly longest_run tokens is one piece: round up, not + 1",
        _forget_the_first_run: "the first run is missing: there is one more run than changes",
        _forget_the_last_run: "the last run is missing: it ends where the tokens end",
        _one_code_per_run: "each piece of a run is written on its own, with the code again",
        _bits_of_its_own_length: "every length costs log2(longest_run) bits, and a long run is cut",
        _fractions_of_pieces: "there are no fractions of a piece: round up with np.ceil",
        _all_bits: "these are the bits of the whole clip: divide by its seconds",
        _bits_of_a_token: "these are bits per token: multiply by tokens_per_second",
        _natural_logarithm: "bits need the logarithm to base 2, np.log2",
    },
)
