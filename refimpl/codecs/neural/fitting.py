"""Fitting a neural codec's network on windows of frames, with the course's loop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from refimpl.codecs.neural.network import NeuralConfig, NeuralNetwork
from refimpl.codecs.vqvae.fitting import CodebookCare, WindowBatches, frame_error_sum
from refimpl.training import Loss, TrainingConfig, train

FRAME_DISTANCE = Loss(
    "reconstruction and quantizer loss", "absolute + squared error", "frame", frame_error_sum
)
STARTS_AFTER = 40  # steps; so early the latents are as yet few numbers' worth, and still move


def fit_neural(
    windows: np.ndarray,
    config: NeuralConfig,
    *,
    steps: int = 7200,
    batch_size: int = 16,
    learning_rate: float = 6e-3,
    seed: int = 0,
    folder: str | Path | None = None,
    show: bool | None = None,
    make_network: Callable[[int, NeuralConfig], NeuralNetwork] = NeuralNetwork,
) -> tuple[NeuralNetwork, list[dict[str, float]]]:
    """Train a network on windows.

    After 40 steps, or a tenth of all if there are fewer than 400, the codes start at k-means
    centroids of the latents. Dead codes are revived until the last fifth of the steps.

    Args:
        windows: (n_windows, length, n_mels) float32, normalised; length is a multiple of the
            frames in a step.
        config: the network's shape.
        steps: optimizer steps.
        batch_size: windows a step.
        learning_rate: the highest; it rises for 5 % of the steps and falls to 0 by a cosine.
        seed: for weights, batches, k-means, revival and quantizer dropout.
        folder: for checkpoints, from which a stopped fit goes on. None: nothing is saved.
        show: False for no progress bar.
        make_network: makes the network from the numbers in a frame and its shape.

    Returns:
        The network, and its history as `refimpl.codecs.vqvae.fitting.fit_network` keeps it.

    Raises:
        TrainingError: the loss is no longer a number, or a wrong option.
        TooFewFramesError: fewer distinct latents than codes.
        KeyboardInterrupt: Ctrl-C; half a fit is no codec.

    Taught in lesson 8.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = make_network(windows.shape[-1], config)
    options = TrainingConfig(
        steps=steps,
        learning_rate=learning_rate,
        warmup_steps=steps // 20,
        final_learning_rate=0.0,
        weight_decay=1e-4,
        betas=(0.85, 0.99),
        device="cpu",
        seed=seed,
        validate_every=None,
        progress=show is not False,
    )
    starts_after = min(STARTS_AFTER, steps // 10)
    care = CodebookCare(network, windows, steps, starts_after=starts_after, seed=seed)
    batches = WindowBatches(windows, batch_size, seed)
    result = train(network, batches, options, loss=FRAME_DISTANCE, folder=folder, callbacks=[care])
    if result.stopped_by == "interrupt":
        raise KeyboardInterrupt
    return network, care.history
