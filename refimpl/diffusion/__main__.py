"""Train the diffusion model that comes with the package, stage by stage, and save it.

    python -m refimpl.diffusion --out refimpl/checkpoints/diffusion

Each stage keeps what it made in a folder of work, and a second call continues from it.
Taught in lesson 12.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch

from refimpl.diffusion.control import ControlBranch, ControlConfig, ControlledTransformer
from refimpl.diffusion.distilling import distil
from refimpl.diffusion.fitting import SECONDS, denoising_config, fit_averaged, fit_diffusion
from refimpl.diffusion.hints import HintBatches
from refimpl.diffusion.latents import NeuralLatents
from refimpl.diffusion.model import DiffusionModel
from refimpl.diffusion.saved import SHIPPED_CODEC, SavedDiffusion, save_diffusion
from refimpl.diffusion.tune_latents import (
    TuneHints,
    TuneLatents,
    encode_tunes,
    hear_tunes,
    tunes_of_level_1,
)
from refimpl.pipeline import load_tokenizer
from refimpl.training import save_model

N_TRAIN, N_HELD_OUT, N_HINTED = 6000, 200, 2400
CONTROL_SECONDS, STUDENT_SECONDS = 270.0, 60.0  # of one core; for each student
HALVINGS, SHIPPED_STEPS = (8, 4, 2, 1), 4
HINTED = {"melody": 0.8, "chords": 0.2, "known": 0.4}  # how often the control is told each
GUIDANCE = 2.0  # of the students' first teacher
COMMAND = "python -m refimpl.diffusion --out refimpl/checkpoints/diffusion"
PARTS = ("control", "few-steps")
STUDENTS = "students"  # a folder of work, with those that are not in the package, too


def main() -> None:
    """Read the command line, and go through the stages."""
    parser = argparse.ArgumentParser(description="Train a diffusion model of tunes.")
    parser.add_argument("--out", required=True, type=Path, help="the folder to write")
    parser.add_argument(
        "--work", type=Path, default=Path("runs/diffusion"), help="keeps what each stage made"
    )
    parser.add_argument("--tunes", type=int, default=N_TRAIN, help="training tunes")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of one core, in training")
    parser.add_argument("--seed", type=int, default=0, help="of weights, batches and noise")
    parser.add_argument(
        "--part", action="append", choices=PARTS, help="what else to train (default: all parts)"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    stages = Stages(options.work, options.tunes, options.seconds, options.seed)
    model, facts = stages.model()
    parts: dict[str, Any] = {}
    if "control" in (options.part or PARTS):
        parts["branch"] = stages.branch(model)
        facts["control_core_seconds"] = CONTROL_SECONDS
    if "few-steps" in (options.part or PARTS):
        parts["few_steps"] = stages.students(model)[SHIPPED_STEPS]
        halved = [n for n in HALVINGS if n >= SHIPPED_STEPS]
        facts |= {"few_steps": SHIPPED_STEPS, "guidance_of_few_steps": GUIDANCE}
        facts["few_steps_core_seconds"] = STUDENT_SECONDS * len(halved)
    save_diffusion(options.out, SavedDiffusion(model, stages.codec, facts=facts, **parts))
    print(f"Saved to {options.out}.")


class Stages:
    """The products on the way to a trained model, each made once.

    Args:
        work: the folder that keeps it.
        n_tunes: training tunes.
        seconds: of one core, for the model.
        seed: of weights, batches and noise.
    """

    def __init__(self, work: Path, n_tunes: int, seconds: float, seed: int) -> None:
        self.work, self.n_tunes, self.seconds, self.seed = work, n_tunes, seconds, seed
        plain = NeuralLatents.plain(load_tokenizer(SHIPPED_CODEC).codec)
        train, held_out = (
            self._encoded(plain, split, n)
            for split, n in {"train": n_tunes, "validation": N_HELD_OUT}.items()
        )
        self.codec = standardised(plain, train)
        mean, std = torch.from_numpy(self.codec.mean), torch.from_numpy(self.codec.std)
        self.latents, self.keys = (train.latents - mean) / std, train.keys
        self.held_out = (held_out.latents - mean) / std, held_out.keys

    def _encoded(self, codec: NeuralLatents, split: str, n: int) -> TuneLatents:
        path = self.work / f"{split}-{n}.safetensors"
        if not path.exists():
            encode_tunes(codec, tunes_of_level_1(split, n), n_processes=2).save(path)
        return TuneLatents.load(path)

    def hints(self, split: str, n: int) -> TuneHints:
        """Return what is told of the first tunes of a split."""
        path = self.work / f"hints-{split}-{n}.safetensors"
        if not path.exists():
            hear_tunes(tunes_of_level_1(split, n), self.codec.step_rate, n_processes=2).save(path)
        return TuneHints.load(path)

    def model(self) -> tuple[DiffusionModel, dict[str, Any]]:
        """Return the model, and facts about its training."""
        print(f"{len(self.keys)} tunes; training for {self.seconds:g} s of one core")
        model, result = fit_diffusion(
            self.latents,
            self.keys,
            held_out=self.held_out,
            max_seconds=self.seconds,
            seed=self.seed,
            folder=self.work / "model",
        )
        return model, {
            "command": COMMAND,
            "tunes": len(self.keys),
            "steps": result.step,
            "core_seconds": round(result.seconds),
            "seed": self.seed,
            "validation_loss": result.validation_loss,
            "peak": _mean_peak(),
        }

    def branch(self, model: DiffusionModel) -> ControlBranch:
        """Return a model's control."""
        n = min(N_HINTED, len(self.keys))
        hints = self.hints("train", n)
        branch = ControlBranch(model.network, ControlConfig(channels=tuple(HINTED)))
        network = ControlledTransformer(model.network, branch)
        controlled = model.with_network(network, drop_rate=0.5)
        print(f"{n} tunes; training the control for {CONTROL_SECONDS:g} s of one core")
        rows = (self.latents[:n], hints.channels(n), self.keys[:n])
        fit_averaged(
            controlled,
            HintBatches(*rows, keep=HINTED, seed=self.seed),
            denoising_config(
                max_seconds=CONTROL_SECONDS,
                learning_rate=2e-3,
                seed=self.seed,
                validate_every=None,
            ),
            folder=self.work / "control",
        )
        return branch

    def students(self, model: DiffusionModel) -> dict[int, DiffusionModel]:
        """Return distilled models by their number of steps."""
        print(f"{len(HALVINGS)} students; {STUDENT_SECONDS:g} s of one core each")
        students = distil(
            model,
            self.latents,
            self.keys,
            halvings=HALVINGS,
            guidance=GUIDANCE,
            seconds=STUDENT_SECONDS,
            seed=self.seed,
            folder=self.work / "few-steps",
        )
        for n_steps, student in students.items():
            save_model(self.work / STUDENTS / f"{n_steps}-steps", student, bits=8)
        return students


def _mean_peak() -> float:
    """Return how loud tunes are, so that clips of others can be brought to the same level."""
    return float(np.mean([abs(tune.render()).max() for tune in tunes_of_level_1("train", 8)]))


def standardised(plain: NeuralLatents, tunes: TuneLatents) -> NeuralLatents:
    """Return the codec whose latents have mean 0 and variance 1 over these plain latents."""
    mean, std = (part(tunes.latents, dim=(0, 1)).numpy() for part in (torch.mean, torch.std))
    return NeuralLatents(plain.codec, mean, std)


if __name__ == "__main__":
    main()
