"""Conditions are dropped in training, and guide what is written."""

import numpy as np
import pytest
import torch

from refimpl.conditioning import Conditioned, FactConditioner, Guided, Metadata
from refimpl.errors import UserError
from refimpl.generation import generate
from refimpl.training import NextTokenBatches, TrainingError, ValidationBatches
from refimpl.transformer import Transformer, TransformerConfig
from refimpl.vocabulary import Vocabulary

VOCABULARY = Vocabulary(10, kind="report")
CLIPS = [Metadata(facts={"key": key}) for key in "CDE"]


def small(drop_rate=0.1):
    shape = TransformerConfig(
        VOCABULARY.size,
        n_layers=2,
        hidden_size=16,
        n_heads=2,
        context_length=12,
        cross_attention=True,
        init_std=0.3,
    )
    conditioner = FactConditioner("key", "CDE", 16)
    return Conditioned(Transformer(shape), conditioner, drop_rate=drop_rate).eval()


def test_conditions_are_dropped_at_the_rate_and_in_training_only():
    model, ids = small(drop_rate=0.25), torch.zeros(2000, 1, dtype=torch.long)
    clips = CLIPS[:1] * 2000
    free = model.backbone(ids[:1])
    assert not torch.isclose(model(clips, input_ids=ids), free).all(dim=-1).any()
    torch.manual_seed(0)
    dropped = torch.isclose(model.train()(clips, input_ids=ids), free).all(dim=-1).float().mean()
    assert 0.2 < dropped < 0.3  # five standard deviations to each side
    with pytest.raises(UserError, match=r"drop_rate is 1\.5"):
        small(drop_rate=1.5)


def test_the_scale_goes_from_no_condition_through_it_and_beyond():
    model, ids = small(), torch.tensor([[1, 2, 3]] * 3)
    condition = model.conditioner.encode(CLIPS)
    given = model.backbone(ids, condition=condition)
    free = model.backbone(ids)
    for scale, expected in ((0, free), (1, given), (3, free + 3 * (given - free))):
        guided = Guided(model.backbone, condition, scale=scale).eval()
        scores = guided.scores(guided.hidden_states(ids))
        assert torch.allclose(scores, expected, atol=1e-4)


@torch.no_grad()
def test_generation_writes_what_the_guided_scores_say_with_and_without_a_state():
    model = small()
    guided = Guided(model.backbone, model.conditioner.encode(CLIPS), scale=2.0)
    options = {"batch_size": 3, "max_tokens": 30, "temperature": 0.0}
    rows = generate(guided, VOCABULARY, **options)
    again = generate(guided, VOCABULARY, use_cache=False, **options)
    assert all(np.array_equal(a, b) for a, b in zip(rows, again, strict=True))
    ids = torch.tensor([[VOCABULARY.start]] * 3)
    scores = guided.scores(guided.hidden_states(ids))[:, -1, : VOCABULARY.n_codes]
    assert [row[0] for row in rows if len(row)] == scores.argmax(dim=-1).tolist()
    with pytest.raises(UserError, match="2 sequences to write and 3 conditions"):
        generate(guided, VOCABULARY, batch_size=2, max_tokens=3)


def test_writing_leaves_the_model_in_its_mode():
    model = small()
    generate(Guided(model.backbone, model.conditioner.encode(CLIPS)), VOCABULARY, batch_size=3)
    assert not model.backbone.training


def test_the_clips_of_its_rows_come_with_a_batch():
    tunes = [np.full(5 + i, i) for i in range(7)]
    clips = [Metadata(caption=str(i)) for i in range(7)]
    given = {"vocabulary": VOCABULARY, "clips": clips}
    training = NextTokenBatches(tunes, 4, 8, **given)
    held_out = ValidationBatches(tunes, 4, 8, **given)
    for batch in [training.batch(k) for k in range(5)] + list(held_out):
        codes = batch["label_ids"][:, 0].tolist()
        captions = [int(clip.caption) for clip in batch["clips"]]
        # The second row of a long tune may hold <|END|> alone.
        assert len(codes) == len(captions)
        assert all(a == b or a >= VOCABULARY.n_codes for a, b in zip(codes, captions, strict=True))
    plain = NextTokenBatches(tunes, 4, 8, vocabulary=VOCABULARY).batch(0)
    assert "clips" not in plain and torch.equal(plain["input_ids"], training.batch(0)["input_ids"])
    with pytest.raises(TrainingError, match="6 clips are known and the dataset holds 7 tunes"):
        NextTokenBatches(tunes, 4, 8, vocabulary=VOCABULARY, clips=clips[:6])
