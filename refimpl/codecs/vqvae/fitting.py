"""Fitting a VQ-VAE: windows from a stream of frames, and the training loop."""

from collections.abc import Iterable, Iterator

import numpy as np
import torch
import torch.nn.functional as F

from refimpl.codecs.codec import CodecError
from refimpl.codecs.vqvae.network import VQVAEConfig, VQVAENetwork
from refimpl.display import progress


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


def fit_network(
    windows: np.ndarray,
    config: VQVAEConfig,
    *,
    steps: int = 1000,
    batch_size: int = 32,
    learning_rate: float = 5e-3,
    kmeans_start: bool = True,
    seed: int = 0,
    show: bool | None = None,
) -> tuple[VQVAENetwork, list[dict[str, float]]]:
    """Train a network on windows.

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
        show: whether to show a progress bar; None decides by where the output goes.

    Returns:
        The network, and its history: about 100 records of step, reconstruction (mean squared
        error in normalised units), quantizer loss, perplexity (first stage, of the running
        counts) and revived (dead codes since the last record).

    Taught in lesson 4.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = VQVAENetwork(windows.shape[-1], config).train()
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(network.parameters(), learning_rate, weight_decay=1e-4)
    total = max(steps, 3)
    # With a rise of exactly one step, OneCycleLR divides by zero: it lasts two at least.
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, learning_rate, total_steps=total, pct_start=max(0.05, 2 / total)
    )
    quantize_from = steps // 10 if kmeans_start else 0
    batches = _batches(windows, batch_size, np.random.default_rng(seed))
    history, revived, record_every = [], 0, max(1, steps // 100)
    bar = progress(range(steps), description="VQ-VAE", unit="step", show=show)
    for step in bar:
        if kmeans_start and step == quantize_from:
            _start_codes(network, windows, np.random.default_rng(seed), seed)
        batch = next(batches)  # (B, T, n_mels)
        latents = network.latents(batch)
        if step < quantize_from:
            vectors, loss = latents, torch.zeros(())
        else:
            quantized = network.quantize(latents)
            vectors, loss = quantized.vectors, quantized.loss
        reconstruction = F.mse_loss(network.reconstruct(vectors), batch)
        optimizer.zero_grad()
        (reconstruction + loss).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if not torch.isfinite(reconstruction):
            raise CodecError(f"the loss is NaN at step {step}; try a lower learning rate")
        if quantize_from <= step < 0.8 * steps:
            revived += _revive(network, latents.detach(), generator)
        if step % record_every == 0 or step == steps - 1:
            record = {
                "step": step,
                "reconstruction": reconstruction.item(),
                "quantizer": loss.item(),
                "perplexity": _running_perplexity(network) if step >= quantize_from else 0.0,
                "revived": revived,
            }
            history.append(record)
            revived = 0
            bar.set_postfix(
                mse=f"{record['reconstruction']:.3f}", codes=round(record["perplexity"])
            )
    return network.eval(), history


def _batches(
    windows: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[torch.Tensor]:
    """Shuffle and go through all windows, again and again."""
    batch_size = min(batch_size, len(windows))
    while True:
        order = rng.permutation(len(windows))
        for start in range(0, len(order) - batch_size + 1, batch_size):
            yield torch.from_numpy(windows[order[start : start + batch_size]])


@torch.no_grad()
def _start_codes(
    network: VQVAENetwork, windows: np.ndarray, rng: np.random.Generator, seed: int
) -> None:
    """Put each stage's codes at the centroids of what it gets to quantize."""
    frames_each = windows.shape[1]
    n_latents = 32 * len(network.stages[0].counts)
    n_windows = min(len(windows), -(-n_latents * network.config.downsampling // frames_each))
    picks = rng.choice(len(windows), n_windows, replace=False)
    residual = network.latents(torch.from_numpy(windows[picks]))
    for stage in network.stages:
        stage.start_at(residual, seed)
        residual = residual - stage.lookup(stage.nearest(residual))


@torch.no_grad()
def _revive(network: VQVAENetwork, latents: torch.Tensor, generator: torch.Generator) -> int:
    """Revive each stage's dead codes with what the stage got to quantize."""
    revived, residual = 0, latents
    for stage in network.stages:
        revived += stage.revive(residual, generator)
        residual = residual - stage.lookup(stage.nearest(residual))
    return revived


def _running_perplexity(network: VQVAENetwork) -> float:
    shares = network.stages[0].counts / network.stages[0].counts.sum()
    return float(torch.exp(-torch.special.xlogy(shares, shares).sum()))


def window_stream(pieces: Iterable[np.ndarray], length: int) -> Iterator[np.ndarray]:
    """Turn a stream of clips' frames into rows (n_windows, length * n_mels) to sample from."""
    for frames in pieces:
        windows = cut_windows(frames, length)
        yield windows.reshape(len(windows), -1)
