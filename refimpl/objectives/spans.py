"""The spans that an infilling objective removes, at random places."""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from refimpl.vocabulary import N_SENTINELS


@lru_cache(maxsize=2**14)  # asked again and again for the same few lengths
def count_spans(
    n_tokens: int, corruption_rate: float, mean_tokens_per_span: float, max_spans: int
) -> tuple[int, int]:
    """Return how many tokens to remove from a piece, and in how many spans.

    The rate has priority: if there are more tokens to remove than `max_spans` spans of the mean
    length hold, the spans get longer.

    Args:
        n_tokens: of the piece, 2 or more.
        corruption_rate: share of the tokens to remove; at least one is removed, and one stays.
        mean_tokens_per_span: the target; a whole number of spans comes as near as it can.
        max_spans: the most spans, never more than the number of sentinels.

    Returns:
        Tokens to remove, and spans, both 1 or more.

    Source: Raffel et al. 2020 (T5), section 3.1.4. Taught in lesson 6.
    """
    # Not round(): it rounds halves to even, so one more token could remove two more.
    n_masked = min(max(math.floor(n_tokens * corruption_rate + 0.5), 1), n_tokens - 1)
    n_spans = math.floor(n_masked / mean_tokens_per_span + 0.5)
    most = min(max_spans, N_SENTINELS, n_masked, n_tokens - n_masked + 1)
    return n_masked, min(max(n_spans, 1), most)


def draw_places(n_places: int, n: int, rng: np.random.Generator) -> list[int]:
    """Draw n of the places 0 ... n_places - 1, in order; all choices are equally likely."""
    # Few numbers: Python sorts them faster than numpy is called.
    return sorted(rng.permutation(n_places)[:n].tolist())


def draw_spans(
    n_tokens: int, n_masked: int, n_spans: int, rng: np.random.Generator
) -> list[tuple[int, int]]:
    """Place spans at random, with at least one token between any two.

    The tokens to remove are one long run, cut at random into spans of 1 token or more. Then each
    span goes to one of the gaps between the remaining tokens, at most one per gap. Every way of
    doing both has the same probability.

    Returns:
        (start, stop) of each span, in order.
    """
    cuts = [cut + 1 for cut in draw_places(n_masked - 1, n_spans - 1, rng)] if n_spans > 1 else []
    gaps = draw_places(n_tokens - n_masked + 1, n_spans, rng)
    # Before a span: the tokens that stay, up to its gap, and those of the spans before it.
    return [
        (gap + first, gap + last)
        for gap, first, last in zip(gaps, [0, *cuts], [*cuts, n_masked], strict=True)
    ]


def visible_parts(tokens: Sequence[int], spans: list[tuple[int, int]]) -> list[Sequence[int]]:
    """The parts of a piece before, between and after the spans; n_spans + 1 of them."""
    parts, at = [], 0
    for start, stop in spans:
        parts.append(tokens[at:start])
        at = stop
    return [*parts, tokens[at:]]


def with_sentinels(parts: list[Sequence[int]], sentinels: Sequence[int]) -> list[int]:
    """part, sentinel 0, part, sentinel 1, …, part."""
    joined = [*parts[0]]
    for sentinel, part in zip(sentinels, parts[1:], strict=False):
        joined.append(sentinel)
        joined.extend(part)
    return joined


def places_with_sentinels(
    n_tokens: int, spans: list[tuple[int, int]]
) -> tuple[list[int], list[int]]:
    """The places in a piece of the tokens of infilling's question and of its answer.

    Every token keeps its own place, so an answer continues the time of the tokens before its gap.
    In the question a sentinel has the first place of its span. In the answer it has the place
    before that, because the next token that it predicts is the span's first.

    Args:
        n_tokens: of the piece.
        spans: (start, stop) of each span, in order.

    Returns:
        Positions of `with_sentinels(visible parts)`, and of sentinel 0, span 0, sentinel 1, ….
    """
    question = with_sentinels(visible_parts(range(n_tokens), spans), [start for start, _ in spans])
    hidden = [[], *(range(start, stop) for start, stop in spans)]
    return question, with_sentinels(hidden, [max(start - 1, 0) for start, _ in spans])


def join_with_sentinels(parts: list[Sequence[int]], sentinels: Sequence[int]) -> np.ndarray:
    """The same as an array."""
    return np.array(with_sentinels(parts, sentinels), dtype=np.int64)
