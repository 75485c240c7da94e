"""Fitting a VQ-VAE: windows from a stream of frames, its loss, and the care of its codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from refimpl.codecs.vqvae.network import VQVAEConfig, VQVAENetwork
from refimpl.training import Batch, Callback, Loss, TrainingConfig, TrainingError, train
from refimpl.training.loss import sum_of_mean


def cut_windows(frames: np.ndarray, length: int) -> np.ndarray:
    """Cut a clip's frames (n_frames, n_mels) into windows (n_windows, length, n_mels).

    The last window ends with the clip and may overlap the one before; a clip that is shorter than
    a window is held at its last frame.
    """
    if len(frames) == 0:
        return np.empty((0, length, frames.shape[1]), dtype=np.float32)
    if len(frames) < length:
        frames = hold_last(frames, length)
    starts = [*range(0, len(frames) - length, length), len(frames) - length]
    return np.stack([frames[s : s + length] for s in starts])


def hold_last(frames: np.ndarray, length: int) -> np.ndarray:
    """Repeat the last of frames (n_frames, n_mels) until there are `length`."""
    return np.pad(frames, ((0, length - len(frames)), (0, 0)), mode="edge")


def frame_error_sum(network: VQVAENetwork, batch: Batch) -> tuple[Tensor, Tensor]:
    """The loss of a VQ-VAE: its sum over frames, and their number.

    Args:
        network: in training mode with update "ema", it also moves its codes.
        batch: `frames` (B, T, n_mels), normalised.
    """
    frames = batch["frames"]
    n_frames = torch.tensor(frames.shape[0] * frames.shape[1], device=frames.device)
    return sum_of_mean(network(frames), n_frames)


FRAME_ERROR = Loss(
    "reconstruction and quantizer loss", "mean squared error", "frame", frame_error_sum
)


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
        steps: optimizer steps.
        batch_size: windows a step.
        learning_rate: the highest; it rises for 5 % of the steps and falls to 0 by a cosine.
        kmeans_start: False starts from random codes at step 0, to see what happens then.
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
        network = VQVAENetwork(windows.shape[-1], config)
    options = TrainingConfig(
        steps=steps,
        learning_rate=learning_rate,
        warmup_steps=steps // 20,
        final_learning_rate=0.0,
        weight_decay=1e-4,
        # Over a few hundred steps a short memory pays: a fifth less distortion than with 0.9.
        betas=(0.85, 0.999),
        device="cpu",
        seed=seed,
        validate_every=None,
        progress=show is not False,
    )
    starts_after = steps // 10 if kmeans_start else None
    care = CodebookCare(network, windows, steps, starts_after=starts_after, seed=seed)
    batches = WindowBatches(windows, batch_size, seed)
    result = train(network, batches, options, loss=FRAME_ERROR, folder=folder, callbacks=[care])
    if result.stopped_by == "interrupt":
        raise KeyboardInterrupt
    return network, care.history


class WindowBatches:
    """Endless batches of windows, all of them in a new order every epoch.

    Args:
        windows: (n_windows, length, n_mels) float32.
        batch_size: windows in a batch; fewer where there are not so many.
        seed: with k, determines batch k.
    """

    def __init__(self, windows: np.ndarray, batch_size: int, seed: int) -> None:
        self.windows, self.seed, self.position = windows, seed, 0
        self.batch_size = min(batch_size, len(windows))

    def __iter__(self) -> WindowBatches:
        return self

    def __next__(self) -> dict[str, Tensor]:
        epoch, place = divmod(self.position, len(self.windows) // self.batch_size)
        if place == 0 or not hasattr(self, "_order"):
            self._order = np.random.default_rng([self.seed, epoch]).permutation(len(self.windows))
        self.position += 1
        rows = self._order[place * self.batch_size :][: self.batch_size]
        return {"frames": torch.from_numpy(self.windows[rows])}

    def state_dict(self) -> dict[str, int]:
        """Return the position."""
        return {"position": self.position, "n_windows": len(self.windows)}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Continue from a position.

        Raises:
            TrainingError: the state was saved with other windows.
        """
        if state["n_windows"] != len(self.windows):
            raise TrainingError(
                f"the fit had {state['n_windows']} windows when it was saved, and has"
                f" {len(self.windows)} now; go on with the same sounds, or use another folder"
            )
        self.position = state["position"]


class CodebookCare(Callback):
    """Starts the codes of a network in training, revives those that die, and keeps records.

    Args:
        network: that is trained: a `VQVAENetwork`, or another one with its attributes and methods.
        windows: (n_windows, length, n_mels) float32, normalised; the codes start from them.
        steps: of the whole training.
        starts_after: steps without codes; then they start at k-means centroids. None: they are
            random, and used from the first step.
        seed: for k-means and revival.

    Attributes:
        history: see `fit_network`.
    """

    def __init__(
        self,
        network: VQVAENetwork,
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
    network: VQVAENetwork, windows: np.ndarray, rng: np.random.Generator, seed: int
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
def _revive(network: VQVAENetwork, latents: torch.Tensor, generator: torch.Generator) -> int:
    """Revive each stage's dead codes with what the stage got to quantize."""
    pairs = network.residuals(latents)
    return sum(stage.revive(residual, generator) for stage, residual in pairs)


def _running_perplexity(network: VQVAENetwork) -> float:
    if not network.stages:
        return 0.0
    shares = network.stages[0].counts / network.stages[0].counts.sum()
    return float(torch.exp(-torch.special.xlogy(shares, shares).sum()))


def window_stream(pieces: Iterable[np.ndarray], length: int) -> Iterator[np.ndarray]:
    """Turn a stream of clips' frames into rows (n_windows, length * n_mels) to sample from."""
    for frames in pieces:
        windows = cut_windows(frames, length)
        yield windows.reshape(len(windows), -1)
