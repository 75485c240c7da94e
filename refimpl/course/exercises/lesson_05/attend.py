"""Exercise 5.2: scaled dot-product attention with a mask."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def attend(
    queries: np.ndarray, keys: np.ndarray, values: np.ndarray, allowed: np.ndarray
) -> np.ndarray:
    """For each query the mean of the values, weighted by how well their keys match it."""
    scores = queries @ keys.T / np.sqrt(queries.shape[1])  # (n_queries, n_keys)
    return _softmax(np.where(allowed, scores, -np.inf)) @ values


def _softmax(scores: np.ndarray, axis: int = -1) -> np.ndarray:
    weights = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return weights / weights.sum(axis=axis, keepdims=True)


def _queries_keys_values(rng: np.random.Generator) -> Inputs:
    n_queries, n_keys, width = 4, 6, int(rng.integers(5, 9))
    queries, keys = rng.normal(size=(n_queries, width)), rng.normal(size=(n_keys, width))
    # The same amount on every score: a softmax does not change, but exp() alone finds nothing
    # but zeros. It is negative, so that a score of 0 would stand out.
    queries[:, 0], keys[:, 0] = 50.0, -50.0
    allowed = rng.random((n_queries, n_keys)) < 0.5
    for row in allowed:  # something to see and something not to see, for every query
        seen, hidden = rng.permutation(n_keys)[:2]
        row[seen], row[hidden] = True, False
    return {
        "queries": queries,
        "keys": keys,
        "values": rng.normal(size=(n_keys, 3)),
        "allowed": allowed,
    }


def _no_scale(queries, keys, values, allowed):
    return _softmax(np.where(allowed, queries @ keys.T, -np.inf)) @ values


def _scale_by_width(queries, keys, values, allowed):
    scores = queries @ keys.T / queries.shape[1]
    return _softmax(np.where(allowed, scores, -np.inf)) @ values


def _ignore_the_mask(queries, keys, values, allowed):
    return attend(queries, keys, values, np.ones_like(allowed))


def _mask_upside_down(queries, keys, values, allowed):
    return attend(queries, keys, values, ~allowed)


def _zero_scores(queries, keys, values, allowed):
    scores = queries @ keys.T / np.sqrt(queries.shape[1])
    return _softmax(np.where(allowed, scores, 0.0)) @ values


def _mask_after_the_softmax(queries, keys, values, allowed):
    scores = queries @ keys.T / np.sqrt(queries.shape[1])
    return (_softmax(scores) * allowed) @ values


def _softmax_over_queries(queries, keys, values, allowed):
    scores = np.where(allowed, queries @ keys.T / np.sqrt(queries.shape[1]), -1e9)
    return _softmax(scores, axis=0) @ values


EXERCISE = Exercise(
    id="5.2",
    title="Attention with a mask",
    function="attend",
    points=4,
    minutes=15,
    difficulty=3,
    inputs=_queries_keys_values,
    reference=attend,
    misconceptions={
        _no_scale: "divide the scores by the root of the width, or wide heads see one key only",
        _scale_by_width: "divide by the root of the width, not by the width",
        _ignore_the_mask: "the mask has no effect yet: what is not allowed must get no weight",
        _mask_upside_down: "allowed is True where a query may look: this looks everywhere else",
        _zero_scores: "a score of 0 is no ban, exp(0) is 1: put -np.inf there",
        _mask_after_the_softmax: "masked after the softmax, the weights no longer sum to 1",
        _softmax_over_queries: "the weights of one query sum to 1: softmax over the keys, axis -1",
    },
    forbidden=(
        "torch.nn.functional.scaled_dot_product_attention",
        "refimpl.transformer.attention.attend_in_blocks",
    ),
)
