"""What remembering costs: the counts; times are for a page, not for a test."""

import json
from pathlib import Path

import pytest
import torch

from refimpl.reproduce.claims.attention import skewing
from refimpl.reproduce.memory_cost import (
    ATTENTIONS,
    attend_fused,
    attend_naively,
    attend_skewed,
    attention_costs,
    measure_costs,
    stored_megabytes,
    token_costs,
)

RESULTS = Path(__file__).parents[2] / "book/results/memory-cost.json"


def random_inputs(length, n_heads=2, head_size=8):
    generator = torch.Generator().manual_seed(length)
    shape = (4, n_heads, length, head_size)
    return list(torch.randn(shape, generator=generator).unbind(0))


@pytest.mark.parametrize("length", [1, 2, 17])
def test_naive_and_skewed_attention_are_the_same(length):
    inputs = random_inputs(length)
    torch.testing.assert_close(attend_naively(*inputs), attend_skewed(*inputs))


def test_without_distances_all_are_the_same():
    queries, keys, values, vectors = random_inputs(9)
    inputs = queries, keys, values, 0 * vectors
    for attend in (attend_naively, attend_skewed):
        torch.testing.assert_close(attend(*inputs), attend_fused(*inputs))


def test_a_copy_for_every_pair_is_stored_only_by_the_naive_way():
    n_heads, length, head_size = 2, 64, 8
    inputs = [one.requires_grad_() for one in random_inputs(length, n_heads, head_size)]
    stored = {name: stored_megabytes(attend, inputs) for name, attend in ATTENTIONS.items()}
    scores = 4 * n_heads * length**2 / 1e6
    assert stored["naive"] > head_size * scores
    assert scores < stored["skewed"] < 6 * scores
    assert stored["fused"] < 0.5 * scores


def test_what_is_kept_for_a_token_grows_with_attention_alone():
    few, many = (token_costs(n, n_times=2) for n in (8, 80))
    assert many["attention"]["kept"] == 10 * few["attention"]["kept"]
    assert many["recurrence"]["kept"] == few["recurrence"]["kept"]
    assert all(cost["ms"] >= 0 for cost in [*few.values(), *many.values()])


def test_costs_are_measured_for_all_that_is_asked():
    found = measure_costs(tokens=(4,), lengths=(16, 32))
    assert [(row["n_tokens"], row["model"]) for row in found["tokens"]] == [
        (4, "attention"),
        (4, "recurrence"),
    ]
    ways = [(row["length"], row["way"]) for row in found["attention"]]
    assert ways == [(length, way) for length in (16, 32) for way in ATTENTIONS]
    assert attention_costs("skewed", 16)["mb"] == pytest.approx(
        found["attention"][1]["mb"], abs=5e-4
    )


def test_the_file_of_the_book_has_the_lengths_that_the_lesson_speaks_of():
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    tokens = {(row["n_tokens"], row["model"]): row for row in found["tokens"]}
    for n in (256, 4096, 65_536):
        assert tokens[n, "recurrence"]["kept"] * 4 == 2048  # bytes
    assert round(tokens[65_536, "attention"]["kept"] * 4 / 1e6) == 268
    assert tokens[65_536, "attention"]["ms"] > 10 * tokens[65_536, "recurrence"]["ms"]
    assert tokens[65_536, "attention"]["ms"] > 20
    assert tokens[256, "attention"]["ms"] < tokens[256, "recurrence"]["ms"]
    assert 1 < tokens[4096, "attention"]["ms"] / tokens[4096, "recurrence"]["ms"] < 2


def test_the_claim_about_skewing_counts_what_is_stored():
    """In doublings: a head has 32 numbers, and scores are stored a few times in both ways."""
    halvings = [skewing(seed) for seed in range(2)]
    assert halvings[0] == halvings[1]  # no luck is in it
    assert 4 < halvings[0] < 5
