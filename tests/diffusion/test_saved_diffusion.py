"""A diffusion model's folder: written, read back, and refused where it is none."""

import copy
import json

import numpy as np
import pytest
import torch

from refimpl.codecs import NeuralCodec, NeuralConfig, NeuralNetwork, QuantizerConfig
from refimpl.diffusion import (
    ControlBranch,
    ControlConfig,
    NeuralLatents,
    SavedDiffusion,
    load_diffusion,
    make_hints,
    save_diffusion,
)
from refimpl.errors import UserError
from refimpl.mel import MelConfig
from tests.diffusion.diffusion_examples import disturbed, tiny_model

SHAPE = NeuralConfig(
    width=8,
    downsampling=2,
    encoder_blocks=1,
    decoder_blocks=1,
    latent_dim=2,
    quantizer=QuantizerConfig(n_books=1, n_codes=4),
)


@pytest.fixture(scope="module")
def latents():
    network = NeuralNetwork(10, SHAPE)
    codec = NeuralCodec(MelConfig(n_mels=10), network, np.full(10, -40.0), np.full(10, 15.0))
    return NeuralLatents(codec, np.array([0.5, -0.25]), np.array([2.0, 3.0]))


def test_a_model_comes_back_with_its_codec_and_its_parts(tmp_path, latents):
    model = disturbed(tiny_model(schedule="linear", parametrisation="flow"))
    branch = disturbed(ControlBranch(model.network, ControlConfig(n_layers=1)))
    few = disturbed(copy.deepcopy(model))
    saved = SavedDiffusion(model, latents, branch=branch, few_steps=few, facts={"steps": 7})
    save_diffusion(tmp_path / "one", saved)
    back = load_diffusion(tmp_path / "one")
    assert back.facts == {"steps": 7} and back.model.config == model.config
    for ours, theirs in (model, back.model), (few, back.few_steps):
        expected = ours.write(2, n_steps=2)
        torch.testing.assert_close(theirs.write(2, n_steps=2), expected, atol=0.02, rtol=0.02)
    hints = make_hints((2, 4, 2), melody=torch.zeros(2, 4, dtype=torch.int64))
    told = [one.controlled().write(2, hints=hints, n_steps=2) for one in (saved, back)]
    torch.testing.assert_close(*told, atol=0.02, rtol=0.02)
    assert (told[0] - model.write(2, n_steps=2)).abs().max() > 0.01
    np.testing.assert_allclose(back.codec.mean, [0.5, -0.25])
    np.testing.assert_allclose(back.codec.std, [2.0, 3.0])
    assert back.codec.codec.fingerprint == latents.codec.fingerprint


def test_a_distilled_model_fits_its_teacher_only(tmp_path, latents):
    model = disturbed(tiny_model())
    few = disturbed(copy.deepcopy(model))
    save_diffusion(tmp_path / "one", SavedDiffusion(model, latents, few_steps=few))
    parts = dict(np.load(tmp_path / "one" / "few-steps.npz"))
    name = next(name for name, part in parts.items() if part.ndim > 1)
    for wrong in ({name: parts[name][:1]}, {name: parts[name].astype(complex)}, {"more": [0.0]}):
        np.savez(tmp_path / "one" / "few-steps.npz", **(parts | wrong))
        with pytest.raises(UserError, match="few-steps.npz"):
            load_diffusion(tmp_path / "one")
    other = SavedDiffusion(model, latents, few_steps=tiny_model(parametrisation="flow"))
    with pytest.raises(UserError, match="another shape than its teacher"):
        save_diffusion(tmp_path / "two", other)


def test_a_model_alone(tmp_path, latents):
    save_diffusion(tmp_path, SavedDiffusion(tiny_model(), latents))
    back = load_diffusion(tmp_path)
    assert back.branch is None and back.few_steps is None
    with pytest.raises(UserError, match="has no control"):
        back.controlled()


def test_what_is_no_such_folder_is_refused(tmp_path, latents):
    with pytest.raises(UserError, match="holds no saved model"):
        load_diffusion(tmp_path)
    save_diffusion(tmp_path, SavedDiffusion(tiny_model(), latents))
    path = tmp_path / "latents.json"
    described = json.loads(path.read_text())
    path.write_text(json.dumps(described | {"codec": "another"}))
    with pytest.raises(UserError, match="latents of another codec"):
        load_diffusion(tmp_path)
    path.write_text(json.dumps({"mean": [0]}))
    with pytest.raises(UserError, match="no description of latents"):
        load_diffusion(tmp_path)
    path.unlink()
    with pytest.raises(UserError, match=r"latents\.json is missing"):
        load_diffusion(tmp_path)


def test_another_models_configuration_is_refused(tmp_path, latents):
    save_diffusion(tmp_path, SavedDiffusion(tiny_model(), latents))
    path = tmp_path / "config.json"
    described = json.loads(path.read_text())
    del described["config"]["network"]
    path.write_text(json.dumps(described))
    with pytest.raises(UserError, match="describes no diffusion model"):
        load_diffusion(tmp_path)
