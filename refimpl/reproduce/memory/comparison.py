"""Train models of note events for equal processor time; each run is kept, the tables are of all."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.display import progress_bar
from refimpl.errors import UserError, suggest
from refimpl.files import make_folder, replace_file, replace_json
from refimpl.metrics.references import bigram
from refimpl.reproduce.memory.arms import SHORT_ARMS, Arm, all_arms
from refimpl.reproduce.memory.measuring import (
    held_out_nats,
    measure_tunes,
    recall,
    write_tunes,
)
from refimpl.reproduce.memory.sounds import keep_sounds
from refimpl.reproduce.memory.tables import memory_tables
from refimpl.reproduce.memory.training import train_arm
from refimpl.reproduce.memory.tunes import COLLECTION, EventTunes, fiddle_tunes
from refimpl.reproduce.records import machine, read_record
from refimpl.training import load_model, measure_baselines, save_model

SHORT = 80.0  # seconds
N_WRITTEN = 64
HEARD = "top-p 0.9"  # the way of sampling of the tunes that are kept as sounds
REAL, BIGRAM = "held-out tunes", "bigram"
_VERSION = 1  # of what a record holds


def compare_memory(
    folder: str | Path,
    *,
    arms: Sequence[str] | None = None,
    seconds: float = SHORT,
    n_seeds: int = 3,
    work: str | Path = "runs/reproduce",
    tunes: EventTunes | None = None,
    n_written: int = N_WRITTEN,
    log: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Train models of the fiddle tunes, and measure what they remember.

    Args:
        folder: for memory.json, memory.md and sounds, which take in all runs that are in `work`.
        arms: names of models; None: the four kinds of memory that lesson 10 compares.
        seconds: of processor time for each run.
        n_seeds: runs of each model, with seeds 1, 2, …
        work: for the runs' records and models; a run that is there is not made again, and one
            that was stopped goes on.
        tunes: what to learn from; None: the fiddle tunes.
        n_written: tunes that each model writes in each way of sampling.
        log: is given a sentence after each run.

    Returns:
        What memory.json holds.

    Raises:
        UserError: there is no such model.

    Taught in lesson 10.
    """
    folder, work = Path(folder), Path(work) / "memory"
    known = all_arms()
    names = list(SHORT_ARMS) if arms is None else list(arms)
    for name in names:
        if name not in known:
            raise UserError(f"there is no model {name!r}; {suggest(name, known)}")
    tunes = tunes or fiddle_tunes()
    # Seed by seed, so that a comparison that is cut short is fair.
    jobs = [(known[name], seed) for seed in range(1, n_seeds + 1) for name in names]
    for arm, seed in progress_bar(jobs, total=len(jobs), description="runs", unit="model"):
        record = run_arm(arm, tunes, seconds, seed, work, n_written=n_written)
        first = next(iter(record["sets"].values()))
        log(
            f"{arm.name}, {seconds:g} s, seed {seed}: {record['nats']['within']:.3f} nats per "
            f"note, {first['returns']['mean']:.3f} of its runs return"
        )
    return write_memory(folder, work, tunes)


def run_arm(
    arm: Arm,
    tunes: EventTunes,
    seconds: float,
    seed: int,
    work: Path,
    *,
    n_written: int = N_WRITTEN,
) -> dict[str, Any]:
    """Train and measure one model, or read the record of it.

    Args:
        arm: which one.
        tunes: what it learns from.
        seconds: of processor time.
        seed: of weights and batches.
        work: for its record, NAME.json, and its model, the folder NAME.
        n_written: tunes that it writes in each way of sampling.
    """
    name = run_name(arm.name, seconds, seed)
    path, place = work / f"{name}.json", work / name
    if (known := read_record(path, {"version": _VERSION})) is not None:
        return known
    make_folder(work)
    if (place / "config.json").exists():
        saved = load_model(place)
        model, training = saved.model, saved.facts
    else:
        model, training = train_arm(arm, tunes, seconds, seed, folder=place / "training")
        if training["stopped_by"] == "interrupt":
            raise KeyboardInterrupt
        save_model(place, model, vocabulary=tunes.vocabulary, facts=training)
        shutil.rmtree(place / "training")
    began = time.process_time()
    written = write_tunes(model, tunes.vocabulary, n=n_written)
    record = {
        "version": _VERSION,
        "name": arm.name,
        "seconds": seconds,
        "seed": seed,
        **training,
        "nats": held_out_nats(model, tunes),
        "recall": recall(model, tunes),
        "sets": {sampling: measure_tunes(ids, tunes) for sampling, ids in written.items()},
        "tunes": {sampling: [ids.tolist() for ids in written[sampling]] for sampling in written},
    }
    record["measure_seconds"] = round(time.process_time() - began, 1)
    replace_json(path, record)
    return record


def run_name(arm: str, seconds: float, seed: int) -> str:
    """Name the files of a run."""
    return f"{re.sub('[^a-z0-9]+', '-', arm.lower())}-{seconds:g}-{seed}"


def bigrams_tunes(tunes: EventTunes, *, seed: int = 0) -> list[np.ndarray]:
    """Let a bigram write as many tunes as are held out, of the same lengths."""
    lengths = [len(ids) for ids in tunes.held_out]
    drawn = bigram(tunes.train, len(lengths), max(lengths), np.random.default_rng(seed))
    return [ids[:length] for ids, length in zip(drawn, lengths, strict=True)]


def references(tunes: EventTunes) -> dict[str, Any]:
    """Measure held-out tunes and the tunes of a bigram, and what a bigram's nats are."""
    drawn = bigrams_tunes(tunes)
    return {
        "nats": measure_baselines(tunes.train, tunes.held_out, vocabulary=tunes.vocabulary),
        "sets": {REAL: measure_tunes(tunes.held_out, tunes), BIGRAM: measure_tunes(drawn, tunes)},
    }


def write_memory(folder: Path, work: Path, tunes: EventTunes) -> dict[str, Any]:
    """Write memory.json, memory.md and sounds from all the records in `work`."""
    found = (read_record(path, {"version": _VERSION}) for path in sorted(work.glob("*.json")))
    records = [record for record in found if record is not None]
    order = list(all_arms())
    runs = [
        {name: value for name, value in record.items() if name not in ("tunes", "version")}
        for record in records
        if record["name"] in order
    ]
    runs.sort(key=lambda run: (run["seconds"], order.index(run["name"]), run["seed"]))
    results = {
        "command": "refimpl reproduce --memory",
        "machine": machine(),
        "collection": COLLECTION,
        "n_train": len(tunes.train),
        "n_held_out": len(tunes.held_out),
        "n_events": len(tunes.events),
        "references": references(tunes),
        "runs": runs,
    }
    make_folder(folder)
    replace_json(folder / "memory.json", results)
    replace_file(folder / "memory.md", memory_tables(results).encode())
    heard = {REAL: tunes.held_out[0], BIGRAM: bigrams_tunes(tunes)[0]}
    for record in sorted(records, key=lambda record: (record["seconds"], -record["seed"])):
        ids = record["tunes"][HEARD][0]  # of the longest run, and of its first seed
        heard |= {record["name"]: np.array(ids, dtype=np.int64)} if ids else {}
    keep_sounds(folder / "sounds", tunes.events, heard)
    return results
