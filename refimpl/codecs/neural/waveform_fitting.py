"""Fitting a waveform codec's network: first by closeness alone, then against a critic if asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from refimpl.codecs.code_training import CodebookCare
from refimpl.codecs.neural.adversarial import critic_of, sound_loss
from refimpl.codecs.neural.discriminators import MultiScaleDiscriminator
from refimpl.codecs.neural.waveform import WaveformConfig
from refimpl.codecs.neural.waveform_network import WaveformNetwork
from refimpl.codecs.windows import WindowBatches
from refimpl.training import Callback, Loss, Opponent, TrainingConfig, train

# Shares of the gradient. A loss on magnitudes alone learns rhythm and no pitch: see lesson 8.
WEIGHTS = {"waveform": 1.0, "mel": 1.0}
GAME_WEIGHTS = {"deception": 1.0, "features": 1.0}


class SegmentBatches(WindowBatches):
    """Endless batches of segments of sound: `audio` (B, n_samples)."""

    def __next__(self) -> dict[str, Tensor]:
        return {"audio": super().__next__()["frames"]}


def fit_waveform(
    segments: np.ndarray,
    sample_rate: int,
    config: WaveformConfig,
    *,
    steps: int = 1000,
    batch_size: int = 8,
    learning_rate: float = 2e-3,
    weights: Mapping[str, float] | None = None,
    seed: int = 0,
    folder: str | Path | None = None,
    show: bool | None = None,
) -> tuple[WaveformNetwork, list[dict[str, float]]]:
    """Train a network by closeness: its sound should be like the original's.

    After a tenth of the steps, at most 200, the codes start at k-means centroids of the latents.
    Dead codes are revived until the last fifth of the steps.

    Args:
        segments: (n_segments, n_samples) float32 of root mean square about 1, whole steps long.
        sample_rate: of the sounds, in Hz.
        config: the network's shape.
        steps: optimizer steps.
        batch_size: segments a step.
        learning_rate: the highest; it rises for 3 % of the steps and falls to 0 by a cosine.
        weights: of the losses, see `sound_loss`; None: `WEIGHTS`.
        seed: for weights, batches, k-means, revival and quantizer dropout.
        folder: for checkpoints, from which a stopped fit goes on. None: nothing is saved.
        show: False for no progress bar.

    Returns:
        The network, and its history as `refimpl.codecs.code_training.train_codes` keeps it.

    Raises:
        TrainingError: the loss is no longer a number, or a wrong option.
        TooFewFramesError: fewer distinct latents than codes.
        KeyboardInterrupt: Ctrl-C; half a fit is no codec.

    Taught in lesson 8.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = WaveformNetwork(config)
    loss, balancer = sound_loss(weights or WEIGHTS, sample_rate)
    care = CodebookCare(network, segments, steps, starts_after=min(200, steps // 10), seed=seed)
    options = segment_options(steps, learning_rate, seed, show)
    batches = SegmentBatches(segments, batch_size, seed)
    train_on_segments(network, batches, options, loss, [care, balancer], folder)
    return network, care.history


def continue_fit(
    network: WaveformNetwork,
    segments: np.ndarray,
    sample_rate: int,
    *,
    steps: int = 500,
    batch_size: int = 8,
    learning_rate: float = 5e-4,
    weights: Mapping[str, float] | None = None,
    critic: MultiScaleDiscriminator | None = None,
    game_weights: Mapping[str, float] | None = None,
    seed: int = 0,
    folder: str | Path | None = None,
    show: bool | None = None,
) -> list[dict[str, float]]:
    """Train a network on that has learnt already, against a critic or still by closeness alone.

    A critic that meets an untrained codec learns that noise is no music, which helps neither.

    Args:
        network: trained in place.
        critic: the opponent, trained in place; None: there is none, for a comparison.
        game_weights: of the losses that need a critic; None: `GAME_WEIGHTS`.
        segments, sample_rate, steps, batch_size, learning_rate, weights, seed, folder, show: as for
            `fit_waveform`; the learning rate is also the critic's.

    Returns:
        The history, as `fit_waveform` gives it.

    Raises:
        TrainingError, KeyboardInterrupt: as for `fit_waveform`.

    Source: Défossez et al. 2022, section 3.4. Taught in lesson 8.
    """
    weights, opponent = dict(weights or WEIGHTS), None
    if critic is not None:
        weights |= game_weights or GAME_WEIGHTS
        opponent = critic_of(network, critic)
    loss, balancer = sound_loss(weights, sample_rate, critic)
    care = CodebookCare(network, segments, steps, starts_after=None, seed=seed)
    options = segment_options(steps, learning_rate, seed, show)
    # Not the batches that the first part began with.
    batches = SegmentBatches(segments, batch_size, seed + 1)
    train_on_segments(network, batches, options, loss, [care, balancer], folder, opponent)
    return care.history


def segment_options(
    steps: int, learning_rate: float, seed: int, show: bool | None
) -> TrainingConfig:
    """How networks are trained on segments of sound."""
    return TrainingConfig(
        steps=steps,
        learning_rate=learning_rate,
        warmup_steps=steps * 3 // 100,
        final_learning_rate=0.0,
        weight_decay=1e-4,
        betas=(0.85, 0.99),
        device="cpu",
        seed=seed,
        validate_every=None,
        progress=show is not False,
    )


def train_on_segments(
    network: nn.Module,
    batches: SegmentBatches,
    options: TrainingConfig,
    loss: Loss,
    callbacks: list[Callback],
    folder: str | Path | None = None,
    opponent: Opponent | None = None,
) -> None:
    """Train a network in place; Ctrl-C raises `KeyboardInterrupt`, since half a fit is none."""
    result = train(
        network,
        batches,
        options,
        loss=loss,
        folder=folder,
        callbacks=callbacks,
        opponent=opponent,
    )
    if result.stopped_by == "interrupt":
        raise KeyboardInterrupt


def cut_segments(sounds: Iterable[np.ndarray], length: int) -> Iterator[np.ndarray]:
    """Cut waveforms (n_samples,) into segments (n_segments, length).

    The last one ends with the sound and may overlap the one before; a sound that is shorter than a
    segment is filled with silence.
    """
    for audio in sounds:
        if len(audio) == 0:
            continue
        audio = np.pad(audio, (0, max(0, length - len(audio))))
        starts = [*range(0, len(audio) - length, length), len(audio) - length]
        yield np.stack([audio[s : s + length] for s in starts])
