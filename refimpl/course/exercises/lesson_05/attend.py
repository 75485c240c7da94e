"""Exercise 5.2: scaled dot-product attention with a mask."""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from torch import Tensor

from refimpl.course.differences import Results, compare_arrays
from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises.lesson_05 import INFINITY, gradient


def attend(queries: Tensor, keys: Tensor, values: Tensor, allowed: Tensor) -> Tensor:
    """For each query, the mean of the values, weighted by how well their keys match it."""
    return _scores(queries, keys).masked_fill(~allowed, -INFINITY).softmax(-1) @ values


def _scores(queries, keys):
    return queries @ keys.mT / queries.shape[-1] ** 0.5  # (..., n_queries, n_keys)


def _run(function: Callable, inputs: Inputs) -> Results:
    tensors = {name: torch.from_numpy(array) for name, array in inputs.items()}
    result = function(**tensors | {"queries": tensors["queries"].requires_grad_()})
    slope = gradient(result, tensors["queries"], "queries")
    return {"result": result, "the gradient that reaches the queries": slope}


def _draw(rng: np.random.Generator, n_queries=4, n_keys=6, width=None, ahead=()) -> Inputs:
    width = width or int(rng.integers(5, 9))
    shapes = {"queries": (n_queries, width), "keys": (n_keys, width), "values": (n_keys, 3)}
    inputs = {n: rng.normal(size=(*ahead, *s)).astype(np.float32) for n, s in shapes.items()}
    return inputs | {"allowed": rng.random((n_queries, n_keys)) < 0.5}


def _queries_keys_values(rng: np.random.Generator) -> Inputs:
    inputs = _draw(rng)
    # The same amount on all scores of a query: a softmax does not change, but exp() alone finds
    # nothing but zeros. It is negative, so that a score of 0 would stand out, and another one for
    # each query, so that one maximum for all of them does not do.
    inputs["queries"][:, 0], inputs["keys"][:, 0] = [40, 80, 120, 160], -10
    one, other, unseen, loud = rng.permutation(6)[:4]
    allowed = inputs["allowed"]
    allowed[:, [one, other]], allowed[:, unseen] = True, False
    # And a key with the largest scores of all, at which only the first query may look.
    inputs["keys"][loud, 0], allowed[:, loud], allowed[0, loud] = -5, False, True
    return inputs


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    every = _draw(rng) | {"allowed": np.ones((4, 6), bool)}
    one_each = _draw(rng) | {"allowed": np.eye(6, dtype=bool)[rng.permutation(6)[:4]]}
    single = _draw(rng, 1, 1) | {"allowed": np.ones((1, 1), bool)}
    triangle = np.tri(5, dtype=bool)
    heads = _draw(rng, 5, 5, 4, ahead=(2, 3)) | {"allowed": triangle}
    batch = _draw(rng, 5, 5, 4, ahead=(2,)) | {"allowed": triangle}
    high = _draw(rng) | {"allowed": np.ones((4, 6), bool)}
    high["queries"][:, 0], high["keys"][:, 0] = 40, 10
    # Whole numbers and a width of 4, so that float32 holds such large scores without rounding.
    loud, low = (_whole_numbers(rng) for _ in range(2))
    loud["queries"][:, 0], loud["keys"][[0, 5], 0] = 400, 500  # scores of 100,000
    loud["allowed"][:, [0, 5]], loud["allowed"][:, 1] = False, True
    low["queries"][:, 0], low["keys"][:, 0] = 200, -200  # scores of -20,000
    low["allowed"][:, 0], low["allowed"][:, 1] = False, True
    return {
        "every query may look at every key": every,
        "each query may look at one key only": one_each,
        "one query and one key": single,
        "several sequences and heads at once": heads,
        "several sequences at once": batch,
        "scores far above 0": high,
        "keys that are not allowed have by far the largest scores": loud,
        "all scores are far below 0": low,
    }


def _whole_numbers(rng: np.random.Generator) -> Inputs:
    inputs = _draw(rng, width=4)
    for name in ("queries", "keys"):
        inputs[name][:] = rng.integers(-2, 3, size=inputs[name].shape)
    return inputs


