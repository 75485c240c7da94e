"""Fitting a VQ-VAE's network on windows of frames."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from refimpl.codecs.code_training import frame_error_sum, train_codes
from refimpl.codecs.vqvae.network import VQVAEConfig, VQVAENetwork
from refimpl.training import Loss

FRAME_ERROR = Loss(
    "reconstruction and quantizer loss", "mean squared error", "frame", frame_error_sum
)
# Over a few hundred steps a short memory pays: a fifth less distortion than with 0.9.
BETAS = (0.85, 0.999)


def fit_network(
    windows: np.ndarray,
    config: VQVAEConfig,
    *,
    steps: int = 1000,
    batch_size: int = 32,
    learning_rate: float = 5e-3,
    kmeans_start: bool = True,
    seed: int = 0,
    folder: str | Path | None = None,
    show: bool | None = None,
) -> tuple[VQVAENetwork, list[dict[str, float]]]:
    """Train a network on windows, with the same loop as any other model.

    The first tenth of the steps train encoder and decoder alone; then the codes start at k-means
    centroids of the latents (after Łańcucki et al. 2020), and all train together. Dead codes are
    revived until the last fifth, in which the codes come to rest.

    Args:
        windows: (n_windows, length, n_mels) float32, normalised.
        config: the network's shape.
        kmeans_start: False starts from random codes at step 0, to see what happens then.
        steps, batch_size, learning_rate, seed, folder, show: see `train_codes`.

    Returns:
        The network, and its history as `train_codes` keeps it.

    Raises:
        TrainingError, TooFewFramesError, KeyboardInterrupt: as for `train_codes`.

    Taught in lesson 4.
    """
    return train_codes(
        partial(VQVAENetwork, windows.shape[-1], config),
        windows,
        FRAME_ERROR,
        steps=steps,
        batch_size=batch_size,
        learning_rate=learning_rate,
        betas=BETAS,
        starts_after=steps // 10 if kmeans_start else None,
        seed=seed,
        folder=folder,
        show=show,
    )
