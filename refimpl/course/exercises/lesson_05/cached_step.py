"""Exercise 5.6: one step of generation with a cache of keys and values."""

from collections.abc import Callable

import numpy as np

from refimpl.course.comparing import Results
from refimpl.course.exercise import Exercise, Inputs


def cached_step(
    query: np.ndarray, key: np.ndarray, value: np.ndarray, keys: np.ndarray, values: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Add a token's key and value to the cache, and let it attend to all that is there."""
    keys = np.concatenate([keys, key[:, None]], axis=1)  # (H, n + 1, D)
    values = np.concatenate([values, value[:, None]], axis=1)
    return _mix(query, keys, values), keys, values


def _mix(query: np.ndarray, keys: np.ndarray, values: np.ndarray) -> np.ndarray:
    scores = np.einsum("hd,hnd->hn", query, keys) / np.sqrt(query.shape[-1])
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.einsum("hn,hnd->hd", weights / weights.sum(axis=-1, keepdims=True), values)


_NAMES = ("query_of_each", "key_of_each", "value_of_each")  # `keys` and `values` are the cache


def _tokens(rng: np.random.Generator) -> Inputs:
    shape = 6, int(rng.integers(2, 4)), int(rng.integers(4, 7))  # (T, H, D)
    return {name: rng.normal(size=shape) for name in _NAMES}


def _run(function: Callable, inputs: Inputs) -> Results:
    """Write one token after another, as generation does."""
    n_heads, width = inputs["key_of_each"].shape[1:]
    keys = values = np.zeros((n_heads, 0, width))
    outputs = []
    for token in zip(*(inputs[name] for name in _NAMES), strict=True):
        returned = function(*token, keys, values)
        if not isinstance(returned, tuple | list) or len(returned) != 3:
            raise TypeError("three arrays are expected: the output, the keys and the values")
        output, keys, values = returned
        outputs.append(output)
    return {"the cached keys": keys, "the cached values": values, "the output": np.stack(outputs)}


def _never_stored(query, key, value, keys, values):
    output, _, _ = cached_step(query, key, value, keys, values)
    return output, keys, values


def _does_not_see_itself(query, key, value, keys, values):
    _, all_keys, all_values = cached_step(query, key, value, keys, values)
    output = _mix(query, keys, values) if keys.shape[1] else np.zeros_like(value)
    return output, all_keys, all_values


def _sees_only_itself(query, key, value, keys, values):
    _, keys, values = cached_step(query, key, value, keys, values)
    return value.copy(), keys, values


def _newest_in_front(query, key, value, keys, values):
    keys = np.concatenate([key[:, None], keys], axis=1)
    values = np.concatenate([value[:, None], values], axis=1)
    return _mix(query, keys, values), keys, values


def _no_scale(query, key, value, keys, values):
    _, keys, values = cached_step(query, key, value, keys, values)
    return _mix(query * np.sqrt(query.shape[-1]), keys, values), keys, values


def _queries_in_the_cache(query, key, value, keys, values):
    return cached_step(query, query, value, keys, values)


def _weights_over_all_heads(query, key, value, keys, values):
    _, keys, values = cached_step(query, key, value, keys, values)
    weights = np.exp(np.einsum("hd,hnd->hn", query, keys) / np.sqrt(query.shape[-1]))
    return np.einsum("hn,hnd->hd", weights / weights.sum(), values), keys, values


EXERCISE = Exercise(
    id="5.6",
    title="A step with a cache",
    function="cached_step",
    points=4,
    minutes=10,
    difficulty=3,
    inputs=_tokens,
    run=_run,
    reference=cached_step,
    misconceptions={
        _never_stored: "return the longer cache: the next token needs this one's key and value",
        _does_not_see_itself: "a token sees itself too: store first, then attend",
        _sees_only_itself: "the token is to attend to all keys in the cache, not to itself alone",
        _newest_in_front: "the newest goes to the end, after those that came before it",
        _no_scale: "divide the scores by the root of a head's width, as without a cache",
        _queries_in_the_cache: "what is stored is the key; no later token asks for an old query",
        _weights_over_all_heads: "each head has weights of its own, which sum to 1",
    },
    forbidden=(
        "torch.nn.functional.scaled_dot_product_attention",
        "refimpl.transformer.KVCache",
    ),
)
