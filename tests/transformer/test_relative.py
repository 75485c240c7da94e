"""Skewing gives what counting distances gives, and local attention sees no further than it says."""

import math

import pytest
import torch

from refimpl.errors import UserError
from refimpl.transformer import KVCache, Transformer, TransformerConfig
from refimpl.transformer.counting import count_parameters
from refimpl.transformer.relative import RelativePositions, skew
from tests.backbones import contract


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def naive(positions, queries, n_keys):
    """The same, pair by pair."""
    n_batch, n_heads, n_queries, head_size = queries.shape
    bias = torch.full((n_batch, n_heads, n_queries, n_keys), -math.inf, dtype=queries.dtype)
    vectors = positions.vectors.weight.unflatten(1, (n_heads, head_size))
    for t in range(n_queries):
        for key in range(n_keys):
            distance = n_keys - n_queries + t - key
            if 0 <= distance < positions.n_distances:
                product = (queries[:, :, t] * vectors[distance]).sum(-1)
                bias[:, :, t, key] = product / math.sqrt(head_size)
    return bias


@pytest.mark.parametrize("n_distances", [12, 7, 3, 1])
@pytest.mark.parametrize(("n_queries", "n_keys"), [(12, 12), (5, 12), (1, 12), (1, 1), (2, 3)])
def test_skewing_is_the_naive_computation(n_queries, n_keys, n_distances):
    positions = RelativePositions(n_distances, 3, 4).double()
    queries = drawn(2, 3, n_queries, 4)
    assert torch.allclose(
        positions.bias(queries, n_keys), naive(positions, queries, n_keys), atol=1e-12
    )


def test_a_row_is_moved_by_its_place():
    scores = torch.arange(9.0).reshape(3, 3)  # columns: distances 2, 1, 0
    skewed = skew(scores)
    assert [skewed[t, : t + 1].tolist() for t in range(3)] == [[2], [4, 5], [6, 7, 8]]


def make(**changes):
    config = {"n_layers": 2, "hidden_size": 32, "context_length": contract.CONTEXT, "init_std": 0.3}
    return Transformer(
        TransformerConfig(contract.VOCABULARY.size, positions="relative", **config | changes)
    ).eval()


CHECKS = [
    contract.check_tokens_see_no_later_ones,
    contract.check_a_state_changes_nothing,
    contract.check_padding_at_the_left_changes_nothing,
    contract.check_packed_samples_do_not_see_one_another,
    contract.check_a_two_way_prefix_is_read_or_refused,
    contract.check_it_writes_the_same_with_and_without_a_state,
    contract.check_it_is_saved_and_loaded,
]


@pytest.mark.parametrize("window", [None, 4])
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__[6:])
def test_the_promises_of_a_backbone(check, window, tmp_path):
    check(lambda **changes: make(window=window, **changes), tmp_path)


def test_training_and_reading_compute_the_same():
    model, ids = make(), contract.some_ids(2, 12)
    in_blocks = model(ids)
    with torch.no_grad():
        fused = model(ids)
    assert in_blocks.requires_grad and contract.close(in_blocks, fused)


def test_only_the_distance_counts():
    # The same four tokens, after others that a window of four tokens does not reach twice.
    model = make(n_layers=1, window=4)
    ids = contract.some_ids(1, 12)
    ids[0, 8:] = ids[0, 3:7]
    logits = model(ids)
    assert contract.close(logits[0, 6], logits[0, 11])


def test_local_attention_sees_no_further():
    model, ids = make(n_layers=1, window=4), contract.some_ids(1, 12)
    other = ids.clone()
    other[0, 2] = (other[0, 2] + 1) % 20
    changed = (model(ids) - model(other)).abs().amax(dim=(0, 2)) > 1e-6
    assert changed.nonzero().flatten().tolist() == [2, 3, 4, 5]


@pytest.mark.parametrize("changes", [{}, {"window": 5}, {"bias": True}])
def test_the_distances_are_counted(changes):
    model = make(**changes)
    assert count_parameters(model.config) == sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"positions": "rope", "window": 4}, "window"),
        ({"positions": "relative", "window": 30}, "context_length"),
        ({"positions": "relative", "sample_positions": "tune"}, "sample_positions"),
    ],
)
def test_what_does_not_go_together_is_refused(changes, words):
    with pytest.raises(UserError, match=words):
        TransformerConfig(24, context_length=24, **changes)


@torch.no_grad()
@pytest.mark.parametrize(
    "changes",
    [{}, {"window": 4}, {"window": 1}, {"shifted_keys": True}],
    ids=["all distances", "four", "one", "shifted keys"],
)
def test_one_token_alone_gives_the_same_numbers_as_with_others(changes):
    """Generation's shorter way for a single token, against the way of any number of tokens."""
    model, ids = make(**changes), contract.some_ids(3, 14)
    short, long = model.start(3), KVCache(model.config, 3)
    assert long.one_token is None
    for start, end in (
        (0, 1),
        (1, 2),
        (2, 6),
        (6, 7),
        (7, 8),
        (8, 10),
        *((i, i + 1) for i in range(10, 14)),
    ):
        one, two = (model(ids[:, start:end], state=state) for state in (short, long))
        torch.testing.assert_close(one, two, atol=1e-5, rtol=1e-5)
        assert short.length == long.length == end
    short.reset()
    torch.testing.assert_close(model(ids[:, :1], state=short), model(ids[:, :1]))


@torch.no_grad()
def test_the_shorter_way_follows_the_weights():
    """A model may be trained on between two tunes: nothing of it may be kept."""
    model, ids = make(), contract.some_ids(1, 6)
    state = model.start(1)
    model.blocks[0].attention.relative.vectors.weight.mul_(-2)
    parts = [model(ids[:, i : i + 1], state=state) for i in range(6)]
    torch.testing.assert_close(torch.cat(parts, dim=1), model(ids), atol=1e-5, rtol=1e-5)
