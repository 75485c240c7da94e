"""Finished models: saved and loaded without running code from the file."""

import json

import pytest
import torch

from refimpl.training import TrainingError, evaluate_losses, load_model, save_model
from tests.training.training_examples import VOCABULARY, held_out, tiny_model


def test_a_model_comes_back_with_its_vocabulary_and_facts(tmp_path):
    model = tiny_model()
    save_model(tmp_path / "m", model, vocabulary=VOCABULARY, facts={"seconds": 3.5})
    saved = load_model(tmp_path / "m")
    assert saved.model.config == model.config
    assert saved.vocabulary == VOCABULARY
    assert saved.facts == {"seconds": 3.5}
    assert not saved.model.training
    for name, tensor in model.state_dict().items():
        assert torch.equal(saved.model.state_dict()[name], tensor)
    assert saved.model.lm_head.weight is saved.model.embedding.weight
    assert sorted(path.name for path in (tmp_path / "m").iterdir()) == [
        "config.json",
        "model.safetensors",
    ]


def test_half_precision_halves_the_size_and_hardly_changes_the_loss(tmp_path):
    model = tiny_model(hidden_size=64)
    whole, half = tmp_path / "whole", tmp_path / "half"
    save_model(whole, model)
    save_model(half, model, half=True)
    size = [(folder / "model.safetensors").stat().st_size for folder in (half, whole)]
    assert size[0] < 0.6 * size[1]
    saved = load_model(half).model
    assert next(saved.parameters()).dtype == torch.float32
    losses = [evaluate_losses(m, held_out())["all"] for m in (model, saved)]
    assert losses[1] == pytest.approx(losses[0], rel=1e-3)


def test_saving_again_replaces_a_model_and_nothing_else(tmp_path):
    save_model(tmp_path, tiny_model())
    (tmp_path / "card.md").write_text("mine")
    save_model(tmp_path, tiny_model(n_layers=2))
    assert load_model(tmp_path).model.config.n_layers == 2
    assert (tmp_path / "card.md").read_text() == "mine"


def test_a_missing_or_damaged_model_is_named(tmp_path):
    with pytest.raises(TrainingError, match="holds no saved model"):
        load_model(tmp_path / "nothing")
    save_model(tmp_path, tiny_model())
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(TrainingError, match="damaged or half replaced"):
        load_model(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(TrainingError, match="not a saved model's description"):
        load_model(tmp_path)


def test_a_file_does_not_choose_what_code_is_run(tmp_path):
    save_model(tmp_path, tiny_model())
    description = json.loads((tmp_path / "config.json").read_text())
    description["architecture"] = "os.system"
    (tmp_path / "config.json").write_text(json.dumps(description))
    with pytest.raises(TrainingError, match="unknown architecture 'os.system'"):
        load_model(tmp_path)


def test_any_module_can_be_saved_and_built_again(tmp_path):
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    save_model(tmp_path, model)
    again = load_model(
        tmp_path,
        build=lambda _: torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3)),
    ).model
    assert torch.equal(again[0].weight, model[0].weight)
    with pytest.raises(TrainingError, match="does not fit this model: weight '0"):
        load_model(
            tmp_path,
            build=lambda _: torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.BatchNorm1d(3)),
        )
