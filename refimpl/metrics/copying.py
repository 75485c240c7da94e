"""Test for copying: the longest run of tokens that a tune shares exactly with the training set.

A model that recites its training tunes scores perfectly on every musical measure. The length of the
runs that it shares with them shows it, compared with held-out tunes: music repeats itself, so even
unseen tunes share some runs.
"""

from collections.abc import Sequence

import numpy as np


def _prefix_ranks(text: np.ndarray, longest: int) -> list[np.ndarray]:
    """Rank all windows of 1, 2, 4 … symbols in their order; equal windows have equal ranks.

    A window of 2h symbols consists of two windows of h, so a pair of ranks represents it.

    Source: Karp, Miller and Rosenberg, "Rapid identification of repeated patterns in strings, trees
    and arrays" (STOC 1972).
    """
    levels = [np.unique(text, return_inverse=True)[1].astype(np.int32)]
    width = 1
    while width < longest:  # at the end a window covers any query, so the ranks sort suffixes
        rank = levels[-1].astype(np.int64)
        second = np.zeros_like(rank)
        second[:-width] = rank[width:]
        pairs = rank * len(rank) + second
        levels.append(np.unique(pairs, return_inverse=True)[1].astype(np.int32))
        width *= 2
    return levels


def _common_prefix(levels: list[np.ndarray], i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Length of the longest common prefix of the suffixes at i and at j."""
    last = len(levels[0]) - 1
    length = np.zeros(len(i), dtype=np.int64)
    for level in range(len(levels) - 1, -1, -1):
        rank = levels[level]
        equal = rank[np.minimum(i + length, last)] == rank[np.minimum(j + length, last)]
        length += equal.astype(np.int64) << level
    return length


def match_lengths(
    queries: Sequence[np.ndarray], training: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """Return for every position of every query the longest run from there in any training tune.

    Exact, with no hashing. All suffixes of queries and training tunes are sorted together; the
    longest match of a suffix is with the nearest training suffix before or after it.

    Args:
        queries: sequences of integers, each (n_tokens,).
        training: sequences of integers. A run never crosses from one into the next.

    Returns:
        One (n_tokens,) int64 array per query. Time and memory grow with the total number of
        tokens: a few seconds and 130 MB per million.

    Taught in lesson 7.
    """
    sequences = [np.asarray(s, dtype=np.int64).reshape(-1) for s in (*queries, *training)]
    n_query = sum(len(s) + 1 for s in sequences[: len(queries)])
    longest = max((len(s) for s in sequences[: len(queries)]), default=0)
    if not longest or not len(training):
        return [np.zeros(len(s), dtype=np.int64) for s in sequences[: len(queries)]]
    # A unique symbol follows each sequence, so no match crosses its end.
    top = max((int(s.max()) for s in sequences if len(s)), default=0)
    text = np.concatenate([np.append(s, top + 1 + k) for k, s in enumerate(sequences)])
    levels = _prefix_ranks(text, longest)
    order = np.argsort(levels[-1], kind="stable")
    trained = order >= n_query
    place = np.arange(len(order))
    before = np.maximum.accumulate(np.where(trained, place, -1))
    after = np.minimum.accumulate(np.where(trained, place, len(order))[::-1])[::-1]
    best = np.zeros(n_query, dtype=np.int64)
    asked = np.flatnonzero(~trained)
    for neighbour in (before[asked], after[asked]):
        there = (neighbour >= 0) & (neighbour < len(order))
        here = order[asked[there]]
        shared = _common_prefix(levels, here, order[neighbour[there]])
        best[here] = np.maximum(best[here], shared)
    starts = np.cumsum([0] + [len(s) + 1 for s in sequences[: len(queries)]])
    return [best[start : stop - 1] for start, stop in zip(starts, starts[1:], strict=False)]


def longest_shared_run(ids: np.ndarray, training: Sequence[np.ndarray]) -> int:
    """Length of the longest run of tokens that a tune shares with a training tune.

    Args:
        ids: (n_tokens,) integers.
        training: sequences of integers.

    Taught in lesson 7.
    """
    return int(match_lengths([ids], training)[0].max(initial=0))


def ngram_overlap(lengths: np.ndarray, n: int) -> float:
    """Share of a tune's n-grams that occur in the training set.

    Args:
        lengths: (n_tokens,) of one tune, from `match_lengths`.
        n: tokens in an n-gram.

    Returns:
        A share in [0, 1]; NaN for a tune of fewer than n tokens.

    Taught in lesson 7.
    """
    windows = lengths[: max(0, len(lengths) - n + 1)]
    return float((windows >= n).mean()) if len(windows) else float("nan")


def measure_copying(
    queries: Sequence[np.ndarray],
    training: Sequence[np.ndarray],
    *,
    n_grams: tuple[int, ...] = (32, 64),
) -> list[dict[str, float]]:
    """Return the copying measures of each of several tunes, as a list for `summarise`.

    Args:
        queries: sequences of integers: generated tunes, or held-out ones to compare with.
        training: sequences of integers.
        n_grams: lengths to report the overlap of.

    Returns:
        One dictionary per query: "longest_run" in tokens, and "ngrams_32", "ngrams_64" as shares.

    Taught in lesson 7.
    """
    return [
        {"longest_run": float(lengths.max(initial=0))}
        | {f"ngrams_{n}": ngram_overlap(lengths, n) for n in n_grams}
        for lengths in match_lengths(queries, training)
    ]
