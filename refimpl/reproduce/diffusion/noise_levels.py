"""What a network should predict, measured: noise, velocity and flow at each level of noise.

    python -m refimpl.reproduce.diffusion.noise_levels book/results

Every run trains the same network on the same batches; only what it predicts differs. The file
`noise-levels.json` holds the measures of each run, and is written after each. Runs that it holds
already, of as many steps and tunes, are not made again.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from refimpl.diffusion import (
    DiffusionConfig,
    DiffusionModel,
    encode_tunes,
    fit_diffusion,
    tunes_of_level_1,
)
from refimpl.diffusion.schedules import Schedule
from refimpl.diffusion.tune_latents import TuneLatents
from refimpl.display import progress_bar
from refimpl.files import make_folder, replace_json
from refimpl.metrics import measure_music
from refimpl.reproduce.diffusion.measuring import BEAT, in_asked_key, mean_distance
from refimpl.reproduce.diffusion.noise_page import write_noise_page
from refimpl.reproduce.diffusion.writers import Studio
from refimpl.reproduce.records import machine, read_record

LEVELS = (8.0, 6.0, 4.0, 2.0, 0.0, -2.0, -4.0, -6.0, -8.0)  # log signal-to-noise ratios, nats
FEW, MANY = 4, 64  # steps
FREE, GUIDED, SHORT, DDPM_STEPS = "16 steps", "16 steps, guidance 2", "8 steps", "8 steps, DDPM"
WAYS = {  # of writing, each as options of `DiffusionModel.write`
    FREE: {"n_steps": 16},
    GUIDED: {"n_steps": 16, "guidance": 2.0},
    SHORT: {"n_steps": 8},
    DDPM_STEPS: {"n_steps": 8, "sampler": "ddpm"},
}
N_TRAINING, N_HELD_OUT, N_WRITTEN = 1500, 100, 20
SHAPE = DiffusionConfig(hidden_size=72, n_layers=3, n_heads=4, shared_modulation=True)
FILE = "noise-levels.json"


@dataclass(frozen=True)
class Arm:
    """A way to train.

    Attributes:
        name: in the results.
        parametrisation, schedule: see `DiffusionModel`.
    """

    name: str
    parametrisation: str
    schedule: str


NOISE = Arm("noise", "noise", "cosine")
VELOCITY = Arm("velocity", "velocity", "cosine")
FLOW = Arm("flow", "flow", "cosine")
STRAIGHT = Arm("straight flow", "flow", "straight")
ARMS = (NOISE, VELOCITY, FLOW, STRAIGHT)


def compare_predictions(
    folder: str | Path,
    *,
    arms: Sequence[Arm] = ARMS,
    seeds: Sequence[int] = (0, 1, 2),
    steps: int = 1000,
    shape: DiffusionConfig = SHAPE,
    n_training: int = N_TRAINING,
    n_written: int = N_WRITTEN,
    work: str | Path = "runs/reproduce",
    studio: Studio | None = None,
    show: bool | None = None,
) -> dict[str, Any]:
    """Train every arm with every seed, and measure what it learnt and what it writes.

    Args:
        folder: for `noise-levels.json`, `noise-levels.md` and a picture in `figures`.
        arms: what is trained.
        seeds: of weights, batches, times and noise.
        steps: of each training.
        shape: of the network.
        n_training: tunes of level 1.
        n_written: tunes that each model writes in each way.
        work: keeps the tunes' latents.
        studio: has the codec; None: that of the model in the package.
        show: whether to show progress bars; None decides by where the output goes.

    Returns:
        The file's content.

    Taught in lesson 12.
    """
    studio, path = studio or Studio(), make_folder(Path(folder)) / FILE
    settings = {
        "hidden_size": shape.hidden_size,
        "n_layers": shape.n_layers,
        "steps": steps,
        "n_training": n_training,
        "n_written": n_written,
    }
    results = read_record(path, settings) or {
        "command": "python -m refimpl.reproduce.diffusion.noise_levels book/results",
        "machine": machine(),
        "levels": list(LEVELS),
        **settings,
        "runs": [],
    }
    done = {(run["name"], run["seed"]) for run in results["runs"]}
    left = [(seed, arm) for seed in seeds for arm in arms if (arm.name, seed) not in done]
    training, held_out = (
        _latents(studio, split, n, Path(work) / "noise-levels", show)
        for split, n in (("train", n_training), ("validation", N_HELD_OUT))
    )
    for seed, arm in progress_bar(left, len(left), "runs", unit="run", show=show):
        began = time.process_time()
        model, _ = fit_diffusion(
            training.latents,
            training.keys,
            shape=shape,
            parametrisation=arm.parametrisation,
            schedule=arm.schedule,
            steps=steps,
            seed=seed,
            progress=show is not False,
        )
        seconds = round(time.process_time() - began, 1)
        run = {"name": arm.name, "seed": seed, "core_seconds": seconds}
        run["unknown"] = unknown_shares(model, held_out.latents, held_out.keys)
        run |= _written(model, studio, held_out.keys[:n_written])
        results["runs"].append(run)
        replace_json(path, results)
    write_noise_page(results, Path(folder))
    return results


def _latents(studio: Studio, split: str, n: int, work: Path, show: bool | None) -> TuneLatents:
    path = make_folder(work) / f"{split}-{n}.safetensors"
    if not path.exists():
        encode_tunes(
            studio.codec, tunes_of_level_1(split, n), n_steps=studio.n_steps, show=show
        ).save(path)
    return TuneLatents.load(path)


@torch.no_grad()
def unknown_shares(model: DiffusionModel, clips: Tensor, labels: Tensor | None) -> list[float]:
    """How much of held-out clips the model cannot tell at each of `LEVELS`.

    The squared error of the clip, whose numbers have variance 1. A model that predicts the mean of
    all clips at every level has 1 everywhere. Each prediction becomes a clip first, so that models
    of all parametrisations and schedules can be compared.

    Args:
        model: in evaluation mode.
        clips: (n, S, D) latents.
        labels: (n,) int64, or None.

    Taught in lesson 12.
    """
    epsilon = torch.randn(clips.shape, generator=torch.Generator().manual_seed(0))
    shares = []
    for level in LEVELS:
        time = time_of(model.schedule, level)
        noisy = model.schedule.add_noise(clips, epsilon, time.expand(len(clips)))
        found = model.denoise(noisy, time, labels).clip
        shares.append(float((found - clips).square().mean()))
    return shares


def time_of(schedule: Schedule, log_snr: float) -> Tensor:
    """The time at which a schedule has a log signal-to-noise ratio, as a scalar.

    Args:
        schedule: whose ratio falls with time.
        log_snr: in nats; beyond the ratios of times from .0001 to .9999 the nearest of them.
    """
    low, high = torch.tensor(1e-4, dtype=torch.float64), torch.tensor(0.9999, dtype=torch.float64)
    for _ in range(50):  # each halves the interval
        middle = (low + high) / 2
        later = schedule.log_snr(middle.reshape(1)) > log_snr
        low, high = (middle, high) if later else (low, middle)
    return ((low + high) / 2).float()


def _written(model: DiffusionModel, studio: Studio, keys: Tensor) -> dict[str, Any]:
    """Measures of what a model writes."""

    def write(**options) -> Tensor:
        return model.write(len(keys), labels=keys, **options)

    exact = write(n_steps=MANY)
    away = (write(n_steps=FEW) - exact).square().mean().sqrt()
    found: dict[str, Any] = {
        "error_in_few_steps": float(away / exact.square().mean().sqrt()),
        "rms_without_limit": float(write(n_steps=16, limit=None).square().mean().sqrt()),
    }
    found["ways"] = {name: _heard(studio, write(**how), keys) for name, how in WAYS.items()}
    return found


def _heard(studio: Studio, latents: Tensor, keys: Tensor) -> dict[str, float]:
    """Means over tunes of what matters here: key, clear pitch, and how different the tunes are."""
    sounds, rate = studio.decode(latents), studio.sample_rate
    asked = [in_asked_key(sound, rate, int(key)) for sound, key in zip(sounds, keys, strict=True)]
    measures = [measure_music(sound, rate, beat_period=BEAT) for sound in sounds]
    return {
        "in_asked_key": _mean(asked),
        "voiced": _mean([one.voiced for one in measures]),
        "diversity": mean_distance(studio, sounds),
    }


def _mean(values: Sequence[float]) -> float:
    """The mean of what could be measured; NaN if nothing could."""
    found = [value for value in values if np.isfinite(value)]
    return float(np.mean(found)) if found else float("nan")


def main() -> None:
    """Read the command line and compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help=f"for {FILE}")
    parser.add_argument("--steps", type=int, default=1000, help="of each training (default: 1000)")
    parser.add_argument("--seeds", type=int, default=3, help="how many (default: 3)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    compare_predictions(options.folder, steps=options.steps, seeds=range(options.seeds))


if __name__ == "__main__":
    main()
