"""Exercise 5.6: one step of generation with a cache of keys and values."""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from torch import Tensor

from refimpl.course.differences import Results, compare_arrays
from refimpl.course.exercise import Exercise, Inputs


def cached_step(
    query: Tensor, key: Tensor, value: Tensor, keys: Tensor, values: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Append a token's key and value to the cache, and let it attend to everything there."""
    keys = torch.cat([keys, key[:, None]], dim=1)  # (H, n + 1, D)
    values = torch.cat([values, value[:, None]], dim=1)
    return _mix(query, keys, values), keys, values


def _mix(query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    scores = keys @ query[:, :, None] / query.shape[-1] ** 0.5  # (H, n + 1, 1)
    return (scores.softmax(1) * values).sum(1)


def _draw(rng: np.random.Generator, n_past=None, n_heads=None, width=None) -> Inputs:
    n_past = int(rng.integers(3, 7)) if n_past is None else n_past
    n_heads, width = n_heads or int(rng.integers(2, 4)), width or int(rng.integers(4, 7))
    shapes = dict.fromkeys(("query", "key", "value"), (n_heads, width))
    shapes |= dict.fromkeys(("keys", "values"), (n_heads, n_past, width))
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    far = {"far above": 1, "far below": -1}
    loud = {f"scores {words} 0": _draw(rng, width=4) for words in far}
    for inputs, sign in zip(loud.values(), far.values(), strict=True):
        inputs["query"][:, 0], inputs["key"][:, 0], inputs["keys"][:, :, 0] = 40, 10 * sign, 0
        inputs["keys"][:, :, 0] = 10 * sign
    return {
        "the first token of all, with nothing in the cache": _draw(rng, n_past=0),
        "one token in the cache": _draw(rng, n_past=1),
        "one head": _draw(rng, n_heads=1),
        "as many tokens in the cache as heads": _draw(rng, n_past=3, n_heads=3),
        "heads that are one number wide": _draw(rng, width=1),
    } | loud


def _run(function: Callable, inputs: Inputs) -> Results:
    returned = function(**{name: torch.from_numpy(array) for name, array in inputs.items()})
    if not isinstance(returned, tuple | list) or len(returned) != 3:
        raise TypeError("three tensors are expected: the output, the keys and the values")
    output, keys, values = returned
    return {"the cached keys": keys, "the cached values": values, "the output": output}


def _never_stored(query, key, value, keys, values):
    output, _, _ = cached_step(query, key, value, keys, values)
    return output, keys, values


def _does_not_see_itself(query, key, value, keys, values):
    _, all_keys, all_values = cached_step(query, key, value, keys, values)
    return _mix(query, keys, values), all_keys, all_values


def _sees_only_itself(query, key, value, keys, values):
    _, keys, values = cached_step(query, key, value, keys, values)
    return value.clone(), keys, values


def _newest_in_front(query, key, value, keys, values):
    keys = torch.cat([key[:, None], keys], dim=1)
    values = torch.cat([value[:, None], values], dim=1)
    return _mix(query, keys, values), keys, values


def _no_scale(query, key, value, keys, values):
    _, keys, values = cached_step(query, key, value, keys, values)
    return _mix(query * query.shape[-1] ** 0.5, keys, values), keys, values


def _queries_in_the_cache(query, key, value, keys, values):
    return cached_step(query, query, value, keys, values)


def _value_as_key(query, key, value, keys, values):
    return cached_step(query, value, key, keys, values)


def _weights_over_all_heads(query, key, value, keys, values):
    _, keys, values = cached_step(query, key, value, keys, values)
    scores = keys @ query[:, :, None] / query.shape[-1] ** 0.5
    weights = scores.flatten().softmax(0).reshape(scores.shape)
    return (weights * values).sum(1), keys, values


def _exponentials_alone(query, key, value, keys, values):
    _, keys, values = cached_step(query, key, value, keys, values)
    weights = (keys @ query[:, :, None] / query.shape[-1] ** 0.5).exp()
    return (weights / weights.sum(1, keepdim=True) * values).sum(1), keys, values


EXERCISE = Exercise(
    id="5.6",
    title="A step with a cache",
    function="cached_step",
    points=4,
    minutes=10,
    difficulty=3,
    inputs=_draw,
    edges=_edges,
    run=_run,
    reference=cached_step,
    compare=partial(compare_arrays, tolerance=1e-4),
    misconceptions={
        _never_stored: "return the longer cache: the next token needs this one's key and value",
        _does_not_see_itself: "a token sees itself too: store first, then attend",
        _sees_only_itself: "the token attends to all keys in the cache, not to itself alone",
        _newest_in_front: "the newest goes to the end, after those that came before it",
        _no_scale: "divide the scores by the root of a head's width, as without a cache",
        _queries_in_the_cache: "store the key; no later token asks for an old query",
        _value_as_key: "key and value are swapped: the key goes to the keys",
        _weights_over_all_heads: "each head has its own weights, which sum to 1",
        _exponentials_alone: "exp() of a large score is infinite: subtract each head's largest "
        "score first, or use softmax",
    },
    forbidden=(
        "torch.nn.functional.scaled_dot_product_attention",
        "refimpl.transformer.KVCache",
    ),
)
