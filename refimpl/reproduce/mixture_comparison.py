"""Compare mixtures of objectives at equal compute, over several seeds; what is done is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from refimpl.corpora import TinyTunes
from refimpl.display import progress_bar
from refimpl.files import make_folder, replace_file, replace_json
from refimpl.metrics import MusicalMeasures, summarise
from refimpl.metrics.references import REAL, RESYNTHESISED
from refimpl.parallel import map_in_order
from refimpl.pipeline import RunFolder, ensure_codec, ensure_tokens
from refimpl.pipeline.resumable import Log
from refimpl.presets import Preset, get_preset, override
from refimpl.reproduce.measuring import FramesToSound, Workshop
from refimpl.reproduce.mixture_figures import draw_mixtures
from refimpl.reproduce.mixture_tables import mixture_tables
from refimpl.reproduce.mixtures import ARMS, MixtureRun, means, preset_of
from refimpl.reproduce.page import write_page
from refimpl.reproduce.records import machine, read_record
from refimpl.tinytunes import Tunes

N_TRAINING = 200  # training tunes whose rhythm is the reference


def compare_mixtures(
    folder: str | Path,
    *,
    n_seeds: int = 5,
    n_tunes: int = 32,
    work: str | Path = "runs/reproduce",
    n_processes: int = 2,
    changes: dict[str, Any] | None = None,
    log: Log = print,
) -> dict[str, Any]:
    """Train the course's model on several mixtures of objectives, and measure what comes out.

    Args:
        folder: for mixtures.json, mixtures.md and figures.
        n_seeds: runs of each mixture.
        n_tunes: that each run's model writes, from nothing.
        work: for what was measured so far; runs that are there already are not made again.
        n_processes: runs made side by side, one thread each. More than one needs the usual
            `if __name__ == "__main__":` in a script.
        changes: settings by dotted name, made in every run (to try things out quickly).
        log: is given a sentence after each run.

    Returns:
        What mixtures.json holds.

    Raises:
        UserError: a setting that cannot be.

    Taught in lesson 6.
    """
    folder, work, changes = Path(folder), Path(work), changes or {}
    make_folder(folder / "figures")
    base = work / "course"
    preset = _prepare(base, changes, n_processes, log)
    training = _training_measures(preset, n_processes)
    jobs = [
        MixtureRun(name, seed, n_tunes, base, changes, training)
        for seed in range(n_seeds)  # seed by seed, so that a comparison that is cut short is fair
        for name in ARMS
    ]
    runs = list(_all_runs(jobs, work / "mixtures", n_processes, log))
    results = {
        "command": f"refimpl reproduce --mixtures --seeds {n_seeds} --mixture-tunes {n_tunes}",
        "machine": machine(),
        "settings": _settings(preset_of(next(iter(ARMS)), 0, changes)),
        "references": _references(preset, base, n_tunes, n_seeds, n_processes, training, work),
        "runs": runs,
    }
    replace_json(folder / "mixtures.json", results)
    draw_mixtures(results, folder / "figures")
    replace_file(folder / "mixtures.md", mixture_tables(results).encode())
    if (folder / "results.json").exists():
        write_page(json.loads((folder / "results.json").read_text(encoding="utf-8")), folder)
    log(f"wrote {folder / 'mixtures.json'}, tables and pictures")
    return results


def _prepare(base: Path, changes: dict[str, Any], n_processes: int, log: Log) -> Preset:
    """The tokens: those of the course's run where that is there, else made now, once for all."""
    run_folder = RunFolder(base)
    preset = (
        run_folder.read()[0]
        if run_folder.settings.exists()
        else override(get_preset("course"), changes)
    )
    run_folder.begin(preset, TinyTunes.kind)
    corpus = TinyTunes(preset)
    tokenizer = ensure_codec(run_folder, corpus, preset, log=log)
    ensure_tokens(run_folder, corpus, preset, tokenizer, n_processes=n_processes, log=log)
    return preset


def _all_runs(
    jobs: list[MixtureRun], folder: Path, n_processes: int, log: Log
) -> Iterator[dict[str, Any]]:
    """The records of all runs, in order; each is kept as soon as it is there."""
    make_folder(folder)
    todo = [job for job in jobs if _kept(job, folder) is None]
    if len(todo) < len(jobs):
        log(f"{len(jobs) - len(todo)} of {len(jobs)} runs are there already")
    bar = progress_bar(total=len(todo), description="mixtures", unit="run")
    with bar:
        for record in map_in_order(_make, folder, todo, n_processes=n_processes):
            bar.update()
            log(
                f"{record['name']}, seed {record['seed']}: {record['next_token_nats']:.3f} nats "
                f"per token, {record['seconds']:.0f} s"
            )
    return (_kept(job, folder) for job in jobs)


def _make(folder: Path, job: MixtureRun) -> dict[str, Any]:
    """Make a run, and keep its record at once: an earlier run may still be under way elsewhere."""
    record = job.do()
    replace_json(_file(job.name, job.seed, folder), record)
    return record


def _file(name: str, seed: int, folder: Path) -> Path:
    return folder / f"{re.sub('[^a-z]+', '-', name)}-{seed}.json"


def _kept(job: MixtureRun, folder: Path) -> dict[str, Any] | None:
    steps = preset_of(job.name, job.seed, job.changes).training.steps
    path = _file(job.name, job.seed, folder)
    return read_record(path, {"n_tunes": job.n_tunes, "steps": steps})


def _training_measures(preset: Preset, n_processes: int) -> list[MusicalMeasures]:
    tunes = list(Tunes("train", preset.tunes).take(min(N_TRAINING, preset.data.n_train)))
    beat = 60 / preset.tunes.tempos[0]
    workshop = Workshop(preset.tunes.sample_rate, beat, n_processes)
    return workshop.measure([tune.render for tune in tunes], "training tunes").measures


def _references(
    preset: Preset,
    base: Path,
    n_tunes: int,
    n_groups: int,
    n_processes: int,
    training: list[MusicalMeasures],
    work: Path,
) -> dict[str, list[dict[str, float | None]]]:
    """Held-out tunes in groups as large as a run's: as they are, and through the tokens."""
    cached = work / "mixtures" / f"references-{n_tunes}-{n_groups}.json"
    if cached.exists():
        return json.loads(cached.read_text(encoding="utf-8"))
    corpus = iter(Tunes("test", preset.tunes))
    run_folder = RunFolder(base)
    tokenizer = ensure_codec(run_folder, TinyTunes(preset), preset)
    found: dict[str, list[dict[str, float | None]]] = {REAL: [], RESYNTHESISED: []}
    beat = 60 / preset.tunes.tempos[0]
    workshop = Workshop(preset.tunes.sample_rate, beat, n_processes)
    for _ in range(n_groups):
        tunes = list(islice(corpus, n_tunes))
        makers = {
            REAL: [tune.render for tune in tunes],
            RESYNTHESISED: [
                FramesToSound(tokenizer.codec, tokenizer.encode(t.render()), t.n_samples)
                for t in tunes
            ],
        }
        for name, sounds in makers.items():
            measured = workshop.measure(sounds, name).measures
            summary = summarise(measured, training=training)
            found[name].append(means(summary))
    replace_json(cached, found)
    return found


def _settings(preset: Preset) -> dict[str, Any]:
    """Return the settings that all runs share."""
    return {
        "steps": preset.training.steps,
        "rows": preset.batch_size,
        "row_length": preset.model.context_length,
        "n_train": preset.data.n_train,
        "learning_rate": preset.training.learning_rate,
        "tokens_per_second": preset.tokens_per_second,
    }
