"""Exercise 5.4: several heads, each with its own columns of the width."""

from functools import partial

import numpy as np

from refimpl.course.comparing import compare_arrays
from refimpl.course.exercise import Exercise, Inputs


def multi_head(x: np.ndarray, qkv: np.ndarray, out: np.ndarray, n_heads: int) -> np.ndarray:
    """Causal self-attention in several heads."""
    return _multi_head(x, qkv, out, n_heads)


def _multi_head(x, qkv, out, n_heads, *, split=None, merge=None, width=None, order=(0, 1, 2)):
    """The answer, with the steps that answers get wrong open to be changed."""
    split, merge = split or _split, merge or _merge
    parts = np.split(x @ qkv.T, 3, axis=1)  # three of (T, C)
    queries, keys, values = (split(parts[i], n_heads) for i in order)  # (H, T, D)
    scores = queries @ keys.transpose(0, 2, 1) / np.sqrt(width or queries.shape[-1])
    scores = np.where(np.tri(len(x), dtype=bool), scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return merge(weights @ values) @ out.T


def _split(part: np.ndarray, n_heads: int) -> np.ndarray:
    return part.reshape(len(part), n_heads, -1).transpose(1, 0, 2)


def _merge(heads: np.ndarray) -> np.ndarray:
    return heads.transpose(1, 0, 2).reshape(heads.shape[1], -1)


def _sequence_and_weights(rng: np.random.Generator) -> Inputs:
    n_heads = int(rng.integers(2, 4))
    width = n_heads * 4
    return {
        "x": rng.normal(size=(7, width)),
        "qkv": rng.normal(size=(3 * width, width)) / np.sqrt(width),
        "out": rng.normal(size=(width, width)) / np.sqrt(width),
        "n_heads": n_heads,
    }


def _one_head(x, qkv, out, n_heads):
    return _multi_head(x, qkv, out, 1)


def _interleaved(x, qkv, out, n_heads):
    return _multi_head(
        x,
        qkv,
        out,
        n_heads,
        split=lambda part, n: part.reshape(len(part), -1, n).transpose(2, 0, 1),
    )


def _cut_through_time(x, qkv, out, n_heads):
    return _multi_head(x, qkv, out, n_heads, split=lambda part, n: part.reshape(n, len(part), -1))


def _merged_without_turning(x, qkv, out, n_heads):
    return _multi_head(x, qkv, out, n_heads, merge=lambda heads: heads.reshape(len(x), -1))


def _scaled_by_the_whole_width(x, qkv, out, n_heads):
    return _multi_head(x, qkv, out, n_heads, width=x.shape[1])


def _other_order(x, qkv, out, n_heads):
    return _multi_head(x, qkv, out, n_heads, order=(1, 0, 2))


def _no_last_matrix(x, qkv, out, n_heads):
    return _multi_head(x, qkv, np.eye(len(out)), n_heads)


def _last_matrix_transposed(x, qkv, out, n_heads):
    return _multi_head(x, qkv, out.T, n_heads)


def _not_causal(x, qkv, out, n_heads):
    queries, keys, values = (_split(part, n_heads) for part in np.split(x @ qkv.T, 3, axis=1))
    weights = np.exp(queries @ keys.transpose(0, 2, 1) / np.sqrt(queries.shape[-1]))
    return _merge(weights / weights.sum(axis=-1, keepdims=True) @ values) @ out.T


EXERCISE = Exercise(
    id="5.4",
    title="Split into heads and merge",
    function="multi_head",
    points=5,
    minutes=20,
    difficulty=4,
    inputs=_sequence_and_weights,
    reference=multi_head,
    compare=partial(compare_arrays, tolerance=1e-4),
    misconceptions={
        _one_head: "this is one head over the whole width: each head has columns of its own",
        _interleaved: "a head takes neighbouring columns: reshape to (T, H, D), heads before width",
        _cut_through_time: "reshape(H, T, D) cuts through time: first (T, H, D), then transpose",
        _merged_without_turning: "before merging, turn (H, T, D) back into (T, H, D)",
        _scaled_by_the_whole_width: "the scale is the root of one head's width D, not of C",
        _other_order: "the rows of qkv make queries first, then keys, then values",
        _no_last_matrix: "the merged heads go through out",
        _last_matrix_transposed: "a matrix of (n_out, n_in) is applied as x @ matrix.T",
        _not_causal: "the mask is causal: no token looks ahead",
    },
    forbidden=(
        "refimpl.transformer.attention.Attention",
        "refimpl.transformer.attention.attend_in_blocks",
        "torch.nn.MultiheadAttention",
    ),
)
