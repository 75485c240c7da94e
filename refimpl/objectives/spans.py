"""Which tokens an infilling objective cuts out: spans at random places, as many as asked for."""

import math

import numpy as np

from refimpl.vocabulary import N_SENTINELS


def count_spans(
    n_tokens: int, corruption_rate: float, mean_tokens_per_span: float, max_spans: int
) -> tuple[int, int]:
    """How many tokens to cut out of a piece, and in how many spans.

    The rate is kept above all: where there are more tokens to cut out than `max_spans` spans of
    the mean length hold, the spans get longer.

    Args:
        n_tokens: of the piece, 2 or more.
        corruption_rate: share of the tokens to cut out; at least one is, and at least one stays.
        mean_tokens_per_span: as near as whole spans come to it.
        max_spans: at most, and never more than there are sentinels.

    Returns:
        Tokens to cut out, and spans, both 1 or more.

    Source: Raffel et al. 2020 (T5), section 3.1.4. Taught in lesson 6.
    """
    # Not round(): it rounds halves to even, so that one token more could cut out two more.
    n_masked = min(max(math.floor(n_tokens * corruption_rate + 0.5), 1), n_tokens - 1)
    n_spans = math.floor(n_masked / mean_tokens_per_span + 0.5)
    most = min(max_spans, N_SENTINELS, n_masked, n_tokens - n_masked + 1)
    return n_masked, min(max(n_spans, 1), most)


def random_parts(total: int, n_parts: int, rng: np.random.Generator) -> list[int]:
    """Cut a whole into parts of 1 or more, every way being as likely as any other."""
    if n_parts == 1:
        return [total]
    # After token 0 ... total-2. Few numbers: Python sorts them faster than numpy is called.
    cuts = sorted(rng.permutation(total - 1)[: n_parts - 1].tolist())
    return [b - a for a, b in zip([-1, *cuts], [*cuts, total - 1], strict=True)]


def draw_spans(
    n_tokens: int, n_masked: int, n_spans: int, rng: np.random.Generator
) -> list[tuple[int, int]]:
    """Place spans at random, with at least one token between any two.

    Returns:
        (start, stop) of each span, in order.
    """
    lengths = random_parts(n_masked, n_spans, rng)
    # The outer gaps may be empty: drawn one longer than they are.
    gaps = random_parts(n_tokens - n_masked + 2, n_spans + 1, rng)
    gaps[0] -= 1
    spans, at = [], 0
    for gap, length in zip(gaps, lengths, strict=False):
        spans.append((at + gap, at + gap + length))
        at += gap + length
    return spans


def visible_parts(tokens: np.ndarray, spans: list[tuple[int, int]]) -> list[np.ndarray]:
    """What is left of a piece before, between and after the spans; n_spans + 1 arrays."""
    parts, at = [], 0
    for start, stop in spans:
        parts.append(tokens[at:start])
        at = stop
    return [*parts, tokens[at:]]


def join_with_sentinels(parts: list[np.ndarray], sentinels: np.ndarray) -> np.ndarray:
    """part, sentinel 0, part, sentinel 1, …, part."""
    joined = [parts[0]]
    for i, part in enumerate(parts[1:]):
        joined += (sentinels[i : i + 1], part)
    return np.concatenate(joined)
