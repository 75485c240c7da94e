"""Answers to exercise 5.2, as learners give them."""

import numpy as np


def soften(scores, axis=-1):
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def does_not_divide(queries, keys, values, allowed):
    return soften(np.where(allowed, queries @ keys.T, -np.inf)) @ values


def divides_by_the_width(queries, keys, values, allowed):
    scores = queries @ keys.T / queries.shape[-1]
    return soften(np.where(allowed, scores, -np.inf)) @ values


def forgets_the_mask(queries, keys, values, allowed):
    return soften(queries @ keys.T / np.sqrt(queries.shape[-1])) @ values


def hides_what_is_allowed(queries, keys, values, allowed):
    scores = queries @ keys.T / np.sqrt(queries.shape[-1])
    return soften(np.where(allowed, -np.inf, scores)) @ values


def multiplies_scores_with_the_mask(queries, keys, values, allowed):
    scores = queries @ keys.T / np.sqrt(queries.shape[-1])
    return soften(scores * allowed) @ values


def masks_the_weights(queries, keys, values, allowed):
    weights = soften(queries @ keys.T / np.sqrt(queries.shape[-1]))
    weights[~allowed] = 0
    return weights @ values


def softmax_down_the_columns(queries, keys, values, allowed):
    scores = queries @ keys.T / np.sqrt(queries.shape[-1])
    return soften(np.where(allowed, scores, -1e9), axis=0) @ values


def exponentials_run_under(queries, keys, values, allowed):
    scores = queries @ keys.T / np.sqrt(queries.shape[-1])
    with np.errstate(invalid="ignore"):
        weights = np.exp(np.where(allowed, scores, -np.inf))
        return weights / weights.sum(axis=-1, keepdims=True) @ values


def masks_after_the_maximum(queries, keys, values, allowed):
    scores = queries @ keys.T / np.sqrt(queries.shape[-1])
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True)) * allowed
    with np.errstate(invalid="ignore"):
        return weights / weights.sum(axis=-1, keepdims=True) @ values


def takes_one_maximum_for_all(queries, keys, values, allowed):
    scores = np.where(allowed, queries @ keys.T / np.sqrt(queries.shape[-1]), -np.inf)
    weights = np.exp(scores - scores.max())
    with np.errstate(invalid="ignore"):
        return weights / weights.sum(axis=-1, keepdims=True) @ values


WRONG = {
    does_not_divide: "divide the scores by the root",
    divides_by_the_width: "not by the width",
    forgets_the_mask: "the mask has no effect yet",
    hides_what_is_allowed: "allowed is True where",
    multiplies_scores_with_the_mask: "a score of 0 is no ban",
    masks_the_weights: "masked after the softmax",
    softmax_down_the_columns: "softmax over the keys",
    exponentials_run_under: "take the largest of the row away",
    masks_after_the_maximum: "may be one that is not allowed",
    takes_one_maximum_for_all: "a largest score of its own",
}


def query_by_query(queries, keys, values, allowed):
    mixed = []
    for query, may_see in zip(queries, allowed, strict=True):
        scores = np.array([key @ query for key in keys[may_see]]) / len(query) ** 0.5
        weights = np.exp(scores - scores.max())
        mixed.append((weights[:, None] * values[may_see]).sum(axis=0) / weights.sum())
    return np.array(mixed)


def with_torch(queries, keys, values, allowed):
    import torch

    queries, keys, values = (torch.tensor(array) for array in (queries, keys, values))
    scores = torch.einsum("qd,kd->qk", queries, keys) * queries.shape[1] ** -0.5
    return scores.masked_fill(~torch.tensor(allowed), float("-inf")).softmax(-1) @ values


def masks_with_a_large_number(queries, keys, values, allowed):
    return soften(queries @ keys.T / np.sqrt(keys.shape[1]) - 1e9 * ~allowed) @ values


RIGHT = [query_by_query, with_torch, masks_with_a_large_number]
