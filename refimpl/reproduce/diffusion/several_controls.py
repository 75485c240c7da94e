"""Several controls in one branch, each of which may be left out, measured.

    python -m refimpl.reproduce.diffusion.several_controls book/results

The branch in the package reads melody, chords and what is known. Here it learns to read loudness
too, told each of them in some clips only, and then writes tunes with what it is told of held-out
ones: nothing, one thing, two or all. Beside it stands the branch as it was. The file
`several-controls.json` holds each run. Runs that it holds already, of the same settings, are not
made again, and a training that was stopped goes on.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from refimpl.diffusion import (
    ControlledTransformer,
    DiffusionModel,
    HintBatches,
    loudness_steps,
    make_hints,
    melody_steps,
    widen,
)
from refimpl.diffusion.fitting import denoising_config, fit_averaged
from refimpl.diffusion.tune_latents import TuneHints, TuneLatents, encode_tunes, hear_tunes
from refimpl.display import progress_bar
from refimpl.files import make_folder, replace_file, replace_json
from refimpl.metrics import note_accuracy
from refimpl.metrics.salience import BASS
from refimpl.reproduce.diffusion.control_page import controls_page
from refimpl.reproduce.diffusion.measuring import agreement, in_asked_key
from refimpl.reproduce.diffusion.writers import GUIDANCE, Studio
from refimpl.reproduce.records import machine, read_record
from refimpl.tinytunes import Tune

N_TRAINING, N_WRITTEN, STEPS = 1000, 12, 700
# The last steps of a tune fade to silence in every one of them, and would make any two alike.
ENDING = 4
SOFTER, N_SOFTER = (6.0, 12.0), 6  # dB, and of how many tunes
FILE = "several-controls.json"
SWAPPED = "melody, another tune's loudness"
WAYS: dict[str, tuple[str, ...]] = {
    "nothing": (),
    "melody": ("melody",),
    "loudness": ("loudness",),
    "all but melody": ("chords", "loudness"),
    "all but chords": ("melody", "loudness"),
    "all but loudness": ("melody", "chords"),
    "all": ("melody", "chords", "loudness"),
    SWAPPED: ("melody", "loudness"),
}


# How often each is told while the branch learns to read the last of them.
KEEP = {"melody": 0.6, "chords": 0.4, "known": 0.2, "loudness": 0.6}
BEFORE, AFTER = "before", "after"
ARMS = {  # the ways in which a branch writes
    BEFORE: [way for way, told in WAYS.items() if "loudness" not in told],
    AFTER: list(WAYS),
}


def compare_controls(
    folder: str | Path,
    *,
    seeds: Sequence[int] = (0, 1, 2),
    steps: int = STEPS,
    n_training: int = N_TRAINING,
    n_written: int = N_WRITTEN,
    work: str | Path = "runs/reproduce",
    studio: Studio | None = None,
    show: bool | None = None,
) -> dict[str, Any]:
    """Train the branch with every seed, and measure how far it follows what it is told.

    Args:
        folder: for `several-controls.json` and `several-controls.md`.
        seeds: of batches, times and noise, in training and in writing.
        steps: of each training.
        n_training: tunes of level 1.
        n_written: held-out tunes that are told, in each way.
        work: keeps the tunes' latents and hints, and the trainings.
        studio: has the frozen model, its branch and its codec; None: those in the package.
        show: whether to show progress bars; None decides by where the output goes.

    Returns:
        The file's content.

    Taught in lesson 12.
    """
    studio, path = studio or Studio(), make_folder(Path(folder)) / FILE
    settings = {"steps": steps, "n_training": n_training, "n_written": n_written}
    kept = make_folder(Path(work) / "several-controls")
    told = Told(studio, n_written, show)
    results = read_record(path, settings) or {
        "command": "python -m refimpl.reproduce.diffusion.several_controls book/results",
        "machine": machine(),
        **settings,
        "real": told.measure(_through_the_latents(studio, told.tunes)),
        "softer": {f"{by:g}": level_lost(studio, told.tunes[:N_SOFTER], by) for by in SOFTER},
        "runs": [],
    }
    done = {run["seed"] for run in results["runs"]}
    left = [seed for seed in seeds if seed not in done]
    data = _training(studio, n_training, kept, show) if left else None
    for seed in progress_bar(left, len(left), "seeds", unit="seed", show=show):
        began = time.process_time()
        where = kept / f"{steps}-steps-{n_training}-tunes-seed-{seed}"
        model = train_branch(studio, *data, seed=seed, steps=steps, folder=where, show=show)
        run = {"seed": seed, "core_seconds": round(time.process_time() - began, 1)}
        for arm, writer in ((BEFORE, studio.controlled), (AFTER, model)):
            run[arm] = {way: told.written(writer, way, seed) for way in ARMS[arm]}
        results["runs"].append(run)
        replace_json(path, results)
    replace_file(Path(folder) / "several-controls.md", controls_page(results).encode())
    return results


def _training(
    studio: Studio, n: int, work: Path, show: bool | None
) -> tuple[TuneLatents, TuneHints]:
    """Training tunes as latents and as hints, each made once."""
    latents, hints = work / f"train-{n}.safetensors", work / f"hints-{n}.safetensors"
    tunes, options = studio.tunes(n, "train"), {"n_steps": studio.n_steps, "show": show}
    if not latents.exists():
        encode_tunes(studio.codec, tunes, **options).save(latents)
    if not hints.exists():
        hear_tunes(tunes, studio.codec.step_rate, **options).save(hints)
    return TuneLatents.load(latents), TuneHints.load(hints)


def train_branch(
    studio: Studio,
    tunes: TuneLatents,
    hints: TuneHints,
    *,
    seed: int,
    steps: int,
    folder: Path | None = None,
    show: bool | None = None,
) -> DiffusionModel:
    """Let the studio's branch learn to read loudness too; the model itself stays frozen.

    Args:
        studio: has the model and the branch, which stays as it is.
        tunes, hints: to learn from.
        seed: of batches, times and noise.
        steps: of the training.
        folder: for checkpoints, from which a stopped run goes on; None: nothing is kept.
        show: False for no progress bar.

    Returns:
        The controlled model, in evaluation mode.
    """
    frozen = studio.model.network
    network = ControlledTransformer(frozen, widen(studio.saved.branch, frozen, tuple(KEEP)))
    model = studio.model.with_network(network, drop_rate=0.5)
    batches = HintBatches(tunes.latents, hints.channels(), tunes.keys, keep=KEEP, seed=seed)
    config = denoising_config(
        steps=steps,
        seed=seed,
        learning_rate=2e-3,
        warmup_steps=min(50, steps),
        validate_every=None,
        checkpoint_every=50,
        progress=show is not False,
    )
    fit_averaged(model, batches, config, folder=folder)
    return model.eval()


class Told:
    """Held-out tunes: what a model is told of them, and how far it followed.

    Args:
        studio: makes and decodes them.
        n: how many.
        show: False for no progress bar.
    """

    def __init__(self, studio: Studio, n: int, show: bool | None = None) -> None:
        self.studio, self.tunes = studio, studio.tunes(n)
        rate = studio.codec.step_rate
        hints = hear_tunes(self.tunes, rate, n_steps=studio.n_steps, show=show)
        self.rows = hints.channels()

    def written(self, model: DiffusionModel, way: str, seed: int) -> dict[str, float | None]:
        """Write a tune for each of these in a way, and measure them.

        Args:
            model: a controlled one.
            way: a name in `WAYS`.
            seed: of the noise.
        """
        rows = self.rows
        if way == SWAPPED:
            rows = rows | {"loudness": rows["loudness"].roll(1, dims=0)}
        shape, channels = model.shape(len(self.tunes)), model.network.branch.config.channels
        told = {name: rows[name] for name in WAYS[way]}
        hints = make_hints(shape, **told, channels=channels) if told else None
        latents = model.write(len(self.tunes), hints=hints, guidance=GUIDANCE, seed=seed)
        return self.measure(self.studio.decode(latents))

    def measure(self, sounds: Sequence[np.ndarray]) -> dict[str, float | None]:
        """Means over sounds, one for each tune: how far it agrees with the tune.

        Returns:
            melody_right: share of the steps whose pitch class is the melody's.
            bass_right: share of the bass's notes that are heard, in any octave.
            loudness: correlation with the tune's loudness over steps.
            loudness_away: mean distance from it, in dB.
            other_loudness: correlation with the loudness of the tune before it.
            in_key: share of the notes in the tune's key.
        """
        rows = [self._measure(sound, place) for place, sound in enumerate(sounds)]
        return {name: _mean([row[name] for row in rows]) for name in rows[0]}

    def _measure(self, sound: np.ndarray, place: int) -> dict[str, float]:
        studio, tune = self.studio, self.tunes[place]
        sampled = studio.sample_rate, studio.codec.step_rate, studio.n_steps
        inside = slice(None, -ENDING)
        heard = loudness_steps(sound, *sampled)[inside]
        asked, other = (self.rows["loudness"][at][inside] for at in (place, place - 1))
        return {
            "melody_right": agreement(melody_steps(sound, *sampled), self.rows["melody"][place]),
            "bass_right": bass_right(sound, studio.sample_rate, tune),
            "loudness": correlation(heard, asked),
            "loudness_away": float((heard - asked).abs().mean()),
            "other_loudness": correlation(heard, other),
            "in_key": in_asked_key(sound, studio.sample_rate, tune.key),
        }


def bass_right(sound: np.ndarray, sample_rate: int, tune: Tune) -> float:
    """Share of the notes of a tune's bass that are heard, in any octave."""
    notes = [note for note in tune.notes if note.part == "bass"]
    return note_accuracy(sound, sample_rate, notes, register=BASS, octave=False)


