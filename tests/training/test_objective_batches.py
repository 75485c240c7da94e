"""The course's batches of objectives: a Birdie's, resumed anywhere, moved by a curriculum."""

import copy

import numpy as np
import pytest
import torch

from refimpl.birdie import Birdie
from refimpl.curriculum import CurriculumCallback, make_curriculum
from refimpl.objectives import Mixture
from refimpl.packing import PackingError
from refimpl.training import ObjectiveBatches, TrainingError, train
from refimpl.transformer import Transformer, TransformerConfig
from refimpl.vocabulary import Vocabulary
from tests.training.training_examples import options

VOCABULARY = Vocabulary(64)
LENGTH = 48


def tunes(n=30, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 64, rng.integers(10, 120)) for _ in range(n)]


DATA = {"train": tunes(), "validation": tunes(12, seed=1)}


def make(kind="exp3s", mixture="eight", **changes):
    mixture = Mixture(mixture, VOCABULARY)
    curriculum = make_curriculum(
        kind,
        mixture.names,
        shares=mixture.shares.tolist(),
        n_steps=40,
        warmup_steps=0,
        effect_delay=1,
        seed=3,
    )
    settings = {"curriculum": curriculum, "evaluate_every": 4, "seed": 3} | changes
    return ObjectiveBatches(DATA, mixture, 4, LENGTH, **settings)


def drive(batches, n, start=0):
    """Take batches as a training loop does, with losses of which the first objective's fall."""
    taken = []
    for step in range(start, start + n):
        if batches.time_for_eval(step):
            losses = dict.fromkeys(batches.mixture.names, 4.0)
            losses[batches.mixture.names[0]] = 4.0 / (1 + step)
            batches.log_validation_losses(losses)
        taken.append(next(batches))
    return taken


def same(one, two):
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


@pytest.mark.parametrize("kind", ["fixed", "uniform", "exp3s"])
def test_they_are_those_of_a_birdie_with_the_same_settings(kind):
    settings = {
        "ds": DATA,
        "vocabulary": VOCABULARY,
        "objectives": "eight",
        "batch_size": 4,
        "sequence_length": LENGTH,
        "num_workers": 0,
        "prefetch_batches": 1,
        "curriculum": kind,
        "warmup_steps": 0,
        "steps_between_evaluations": 4,
        "num_steps": 40,
        "seed": 3,
    }
    with Birdie(settings) as birdie:
        ours, theirs = make(kind), birdie
        assert all(map(same, drive(ours, 20), drive(theirs, 20)))
        pairs = zip(
            ours.measure_validation_losses(), theirs.measure_validation_losses(), strict=True
        )
        assert all(one[0] == two[0] and same(one[1], two[1]) for one, two in pairs)


@pytest.mark.parametrize("at", [0, 1, 7, 18, 31])
def test_a_saved_state_goes_on_with_the_very_next_batch(at):
    whole = drive(make(), 40)
    first = make()
    drive(first, at)
    state = copy.deepcopy(first.state_dict())
    for again in (make(), make()):
        again.load_state_dict(state)
        state = copy.deepcopy(again.state_dict())  # saved again before a batch was taken
    assert all(map(same, drive(again, 40 - at, start=at), whole[at:]))


def test_a_state_of_other_data_is_refused():
    state = make().state_dict()
    for changes, message in (({"seed": 4}, "seed was 3"), ({"mixture": "music"}, "objectives was")):
        with pytest.raises(TrainingError, match=message):
            make(**changes).load_state_dict(state)


def test_the_mixture_adapts_in_training_and_the_run_resumes(tmp_path):
    shape = {"n_layers": 1, "hidden_size": 16, "n_heads": 2, "ffn_hidden_size": 32}
    config = TransformerConfig(VOCABULARY.size, context_length=LENGTH, **shape)

    def run(steps, folder):
        batches = make()
        result = train(
            Transformer(config),
            batches,
            options(steps=steps, checkpoint_every=6, validate_every=None, final_learning_rate=1.0),
            validation=batches.measure_validation_losses,
            callbacks=[CurriculumCallback(batches)],
            folder=folder,
        )
        return batches, result

    whole, result = run(20, tmp_path / "whole")
    assert result.history[-1]["validation"].keys() == set(whole.mixture.names)
    mixtures = whole.curriculum.state_dict()["mixtures"]
    assert len(mixtures) > 3 and np.ptp(mixtures, axis=0).max() > 0.1
    run(9, tmp_path / "parts")
    resumed, again = run(20, tmp_path / "parts")
    assert again.losses[:9] == result.losses[:9]
    assert len(again.losses) == 20 and resumed.position == 20


def test_without_a_curriculum_the_shares_are_those_of_the_mixture():
    mixture = Mixture(
        [{"name": "copying", "prob": 3}, {"name": "infilling", "prob": 1}], VOCABULARY
    )
    batches = ObjectiveBatches(DATA, mixture, 16, LENGTH)
    asked = {
        name: sum(
            (next(batches)["input_ids"] == VOCABULARY.objectives[name]).sum().item()
            for _ in range(40)
        )
        for name in ("copying", "infilling")
    }
    assert 0.65 < asked["copying"] / sum(asked.values()) < 0.85


def test_data_that_cannot_be_used_is_an_error():
    mixture = Mixture("eight", VOCABULARY)
    for data, message in (
        ({"train": [], "validation": []}, "holds no tunes"),
        ({"train": [[64 + 500]] * 20}, "the vocabulary has 0 to"),
        ({"train": [[0.5, 1.0]] * 20}, "whole numbers"),
    ):
        with pytest.raises(TrainingError, match=message):
            next(ObjectiveBatches(data, mixture, 4, LENGTH))
    with pytest.raises(TrainingError, match="no tunes for validation"):
        ObjectiveBatches({"train": DATA["train"]}, mixture, 4, LENGTH).measure_validation_losses()
    with pytest.raises(PackingError, match="needs rows of at least"):
        next(ObjectiveBatches(DATA, mixture, 4, 8))
