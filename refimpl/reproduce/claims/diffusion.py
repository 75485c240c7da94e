"""Claims about diffusion, read from two comparisons: of what a network predicts, and of controls.

`python -m refimpl.reproduce.diffusion.noise_levels` and
`python -m refimpl.reproduce.diffusion.several_controls` have trained these models, several seeds
of each.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from refimpl.reproduce.claims.claim import FEWEST_SEEDS, Claim
from refimpl.reproduce.diffusion.noise_levels import (
    DDPM_STEPS,
    FEW,
    FILE,
    FREE,
    GUIDED,
    LEVELS,
    MANY,
    NOISE,
    SHORT,
    STRAIGHT,
    VELOCITY,
)
from refimpl.reproduce.diffusion.several_controls import AFTER, BEFORE, SWAPPED
from refimpl.reproduce.diffusion.several_controls import FILE as CONTROLS_FILE

LESSON = 12
PICTURES, LARGER_PICTURES = (f"pictures of 32 to {n} pixels" for n in (128, 256))
INSTRUMENTAL = "6 s of instrumental music, from 1,800 hours"
Runs = dict[str, dict[str, Any]]  # of one seed, by arm


def diffusion(results_folder: Path) -> list[Claim]:
    """The claims that the comparison decides; none where there are no results.

    Args:
        results_folder: where the comparison wrote its file.
    """
    path = results_folder / FILE
    if not path.exists():
        return []
    results = json.loads(path.read_text(encoding="utf-8"))
    runs = _by_seed(results["runs"])
    if len(runs) < FEWEST_SEEDS:
        return []
    setting = (
        f"latents of {results['n_training']:,} tunes of level 1, {results['steps']:,} steps of"
        f" training, {results['n_written']} tunes written"
    )

    def claim(name, says, source, scale, measured, gain: Callable[[Runs], float], **how) -> Claim:
        experiment = partial(_gain, gain, runs)
        words = (name, LESSON, says, source, scale, measured, setting)
        return Claim(*words, experiment, n_seeds=len(runs), **how)

    return [
        claim(
            "Velocity where noise is all",
            "predicting the velocity tells the clip where a prediction of the noise cannot",
            "salimans2022",
            PICTURES,
            f"squared error of the clip saved at a log signal-to-noise ratio of {LEVELS[-1]:g}",
            lambda run: run[NOISE.name]["unknown"][-1] - run[VELOCITY.name]["unknown"][-1],
            least=0.01,
        ),
        claim(
            "Velocity in few steps",
            "predicting the velocity keeps few steps of a sampler close to many",
            "salimans2022",
            PICTURES,
            f"distance of clips by {FEW} steps from those by {MANY}, saved, of their own size",
            partial(_nearer, VELOCITY.name, NOISE.name),
            least=0.02,
        ),
        claim(
            "Straight paths",
            "on straight paths from noise to clip few steps suffice",
            "liu2023",
            LARGER_PICTURES,
            f"distance of clips by {FEW} steps from those by {MANY}, saved, of their own size;"
            " beside the velocity on the cosine schedule",
            partial(_nearer, STRAIGHT.name, VELOCITY.name),
            least=0.02,
        ),
        claim(
            "No noise on the way",
            "in few steps a sampler that adds no noise is better than one that does",
            "song2021",
            LARGER_PICTURES,
            "share of the time with a clear pitch gained, eight steps",
            lambda run: _way(run, SHORT, "voiced") - _way(run, DDPM_STEPS, "voiced"),
            least=0.01,
        ),
        claim(
            "Guidance without a classifier",
            "a step beyond the conditional prediction makes samples fit their label better",
            "ho2022",
            "ImageNet, 64 and 128 pixels",
            "share of notes in the key asked for gained by guidance 2",
            lambda run: _way(run, GUIDED, "in_asked_key") - _way(run, FREE, "in_asked_key"),
        ),
        claim(
            "What guidance costs",
            "guidance makes samples less different from one another",
            "ho2022",
            "ImageNet, 64 and 128 pixels",
            "mean distance of two tunes lost by guidance 2, dB",
            lambda run: _way(run, FREE, "diversity") - _way(run, GUIDED, "diversity"),
            least=0.1,
        ),
    ]


def controls(results_folder: Path) -> list[Claim]:
    """The claims that the comparison of controls decides; none where there are no results.

    All seeds share the branch that they begin with, so the intervals are over what it learned last.

    Args:
        results_folder: where the comparison wrote its file.
    """
    path = results_folder / CONTROLS_FILE
    if not path.exists():
        return []
    results = json.loads(path.read_text(encoding="utf-8"))
    runs = results["runs"]
    if len(runs) < FEWEST_SEEDS:
        return []
    setting = (
        f"the branch in the package, {results['steps']:,} more steps with loudness on"
        f" {results['n_training']:,} tunes of level 1, {results['n_written']} held-out tunes told"
    )

    def claim(name, says, measured, gain: Callable[[Runs], float], **how) -> Claim:
        experiment = partial(_gain, gain, runs)
        words = (name, LESSON, says, "wu2024control", INSTRUMENTAL, measured, setting)
        return Claim(*words, experiment, n_seeds=len(runs), **how)

    return [
        claim(
            "Loudness as a control",
            "a model that is told a loudness curve follows it",
            "correlation with the loudness asked for gained, beside a model that is told nothing",
            lambda run: run[AFTER]["loudness"]["loudness"] - run[AFTER]["nothing"]["loudness"],
            least=0.1,
        ),
        claim(
            "A foreign loudness",
            "a loudness curve is followed beside a melody that it was not made for",
            "correlation with the loudness asked for, another tune's, gained on the melody alone",
            lambda run: (
                run[AFTER][SWAPPED]["other_loudness"] - run[AFTER]["melody"]["other_loudness"]
            ),
            least=0.1,
        ),
        claim(
            "Several controls at once",
            "a melody is followed as well beside other controls as without them",
            "share of steps with the melody's pitch class, beside telling no chords and loudness",
            lambda run: run[AFTER]["all"]["melody_right"] - run[AFTER]["melody"]["melody_right"],
            least=0.05,
            as_good=True,
        ),
        claim(
            "Controls left out",
            "a branch of several controls follows one of them as well when the others are left out",
            "share of steps with the melody's pitch class, beside the branch without loudness",
            lambda run: (
                run[AFTER]["melody"]["melody_right"] - run[BEFORE]["melody"]["melody_right"]
            ),
            least=0.05,
            as_good=True,
        ),
    ]


def _by_seed(runs: list[dict[str, Any]]) -> list[Runs]:
    """The runs of each seed that has all arms of the claims."""
    seeds = sorted({run["seed"] for run in runs})
    found = [{run["name"]: run for run in runs if run["seed"] == seed} for seed in seeds]
    wanted = {NOISE.name, VELOCITY.name, STRAIGHT.name}
    return [one for one in found if wanted <= set(one)]


def _gain(gain: Callable[[Runs], float], runs: list[Runs], place: int) -> float:
    return gain(runs[place])


def _nearer(better: str, worse: str, run: Runs) -> float:
    return run[worse]["error_in_few_steps"] - run[better]["error_in_few_steps"]


def _way(run: Runs, way: str, measure: str) -> float:
    return run[VELOCITY.name]["ways"][way][measure]
