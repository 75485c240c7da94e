"""Training a diffusion model on latents, with the course's loop."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from refimpl.diffusion.averaging import AveragedWeights
from refimpl.diffusion.batches import LatentBatches, validation_batches
from refimpl.diffusion.loss import DENOISING
from refimpl.diffusion.model import DiffusionModel
from refimpl.diffusion.network import DiffusionConfig, DiffusionTransformer
from refimpl.training import Batch, Callback, Loss, TrainingConfig, TrainingResult, train

SECONDS = 900.0  # of one core
SHAPE = DiffusionConfig(hidden_size=120, n_layers=6, n_heads=4, shared_modulation=True)


def fit_diffusion(
    latents: Tensor,
    labels: Tensor | None = None,
    *,
    shape: DiffusionConfig = SHAPE,
    parametrisation: str = "velocity",
    schedule: str = "cosine",
    held_out: tuple[Tensor, Tensor | None] | None = None,
    seed: int = 0,
    folder: str | Path | None = None,
    **options,
) -> tuple[DiffusionModel, TrainingResult]:
    """Train a diffusion model and give it its averaged weights.

    Args:
        latents: (n_clips, S, D), each number with variance 1.
        labels: (n_clips,) int64, or None.
        shape: of the network.
        parametrisation, schedule: see `DiffusionModel`.
        held_out: latents and labels for the validation loss, which is that of the newest weights.
        seed: of weights, batches, times and noise.
        folder: for checkpoints, from which a stopped run goes on; None: nothing is kept.
        options: for `denoising_config`, such as steps.

    Returns:
        The model, in evaluation mode, and the record of its training.

    Raises:
        TrainingError: the loss is no longer a number, or a wrong option.
        KeyboardInterrupt: Ctrl-C.

    Taught in lesson 12.
    """
    network = DiffusionTransformer(shape, seed=seed)
    model = DiffusionModel(network, parametrisation=parametrisation, schedule=schedule)
    result = fit_averaged(
        model,
        LatentBatches(latents, labels, seed=seed),
        denoising_config(seed=seed, **options),
        validation=None if held_out is None else validation_batches(*held_out),
        folder=folder,
    )
    return model, result


def denoising_config(**options) -> TrainingConfig:
    """Return the options of a training by denoising; by default `SECONDS` of one core's time.

    Args:
        options: of `TrainingConfig`; `steps` takes the place of the seconds.
    """
    by_clock = "steps" not in options
    defaults = {
        "steps": None,
        "max_seconds": SECONDS if by_clock else None,
        "clock": "processor",
        "learning_rate": 1.5e-3,
        "warmup_steps": 100,
        "final_learning_rate": 0.02,
        "weight_decay": 0.01,
        "betas": (0.9, 0.99),
        "device": "cpu",
        "validate_every": 500,
        "checkpoint_every": 500,
        "keep_checkpoints": 1,
    }
    return TrainingConfig(**(defaults | options))


def fit_averaged(
    model: torch.nn.Module,
    batches: LatentBatches,
    config: TrainingConfig,
    *,
    loss: Loss = DENOISING,
    validation: list[Batch] | None = None,
    folder: str | Path | None = None,
    callbacks: tuple[Callback, ...] = (),
) -> TrainingResult:
    """Train a model in place and give it the running mean of its weights.

    Raises:
        TrainingError: the loss is no longer a number, or a wrong option.
        KeyboardInterrupt: Ctrl-C.
    """
    average = AveragedWeights(0.999)
    result = train(
        model,
        batches,
        config,
        loss=loss,
        validation=validation,
        folder=folder,
        callbacks=(average, *callbacks),
    )
    if result.stopped_by == "interrupt":
        raise KeyboardInterrupt
    average.put_into(model)
    return result
