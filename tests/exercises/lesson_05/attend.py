"""Answers to exercise 5.2, as learners give them."""

import math

import torch

INFINITY = float("inf")


def soften(scores, axis=-1):
    e = torch.exp(scores - scores.amax(dim=axis, keepdim=True))
    return e / e.sum(dim=axis, keepdim=True)


def score(queries, keys):
    return queries @ keys.transpose(-1, -2) / math.sqrt(queries.shape[-1])


def does_not_divide(queries, keys, values, allowed):
    return soften(torch.where(allowed, queries @ keys.mT, -INFINITY)) @ values


def divides_by_the_width(queries, keys, values, allowed):
    scores = queries @ keys.mT / queries.shape[-1]
    return soften(torch.where(allowed, scores, -INFINITY)) @ values


def forgets_the_mask(queries, keys, values, allowed):
    return soften(score(queries, keys)) @ values


def hides_what_is_allowed(queries, keys, values, allowed):
    return score(queries, keys).masked_fill(allowed, -INFINITY).softmax(-1) @ values


def multiplies_scores_with_the_mask(queries, keys, values, allowed):
    return soften(score(queries, keys) * allowed.float()) @ values


def fills_with_minus_ten_thousand(queries, keys, values, allowed):
    return soften(torch.where(allowed, score(queries, keys), -10_000.0)) @ values


def takes_ten_thousand_away(queries, keys, values, allowed):
    return soften(score(queries, keys) + (allowed.float() - 1) * 1e4) @ values


def fills_with_minus_five_thousand(queries, keys, values, allowed):
    return soften(torch.where(allowed, score(queries, keys), -5_000.0)) @ values


def masks_the_weights(queries, keys, values, allowed):
    weights = torch.softmax(score(queries, keys), dim=-1)
    return torch.where(allowed, weights, 0.0) @ values


def softmax_down_the_columns(queries, keys, values, allowed):
    scores = torch.where(allowed, score(queries, keys), -1e9)
    return soften(scores, axis=-2) @ values


def softmax_down_columns_of_infinities(queries, keys, values, allowed):
    return score(queries, keys).masked_fill(~allowed, -INFINITY).softmax(dim=-2) @ values


def exponentials_run_under(queries, keys, values, allowed):
    weights = torch.exp(torch.where(allowed, score(queries, keys), -INFINITY))
    return weights / weights.sum(dim=-1, keepdim=True) @ values


def masks_after_the_maximum(queries, keys, values, allowed):
    scores = score(queries, keys)
    weights = torch.exp(scores - scores.amax(dim=-1, keepdim=True)) * allowed
    return weights / weights.sum(dim=-1, keepdim=True) @ values


def takes_one_maximum_for_all(queries, keys, values, allowed):
    scores = torch.where(allowed, score(queries, keys), -INFINITY)
    weights = torch.exp(scores - scores.max())
    return weights / weights.sum(dim=-1, keepdim=True) @ values


def cuts_the_gradient(queries, keys, values, allowed):
    return soften(torch.where(allowed, score(queries, keys), -INFINITY)).detach() @ values


def divides_in_place(queries, keys, values, allowed):
    scores = score(queries, keys).masked_fill(~allowed, -INFINITY)
    weights = (scores - scores.amax(-1, keepdim=True)).exp()
    weights /= weights.sum(-1, keepdim=True)
    return weights @ values


def works_for_one_sequence_only(queries, keys, values, allowed):
    scores = torch.einsum("qd,kd->qk", queries, keys) * queries.shape[1] ** -0.5
    return scores.masked_fill(~allowed, -INFINITY).softmax(-1) @ values


WRONG = {
    does_not_divide: "divide the scores by the root",
    divides_by_the_width: "not by the width",
    forgets_the_mask: "the mask has no effect yet",
    hides_what_is_allowed: "allowed is True where",
    multiplies_scores_with_the_mask: "a score of 0 bans nothing",
    fills_with_minus_ten_thousand: "-10,000 is not low enough",
    takes_ten_thousand_away: "taking 10,000 away bans nothing",
    fills_with_minus_five_thousand: "all scores are far below 0",
    masks_the_weights: "masked after the softmax",
    softmax_down_the_columns: "softmax over the keys",
    softmax_down_columns_of_infinities: "softmax over the last axis",
    exponentials_run_under: "exp() of such scores is 0",
    masks_after_the_maximum: "may be one that is not allowed",
    takes_one_maximum_for_all: "its own largest score",
    cuts_the_gradient: "no gradient leads from the result",
    divides_in_place: "an operation in place",
    works_for_one_sequence_only: "einsum",
}


def query_by_query(queries, keys, values, allowed):
    mixed = []
    for i, may_see in enumerate(allowed):
        seen_keys, seen_values = keys[..., may_see, :], values[..., may_see, :]
        scores = (seen_keys * queries[..., i : i + 1, :]).sum(-1) / queries.shape[-1] ** 0.5
        weights = soften(scores)
        mixed.append((weights[..., None] * seen_values).sum(-2))
    return torch.stack(mixed, dim=-2)


def with_einsum(queries, keys, values, allowed):
    scores = torch.einsum("...qd,...kd->...qk", queries, keys) * queries.shape[-1] ** -0.5
    weights = soften(scores.masked_fill(allowed.logical_not(), -INFINITY))
    return torch.einsum("...qk,...kv->...qv", weights, values)


def masks_with_a_large_number(queries, keys, values, allowed):
    return torch.softmax(score(queries, keys) - 1e9 * (~allowed), -1) @ values


def computes_in_double_precision(queries, keys, values, allowed):
    scores = score(queries.double(), keys.double()).masked_fill(~allowed, -INFINITY)
    return (scores.softmax(-1) @ values.double()).float()


def adds_a_bias(queries, keys, values, allowed):
    bias = torch.zeros(allowed.shape).masked_fill(~allowed, -INFINITY)
    return (score(queries, keys) + bias).softmax(dim=-1) @ values


RIGHT = [
    query_by_query,
    with_einsum,
    masks_with_a_large_number,
    computes_in_double_precision,
    adds_a_bias,
]
