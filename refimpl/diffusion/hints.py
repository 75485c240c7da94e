"""Hints: what a controlled model is told about each step of the clip that it writes.

A hint is a row of numbers for every step, (B, S, n_hints): the melody's pitch class, the chord's
root, and the known latents around a gap. Each of the three may be left out. Its numbers are then 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from refimpl.conditioning import melody_classes
from refimpl.conditioning.melody import N_CLASSES, REST
from refimpl.diffusion.batches import LatentBatches
from refimpl.errors import UserError
from refimpl.tinytunes import Tune

PARTS = ("melody", "chords", "known")
N_ROWS = N_CLASSES + 1  # the last one is a rest


def n_hints(latent_dim: int) -> int:
    """Return how many numbers hint at one step: two classes, the latents, and whether they are."""
    return 2 * N_ROWS + latent_dim + 1


def make_hints(
    shape: tuple[int, int, int],
    *,
    melody: Tensor | None = None,
    chords: Tensor | None = None,
    known: tuple[Tensor, Tensor] | None = None,
) -> Tensor:
    """Put hints together.

    Args:
        shape: (B, S, D) of the clips.
        melody: (B, S) int64, a pitch class from 0 to 11 for each step and -1 for a rest, as
            `melody_classes` gives them; None: not told.
        chords: (B, S) int64, the chords' roots in the same form; None: not told.
        known: latents (B, S, D), and which of their steps are known (B, S) bool; None: none is.

    Returns:
        (B, S, n_hints) float32.

    Raises:
        UserError: another shape, or a class that is none.

    Source: Wu et al. 2024 (Music ControlNet), section 3.3, for controls that change with time and
    may be left out. Taught in lesson 12.
    """
    n_clips, n_steps, latent_dim = shape
    parts = [_one_hot(one, (n_clips, n_steps)) for one in (melody, chords)]
    if known is None:
        parts.append(torch.zeros(n_clips, n_steps, latent_dim + 1))
    else:
        latents, mask = known
        if latents.shape != shape or mask.shape != shape[:2]:
            raise UserError(
                f"known has latents {tuple(latents.shape)} and a mask {tuple(mask.shape)}; the"
                f" clips need {shape} and {shape[:2]}"
            )
        parts.append(torch.cat([latents * mask[..., None], mask[..., None].float()], dim=-1))
    return torch.cat(parts, dim=-1)


def _one_hot(classes: Tensor | None, shape: tuple[int, int]) -> Tensor:
    if classes is None:
        return torch.zeros(*shape, N_ROWS)
    if classes.shape != shape:
        raise UserError(f"classes have shape {tuple(classes.shape)}; the clips need {shape}")
    if classes.min() < REST or classes.max() >= N_CLASSES:
        raise UserError(
            f"classes go from {int(classes.min())} to {int(classes.max())}; give 0 (C) to 11 (B),"
            f" and {REST} for a rest"
        )
    return F.one_hot(torch.where(classes == REST, N_CLASSES, classes), N_ROWS).float()


def melody_steps(audio: np.ndarray, sample_rate: int, step_rate: float, n_steps: int) -> Tensor:
    """Return the melody of a sound as the model is told it: (n_steps,) int64.

    A shorter sound ends in rests, and a longer one is cut.

    Args:
        audio: (n_samples,).
        sample_rate: in Hz.
        step_rate: steps per second.
        n_steps: S.
    """
    classes = melody_classes(audio, sample_rate, step_rate)[:n_steps]
    rests = np.full(n_steps - len(classes), REST)
    return torch.from_numpy(np.concatenate([classes, rests]).astype(np.int64))


def chord_steps(tune: Tune, step_rate: float, n_steps: int) -> Tensor:
    """Return the root of a tune's chord at each step: (n_steps,) int64, -1 where there is none."""
    roots = torch.full((n_steps,), REST)
    for chord in tune.chords:
        first, end = (round(at * step_rate) for at in (chord.onset, chord.onset + chord.duration))
        roots[first:end] = chord.root
    return roots


class HintBatches(LatentBatches):
    """Batches of clips with hints, each of which is left out in some clips.

    The known part of a clip is all but a gap of one to three quarters of it.

    Args:
        latents: (n_clips, S, D).
        melodies, chords: (n_clips, S) int64.
        labels: (n_clips,) int64.
        keep: how often each of `PARTS` is told.
        options: of `LatentBatches`.

    Taught in lesson 12.
    """

    def __init__(
        self,
        latents: Tensor,
        melodies: Tensor,
        chords: Tensor,
        labels: Tensor,
        *,
        keep: Sequence[float] = (0.6, 0.3, 0.4),
        **options,
    ) -> None:
        super().__init__(latents, labels, **options)
        self.melodies, self.chords, self.keep = melodies, chords, tuple(keep)

    def _take(self, rows: Tensor) -> dict[str, Tensor]:
        batch = super()._take(rows)
        rng = np.random.default_rng([self.seed, self.position, 1])
        told = torch.from_numpy(rng.random((len(rows), len(PARTS))) < self.keep)
        shape = batch["latents"].shape
        mask = known_steps(rng, shape[0], shape[1])
        hints = make_hints(
            tuple(shape),
            melody=self.melodies[rows],
            chords=self.chords[rows],
            known=(batch["latents"], mask),
        )
        sizes = torch.tensor([N_ROWS, N_ROWS, shape[2] + 1])
        return batch | {"hints": hints * told.repeat_interleave(sizes, dim=1)[:, None]}


def known_steps(rng: np.random.Generator, n_clips: int, n_steps: int) -> Tensor:
    """Draw which steps are known around one gap a clip: (n_clips, n_steps) bool."""
    length = rng.integers(n_steps // 8, 3 * n_steps // 4 + 1, n_clips)
    first = rng.integers(-n_steps // 8, n_steps, n_clips).clip(0, n_steps - length)
    steps = np.arange(n_steps)
    gap = (steps >= first[:, None]) & (steps < (first + length)[:, None])
    return torch.from_numpy(~gap)
