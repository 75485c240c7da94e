"""Attention masks: causal, prefix and segment masks from the arrays in a batch."""

import torch

from refimpl.vocabulary import PAD, PREFIX


def resolve_segments(
    attention_mask: torch.Tensor | None, segment_ids: torch.Tensor | None
) -> torch.Tensor | None:
    """Return the segment of every token, 0 for padding in either array. `(B, T)` or None."""
    if attention_mask is None:
        return segment_ids
    real = attention_mask != PAD
    return real.long() if segment_ids is None else segment_ids * real


def is_plain_causal(attention_mask: torch.Tensor | None, segment_ids: torch.Tensor | None) -> bool:
    """Tell whether a plain causal mask is enough.

    It is if there is no prefix, each row has one segment, and padding is only at its end, where no
    earlier token looks ahead to it. The check pays off: given "causal" instead of a mask, the fused
    kernel skips half of the work.

    Args:
        attention_mask: `(B, T)` of PAD, PREFIX, CAUSAL, or None for all CAUSAL.
        segment_ids: `(B, T)`, 0 for padding, or None for one segment.
    """
    segments = resolve_segments(attention_mask, segment_ids)
    if segments is None:
        return True
    if attention_mask is not None and bool((attention_mask == PREFIX).any()):
        return False
    before, after = segments[:, :-1], segments[:, 1:]
    return bool(((after == before) | (after == 0)).all())


def allowed_pairs(
    query_segments: torch.Tensor,
    key_segments: torch.Tensor,
    prefix: torch.Tensor | None = None,
) -> torch.Tensor:
    """Return which keys each query may attend to.

    A query attends to the keys of its own segment up to and including itself; a query in a prefix
    also attends to the rest of that prefix. A token of the answer never looks ahead. Padding
    attends only to itself: the softmax over an empty row would be NaN.

    Args:
        query_segments: `(B, T)`, the segments of the last T of the K keys; 0 for padding.
        key_segments: `(B, K)`, K >= T.
        prefix: `(B, T)` bool, true for the queries in a prefix, or None for none.

    Returns:
        `(B, T, K)` bool. Taught in lesson 5.
    """
    n_queries, n_keys = query_segments.shape[1], key_segments.shape[1]
    past = n_keys - n_queries
    keys = torch.arange(n_keys, device=key_segments.device)
    queries = keys[past:]
    may_look = (keys <= queries[:, None])[None]  # (1, T, K): the causal triangle
    if prefix is not None:
        both = prefix[:, :, None] & prefix[:, None, :]  # (B, T, T)
        may_look = may_look | torch.nn.functional.pad(both, (past, 0))
    same = query_segments[:, :, None] == key_segments[:, None, :]  # (B, T, K)
    real = (key_segments != 0)[:, None, :]
    itself = (keys == queries[:, None])[None]
    return (may_look & same & real) | itself


def attention_bias(allowed: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Zeros where attention is allowed and -inf where not, `(B, 1, T, K)`, for all heads alike.

    Computed once per forward pass, because the attention kernel would convert a boolean mask to
    this form again in every layer.
    """
    bias = torch.zeros(allowed.shape, dtype=dtype, device=allowed.device)
    return bias.masked_fill_(~allowed, float("-inf"))[:, None]
