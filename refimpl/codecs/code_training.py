"""Training a network together with its codes, on windows of frames, with the course's loop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from refimpl.codecs.windows import WindowBatches
from refimpl.training import Batch, Callback, Loss, TrainingConfig, train
from refimpl.training.loss import sum_of_mean

Network = TypeVar("Network", bound=nn.Module)


def frame_error_sum(network: nn.Module, batch: Batch) -> tuple[Tensor, Tensor]:
    """The loss of a codec's network: its sum over frames, and their number.

    Args:
        network: returns the mean loss of frames; in training mode with codes that are running
            means, it also moves its codes.
        batch: `frames` (B, T, n_mels), normalised.
    """
    frames = batch["frames"]
    n_frames = torch.tensor(frames.shape[0] * frames.shape[1], device=frames.device)
    return sum_of_mean(network(frames), n_frames)


def train_codes(
    make_network: Callable[[], Network],
    windows: np.ndarray,
    loss: Loss,
    *,
    steps: int,
    batch_size: int,
    learning_rate: float,
    betas: tuple[float, float],
    starts_after: int | None,
    seed: int = 0,
    folder: str | Path | None = None,
    show: bool | None = None,
) -> tuple[Network, list[dict[str, float]]]:
    """Train a network on windows, with the same loop as any other model.

    Args:
        make_network: makes the network, from the random state that `seed` sets.
        windows: (n_windows, length, n_mels) float32, normalised.
        loss: of a batch of `frames`.
        steps: optimizer steps.
        batch_size: windows a step.
        learning_rate: the highest; it rises for 5 % of the steps and falls to 0 by a cosine.
        betas: decay rates of AdamW's two running means.
        starts_after: see `CodebookCare`.
        seed: for weights, batches, k-means and revival.
        folder: for checkpoints, from which a stopped fit goes on. None: nothing is saved.
        show: False for no progress bar.

    Returns:
        The network, and its history: about 100 records of step, reconstruction (mean squared
        error in normalised units), quantizer loss, perplexity (first stage, of the running
        counts) and revived (dead codes since the last record).

    Raises:
        TrainingError: the loss is no longer a number, or a wrong option.
        TooFewFramesError: fewer distinct latents than codes.
        KeyboardInterrupt: Ctrl-C; half a fit is no codec.

    Taught in lesson 4.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = make_network()
    options = TrainingConfig(
        steps=steps,
        learning_rate=learning_rate,
        warmup_steps=steps // 20,
        final_learning_rate=0.0,
        weight_decay=1e-4,
        betas=betas,
        device="cpu",
        seed=seed,
        validate_every=None,
        progress=show is not False,
    )
    care = CodebookCare(network, windows, steps, starts_after=starts_after, seed=seed)
    batches = WindowBatches(windows, batch_size, seed)
    result = train(network, batches, options, loss=loss, folder=folder, callbacks=[care])
    if result.stopped_by == "interrupt":
        raise KeyboardInterrupt
    return network, care.history


class CodebookCare(Callback):
    """Starts the codes of a network in training, revives those that die, and keeps records.

    Args:
        network: that is trained, with the attributes and methods of a `VQVAENetwork`.
        windows: (n_windows, length, n_mels) float32, normalised; the codes start from them.
        steps: of the whole training.
        starts_after: steps without codes; then they start at k-means centroids. None: they are
            random, and used from the first step.
        seed: for k-means and revival.

    Attributes:
        history: see `train_codes`.
    """

    def __init__(
        self,
        network: nn.Module,
        windows: np.ndarray,
        steps: int,
        *,
        starts_after: int | None,
        seed: int,
    ) -> None:
        self.network, self.windows, self.steps, self.seed = network, windows, steps, seed
        self.starts_after = starts_after
        self.history: list[dict[str, float]] = []
        self._revived = 0
        network.quantizes = not starts_after
        if starts_after == 0:
            self._start()

    def after_step(self, run: Any) -> None:
        """Revive dead codes, write down how the network does, and start the codes in time."""
        done = run.step  # updates
        if self.network.quantizes and done - 1 < 0.8 * self.steps:
            generator = torch.Generator().manual_seed((self.seed << 32) + done)
            self._revived += _revive(self.network, self.network.last_pass.latents, generator)
        if (done - 1) % max(1, self.steps // 100) == 0 or done == self.steps:
            self._record(done - 1)
        if not self.network.quantizes and done == self.starts_after:
            self._start()

    def _start(self) -> None:
        _start_codes(self.network, self.windows, np.random.default_rng(self.seed), self.seed)
        self.network.quantizes = True

    def _record(self, step: int) -> None:
        network = self.network
        self.history.append(
            {
                "step": step,
                "reconstruction": network.last_pass.reconstruction,
                "quantizer": network.last_pass.quantizer,
                "perplexity": _running_perplexity(network) if network.quantizes else 0.0,
                "revived": self._revived,
            }
        )
        self._revived = 0

    def state_dict(self) -> dict[str, Any]:
        """Return the records, and what of the quantizers a checkpoint's weights do not hold."""
        return {
            "history": self.history,
            "revived": self._revived,
            "quantizes": self.network.quantizes,
            "running": [{"counts": s.counts, "sums": s.sums} for s in self.network.stages],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Undo `state_dict`."""
        self.history, self._revived = list(state["history"]), state["revived"]
        self.network.quantizes = state["quantizes"]
        for stage, saved in zip(self.network.stages, state["running"], strict=True):
            stage.counts.copy_(saved["counts"])
            stage.sums.copy_(saved["sums"])


@torch.no_grad()
def _start_codes(
    network: nn.Module, windows: np.ndarray, rng: np.random.Generator, seed: int
) -> None:
    """Put each stage's codes at the centroids of what it gets to quantize."""
    if not network.stages:
        return
    frames_each = windows.shape[1]
    n_latents = 32 * max(len(stage.counts) for stage in network.stages)
    n_windows = min(len(windows), -(-n_latents * network.config.downsampling // frames_each))
    picks = rng.choice(len(windows), n_windows, replace=False)
    latents = network.latents(torch.from_numpy(windows[picks]))
    for stage, residual in network.residuals(latents):
        stage.start_at(residual, seed)


@torch.no_grad()
def _revive(network: nn.Module, latents: Tensor, generator: torch.Generator) -> int:
    """Revive each stage's dead codes with what the stage got to quantize."""
    pairs = network.residuals(latents)
    return sum(stage.revive(residual, generator) for stage, residual in pairs)


def _running_perplexity(network: nn.Module) -> float:
    if not network.stages:
        return 0.0
    shares = network.stages[0].counts / network.stages[0].counts.sum()
    return float(torch.exp(-torch.special.xlogy(shares, shares).sum()))
