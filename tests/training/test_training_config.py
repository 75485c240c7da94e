"""Options, learning rate, weight decay."""

import json

import pytest
import torch

from refimpl.training import TrainingConfig, TrainingError, learning_rate, parameter_groups
from tests.training.training_examples import tiny_model


def test_options_survive_json():
    config = TrainingConfig(steps=7, betas=(0.8, 0.9))
    assert TrainingConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": None}, "neither steps nor max_seconds"),
        ({"steps": 0}, "steps is 0; it must be a whole number of at least 1"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"mixed_precision": "fp8"}, "'fp8'; it must be one of 'no'"),
        ({"device": "tpu"}, "device is 'tpu'"),
        ({"gradient_accumulation_steps": 0}, "at least 1"),
    ],
)
def test_options_out_of_range_are_named(changes, message):
    with pytest.raises(TrainingError, match=message):
        TrainingConfig(**changes)


def test_an_unknown_option_is_named():
    with pytest.raises(
        TrainingError, match="no setting 'learning_rat'; did you mean learning_rate"
    ):
        TrainingConfig.from_dict({"learning_rat": 1.0})


def test_the_rate_rises_linearly_then_falls_to_the_floor():
    config = TrainingConfig(steps=1000, learning_rate=0.5, warmup_steps=10, final_learning_rate=0.2)
    rates = [learning_rate(step, config) for step in range(1000)]
    assert rates[0] == pytest.approx(0.05)
    assert rates[4] == pytest.approx(0.25, rel=1e-3)
    assert max(rates) == pytest.approx(0.5, rel=1e-3)
    assert rates[-1] == pytest.approx(0.1)
    assert all(a > b for a, b in zip(rates[10:], rates[11:], strict=False))
    assert rates[499] == pytest.approx(0.5 * (0.2 + 0.8 * 0.5), rel=1e-2)


def test_the_rate_follows_the_clock_where_time_is_the_limit():
    config = TrainingConfig(steps=None, max_seconds=60, warmup_steps=0, final_learning_rate=0.1)
    assert learning_rate(5, config, seconds=0) == pytest.approx(config.learning_rate)
    assert learning_rate(5, config, seconds=30) == pytest.approx(0.55 * config.learning_rate)
    assert learning_rate(5, config, seconds=99) == pytest.approx(0.1 * config.learning_rate)


def test_matrices_decay_and_nothing_else():
    model = tiny_model(bias=True, normalization="layer", positions="learned")
    decayed, others = parameter_groups(model, 0.3)
    assert (decayed["weight_decay"], others["weight_decay"]) == (0.3, 0.0)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    assert {names[id(p)] for p in decayed["params"]} == {
        name for name, p in model.named_parameters() if p.ndim == 2 and "embedding" not in name
    }
    assert len(decayed["params"]) + len(others["params"]) == len(list(model.parameters()))


def test_frozen_parameters_are_left_out():
    model = torch.nn.Linear(2, 2)
    model.bias.requires_grad_(False)
    groups = parameter_groups(model, 0.1)
    assert [len(group["params"]) for group in groups] == [1]
