"""A small untrained diffusion model, whose codec is one too."""

import numpy as np

from refimpl.codecs import NeuralCodec, NeuralNetwork
from refimpl.diffusion import (
    ControlBranch,
    ControlConfig,
    DiffusionConfig,
    DiffusionModel,
    DiffusionTransformer,
    NeuralLatents,
    SavedDiffusion,
)
from refimpl.mel import MelConfig
from tests.diffusion.diffusion_examples import CODEC

SHAPE = DiffusionConfig(n_steps=64, latent_dim=2, hidden_size=16, n_layers=1, n_heads=2)


def small_saved() -> SavedDiffusion:
    """A model of two numbers a step, with a control."""
    mel = MelConfig(sample_rate=22_050, n_fft=2048, hop_length=704, n_mels=20)
    codec = NeuralCodec(mel, NeuralNetwork(20, CODEC), np.full(20, -40.0), np.full(20, 15.0))
    model = DiffusionModel(DiffusionTransformer(SHAPE)).eval()
    branch = ControlBranch(model.network, ControlConfig(n_layers=1))
    latents = NeuralLatents(codec, np.zeros(2), np.ones(2))
    return SavedDiffusion(model, latents, branch, facts={"core_seconds": 900})
