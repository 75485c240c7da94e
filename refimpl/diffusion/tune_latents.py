"""Tunes as latents: what a diffusion model of music is trained on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Self

import numpy as np
import torch
from safetensors.torch import save as save_tensors
from torch import Tensor

from refimpl.diffusion.hints import chord_steps, loudness_steps, melody_steps
from refimpl.diffusion.latents import NeuralLatents
from refimpl.display import progress_bar
from refimpl.errors import UserError
from refimpl.files import replace_file
from refimpl.parallel import map_in_order
from refimpl.reading import read_tensors
from refimpl.tinytunes import Tune, TuneConfig, Tunes


class Tensors:
    """A dataclass of tensors that is kept in one safetensors file."""

    def save(self, path: Path) -> None:
        """Write all of them."""
        replace_file(path, save_tensors(dataclasses.asdict(self)))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Undo `save`.

        Raises:
            UserError: another kind of file, or a damaged one.
        """
        tensors = read_tensors(path.read_bytes(), path, UserError)
        wanted = [field.name for field in dataclasses.fields(cls)]
        if set(tensors) != set(wanted):
            raise UserError(f"{path} does not hold {' and '.join(wanted)}; remove it")
        return cls(**tensors)


@dataclasses.dataclass(frozen=True, eq=False)
class TuneLatents(Tensors):
    """Tunes of one length as latents, with their keys.

    Attributes:
        latents: (n_tunes, S, D) float32, as the codec's encoder gives them.
        keys: (n_tunes,) int64, the tonics as pitch classes.

    Taught in lesson 12.
    """

    latents: Tensor
    keys: Tensor


@dataclasses.dataclass(frozen=True, eq=False)
class TuneHints(Tensors):
    """The same tunes as hints.

    Attributes:
        melodies: (n_tunes, S) int64, heard in their sounds, see `melody_steps`.
        chords: (n_tunes, S) int64, the roots from their scores, see `chord_steps`.
        loudness: (n_tunes, S) float32, of their sounds in dB, see `loudness_steps`.

    Taught in lesson 12.
    """

    melodies: Tensor
    chords: Tensor
    loudness: Tensor

    def channels(self, first: int | None = None) -> dict[str, Tensor]:
        """Return the rows of the first tunes by the names that `make_hints` has for them."""
        rows = {"melody": self.melodies, "chords": self.chords, "loudness": self.loudness}
        return {name: one[:first] for name, one in rows.items()}


def tunes_of_level_1(split: str, n_tunes: int) -> list[Tune]:
    """Return the first tunes of a split at level 1: four bars of melody and bass."""
    return list(Tunes(split, TuneConfig(level=1)).take(n_tunes))


def encode_tunes(
    codec: NeuralLatents,
    tunes: Iterable[Tune],
    *,
    n_steps: int = 64,
    n_processes: int = 1,
    show: bool | None = None,
) -> TuneLatents:
    """Render tunes and encode them: about 35 ms of one core per tune.

    Args:
        codec: sound to latents.
        tunes: each as long as `n_steps` steps, or longer; the rest is cut off.
        n_steps: S.
        n_processes: that share the work.
        show: False for no progress bar.

    Raises:
        UserError: a tune is too short.

    Taught in lesson 12.
    """
    tunes = list(tunes)
    rows = map_in_order(_encode, (codec, n_steps), tunes, n_processes=n_processes)
    bar = progress_bar(rows, len(tunes), "encoding", unit="tune", show=show)
    latents = torch.from_numpy(np.stack(list(bar)))
    return TuneLatents(latents, torch.tensor([tune.key for tune in tunes]))


def _encode(shared: tuple[NeuralLatents, int], tune: Tune) -> np.ndarray:
    codec, n_steps = shared
    latents = codec.encode(tune.render())[:n_steps]
    if len(latents) < n_steps:
        raise UserError(f"{tune.name} has {len(latents)} steps; at least {n_steps} are needed")
    return latents


def hear_tunes(
    tunes: Iterable[Tune],
    step_rate: float,
    *,
    n_steps: int = 64,
    n_processes: int = 1,
    show: bool | None = None,
) -> TuneHints:
    """Render tunes and listen to their melody and loudness: about 35 ms of one core per tune.

    Args:
        tunes: as in `encode_tunes`.
        step_rate: steps per second.
        n_steps: S.
        n_processes: that share the work.
        show: False for no progress bar.

    Taught in lesson 12.
    """
    tunes = list(tunes)
    rows = map_in_order(_hear, (step_rate, n_steps), tunes, n_processes=n_processes)
    bar = progress_bar(rows, len(tunes), "listening", unit="tune", show=show)
    melodies, loudness = (torch.stack(heard) for heard in zip(*bar, strict=True))
    chords = torch.stack([chord_steps(tune, step_rate, n_steps) for tune in tunes])
    return TuneHints(melodies, chords, loudness)


def _hear(shared: tuple[float, int], tune: Tune) -> tuple[Tensor, Tensor]:
    sound = tune.render(), tune.sample_rate, *shared
    return melody_steps(*sound), loudness_steps(*sound)
