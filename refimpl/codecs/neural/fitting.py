"""Fitting a neural codec's network on windows of frames."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from refimpl.codecs.code_training import frame_error_sum, train_codes
from refimpl.codecs.neural.network import NeuralConfig, NeuralNetwork
from refimpl.training import Loss

FRAME_DISTANCE = Loss(
    "reconstruction and quantizer loss", "absolute + squared error", "frame", frame_error_sum
)
BETAS = (0.85, 0.99)
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
        seed: for weights, batches, k-means, revival and quantizer dropout.
        steps, batch_size, learning_rate, folder, show: see `train_codes`.
        make_network: makes the network from the numbers in a frame and its shape.

    Returns:
        The network, and its history as `train_codes` keeps it.

    Raises:
        TrainingError, TooFewFramesError, KeyboardInterrupt: as for `train_codes`.

    Taught in lesson 8.
    """
    return train_codes(
        partial(make_network, windows.shape[-1], config),
        windows,
        FRAME_DISTANCE,
        steps=steps,
        batch_size=batch_size,
        learning_rate=learning_rate,
        betas=BETAS,
        starts_after=min(STARTS_AFTER, steps // 10),
        seed=seed,
        folder=folder,
        show=show,
    )
