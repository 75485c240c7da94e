"""Exercise 5.4: several heads, each with its own columns of the width."""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from refimpl.course.differences import Results, compare_arrays
from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises.lesson_05 import INFINITY, gradient


def multi_head(
    x: Tensor, qkv: Tensor, out: Tensor, n_heads: int, allowed: Tensor, attention: Callable
) -> Tensor:
    """Self-attention in several heads."""
    return _multi_head(x, qkv, out, n_heads, allowed, attention)


def _multi_head(
    x, qkv, out, n_heads, allowed, attention, *, split=None, merge=None, order=(0, 1, 2)
):
    """The answer, with the steps that answers get wrong open to be changed."""
    split, merge = split or _split, merge or _merge
    parts = (x @ qkv.mT).chunk(3, dim=-1)  # three of (B, T, C)
    heads = [split(parts[i], n_heads) for i in order]  # three of (B, H, T, D)
    return merge(attention(*heads, allowed)) @ out.mT


def _split(part: Tensor, n_heads: int) -> Tensor:
    return part.unflatten(-1, (n_heads, -1)).transpose(1, 2)


def _merge(heads: Tensor) -> Tensor:
    return heads.transpose(1, 2).flatten(2)


def _run(function: Callable, inputs: Inputs) -> Results:
    tensors = {
        name: torch.from_numpy(value) if isinstance(value, np.ndarray) else value
        for name, value in inputs.items()
    }
    tensors["x"].requires_grad_()
    result = function(**tensors, attention=scaled_dot_product_attention)
    slope = gradient(result, tensors["x"], "x")
    return {"result": result, "the gradient that reaches x": slope}


def _draw(rng, n_batch=2, n_tokens=7, n_heads=None, head=4, *, allowed=None) -> Inputs:
    n_heads = n_heads or int(rng.integers(2, 4))
    width = n_heads * head
    shapes = {
        "x": (n_batch, n_tokens, width),
        "qkv": (3 * width, width),
        "out": (width, width),
    }
    inputs = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    for name in ("qkv", "out"):
        inputs[name] /= np.float32(np.sqrt(width))
    mask = np.tri(n_tokens, dtype=bool) if allowed is None else allowed
    return inputs | {"n_heads": n_heads, "allowed": mask}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    return {
        "one head": _draw(rng, n_heads=1),
        "heads that are one number wide": _draw(rng, n_heads=4, head=1),
        "one sequence of one token": _draw(rng, n_batch=1, n_tokens=1),
        "as many tokens as heads": _draw(rng, n_tokens=3, n_heads=3),
        "every token may look at every token": _draw(rng, allowed=np.ones((7, 7), bool)),
        "each token may look at itself only": _draw(rng, allowed=np.eye(7, dtype=bool)),
    }


def _one_head(x, qkv, out, n_heads, allowed, attention):
    return _multi_head(x, qkv, out, 1, allowed, attention)


def _interleaved(x, qkv, out, n_heads, allowed, attention):
    def split(part, n):
        return part.unflatten(-1, (-1, n)).permute(0, 3, 1, 2)

    return _multi_head(x, qkv, out, n_heads, allowed, attention, split=split)


def _interleaved_both_ways(x, qkv, out, n_heads, allowed, attention):
    def split(part, n):
        return part.unflatten(-1, (-1, n)).permute(0, 3, 1, 2)

    def merge(heads):
        return heads.permute(0, 2, 3, 1).flatten(2)

    return _multi_head(x, qkv, out, n_heads, allowed, attention, split=split, merge=merge)


def _cut_through_time(x, qkv, out, n_heads, allowed, attention):
    def split(part, n):
        return part.reshape(len(part), n, part.shape[1], -1)

    return _multi_head(x, qkv, out, n_heads, allowed, attention, split=split)


def _merged_without_turning(x, qkv, out, n_heads, allowed, attention):
    def merge(heads):
        return heads.reshape(x.shape)

    return _multi_head(x, qkv, out, n_heads, allowed, attention, merge=merge)