def _no_scale(queries, keys, values, allowed):
    return (queries @ keys.mT).masked_fill(~allowed, -INFINITY).softmax(-1) @ values


def _scale_by_width(queries, keys, values, allowed):
    scores = queries @ keys.mT / queries.shape[-1]
    return scores.masked_fill(~allowed, -INFINITY).softmax(-1) @ values


def _ignore_the_mask(queries, keys, values, allowed):
    return _scores(queries, keys).softmax(-1) @ values


def _mask_upside_down(queries, keys, values, allowed):
    return attend(queries, keys, values, ~allowed)


def _zero_scores(queries, keys, values, allowed):
    return (_scores(queries, keys) * allowed).softmax(-1) @ values


def _too_small_a_ban(queries, keys, values, allowed):
    return _scores(queries, keys).masked_fill(~allowed, -1e4).softmax(-1) @ values


def _too_small_a_ban_added(queries, keys, values, allowed):
    return (_scores(queries, keys) - 1e4 * ~allowed).softmax(-1) @ values


def _mask_after_the_softmax(queries, keys, values, allowed):
    return (_scores(queries, keys).softmax(-1) * allowed) @ values


def _softmax_over_queries(queries, keys, values, allowed):
    return _scores(queries, keys).masked_fill(~allowed, -1e9).softmax(-2) @ values


def _softmax_over_queries_alone(queries, keys, values, allowed):
    return _scores(queries, keys).masked_fill(~allowed, -INFINITY).softmax(-2) @ values


def _exponentials_alone(queries, keys, values, allowed):
    return _weighted(_scores(queries, keys).masked_fill(~allowed, -INFINITY), values)


def _mask_after_the_maximum(queries, keys, values, allowed):
    scores = _scores(queries, keys)
    scores = scores - scores.amax(-1, keepdim=True)
    return _weighted(scores.masked_fill(~allowed, -INFINITY), values)


def _one_maximum_for_all(queries, keys, values, allowed):
    scores = _scores(queries, keys).masked_fill(~allowed, -INFINITY)
    return _weighted(scores - scores.max(), values)


def _weighted(scores, values):
    """A softmax that takes no maximum away: 0 / 0 where all exponentials are 0."""
    weights = scores.exp()
    return weights / weights.sum(-1, keepdim=True) @ values


EXERCISE = Exercise(
    id="5.2",
    title="Attention with a mask",
    function="attend",
    points=4,
    minutes=15,
    difficulty=3,
    inputs=_queries_keys_values,
    edges=_edges,
    run=_run,
    reference=attend,
    compare=partial(compare_arrays, tolerance=1e-3),
    misconceptions={
        _no_scale: "divide the scores by the root of the width, or wide heads see one key only",
        _scale_by_width: "divide by the root of the width, not by the width",
        _ignore_the_mask: "the mask has no effect yet: a key that is not allowed gets no weight",
        _mask_upside_down: "allowed is True where a query may look; this looks everywhere else",
        _zero_scores: "a score of 0 bans nothing, since exp(0) is 1: put -inf there",
        _too_small_a_ban: "-10,000 is not low enough where the other scores are lower still: "
        "put -inf there",
        _too_small_a_ban_added: "taking 10,000 away bans nothing where the score is higher than "
        "that: put -inf there",
        _mask_after_the_softmax: "masked after the softmax, the weights no longer sum to 1",
        _softmax_over_queries: "the weights of one query sum to 1: softmax over the keys, dim=-1",
        _softmax_over_queries_alone: "softmax over the last axis, the keys: each query's weights "
        "sum to 1",
        _exponentials_alone: "exp() of such scores is 0 everywhere, or infinite: subtract the "
        "row's largest score first, or use softmax",
        _mask_after_the_maximum: "the largest score may be one that is not allowed: mask first",
        _one_maximum_for_all: "each row has its own largest score: subtract that one",
    },
    forbidden=(
        "torch.nn.functional.scaled_dot_product_attention",
        "refimpl.transformer.attention.attend_in_blocks",
    ),
)
