"""Measures of whole sets for results that lack them, from the models that come with the package.

Training a model again, to measure its tunes once more, takes most of an hour. The model of a record
that comes with the package can write them again without; a record without its model stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.backbones import Backbone
from refimpl.embeddings import load_embedding
from refimpl.errors import UserError
from refimpl.files import replace_json
from refimpl.judging.judged import Reference
from refimpl.metrics.references import NOISE, REAL
from refimpl.pipeline import load_generator, read_facts
from refimpl.pipeline.folder import preset_from_dict
from refimpl.pipeline.resumable import Log
from refimpl.presets import Preset
from refimpl.reproduce.measuring import Workshop
from refimpl.reproduce.page import write_page
from refimpl.reproduce.records import plain
from refimpl.reproduce.sets import Noise, Writer, token_sets
from refimpl.reproduce.whole_sets import EMBEDDING, HEARD_BY, WHOLE, measure_whole
from refimpl.tinytunes import Tune, Tunes
from refimpl.tokenizer import AudioTokenizer

# What a model and the record of its run both know: equal in all, it is the model of that run.
SAME = ("steps", "tokens", "seconds", "validation_loss", "nats_per_second")


@dataclass(frozen=True)
class ShippedRun:
    """A model that comes with the package, with what imitations are made of.

    Attributes:
        model: writes tunes.
        tokenizer: of the model.
        preset: of its run.
        train_set: (n_tokens,) of the first training tunes.
    """

    model: Backbone
    tokenizer: AudioTokenizer
    preset: Preset
    train_set: Sequence[np.ndarray]


def complete_whole_sets(
    folder: str | Path,
    *,
    n_tunes: int = 100,
    n_training: int = 300,
    n_processes: int = 1,
    runs: Mapping[str, Writer] | None = None,
    log: Log = print,
) -> dict[str, Any]:
    """Add measures of whole sets to the results in a folder, where its records lack them.

    Values that another version of the embedding has measured are measured again. Those of a record
    whose model is not there are removed.

    Args:
        folder: with results.json, whose tables and page are written again.
        n_tunes: in each set.
        n_training: training tunes that sets are compared with, and imitations are made of.
        n_processes: for inverting and listening.
        runs: by the name of their record. None: the models that come with the package, as far as
            they are those of the records.
        log: is given a sentence after each set.

    Returns:
        What results.json holds.

    Raises:
        UserError: there is no results.json.

    Taught in lesson 11.
    """
    folder = Path(folder)
    path = folder / "results.json"
    if not path.exists():
        raise UserError(f"{path} is not there; run refimpl reproduce --out {folder} first")
    results = json.loads(path.read_text(encoding="utf-8"))
    records = {record["name"]: record for record in results["experiments"]}
    listener = _Listener.of(records, n_tunes, n_training, n_processes, log)

    def keep() -> None:
        replace_json(path, results)

    for record in (results["references"], *results["experiments"]):
        listener.forget(record["sets"])
    listener.complete(results["references"]["sets"], listener.references(), keep)
    for name, run in (shipped_runs(records, n_training) if runs is None else runs).items():
        makers = {
            one.name: one.makers(run.tokenizer.codec, listener.tunes[0].n_samples)
            for one in token_sets(run, listener.tunes, names=tuple(records[name]["sets"]))
        }
        listener.complete(records[name]["sets"], makers, keep, f"{name}: ")
    write_page(results, folder)
    return results


def shipped_runs(records: Mapping[str, dict[str, Any]], n_training: int) -> dict[str, ShippedRun]:
    """The models of the package that the records are about, by the name of the record.

    Args:
        records: by name, as in results.json.
        n_training: training tunes that imitations are made of.
    """
    from refimpl.reproduce.shipping import SHIPPED  # a program: see __init__

    found = {}
    for name, experiment in SHIPPED.items():
        facts, record = read_facts(name), records.get(experiment, {"sets": {}})
        if any(facts.get(key) != record.get(key) for key in SAME):
            continue
        model, tokenizer = load_generator(name)
        preset = preset_from_dict(facts["settings"])
        tunes = Tunes("train", preset.tunes).take(n_training)
        train_set = [tokenizer.encode(tune.render()) for tune in tunes]
        found[experiment] = ShippedRun(model, tokenizer, preset, train_set)
    return found


@dataclass(frozen=True)
class _Listener:
    """Hears sets, and writes into records what they lack."""

    workshop: Workshop
    tunes: list[Tune]
    reference: Reference
    log: Log

    @classmethod
    def of(
        cls, records: Mapping[str, dict], n_tunes: int, n_training: int, n_processes: int, log: Log
    ) -> _Listener:
        config = preset_from_dict(next(iter(records.values()))["settings"]).tunes
        beat_period = 60 / config.tempos[0]
        embedding = load_embedding(EMBEDDING)
        workshop = Workshop(config.sample_rate, beat_period, n_processes, embedding)
        training = [tune.render for tune in Tunes("train", config).take(n_training)]
        reference = Reference(workshop.hear(training, "training"))
        return cls(workshop, list(Tunes("test", config).take(n_tunes)), reference, log)

    def references(self) -> dict[str, list]:
        """The makers of the sets that need no model."""
        n_samples = self.tunes[0].n_samples
        return {
            REAL: [tune.render for tune in self.tunes],
            NOISE: [Noise(n_samples, number) for number in range(len(self.tunes))],
        }

    def forget(self, sets: dict[str, dict]) -> None:
        """Remove what another version of the embedding has measured."""
        for one in sets.values():
            if one.get(HEARD_BY) != self.workshop.embedding.fingerprint:
                one.pop(HEARD_BY, None)
                for measure in WHOLE:
                    one["summary"].pop(measure.name, None)

    def complete(
        self,
        sets: dict[str, dict],
        makers: Mapping[str, list],
        keep: Callable[[], None],
        whose: str = "",
    ) -> None:
        """Measure the sets that this version did not hear as wholes, and keep each when it did."""
        version = self.workshop.embedding.fingerprint
        for name, some in makers.items():
            if sets[name].get(HEARD_BY) == version:
                continue
            vectors = self.workshop.hear(some, name)
            sets[name]["summary"] |= plain(measure_whole(vectors, self.reference))
            sets[name][HEARD_BY] = version
            keep()
            self.log(f"{whose}{name}: measured as a whole")
