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
    # The same amount on all scores of a query: a softmax does not change, but exp() alone finds
    # nothing but zeros. It is negative, so that a score of 0 would stand out, and another one for
    # each query, so that one maximum for all of them does not do.
    queries[:, 0], keys[:, 0] = [60.0, 120.0, 180.0, 240.0], -50.0
    allowed = rng.random((n_queries, n_keys)) < 0.5
    one, other, unseen, loud = rng.permutation(n_keys)[:4]
    allowed[:, [one, other]], allowed[:, unseen] = True, False
    # And a key with the largest scores of all, at which only the first query may look.
    keys[loud, 0], allowed[:, loud], allowed[0, loud] = -40.0, False, True
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


def _exponentials_alone(queries, keys, values, allowed):
    return _weighted(np.where(allowed, _scores(queries, keys), -np.inf), values)


def _mask_after_the_maximum(queries, keys, values, allowed):
    scores = _scores(queries, keys)
    return _weighted(np.where(allowed, scores - scores.max(-1, keepdims=True), -np.inf), values)


def _one_maximum_for_all(queries, keys, values, allowed):
    scores = np.where(allowed, _scores(queries, keys), -np.inf)
    return _weighted(scores - scores.max(), values)


def _scores(queries, keys):
    return queries @ keys.T / np.sqrt(queries.shape[1])


def _weighted(scores, values):
    """A softmax that takes no maximum away: 0 / 0 where all exponentials are 0."""
    weights = np.exp(scores)
    with np.errstate(invalid="ignore"):
        return weights / weights.sum(axis=-1, keepdims=True) @ values


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
        _exponentials_alone: "each exp() of such scores is 0: take the largest of the row away",
        _mask_after_the_maximum: "the largest score may be one that is not allowed: mask first",
        _one_maximum_for_all: "each row has a largest score of its own: max(axis=-1)",
    },
    forbidden=(
        "torch.nn.functional.scaled_dot_product_attention",
        "refimpl.transformer.attention.attend_in_blocks",
    ),
)
