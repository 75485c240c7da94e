"""Models of tokens that learn for as long as the diffusion model did, counted on one machine.

    python -m refimpl.reproduce.diffusion.equal_time

Two machines differ in speed, so the diffusion model's steps are timed here for a minute: that many
seconds of one core, times its steps, is the time. Each preset of tokens then learns from nothing
for that time, with the learning rate falling to its end, on the codes of the codec in the package.
Fitting a codec is not counted, and neither is encoding the tunes: the diffusion model's latents
come from one, too. Finished parts are kept, and `refimpl reproduce --diffusion` measures the runs.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from refimpl.corpora import open_corpus
from refimpl.corpora.tinytunes import TinyTunes
from refimpl.diffusion import SavedDiffusion, encode_tunes, load_diffusion, tunes_of_level_1
from refimpl.diffusion.fitting import fit_diffusion
from refimpl.files import make_folder, replace_json
from refimpl.pipeline import RunFolder, ensure_model, ensure_tokens, load_tokenizer
from refimpl.presets import Preset, get_preset
from refimpl.reproduce.diffusion.writers import EQUAL_TIME
from refimpl.reproduce.records import read_record

PRESETS = ("course", "neural")
TIMED = 60.0  # seconds of one core, in which steps of the diffusion model are counted
N_TIMED = 64  # tunes of its batches then: a step takes as long with any number of them


def equal_seconds(
    folder: Path, saved: SavedDiffusion, *, timed: float = TIMED, show: bool | None = None
) -> float:
    """Return how long the diffusion model's training would take here, in seconds of one core.

    Args:
        folder: keeps what was found as time.json, which a second call reads.
        saved: the diffusion model; its facts say how many steps it took.
        timed: seconds of one core in which steps are counted.
        show: whether to show progress bars; None decides by where the output goes.
    """
    path, of = folder / "time.json", {"diffusion_steps": saved.facts["steps"]}
    if (known := read_record(path, of)) is None:
        config = saved.model.network.config
        tunes = tunes_of_level_1("train", N_TIMED)
        found = encode_tunes(saved.codec, tunes, n_steps=config.n_steps, show=show)
        options = {"progress": show is not False, "max_seconds": timed}
        _, result = fit_diffusion(found.latents, found.keys, shape=config, **options)
        each = result.seconds / result.step
        known = of | {"timed_steps": result.step, "seconds_a_step": each}
        known |= {"seconds": each * of["diffusion_steps"]}
        make_folder(folder)
        replace_json(path, known)
    return known["seconds"]


def equal_preset(preset: Preset, seconds: float) -> Preset:
    """Return a preset whose training ends after seconds of one core, and its schedule with it."""
    clock = {"steps": None, "max_seconds": seconds, "clock": "processor", "device": "cpu"}
    return replace(preset, training=replace(preset.training, **clock))


def train_equal(
    preset: Preset,
    folder: Path,
    *,
    codec: str,
    n_processes: int = 1,
    log: Callable[[str], None] = print,
) -> None:
    """Make a run from random weights, on the codes of a codec that is there.

    Args:
        preset: all settings; see `equal_preset`.
        folder: of the run; one that was stopped goes on.
        codec: a generator that has it, such as "course".
        n_processes: that encode tunes.
        log: is given a sentence after each stage.
    """
    corpus, run_folder = open_corpus(TinyTunes.kind, preset), RunFolder(folder)
    tokenizer = load_tokenizer(codec)
    with run_folder.alone():
        run_folder.begin(preset, TinyTunes.kind)
        tokenizer.save(run_folder.path / tokenizer.codec.file_name)
        ensure_tokens(run_folder, corpus, preset, tokenizer, n_processes=n_processes, log=log)
        ensure_model(run_folder, preset, log=log)


def main() -> None:
    """Read the command line, time the diffusion model's steps, and make the runs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--preset", action="append", choices=PRESETS, help="which run (default: one after another)"
    )
    parser.add_argument("--folder", type=Path, default=EQUAL_TIME, help="keeps the runs")
    options = parser.parse_args()
    torch.set_num_threads(1)
    seconds = equal_seconds(options.folder, load_diffusion())
    for name in options.preset or PRESETS:
        preset = equal_preset(get_preset(name), seconds)
        train_equal(preset, options.folder / name, codec=name, n_processes=2)


if __name__ == "__main__":
    main()
