"""Sounds of the comparison: real tunes, through the codec, and by each kind of model."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from refimpl.diffusion import (
    DiffusionModel,
    SavedDiffusion,
    encode_tunes,
    fill,
    load_diffusion,
    make_hints,
    tunes_of_level_1,
)
from refimpl.diffusion.saved import load_part
from refimpl.diffusion.tune_latents import hear_tunes
from refimpl.generation import write_music
from refimpl.pipeline import architecture_of, load_generator, read_facts
from refimpl.tinytunes import Tune

ITERATIONS = 8  # of phase reconstruction, for every sound: more hardly change a measure
BATCH = 25  # tunes that are written at once
GUIDANCE = 2.0
GAP = (32, 48)  # steps: the third of four bars
EQUAL_TIME = Path("runs/diffusion/equal-time")  # may hold runs of models of tokens


@dataclass(frozen=True, eq=False)
class Written:
    """Sounds of one row.

    Attributes:
        sounds: (n_samples,) each.
        keys: (n,) the keys that were asked for, or that the tunes have; None: none were.
        seconds: of one core for each tune, without its phases; None: not measured.
        latents: (n, S, D), where there are some.
    """

    sounds: list[np.ndarray]
    keys: np.ndarray | None = None
    seconds: float | None = None
    latents: Tensor | None = None


class Studio:
    """Makes what is compared.

    Args:
        saved: the diffusion model; None: the one that comes with the package.
        work: a folder that may hold further distilled models.
        equal_time: a folder that may hold runs of models of tokens, trained as long.
    """

    def __init__(
        self,
        saved: SavedDiffusion | None = None,
        work: Path | None = None,
        equal_time: Path | None = None,
    ) -> None:
        self.saved, self.work = saved or load_diffusion(), work
        self.equal_time = equal_time
        self.codec, self.model = self.saved.codec, self.saved.model
        self.sample_rate = self.codec.sample_rate
        self.n_steps = self.model.network.config.n_steps
        self.n_samples = round(self.n_steps / self.codec.step_rate * self.sample_rate)

    def tunes(self, n: int, split: str = "test") -> list[Tune]:
        """The first tunes of a split."""
        return tunes_of_level_1(split, n)

    @cached_property
    def controlled(self) -> DiffusionModel:
        """The model with its control."""
        return self.saved.controlled()

    def student(self, n_steps: int) -> DiffusionModel | None:
        """A distilled model, in the package or in the folder of work; None: it is in neither."""
        if n_steps == self.saved.facts.get("few_steps"):
            return self.saved.few_steps
        folder = self.work and self.work / f"{n_steps}-steps"
        return load_part(folder) if folder and folder.exists() else None

    def run_of_equal_time(self, name: str) -> Path | None:
        """The folder of a finished run of equal time; None: there is none."""
        folder = self.equal_time and self.equal_time / name
        return folder if folder and architecture_of(folder) else None

    def training_of_equal_time(self, name: str) -> dict[str, Any]:
        """How long a run of equal time has learned, and how well."""
        facts = read_facts(self.run_of_equal_time(name))
        wanted = {"steps": "steps", "seconds": "core_seconds", "validation_loss": "validation_loss"}
        return {said: facts[fact] for fact, said in wanted.items()}

    def decode(self, latents: Tensor) -> list[np.ndarray]:
        """Turn latents (n, S, D) into sounds."""
        return [
            self.codec.decode(one, n_iter=ITERATIONS)[: self.n_samples] for one in latents.numpy()
        ]

    def real(self, n: int) -> Written:
        """Held-out tunes."""
        tunes = self.tunes(n)
        return Written([tune.render() for tune in tunes], keys_of(tunes), None, self.encoded(tunes))

    def encoded(self, tunes: Sequence[Tune]) -> Tensor:
        """Encode tunes: (n, S, D)."""
        return encode_tunes(self.codec, tunes, n_steps=self.n_steps, show=False).latents

    def resynthesised(self, n: int) -> Written:
        """Held-out tunes, through the latents."""
        tunes = self.tunes(n)
        latents = self.encoded(tunes)
        return Written(self.decode(latents), keys_of(tunes), None, latents)

    def diffused(self, n: int, *, keyed: bool = True, student: int | None = None, **options):
        """Tunes by the diffusion model, in the keys of held-out tunes.

        Args:
            n: how many.
            keyed: whether a key is asked for.
            student: the distilled model of this many steps writes; None: the model itself.
            options: of `DiffusionModel.write`.
        """
        keys = keys_of(self.tunes(n))
        model = self.model if student is None else self.student(student)

        def write(rows: slice, seed: int) -> Tensor:
            labels = torch.from_numpy(keys[rows]) if keyed else None
            return model.write(len(keys[rows]), labels=labels, seed=seed, **options)

        latents, seconds = timed(write, n)
        return Written(self.decode(latents), keys if keyed else None, seconds, latents)

    def by_tokens(self, n: int, *, generator: str | Path) -> Written:
        """Tunes by a model of tokens, one that comes with the package or a run."""
        model, tokenizer = load_generator(generator)
        sampling = read_facts(generator)["settings"]["sampling"]
        began = time.process_time()
        pieces = write_music(
            model,
            tokenizer,
            seconds=self.n_samples / self.sample_rate,
            min_seconds=self.n_samples / self.sample_rate,
            batch_size=n,
            decode={"n_iter": 0},
            progress=None,
            **sampling,
        )
        seconds = (time.process_time() - began) / n
        sounds = [tokenizer.decode(piece.tokens, n_iter=ITERATIONS) for piece in pieces]
        return Written([sound[: self.n_samples] for sound in sounds], None, seconds)

    def melodies(self, tunes: Sequence[Tune]) -> Tensor:
        """The melodies of tunes, as hints: (n, S) int64."""
        heard = hear_tunes(tunes, self.codec.step_rate, n_steps=self.n_steps, show=False)
        return heard.melodies

    def steered(
        self, n: int, *, melody: bool = True, keyed: bool = False, shift: int = 0, guidance: float
    ) -> Written:
        """Tunes with the melodies of held-out tunes.

        Args:
            n: how many.
            melody: whether the model is told the melodies.
            keyed: whether it is asked for their keys.
            shift: semitones by which the key that it is asked for is wrong.
            guidance: see `DiffusionModel.denoise`.
        """
        tunes = self.tunes(n)
        keys = keys_of(tunes)
        told = self.melodies(tunes)

        def write(rows: slice, seed: int) -> Tensor:
            labels = torch.from_numpy((keys[rows] + shift) % 12) if keyed else None
            shape = self.model.shape(len(keys[rows]))
            hints = make_hints(shape, melody=told[rows]) if melody else None
            how = {"labels": labels, "hints": hints, "guidance": guidance}
            return self.controlled.write(shape[0], seed=seed, **how)

        latents, seconds = timed(write, n)
        return Written(self.decode(latents), keys, seconds, latents)

    def gap_filled(
        self, n: int, *, how: str, keyed: bool = False, rounds: int = 1, guidance: float = 1.0
    ) -> Written:
        """Held-out tunes whose third bar is a gap, filled.

        Args:
            n: how many.
            how: "pasted" from another tune in the same key, "model" (put back what is known at each
                step), or "control" (the model is also told what is known).
            keyed: whether the model is asked for the tunes' keys.
            rounds: how often each step is taken.
            guidance: of the model.
        """
        tunes = self.tunes(n)
        clips, keys = self.encoded(tunes), keys_of(tunes)
        known = torch.ones(clips.shape[:2], dtype=torch.bool)
        known[:, GAP[0] : GAP[1]] = False
        if how == "pasted":
            others = self.encoded(same_key(tunes, self.tunes(20 * n, "validation")))
            latents = torch.where(known[..., None], clips, others)
            return Written(self.decode(latents), keys, None, latents)
        model = self.controlled if how == "control" else self.model

        def write(rows: slice, seed: int) -> Tensor:
            hints = None
            if how == "control":
                shape = tuple(clips[rows].shape)
                hints = make_hints(shape, known=(clips[rows], known[rows]))
            options = {"hints": hints, "n_rounds": rounds, "guidance": guidance}
            options["labels"] = torch.from_numpy(keys[rows]) if keyed else None
            return fill(model, clips[rows], known[rows], seed=seed, **options)

        latents, seconds = timed(write, n)
        return Written(self.decode(latents), keys, seconds, latents)


def keys_of(tunes: Sequence[Tune]) -> np.ndarray:
    """Return the keys of tunes: (n,) int64."""
    return np.array([tune.key for tune in tunes], dtype=np.int64)


def same_key(tunes: Sequence[Tune], others: Sequence[Tune]) -> list[Tune]:
    """Choose for each tune another one in its key, each once as far as there are enough."""
    left = list(others)
    chosen = []
    for tune in tunes:
        fitting = [one for one in left if one.key == tune.key] or list(others)
        chosen.append(fitting[0])
        left = [one for one in left if one is not fitting[0]]
    return chosen


def timed(write: Callable[[slice, int], Tensor], n: int) -> tuple[Tensor, float]:
    """Write n clips in batches; return them, and the processor seconds of each."""
    began = time.process_time()
    parts = [write(slice(i, min(i + BATCH, n)), i // BATCH) for i in range(0, n, BATCH)]
    return torch.cat(parts), (time.process_time() - began) / n
