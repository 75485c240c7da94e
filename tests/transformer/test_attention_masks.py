"""Who may attend to whom, compared with the rules spelled out pair by pair."""

from itertools import product

import pytest
import torch

from refimpl.transformer import CAUSAL, PAD, PREFIX, allowed_pairs
from refimpl.transformer.masks import attention_bias, is_plain_causal, resolve_segments

SEGMENTS = [torch.tensor([row]) for row in product((0, 1, 2), repeat=4)]
MASKS = [None, *(torch.tensor([row]) for row in product((PAD, PREFIX, CAUSAL), repeat=4))]


def may_attend(query, key, segments, prefix):
    """The rule for one pair of places of one row."""
    if query == key:
        return True
    if segments[query] != segments[key] or segments[key] == 0:
        return False
    return key < query or bool(prefix[query] and prefix[key])


@pytest.mark.parametrize("n_queries", [4, 2, 1])
@pytest.mark.parametrize("with_prefix", [False, True])
def test_every_pair_is_allowed_as_the_rule_says(n_queries, with_prefix):
    generator = torch.Generator().manual_seed(0)
    segments = torch.cat(SEGMENTS)  # all rows of four tokens at once
    prefix = torch.rand(segments.shape, generator=generator) < 0.6 if with_prefix else None
    if prefix is not None:
        prefix[:, : 4 - n_queries] = False  # of what was read before, nothing looks ahead
    allowed = allowed_pairs(
        segments[:, -n_queries:],
        segments,
        None if prefix is None else prefix[:, -n_queries:],
    )
    assert allowed.shape == (len(segments), n_queries, 4)
    none = [False] * 4
    for row, pairs in enumerate(allowed.tolist()):
        of_prefix = none if prefix is None else prefix[row].tolist()
        for query, keys in enumerate(pairs, 4 - n_queries):
            for key, may in enumerate(keys):
                assert may == may_attend(query, key, segments[row].tolist(), of_prefix)


def is_simple(mask, segments):
    """Whether a row is one segment without a prefix, with padding at its end alone."""
    mask = [CAUSAL] * 4 if mask is None else mask[0].tolist()
    segments = [1] * 4 if segments is None else segments[0].tolist()
    real = [s if m != PAD else 0 for m, s in zip(mask, segments, strict=True)]
    n_real = sum(s != 0 for s in real)
    return (
        PREFIX not in mask
        and len({*real[:n_real]} - {0}) == (n_real > 0)
        and not any(real[n_real:])
    )


def test_the_short_cut_is_taken_for_one_segment_with_padding_at_its_end_alone():
    for mask, segments in product(MASKS, [None, *SEGMENTS]):
        assert is_plain_causal(mask, segments) == is_simple(mask, segments), (mask, segments)


def test_the_short_cut_needs_every_row():
    simple, mixed = torch.tensor([1, 1, 1, 0]), torch.tensor([1, 1, 2, 0])
    assert is_plain_causal(None, torch.stack([simple, simple]))
    assert not is_plain_causal(None, torch.stack([simple, mixed]))
    assert not is_plain_causal(None, torch.stack([mixed, simple]))


def test_padding_in_either_array_is_padding():
    mask = torch.tensor([[PREFIX, CAUSAL, PAD, CAUSAL]])
    segments = torch.tensor([[2, 2, 3, 0]])
    assert resolve_segments(mask, segments).tolist() == [[2, 2, 0, 0]]
    assert resolve_segments(mask, None).tolist() == [[1, 1, 0, 1]]
    assert resolve_segments(None, segments) is segments
    assert resolve_segments(None, None) is None


def test_the_bias_is_zero_where_attention_is_allowed_and_minus_infinity_elsewhere():
    allowed = torch.tensor([[[True, False], [True, True]]])
    bias = attention_bias(allowed, torch.float64)
    assert bias.dtype == torch.float64
    assert bias.tolist() == [[[[0.0, float("-inf")], [0.0, 0.0]]]]
