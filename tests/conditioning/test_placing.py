"""A condition in front of the tokens, or added to them: learnt, written, and guided."""

import numpy as np
import pytest
import torch

from refimpl.conditioning import (
    Conditioned,
    Guided,
    MelodyConditioner,
    Metadata,
    Prepended,
    Summed,
)
from refimpl.errors import UserError
from refimpl.generation import generate
from refimpl.state_space import StateSpace, StateSpaceConfig
from refimpl.training import TrainingConfig, train
from refimpl.transformer import Transformer, TransformerConfig
from refimpl.vocabulary import Vocabulary

VOCABULARY = Vocabulary(12, kind="report")
N, WIDTH = 6, 32
MELODIES = [[0, 2, 4, 5, 7, 9], [9, 7, 5, 4, 2, 0], [4, 4, 4, 0, 0, 0], [1, 3, 6, 8, 10, 11]]
CLIPS = [Metadata(facts={"melody": melody}) for melody in MELODIES]


def backbone(kind="transformer"):
    shape = {"n_layers": 2, "hidden_size": WIDTH, "context_length": 24}
    if kind == "state_space":
        return StateSpace(StateSpaceConfig(VOCABULARY.size, **shape))
    return Transformer(TransformerConfig(VOCABULARY.size, n_heads=2, **shape))


PLACES = {"summed": Summed, "prepended": lambda one: Prepended(one, N)}


@pytest.fixture(scope="module", params=PLACES)
def learnt(request):
    """A model that was trained to play the melody that it is given."""
    conditioner = MelodyConditioner(WIDTH)
    model = Conditioned(PLACES[request.param](backbone()), conditioner, drop_rate=0.1)
    ids = torch.tensor([[VOCABULARY.start, *melody] for melody in MELODIES])
    batch = {"input_ids": ids[:, :-1], "label_ids": ids[:, 1:], "clips": CLIPS}
    options = {"warmup_steps": 5, "validate_every": None, "progress": False}
    train(model, [batch], TrainingConfig(steps=250, learning_rate=0.01, **options))
    return model.eval()


def written(model, clips, **options):
    guided = Guided(model.backbone, model.conditioner.encode(clips), scale=2.0).eval()
    return generate(
        guided, VOCABULARY, batch_size=len(clips), max_tokens=N, min_tokens=N, **options
    )


@torch.no_grad()
def test_the_melody_that_was_asked_for_is_written_with_and_without_a_state(learnt):
    for use_cache in (True, False):
        rows = written(learnt, CLIPS, temperature=0.0, use_cache=use_cache)
        assert [row.tolist() for row in rows] == MELODIES


@torch.no_grad()
def test_prompts_of_different_lengths_stay_at_their_place_in_the_melody(learnt):
    prompts = [np.array([VOCABULARY.start, *MELODIES[i][:n]]) for i, n in ((0, 1), (1, 3))]
    guided = Guided(learnt.backbone, learnt.conditioner.encode(CLIPS[:2]), scale=2.0).eval()
    rows = generate(guided, VOCABULARY, prompt=prompts, max_tokens=3, min_tokens=3, temperature=0.0)
    assert [row.tolist() for row in rows] == [MELODIES[0][1:4], MELODIES[1][3:6]]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", ["transformer", "state_space"])
@torch.no_grad()
def test_a_state_changes_nothing(place, kind):
    model = PLACES[place](backbone(kind)).eval()
    condition = MelodyConditioner(WIDTH).encode(CLIPS)
    ids = torch.randint(0, 12, (4, 8), generator=torch.Generator().manual_seed(0))
    whole = model.hidden_states(ids, condition=condition)
    state = model.start(4, 8)
    parts = [
        model.hidden_states(part, state=state, condition=condition) for part in ids.split(3, 1)
    ]
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(model(ids, condition=condition), model.scores(whole))


@pytest.mark.parametrize("place", PLACES)
@torch.no_grad()
def test_a_condition_that_says_nothing_is_none(place):
    model = PLACES[place](backbone()).eval()
    ids = torch.tensor([[1, 2, 3]])
    vectors, mask = MelodyConditioner(WIDTH).encode(CLIPS[:1])
    silent = model(ids, condition=(vectors, torch.zeros_like(mask)))
    torch.testing.assert_close(silent, model(ids))
    assert not torch.allclose(model(ids, condition=(vectors, mask)), silent, atol=1e-3)


@torch.no_grad()
def test_a_frame_is_added_to_the_rows_of_its_step_and_not_before():
    model = Summed(backbone(), rows_per_frame=2).eval()
    ids = torch.tensor([[1, 2, 3, 4, 5, 6]])
    melody = MelodyConditioner(WIDTH)
    one, other = (melody.encode([Metadata(facts={"melody": m})]) for m in ([0, 1, 2], [0, 7, 2]))
    same = torch.isclose(model(ids, condition=one), model(ids, condition=other), atol=1e-6)
    assert same.all(dim=-1)[0].tolist() == [True, True, False, False, False, False]
    short = melody.encode([Metadata(facts={"melody": [0]})])
    assert model(ids, condition=short).isfinite().all()  # nothing beyond its end


def test_what_does_not_fit_is_named():
    with pytest.raises(UserError, match="24 vectors in a context of 24"):
        Prepended(backbone(), 24)
    with pytest.raises(UserError, match="give at least 1"):
        Prepended(backbone(), 0)
    with pytest.raises(UserError, match="rows_per_frame is 0"):
        Summed(backbone(), rows_per_frame=0)
    ids = torch.zeros(2, 3, dtype=torch.long)
    condition = MelodyConditioner(WIDTH).encode(CLIPS)
    for place in PLACES.values():
        with pytest.raises(UserError, match=r"shape \(4, 6, 32\) does not fit 2 rows"):
            place(backbone())(ids, condition=condition)
    segments = torch.tensor([[1, 1, 2]] * 4)
    with pytest.raises(UserError, match="rows of several tunes"):
        Prepended(backbone(), N)(
            torch.zeros(4, 3, dtype=torch.long), segment_ids=segments, condition=condition
        )
    assert Prepended(backbone(), N).config.context_length == 18
