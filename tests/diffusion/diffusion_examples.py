"""A toy that a small diffusion model learns in a second: clips of two kinds."""

import torch

from refimpl.diffusion import DiffusionConfig, DiffusionModel, DiffusionTransformer
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
