"""Several conditions at once: dropped one by one, and each with its own scale."""

import numpy as np
import pytest
import torch

from refimpl.conditioning import (
    CaptionConditioner,
    Conditioned,
    FactConditioner,
    Guided,
    JointConditioner,
    Metadata,
)
from refimpl.errors import UserError
from refimpl.generation import generate
from refimpl.training import TrainingConfig, train
from refimpl.transformer import Transformer, TransformerConfig
from refimpl.vocabulary import Vocabulary

VOCABULARY = Vocabulary(12, kind="report")
CLIPS = [Metadata(caption="slow words", facts={"key": key}) for key in "CDE"]
WIDTH = 16


def joint(**options):
    parts = {"key": FactConditioner("key", "CDE", WIDTH), "words": CaptionConditioner(WIDTH)}
    return JointConditioner(parts, **options)


def model(conditioner, **options):
    shape = {"n_layers": 2, "hidden_size": WIDTH, "n_heads": 2, "context_length": 12}
    config = TransformerConfig(VOCABULARY.size, cross_attention=True, init_std=0.3, **shape)
    return Conditioned(Transformer(config), conditioner, **options)


def test_parts_lie_side_by_side_and_only_some_may_speak():
    conditioner = joint().eval()
    vectors, mask = conditioner.encode(CLIPS)
    assert vectors.shape == (3, 3, WIDTH) and mask.all()
    key, key_mask = conditioner.parts["key"].encode(CLIPS)
    assert torch.equal(vectors[:, :1], key)
    same, only = conditioner.encode(CLIPS, only={"words"})
    assert torch.equal(same, vectors) and only.tolist() == [[False, True, True]] * 3
    assert not conditioner.encode(CLIPS, only=())[1].any()
    with pytest.raises(UserError, match="no condition 'kye'; did you mean key?"):
        conditioner.encode(CLIPS, only={"kye"})


def test_each_part_is_dropped_at_its_own_rate_and_in_training_only():
    conditioner = joint(drop_rates={"key": 0.75, "words": 0.25})
    torch.manual_seed(0)
    mask = conditioner.train().encode(CLIPS[:1] * 2000)[1]
    assert 0.2 < mask[:, 0].float().mean() < 0.3 and 0.7 < mask[:, 1].float().mean() < 0.8
    assert torch.equal(mask[:, 1], mask[:, 2])  # a part as a whole
    both = (mask[:, 0] & mask[:, 1]).float().mean()
    assert both == pytest.approx(0.25 * 0.75, abs=0.04)  # one regardless of the other
    assert conditioner.eval().encode(CLIPS * 100)[1].all()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"drop_rates": {"kye": 0.1}}, "no condition 'kye'"),
        ({"drop_rates": 1.5}, "the drop rate of key is 1.5"),
        ({"drop_rates": {"words": -0.1}}, "the drop rate of words is -0.1"),
    ],
)
def test_wrong_rates_are_named(options, told):
    with pytest.raises(UserError, match=told):
        joint(**options)
    with pytest.raises(UserError, match="give at least one"):
        JointConditioner({})


def test_the_weights_of_all_parts_are_trained():
    names = {name for name, _ in model(joint()).named_parameters()}
    assert {
        "conditioner.trained.key.vectors.weight",
        "conditioner.trained.words.vectors.weight",
    } <= names


@torch.no_grad()
def test_each_condition_moves_the_scores_by_its_own_scale():
    made = model(joint()).eval()
    ids = torch.tensor([[1, 2, 3]] * 3)
    alone = [made.conditioner.encode(CLIPS, only={name}) for name in ("key", "words")]
    free = made.backbone(ids)
    key, words = (made.backbone(ids, condition=one) for one in alone)
    guided = Guided(made.backbone, alone, scale=[3.0, -1.0]).eval()
    expected = free + 3 * (key - free) - (words - free)
    scores = guided.scores(guided.hidden_states(ids))
    torch.testing.assert_close(scores, expected, atol=1e-4, rtol=0)
    one = Guided(made.backbone, alone[:1], scale=2.0)
    same = Guided(made.backbone, alone[0], scale=2.0)
    torch.testing.assert_close(
        one.scores(one.hidden_states(ids)), same.scores(same.hidden_states(ids))
    )


@torch.no_grad()
def test_a_negative_condition_takes_the_place_of_none():
    made = model(joint()).eval()
    ids = torch.tensor([[1, 2, 3]] * 3)
    wanted = made.conditioner.encode(CLIPS)
    # Of another length: a caption of four words.
    unwanted = made.conditioner.encode([Metadata("loud and fast drums")] * 3)
    given, away = (made.backbone(ids, condition=one) for one in (wanted, unwanted))
    guided = Guided(made.backbone, wanted, scale=3.0, negative=unwanted)
    scores = guided.scores(guided.hidden_states(ids))
    torch.testing.assert_close(scores, away + 3 * (given - away), atol=1e-4, rtol=0)


@torch.no_grad()
def test_generation_with_several_conditions_is_the_same_with_and_without_a_state():
    made = model(joint()).eval()
    alone = [made.conditioner.encode(CLIPS, only={name}) for name in ("key", "words")]
    guided = Guided(made.backbone, alone, scale=[2.0, 1.5], negative=alone[1]).eval()
    options = {"batch_size": 3, "max_tokens": 10, "temperature": 0.0}
    rows = generate(guided, VOCABULARY, **options)
    again = generate(guided, VOCABULARY, use_cache=False, **options)
    assert all(np.array_equal(a, b) for a, b in zip(rows, again, strict=True))


def test_conditions_that_do_not_fit_are_named():
    made = model(joint())
    three, two = made.conditioner.encode(CLIPS), made.conditioner.encode(CLIPS[:2])
    with pytest.raises(UserError, match="2 conditions and 1 scales"):
        Guided(made.backbone, [three, three], scale=[1.0])
    with pytest.raises(UserError, match="0 conditions"):
        Guided(made.backbone, [])
    with pytest.raises(UserError, match=r"conditions of \[3, 2, 3\] rows"):
        Guided(made.backbone, [three, two])
    with pytest.raises(UserError, match=r"conditions of \[3, 2\] rows"):
        Guided(made.backbone, three, negative=two)


def test_a_model_follows_both_conditions_or_either_one():
    """Two conditions say together which token comes; without one, its half stays open."""
    clips = [Metadata(word, {"key": key}) for key in "CD" for word in ("high", "low")]
    ids = torch.tensor([[0, i, i, i] for i in range(1, 5)])
    batch = {"input_ids": ids[:, :-1], "label_ids": ids[:, 1:], "clips": clips}
    made = model(joint(drop_rates=0.3), drop_rate=0.0)
    options = TrainingConfig(
        steps=150, learning_rate=0.01, warmup_steps=1, validate_every=None, progress=False
    )
    train(made, [batch], options)
    made.eval()
    start = torch.zeros(4, 1, dtype=torch.long)
    both = made(clips, input_ids=start)[:, 0].softmax(dim=-1)
    assert both.argmax(dim=-1).tolist() == [1, 2, 3, 4]
    key = made.conditioner.encode(clips, only={"key"})
    alone = made.backbone(start, condition=key)[:, 0].softmax(dim=-1)
    assert (alone[:2, 1] + alone[:2, 2] > 0.8).all() and (alone[2:, 3] + alone[2:, 4] > 0.8).all()