def correlation(one: Tensor, other: Tensor) -> float:
    """Pearson's correlation of two curves (n_steps,); NaN if one of them does not move."""
    if one.std() < 1e-6 or other.std() < 1e-6:
        return float("nan")
    return float(torch.corrcoef(torch.stack([one, other]))[0, 1])


def _through_the_latents(studio: Studio, tunes: Sequence[Tune]) -> list[np.ndarray]:
    return studio.decode(studio.encoded(tunes))


def level_lost(studio: Studio, tunes: Sequence[Tune], by: float) -> float:
    """How much softer tunes come back from the codec that went into it `by` dB softer.

    Args:
        studio: has the codec.
        tunes: that are played.
        by: dB; a codec that keeps the level gives back as much.
    """
    rate, lost = studio.sample_rate, []
    for tune in tunes:
        levels = []
        for gain in (1.0, 10 ** (-by / 20)):
            latents = studio.codec.encode((gain * tune.render()).astype(np.float32))
            sound = studio.decode(torch.from_numpy(latents[: studio.n_steps])[None])[0]
            levels.append(loudness_steps(sound, rate, studio.codec.step_rate, studio.n_steps))
        lost.append(float((levels[0] - levels[1])[:-ENDING].mean()))
    return float(np.mean(lost))


def _mean(values: Sequence[float]) -> float | None:
    """The mean of what could be measured; None if nothing could."""
    found = [value for value in values if np.isfinite(value)]
    return float(np.mean(found)) if found else None


def main() -> None:
    """Read the command line and compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help=f"for {FILE}")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"of each training ({STEPS})")
    parser.add_argument("--seeds", type=int, default=3, help="how many (default: 3)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    compare_controls(options.folder, steps=options.steps, seeds=range(options.seeds))


if __name__ == "__main__":
    main()
