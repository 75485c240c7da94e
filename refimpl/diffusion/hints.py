"""Hints: what a controlled model is told about each step of the clip that it writes.

A hint is a row of numbers for every step, (B, S, n_hints). It has a channel for each thing that
can be told: the melody's pitch class, the chord's root, the known latents around a gap, and the
loudness. Each channel may be left out. Its numbers are then 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from refimpl.conditioning import melody_classes
from refimpl.conditioning.melody import N_CLASSES, REST
from refimpl.diffusion.batches import LatentBatches
from refimpl.errors import UserError, suggest
from refimpl.metrics.step_facts import step_loudness
from refimpl.tinytunes import Tune

CHANNELS = ("melody", "chords", "known", "loudness")
FIRST_CHANNELS = CHANNELS[:3]  # what the branch in the package reads
N_ROWS = N_CLASSES + 1  # the last one is a rest
# Decibels of full scale: the mean of level 1, twice the spread of its steps, and what counts as
# silence, which would be far from all other numbers.
USUAL_DB, SCALE_DB, QUIET_DB = -18.0, 5.0, -45.0


def n_hints(latent_dim: int, channels: Sequence[str] = FIRST_CHANNELS) -> int:
    """Return how many numbers hint at one step.

    Args:
        latent_dim: D.
        channels: names in `CHANNELS`, in the order in which a branch reads them.

    Raises:
        UserError: there is no such channel.
    """
    return sum(channel_sizes(latent_dim, channels).values())


def channel_sizes(latent_dim: int, channels: Sequence[str]) -> dict[str, int]:
    """Return how many numbers each channel has: the known latents and the loudness have one more.

    It says whether they are told, since 0 is a value that they can have.

    Raises:
        UserError: there is no such channel.
    """
    sizes = {"melody": N_ROWS, "chords": N_ROWS, "known": latent_dim + 1, "loudness": 2}
    for name in channels:
        if name not in sizes:
            raise UserError(f"there is no channel {name!r}; {suggest(name, CHANNELS)}")
    return {name: sizes[name] for name in channels}


def make_hints(
    shape: tuple[int, int, int],
    *,
    melody: Tensor | None = None,
    chords: Tensor | None = None,
    known: tuple[Tensor, Tensor] | None = None,
    loudness: Tensor | None = None,
    channels: Sequence[str] = FIRST_CHANNELS,
) -> Tensor:
    """Put hints together.

    Args:
        shape: (B, S, D) of the clips.
        melody: (B, S) int64, a pitch class from 0 to 11 for each step and -1 for a rest, as
            `melody_classes` gives them; None: not told.
        chords: (B, S) int64, the chords' roots in the same form; None: not told.
        known: latents (B, S, D), and which of their steps are known (B, S) bool; None: none is.
        loudness: (B, S) in dB of full scale, as `loudness_steps` gives them; None: not told.
        channels: what the branch reads, see `ControlConfig`.

    Returns:
        (B, S, n_hints) float32.

    Raises:
        UserError: another shape, a class that is none, a loudness that is no number, or something
            told for which the branch has no channel.

    Source: Wu et al. 2024 (Music ControlNet), section 3.3, for controls that change with time and
    may be left out. Taught in lesson 12.
    """
    told = {"melody": melody, "chords": chords, "known": known, "loudness": loudness}
    for name, one in told.items():
        if one is not None and name not in channels:
            raise UserError(f"the {name} cannot be told: this control reads {', '.join(channels)}")
    make = {"melody": _one_hot, "chords": _one_hot, "known": _known, "loudness": _levels}
    return torch.cat(
        [
            torch.zeros(*shape[:2], size) if told[name] is None else make[name](told[name], shape)
            for name, size in channel_sizes(shape[2], channels).items()
        ],
        dim=-1,
    )


def _one_hot(classes: Tensor, shape: tuple[int, int, int]) -> Tensor:
    if classes.shape != shape[:2]:
        raise UserError(f"classes have shape {tuple(classes.shape)}; the clips need {shape[:2]}")
    if classes.min() < REST or classes.max() >= N_CLASSES:
        raise UserError(
            f"classes go from {int(classes.min())} to {int(classes.max())}; give 0 (C) to 11 (B),"
            f" and {REST} for a rest"
        )
    return F.one_hot(torch.where(classes == REST, N_CLASSES, classes), N_ROWS).float()


def _known(known: tuple[Tensor, Tensor], shape: tuple[int, int, int]) -> Tensor:
    latents, mask = known
    if latents.shape != shape or mask.shape != shape[:2]:
        raise UserError(
            f"known has latents {tuple(latents.shape)} and a mask {tuple(mask.shape)}; the"
            f" clips need {shape} and {shape[:2]}"
        )
    return torch.cat([latents * mask[..., None], mask[..., None].float()], dim=-1)


def _levels(loudness: Tensor, shape: tuple[int, int, int]) -> Tensor:
    if loudness.shape != shape[:2]:
        raise UserError(
            f"the loudness has shape {tuple(loudness.shape)}; the clips need {shape[:2]}"
        )
    if not loudness.isfinite().all():
        raise UserError(f"the loudness is not a number everywhere; silence is {QUIET_DB:g} dB")
    levels = (loudness.float().clamp(min=QUIET_DB) - USUAL_DB) / SCALE_DB
    return torch.stack([levels, torch.ones_like(levels)], dim=-1)


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


def loudness_steps(audio: np.ndarray, sample_rate: int, step_rate: float, n_steps: int) -> Tensor:
    """Return how loud each step of a sound is, as the model is told it: (n_steps,) float32, in dB.

    A shorter sound ends in silence, and a longer one is cut.

    Args:
        audio: (n_samples,).
        sample_rate: in Hz.
        step_rate: steps per second.
        n_steps: S.
    """
    levels = step_loudness(audio, sample_rate, step_rate, n_steps)
    return torch.from_numpy(levels.astype(np.float32))


class HintBatches(LatentBatches):
    """Batches of clips with hints, each of which is left out in some clips.

    The known part of a clip is all but a gap of one to three quarters of it.

    Args:
        latents: (n_clips, S, D).
        told: rows (n_clips, S) of each channel, in the form that `make_hints` takes; the known
            latents are those of the clips.
        labels: (n_clips,) int64.
        keep: the channels in the order in which the branch reads them, and how often each is told.
        options: of `LatentBatches`.

    Raises:
        UserError: there is no such channel, or a channel without rows.

    Taught in lesson 12.
    """

    def __init__(
        self,
        latents: Tensor,
        told: Mapping[str, Tensor],
        labels: Tensor,
        *,
        keep: Mapping[str, float],
        **options,
    ) -> None:
        super().__init__(latents, labels, **options)
        self.sizes = channel_sizes(latents.shape[2], tuple(keep))
        for name in keep:
            if name != "known" and name not in told:
                raise UserError(f"the channel {name} needs rows, and there are none of it")
        self.told, self.keep = dict(told), dict(keep)

    def _take(self, rows: Tensor) -> dict[str, Tensor]:
        batch = super()._take(rows)
        rng = np.random.default_rng([self.seed, self.position, 1])
        shares = tuple(self.keep.values())
        kept = torch.from_numpy(rng.random((len(rows), len(shares))) < shares)
        shape = batch["latents"].shape
        told = {name: self.told[name][rows] for name in self.keep if name != "known"}
        if "known" in self.keep:
            told["known"] = (batch["latents"], known_steps(rng, shape[0], shape[1]))
        hints = make_hints(tuple(shape), **told, channels=tuple(self.keep))
        sizes = torch.tensor(list(self.sizes.values()))
        return batch | {"hints": hints * kept.repeat_interleave(sizes, dim=1)[:, None]}


def known_steps(rng: np.random.Generator, n_clips: int, n_steps: int) -> Tensor:
    """Draw which steps are known around one gap a clip: (n_clips, n_steps) bool."""
    length = rng.integers(n_steps // 8, 3 * n_steps // 4 + 1, n_clips)
    first = rng.integers(-n_steps // 8, n_steps, n_clips).clip(0, n_steps - length)
    steps = np.arange(n_steps)
    gap = (steps >= first[:, None]) & (steps < (first + length)[:, None])
    return torch.from_numpy(~gap)
