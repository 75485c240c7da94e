"""A toy that a small diffusion model learns in a second: clips of two kinds."""

import numpy as np
import torch

from refimpl.codecs import NeuralCodec, NeuralConfig, NeuralNetwork, QuantizerConfig
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
from refimpl.training import TrainingConfig

SHAPE = DiffusionConfig(n_steps=4, latent_dim=2, hidden_size=32, n_layers=2, n_heads=2, n_labels=2)


def tiny_model(seed=0, **options):
    return DiffusionModel(DiffusionTransformer(SHAPE, seed=seed), **options)


def two_kinds(n=64, seed=0):
    """Clips (n, 4, 2) near +1.5 or, with label 1, near -1.5; and their labels."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(n) % 2
    clips = (1.5 - 3.0 * labels)[:, None, None] + 0.2 * torch.randn(n, 4, 2, generator=generator)
    return clips, labels


def options(steps, **others):
    defaults = {"learning_rate": 3e-3, "warmup_steps": 5, "weight_decay": 0.0, "progress": False}
    return TrainingConfig(steps=steps, device="cpu", **(defaults | others))


MEL = MelConfig(sample_rate=16_000, n_fft=512, hop_length=400, n_mels=10)
CODEC = NeuralConfig(
    width=8,
    downsampling=4,
    encoder_blocks=1,
    decoder_blocks=1,
    latent_dim=2,
    quantizer=QuantizerConfig(n_books=1, n_codes=4),
)
MUSICAL = DiffusionConfig(n_steps=16, latent_dim=2, hidden_size=24, n_layers=2, n_heads=2)


def disturbed(module):
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in module.parameters():
            weight += 0.1 * torch.randn(weight.shape, generator=generator)
    return module


def tiny_saved():
    """An untrained model of 16 steps, 10 a second, with all its parts."""
    torch.manual_seed(0)
    codec = NeuralCodec(MEL, NeuralNetwork(10, CODEC), np.full(10, -40.0), np.full(10, 15.0))
    model = disturbed(DiffusionModel(DiffusionTransformer(MUSICAL))).eval()
    branch = disturbed(ControlBranch(model.network, ControlConfig(n_layers=1)))
    few = disturbed(DiffusionModel(DiffusionTransformer(MUSICAL, seed=1))).eval()
    return SavedDiffusion(model, NeuralLatents(codec, np.zeros(2), np.ones(2)), branch, few)
