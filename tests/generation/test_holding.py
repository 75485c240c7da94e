"""No sound is held for longer than in the clips that a model was trained on."""

import numpy as np
import pytest
import torch

from refimpl.generation import GenerationError, generate, longest_hold
from refimpl.layouts import Flat
from refimpl.transformer import Transformer, TransformerConfig
from refimpl.vocabulary import Vocabulary

VOCABULARY = Vocabulary(8)


@pytest.fixture(scope="module")
def stuck():
    """A model that repeats its last token: tied weights, untrained, expect what they see."""
    shape = {"n_layers": 1, "hidden_size": 16, "n_heads": 2, "ffn_hidden_size": 16}
    model = Transformer(
        TransformerConfig(
            vocabulary_size=VOCABULARY.size, context_length=64, positions="rope", **shape
        )
    )
    with torch.no_grad():
        for block in model.blocks:
            for weight in block.parameters():
                if weight.dim() == 2:
                    weight.mul_(0.01)
        model.embedding.weight.normal_(0, 1, generator=torch.Generator().manual_seed(0))
    return model.eval()


def write(model, prompt, **options):
    return generate(
        model,
        VOCABULARY,
        prompt=np.array(prompt),
        max_tokens=30,
        min_tokens=30,
        temperature=0,
        **options,
    )[0]


@pytest.mark.parametrize(
    ("sequences", "expected"),
    [
        ([], 0),
        ([[]], 0),
        ([[3]], 1),
        ([[3, 3, 3, 1], [2, 2]], 3),
        ([[1, 2, 2, 2, 2]], 4),
        ([[[1, 5], [1, 6], [1, 7], [2, 7]]], 3),
    ],
)
def test_the_longest_hold_is_counted_in_steps(sequences, expected):
    assert longest_hold(np.array(ids, dtype=int) for ids in sequences) == expected


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_a_model_that_is_stuck_is_moved_on(stuck, limit):
    prompt = [VOCABULARY.start, 3]
    assert longest_hold([write(stuck, prompt)]) == 30
    written = write(stuck, prompt, longest_hold=limit)
    assert longest_hold([np.concatenate([[3], written])]) == limit


def test_the_prompt_counts(stuck):
    written = write(stuck, [VOCABULARY.start, 3, 3, 3, 3], longest_hold=4)
    assert written[0] != 3
    written = write(stuck, [VOCABULARY.start, 3, 3, 3, 3, 3, 3], longest_hold=4)
    assert written[0] != 3  # also where the prompt itself has held it for longer


def test_a_limit_that_is_never_met_changes_nothing(stuck):
    free = generate(stuck, VOCABULARY, max_tokens=20, seed=3)
    held = generate(stuck, VOCABULARY, max_tokens=20, seed=3, longest_hold=100)
    np.testing.assert_array_equal(free[0], held[0])


def test_of_several_stages_the_first_is_held(stuck):
    prompt = np.array([VOCABULARY.start, 1, 5, 1, 5])
    written = generate(
        stuck,
        VOCABULARY,
        prompt=prompt,
        max_tokens=20,
        min_tokens=20,
        temperature=0,
        layout=Flat([4, 4]),
        longest_hold=3,
    )[0]
    assert longest_hold([np.concatenate([prompt[1:], written])[::2]]) <= 3
    assert longest_hold([np.concatenate([prompt[1:], written])[1::2]]) > 3  # the second is free


def test_a_limit_below_one_is_refused(stuck):
    with pytest.raises(GenerationError, match="longest_hold is 0"):
        write(stuck, [VOCABULARY.start], longest_hold=0)
