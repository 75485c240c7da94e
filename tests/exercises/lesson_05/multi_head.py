"""Answers to exercise 5.4, as learners give them."""

import torch


def by_heads(x, qkv, out, n_heads, allowed, attention, order=(0, 1, 2)):
    parts = torch.chunk(x @ qkv.T, 3, dim=-1)
    heads = [torch.chunk(parts[i], n_heads, dim=-1) for i in order]
    mixed = [attention(*head, allowed) for head in zip(*heads, strict=True)]
    return torch.cat(mixed, dim=-1) @ out.T


def only_one_head(x, qkv, out, n_heads, allowed, attention):
    return attention(*torch.chunk(x @ qkv.T, 3, dim=-1), allowed) @ out.T


def heads_take_turns_in_the_columns(x, qkv, out, n_heads, allowed, attention):
    parts = torch.chunk(x @ qkv.T, 3, dim=-1)
    heads = [attention(*(p[..., h::n_heads] for p in parts), allowed) for h in range(n_heads)]
    # The results of the heads are put side by side.
    return torch.cat(heads, dim=-1) @ out.T


def heads_take_turns_throughout(x, qkv, out, n_heads, allowed, attention):
    parts = torch.chunk(x @ qkv.T, 3, dim=-1)
    heads = [attention(*(p[..., h::n_heads] for p in parts), allowed) for h in range(n_heads)]
    return torch.stack(heads, dim=-1).flatten(2) @ out.T


def reshapes_without_transposing(x, qkv, out, n_heads, allowed, attention):
    parts = [p.reshape(len(x), n_heads, x.shape[1], -1) for p in (x @ qkv.T).chunk(3, -1)]
    return attention(*parts, allowed).transpose(1, 2).reshape(x.shape) @ out.T


def never_transposes(x, qkv, out, n_heads, allowed, attention):
    parts = [p.reshape(len(x), n_heads, x.shape[1], -1) for p in (x @ qkv.T).chunk(3, -1)]
    return attention(*parts, allowed).reshape(x.shape) @ out.T


def merges_without_transposing(x, qkv, out, n_heads, allowed, attention):
    parts = [p.unflatten(2, (n_heads, -1)).transpose(1, 2) for p in (x @ qkv.T).chunk(3, -1)]
    return attention(*parts, allowed).reshape(x.shape) @ out.T


def own_attention(scale):
    def attention(queries, keys, values, allowed):
        scores = (queries @ keys.mT * scale).masked_fill(~allowed, float("-inf"))
        return scores.softmax(-1) @ values

    return attention


def does_not_divide(x, qkv, out, n_heads, allowed, attention):
    return by_heads(x, qkv, out, n_heads, allowed, own_attention(1))


def divides_by_the_root_of_all(x, qkv, out, n_heads, allowed, attention):
    return by_heads(x, qkv, out, n_heads, allowed, own_attention(x.shape[-1] ** -0.5))


def keys_before_queries(x, qkv, out, n_heads, allowed, attention):
    return by_heads(x, qkv, out, n_heads, allowed, attention, order=(1, 0, 2))


def values_before_queries_and_keys(x, qkv, out, n_heads, allowed, attention):
    return by_heads(x, qkv, out, n_heads, allowed, attention, order=(1, 2, 0))


def leaves_out_the_last_matrix(x, qkv, out, n_heads, allowed, attention):
    return by_heads(x, qkv, torch.eye(x.shape[-1]), n_heads, allowed, attention)


def turns_the_last_matrix(x, qkv, out, n_heads, allowed, attention):
    return by_heads(x, qkv, out.T, n_heads, allowed, attention)


def looks_ahead(x, qkv, out, n_heads, allowed, attention):
    return by_heads(x, qkv, out, n_heads, allowed | True, attention)


def makes_a_triangle_of_its_own(x, qkv, out, n_heads, allowed, attention):
    triangle = torch.tril(torch.ones(x.shape[1], x.shape[1], dtype=torch.bool))
    return by_heads(x, qkv, out, n_heads, triangle, attention)


def forgets_the_batch(x, qkv, out, n_heads, allowed, attention):
    return by_heads(x[0], qkv, out, n_heads, allowed, attention)


WRONG = {
    only_one_head: "one head over the whole width",
    heads_take_turns_in_the_columns: "a head takes neighbouring columns",
    heads_take_turns_throughout: "not every H-th one",
    reshapes_without_transposing: "cuts through time",
    never_transposes: "mixes tokens",
    merges_without_transposing: "before merging",
    does_not_divide: "as `attention` does",
    divides_by_the_root_of_all: "the scale is the root",
    keys_before_queries: "queries first",
    values_before_queries_and_keys: "the first C rows of qkv make queries",
    leaves_out_the_last_matrix: "go through out",
    turns_the_last_matrix: "x @ matrix.T",
    looks_ahead: "pass the mask on",
    makes_a_triangle_of_its_own: "use the mask that is given",
    forgets_the_batch: "expected the shape (2, 7,",
}


def loops_over_heads(x, qkv, out, n_heads, allowed, attention):
    return by_heads(x, qkv, out, n_heads, allowed, attention)


def all_in_einsums(x, qkv, out, n_heads, allowed, attention):
    matrices = qkv.reshape(3, n_heads, -1, x.shape[-1])  # (3, H, D, C)
    queries, keys, values = torch.einsum("btc,nhdc->nbhtd", x, matrices)
    scores = torch.einsum("bhtd,bhsd->bhts", queries, keys) * queries.shape[-1] ** -0.5
    weights = torch.exp(scores) * allowed
    weights = weights / weights.sum(dim=-1, keepdim=True)
    outs = out.reshape(len(out), n_heads, -1)  # each head has its columns of the last matrix
    return torch.einsum("bhts,bhsd,chd->btc", weights, values, outs)


def views_and_permutes(x, qkv, out, n_heads, allowed, attention):
    n_batch, n_tokens, width = x.shape
    parts = torch.nn.functional.linear(x, qkv).view(n_batch, n_tokens, 3, n_heads, -1)
    queries, keys, values = parts.permute(2, 0, 3, 1, 4)
    mixed = attention(queries, keys, values, allowed)
    return mixed.permute(0, 2, 1, 3).reshape(n_batch, n_tokens, width) @ out.transpose(0, 1)


RIGHT = [loops_over_heads, all_in_einsums, views_and_permutes]

_THE_REFERENCE_GIVES_NONE = "only the misconceptions give another way to split or merge"
ACCEPTED = {
    "= (_split, merge or _merge)": _THE_REFERENCE_GIVES_NONE,
    "= (split or _split, _merge)": _THE_REFERENCE_GIVES_NONE,
}
