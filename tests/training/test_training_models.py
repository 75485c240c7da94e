"""Finished models: saved and loaded without running code from the file."""

import hashlib
import json

import pytest
import torch
from safetensors.torch import load_file, save

from refimpl.errors import UserError
from refimpl.training import TrainingError, evaluate_losses, load_model, save_model
from refimpl.weight_storage import add_difference, difference, restore, shrink
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


@pytest.mark.parametrize(("bits", "share", "off"), [(16, 0.6, 1e-3), (8, 0.4, 1e-2)])
def test_fewer_bits_make_a_smaller_file_and_hardly_change_the_loss(tmp_path, bits, share, off):
    model = tiny_model(hidden_size=64)
    whole, less = tmp_path / "whole", tmp_path / "less"
    save_model(whole, model)
    save_model(less, model, bits=bits)
    size = [(folder / "model.safetensors").stat().st_size for folder in (less, whole)]
    assert size[0] < share * size[1]
    saved = load_model(less).model
    assert {weight.dtype for weight in saved.parameters()} == {torch.float32}
    losses = [evaluate_losses(m, held_out())["all"] for m in (model, saved)]
    assert losses[1] == pytest.approx(losses[0], rel=off)
    for name, weight in model.state_dict().items():
        largest = weight.abs().flatten(1).amax(1) if weight.ndim > 1 else weight.abs().amax()
        bound = (largest / (2 * 127) if bits == 8 and weight.ndim > 1 else largest / 1024) * 1.001
        distance = (saved.state_dict()[name] - weight).abs()
        assert (distance.flatten(1).amax(1) if weight.ndim > 1 else distance.amax()).le(bound).all()


def test_another_number_of_bits_is_refused(tmp_path):
    with pytest.raises(UserError, match="bits is 4; weights are stored in 8, 16 or 32"):
        save_model(tmp_path, tiny_model(), bits=4)


def test_8_bits_hold_rows_of_zeros_vectors_and_whole_numbers():
    weights = {
        "some": torch.tensor([[0.0, 0.0], [1e-9, -127e-9], [300.0, 1.0]]),
        "none": torch.empty(0, 3),
        "vector": torch.tensor([0.1, 70.0]),
        "single": torch.tensor(0.5),
        "whole": torch.arange(6).reshape(2, 3),
    }
    back = restore(shrink(weights, 8))
    assert back.keys() == weights.keys()
    for name, weight in weights.items():
        off = 2 if name == "some" else 0.1  # one of the row's 127 parts is 2.4 wide
        assert back[name].shape == weight.shape
        assert torch.allclose(back[name].double(), weight.double(), atol=off, rtol=1e-3)
    assert torch.allclose(back["some"][1], weights["some"][1], atol=1e-9)


def test_a_difference_from_a_model_brings_the_other_one_back():
    torch.manual_seed(0)
    base = {"matrix": torch.randn(5, 7), "zeros": torch.zeros(2, 3), "vector": torch.randn(4)}
    base = {name: weight.float() for name, weight in restore(shrink(base, 8)).items()}
    weights = {name: weight + 0.05 * torch.randn_like(weight) for name, weight in base.items()}
    parts = difference(weights, base)
    assert parts["matrix"].dtype == torch.int8 and parts["vector"].dtype == torch.float16
    back = add_difference(parts, base)
    half_steps = base["matrix"].abs().amax(1, keepdim=True) / 127 / 2
    assert ((back["matrix"] - weights["matrix"]).abs() <= half_steps * 1.001).all()
    assert torch.allclose(back["vector"], weights["vector"], atol=1e-4)
    with pytest.raises(ValueError, match="does not fit the model"):
        add_difference(parts, base | {"matrix": torch.zeros(4, 7)})


@pytest.mark.parametrize(
    "scales", [torch.ones(3), torch.ones(2, 1), torch.tensor(1.0), torch.ones(2).int()]
)
def test_scales_that_do_not_fit_are_damage(tmp_path, scales):
    save_model(tmp_path, tiny_model(), bits=8)
    stored = load_file(tmp_path / "model.safetensors")
    name = next(name for name in stored if name.endswith(".scale"))
    stored[name] = scales
    data = save(stored)
    (tmp_path / "model.safetensors").write_bytes(data)
    config = json.loads((tmp_path / "config.json").read_text())
    config["weights_sha256"] = hashlib.sha256(data).hexdigest()
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(TrainingError, match="the scales of weight .* do not fit it"):
        load_model(tmp_path)


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
