"""Claims about k-means and the VQ-VAE, each tested by one change to one setting."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import torch

from refimpl.codecs.vqvae import VQVAEConfig
from refimpl.codecs.vqvae.fitting import fit_network
from refimpl.codecs.windows import cut_windows
from refimpl.metrics import perplexity
from refimpl.reproduce.claims.claim import Claim
from refimpl.reproduce.claims.frames import normalised

N_CLUSTERS = 256
WINDOW = 32  # frames
STEPS = 300
SMALL = VQVAEConfig(n_codes=256, hidden_size=64, n_layers=1, codebook_dim=16)
SETTING = f"a VQ-VAE of 256 codes on mel frames of 48 tinytunes, {STEPS} steps"


def clustering_error(seed: int, start: str) -> float:
    """The mean squared distance of training frames to their centroids, from one start."""
    from sklearn.cluster import KMeans

    frames = np.concatenate(normalised(seed)[0])
    found = KMeans(N_CLUSTERS, init=start, n_init=1, random_state=seed).fit(frames)
    return float(found.inertia_ / frames.size)


def careful_start(seed: int) -> float:
    """How much less distortion k-means ends with from k-means++ than from random frames, in %."""
    random, careful = (clustering_error(seed, start) for start in ("random", "k-means++"))
    return 100 * (random - careful) / random


@lru_cache(maxsize=64)
def vqvae_figures(seed: int, config: VQVAEConfig, kmeans_start: bool) -> tuple[float, float]:
    """Train a VQ-VAE.

    Returns:
        The mean squared error of held-out frames, in units of the frames' scale, and the perplexity
        of their codes.
    """
    train, held_out = normalised(seed)
    windows, other = (
        np.concatenate([cut_windows(frames, WINDOW) for frames in one]) for one in (train, held_out)
    )
    network, _ = fit_network(
        windows, config, steps=STEPS, kmeans_start=kmeans_start, seed=seed, show=False
    )
    network.eval()
    with torch.no_grad():
        given = torch.from_numpy(other)
        quantized = network.quantize(network.latents(given))
        error = (network.reconstruct(quantized.vectors) - given).square().mean().item()
    return error, perplexity(quantized.codes.numpy())


def _less_error(
    seed: int, better: VQVAEConfig, worse: VQVAEConfig, *, starts: tuple[bool, bool] = (True, True)
) -> float:
    """How much less error the better one leaves, in % of the worse one's."""
    ours = vqvae_figures(seed, better, starts[0])[0]
    theirs = vqvae_figures(seed, worse, starts[1])[0]
    return 100 * (theirs - ours) / theirs


def moving_means(seed: int) -> float:
    """Codes as running means, against codes that follow a loss."""
    return _less_error(seed, SMALL, replace(SMALL, update="loss"))


def kmeans_codes(seed: int) -> float:
    """Codes that start at centroids of the latents, against random ones; neither is revived."""
    alone = replace(SMALL, revive_below=0.0)
    return _less_error(seed, alone, alone, starts=(True, False))


def revival(seed: int) -> float:
    """How many more codes are in use where dead ones are revived; both start at random."""
    revived = vqvae_figures(seed, SMALL, False)[1]
    return revived - vqvae_figures(seed, replace(SMALL, revive_below=0.0), False)[1]


def short_codes(seed: int) -> float:
    """How many more codes are in use with 8 numbers in each than with 64."""
    short, long = (replace(SMALL, codebook_dim=size, revive_below=0.0) for size in (8, 64))
    return vqvae_figures(seed, short, False)[1] - vqvae_figures(seed, long, False)[1]


def directions(seed: int) -> float:
    """Codes that are compared by direction, against codes that are compared by distance."""
    return _less_error(seed, replace(SMALL, cosine=True), SMALL)


CODES = [
    Claim(
        "A careful start for k-means",
        3,
        "k-means ends with less distortion if its centroids start far apart (k-means++)",
        "arthur2007",
        "synthetic mixtures and two sets of up to 500,000 vectors, 10 to 50 clusters",
        "distortion saved, %",
        f"mel frames of 48 tinytunes, {N_CLUSTERS} clusters, one start each",
        careful_start,
    ),
    Claim(
        "Codes as running means",
        4,
        "codes that are running means of what chose them learn faster than by a loss",
        "razavi2019",
        "ImageNet, 256 pixels",
        "held-out error saved, %",
        SETTING,
        moving_means,
    ),
    Claim(
        "Codes that start at centroids",
        4,
        "codes learn better if they start at k-means centroids of the latents",
        "lancucki2020",
        "CIFAR-10, speech, handwriting",
        "held-out error saved, %",
        f"{SETTING}, without revival",
        kmeans_codes,
    ),
    Claim(
        "Reviving dead codes",
        4,
        "restarting unused codes at random latents keeps the codebook in use",
        "dhariwal2020",
        "1.2 million songs, codebooks of 2,048",
        "codes in use (perplexity) gained",
        f"{SETTING}, random start",
        revival,
        least=5.0,
    ),
    Claim(
        "Short codes",
        4,
        "a codebook of few dimensions is used more fully than one of many",
        "yu2022",
        "ImageNet, 256 pixels, 8,192 codes of 4 to 256 numbers",
        "codes in use (perplexity) gained, 8 numbers against 64",
        f"{SETTING}, random start, no revival",
        short_codes,
        least=5.0,
    ),
    Claim(
        "Codes as directions",
        4,
        "comparing codes by direction improves the reconstruction",
        "yu2022",
        "ImageNet, 256 pixels, 8,192 codes",
        "held-out error saved, %",
        SETTING,
        directions,
    ),
]
