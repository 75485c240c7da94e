"""Answers to exercise 5.4, as learners give them."""

import numpy as np


def attention(queries, keys, values, width=None, causal=True):
    scores = queries @ np.swapaxes(keys, -1, -2) / np.sqrt(width or queries.shape[-1])
    if causal:
        scores = np.where(np.tri(scores.shape[-1]) > 0, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ values


def only_one_head(x, qkv, out, n_heads):
    return attention(*np.split(x @ qkv.T, 3, axis=1)) @ out.T


def heads_take_turns_in_the_columns(x, qkv, out, n_heads):
    parts = np.split(x @ qkv.T, 3, axis=1)
    mixed = np.empty_like(x)
    for head in range(n_heads):
        mixed[:, head::n_heads] = attention(*(part[:, head::n_heads] for part in parts))
    # What the heads bring home is put side by side.
    return np.concatenate([mixed[:, head::n_heads] for head in range(n_heads)], axis=1) @ out.T


def reshapes_without_transposing(x, qkv, out, n_heads):
    parts = [p.reshape(n_heads, len(x), -1) for p in np.split(x @ qkv.T, 3, axis=1)]
    return attention(*parts).transpose(1, 0, 2).reshape(x.shape) @ out.T


def merges_without_transposing(x, qkv, out, n_heads):
    parts = [
        p.reshape(len(x), n_heads, -1).transpose(1, 0, 2) for p in np.split(x @ qkv.T, 3, axis=1)
    ]
    return attention(*parts).reshape(x.shape) @ out.T


def by_heads(x, qkv, out, n_heads, order=(0, 1, 2), **options):
    parts = np.split(x @ qkv.T, 3, axis=1)
    heads = [np.split(parts[i], n_heads, axis=1) for i in order]
    mixed = [attention(*head, **options) for head in zip(*heads, strict=True)]
    return np.concatenate(mixed, axis=1) @ out.T


def divides_by_the_root_of_all(x, qkv, out, n_heads):
    return by_heads(x, qkv, out, n_heads, width=x.shape[1])


def keys_before_queries(x, qkv, out, n_heads):
    return by_heads(x, qkv, out, n_heads, order=(1, 0, 2))


def leaves_out_the_last_matrix(x, qkv, out, n_heads):
    return by_heads(x, qkv, np.eye(x.shape[1]), n_heads)


def turns_the_last_matrix(x, qkv, out, n_heads):
    return by_heads(x, qkv, out.T, n_heads)


def looks_ahead(x, qkv, out, n_heads):
    return by_heads(x, qkv, out, n_heads, causal=False)


WRONG = {
    only_one_head: "one head over the whole width",
    heads_take_turns_in_the_columns: "a head takes neighbouring columns",
    reshapes_without_transposing: "cuts through time",
    merges_without_transposing: "before merging",
    divides_by_the_root_of_all: "the scale is the root",
    keys_before_queries: "queries first",
    leaves_out_the_last_matrix: "go through out",
    turns_the_last_matrix: "x @ matrix.T",
    looks_ahead: "the mask is causal",
}


def loops_over_heads(x, qkv, out, n_heads):
    return by_heads(x, qkv, out, n_heads)


def all_in_einsums(x, qkv, out, n_heads):
    matrices = qkv.reshape(3, n_heads, -1, x.shape[1])  # (3, H, D, C)
    queries, keys, values = np.einsum("tc,nhdc->nhtd", x, matrices)
    scores = np.einsum("htd,hsd->hts", queries, keys) * queries.shape[-1] ** -0.5
    weights = np.exp(scores) * np.tri(len(x))
    weights = weights / weights.sum(axis=2)[:, :, None]
    outs = out.reshape(len(out), n_heads, -1)  # each head has its columns of the last matrix
    return np.einsum("hts,hsd,chd->tc", weights, values, outs)


RIGHT = [loops_over_heads, all_in_einsums]