def _cut_and_merged_through_time(x, qkv, out, n_heads, allowed, attention):
    def split(part, n):
        return part.reshape(len(part), n, part.shape[1], -1)

    def merge(heads):
        return heads.reshape(x.shape)

    return _multi_head(x, qkv, out, n_heads, allowed, attention, split=split, merge=merge)


def _own_attention(x, qkv, n_heads, allowed, scale):
    queries, keys, values = (_split(part, n_heads) for part in (x @ qkv.mT).chunk(3, dim=-1))
    scores = (queries @ keys.mT * scale).masked_fill(~allowed, -INFINITY)
    return _merge(scores.softmax(-1) @ values)


def _scale_forgotten(x, qkv, out, n_heads, allowed, attention):
    return _own_attention(x, qkv, n_heads, allowed, 1.0) @ out.mT


def _scaled_by_the_whole_width(x, qkv, out, n_heads, allowed, attention):
    return _own_attention(x, qkv, n_heads, allowed, x.shape[-1] ** -0.5) @ out.mT


def _other_order(x, qkv, out, n_heads, allowed, attention):
    return _multi_head(x, qkv, out, n_heads, allowed, attention, order=(1, 0, 2))


def _values_first(x, qkv, out, n_heads, allowed, attention):
    return _multi_head(x, qkv, out, n_heads, allowed, attention, order=(1, 2, 0))


def _no_last_matrix(x, qkv, out, n_heads, allowed, attention):
    return _multi_head(x, qkv, torch.eye(len(out)), n_heads, allowed, attention)


def _last_matrix_transposed(x, qkv, out, n_heads, allowed, attention):
    return _multi_head(x, qkv, out.mT, n_heads, allowed, attention)


def _not_masked(x, qkv, out, n_heads, allowed, attention):
    return _multi_head(x, qkv, out, n_heads, torch.ones_like(allowed), attention)


def _always_causal(x, qkv, out, n_heads, allowed, attention):
    return _multi_head(x, qkv, out, n_heads, torch.ones_like(allowed).tril(), attention)


EXERCISE = Exercise(
    id="5.4",
    title="Split into heads and merge",
    function="multi_head",
    points=5,
    minutes=20,
    difficulty=4,
    inputs=_draw,
    edges=_edges,
    run=_run,
    reference=multi_head,
    compare=partial(compare_arrays, tolerance=1e-4),
    misconceptions={
        _one_head: "this is one head over the whole width: each head has its own columns",
        _interleaved: "a head takes neighbouring columns: reshape to (B, T, H, D), heads before "
        "their width",
        _interleaved_both_ways: "head 0 takes the first D columns, not every H-th one: reshape to "
        "(B, T, H, D)",
        _cut_through_time: "reshaping to (B, H, T, D) cuts through time: reshape to (B, T, H, D) "
        "first, then transpose",
        _merged_without_turning: "before merging, turn (B, H, T, D) back into (B, T, H, D)",
        _cut_and_merged_through_time: "reshaping straight to (B, H, T, D) mixes tokens: the T "
        "axis must stay where it is until you transpose",
        _scale_forgotten: "divide the scores by the root of D, as `attention` does",
        _scaled_by_the_whole_width: "the scale is the root of one head's width D, not of C",
        _other_order: "the rows of qkv make queries first, then keys, then values",
        _values_first: "the first C rows of qkv make queries, the next keys, the last values",
        _no_last_matrix: "the merged heads go through out",
        _last_matrix_transposed: "a matrix of (n_out, n_in) is applied as x @ matrix.T",
        _not_masked: "pass the mask on: `allowed` says which tokens each token may attend to",
        _always_causal: "use the mask that is given; it need not be causal",
    },
    forbidden=(
        "refimpl.transformer.attention.Attention",
        "refimpl.transformer.attention.attend_in_blocks",
        "torch.nn.MultiheadAttention",
    ),
)
