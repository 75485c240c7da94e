"""Make all runs, measure them, and keep what was found; whatever is done already is kept."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from refimpl.corpora import TinyTunes
from refimpl.display import save_comparison
from refimpl.display.levelling import levelled_mp3
from refimpl.embeddings import Embedding, load_embedding
from refimpl.files import make_folder, replace_file, replace_json
from refimpl.judging.judged import Reference
from refimpl.metrics import measure_copying, summarise
from refimpl.metrics.references import NOISE, REAL, RESYNTHESISED
from refimpl.pipeline import FinishedRun, RunFolder, load_run, preset_to_dict, run
from refimpl.pipeline.resumable import Log
from refimpl.presets import Preset, override
from refimpl.reproduce.experiments import (
    COURSE,
    REPORT,
    REPORT_AS_IT_STANDS,
    Experiment,
    is_rung,
    ladder,
    two_presets,
)
from refimpl.reproduce.figures import draw_ladder, draw_measures
from refimpl.reproduce.filling import measure_filling
from refimpl.reproduce.first_loss import first_losses
from refimpl.reproduce.measuring import MeasuredSet, Workshop
from refimpl.reproduce.page import write_page
from refimpl.reproduce.records import (
    Kept,
    last_losses,
    machine,
    plain,
    read_record,
    same_tokens,
)
from refimpl.reproduce.sets import MODEL, Noise, token_sets
from refimpl.reproduce.whole_sets import EMBEDDING, HEARD_BY, measure_whole
from refimpl.tinytunes import Tune, Tunes
from refimpl.training import plot_metrics

# The two presets are held against all references, the other runs only against their own tokens.
FEW_SETS = (RESYNTHESISED, MODEL)


def reproduce(
    folder: str | Path,
    *,
    with_ladder: bool = False,
    n_tunes: int = 200,
    n_ladder_tunes: int = 64,
    work: str | Path = "runs/reproduce",
    n_processes: int = 2,
    changes: dict[str, Any] | None = None,
    again: Sequence[str] | None = None,
    log: Log = print,
) -> dict[str, Any]:
    """Run the report's pipeline and the course's on the same corpus, and measure what comes out.

    Args:
        folder: for results.json, tables.md, index.html, figures and sounds.
        with_ladder: also go from the one to the other, one factor at a time.
        n_tunes: held-out tunes that the measures are taken over, and tunes of every other set.
        n_ladder_tunes: the same for each rung of the ladder.
        work: for the runs; what is there is not done again, unless another embedding heard it.
        n_processes: for rendering, inverting and measuring. More than one needs the usual
            `if __name__ == "__main__":` in a script.
        changes: settings by dotted name, made in every run (to try things out quickly).
        again: names of runs; all others are taken from the results.json that lies in `folder`, as
            they are, and are noted as kept. None: every run is made, or taken from `work`.
        log: is given a sentence after each stage.

    Returns:
        What results.json holds.

    Raises:
        UserError: a folder holds other runs.

    Taught in lesson 7.
    """
    reproduction = Reproduction(Path(folder), Path(work), changes or {}, n_processes, log)
    known = Kept() if again is None else Kept.read(Path(folder), again)
    references = known.references or reproduction.references(n_tunes)
    experiments, seconds = [], None
    for experiment in two_presets() + (ladder() if with_ladder else []):
        n = n_ladder_tunes if experiment.is_rung else n_tunes
        record = known.record(experiment.name) or reproduction.experiment(experiment, n, seconds)
        seconds = record["seconds"] if experiment.name == COURSE else seconds
        experiments.append(record)
    first = known.first_losses
    if first is None:
        folders = {record["name"]: record["folder"] for record in experiments}
        report = load_run(reproduction.work / folders[REPORT_AS_IT_STANDS])
        first = first_losses(report.preset, report.train_set)
    results = {
        "command": f"refimpl reproduce{' --ladder' if with_ladder else ''}",
        "machine": machine(),
        "kept": known.names,
        "references": references,
        "experiments": experiments,
        "first_losses": first,
    }
    reproduction.write(results)
    return results


class Reproduction:
    """The two folders, and the tunes that everything is held against.

    Args:
        folder: for what is kept.
        work: for runs and for what was measured so far.
        changes: made to every preset.
        n_processes: see `reproduce`.
        log: see `reproduce`.
    """

    def __init__(
        self, folder: Path, work: Path, changes: dict[str, Any], n_processes: int, log: Log
    ):
        self.folder, self.work, self.changes = folder, work, changes
        self.n_processes, self.log = n_processes, log
        self.tunes_config = override(two_presets()[0].preset, changes).tunes
        for part in ("figures", "sounds"):
            make_folder(folder / part)
        make_folder(work)
        self._training = None

    def workshop(self) -> Workshop:
        """For the sounds of these tunes."""
        beat_period = 60 / self.tunes_config.tempos[0]
        rate = self.tunes_config.sample_rate
        return Workshop(rate, beat_period, self.n_processes, self.embedding)

    @cached_property
    def embedding(self) -> Embedding:
        """By which sets are compared as wholes."""
        return load_embedding(EMBEDDING)

    def held_out(self, n: int) -> list[Tune]:
        """The first n tunes of the test split, which no run has seen."""
        return list(Tunes("test", self.tunes_config).take(n))

    def training(self, n: int) -> tuple[list, Reference]:
        """Training tunes, with which all sets are compared: their measures, and their vectors."""
        if self._training is None:
            tunes = list(Tunes("train", self.tunes_config).take(n))
            measured = self.workshop().measure([t.render for t in tunes], "training")
            self._training = measured.measures, Reference(measured.vectors)
        return self._training

    def known(self, path: Path, n: int) -> dict[str, Any] | None:
        """A record of as many tunes, whose sets this version of the embedding has heard."""
        record, version = read_record(path, {"n_tunes": n}), self.embedding.fingerprint
        same = record and all(one.get(HEARD_BY) == version for one in record["sets"].values())
        return record if same else None

    def references(self, n: int) -> dict[str, Any]:
        """Measure what needs no run: held-out tunes as they are, and white noise."""
        cached = self.work / "references.json"
        if (known := self.known(cached, n)) is not None:
            return known
        tunes = self.held_out(n)
        workshop = self.workshop()
        real = workshop.measure([t.render for t in tunes], REAL, tunes=tunes)
        noise = workshop.measure([Noise(tunes[0].n_samples, i) for i in range(n)], NOISE)
        record = {
            "n_tunes": n,
            "sets": {
                REAL: self.keep("real", real, n),
                NOISE: self.keep("noise", noise, n),
            },
        }
        replace_json(cached, record)
        return record

    def experiment(self, experiment: Experiment, n: int, seconds: float | None) -> dict[str, Any]:
        """Make a run and measure it.

        Args:
            experiment: which.
            n: tunes in each set.
            seconds: how long a run of equal time is trained.
        """
        folder = self.work / experiment.folder
        cached = self.work / f"{experiment.folder}.json"
        if (known := self.known(cached, n)) is not None:
            self.log(f"{experiment.name}: measured already")
            return known
        preset = experiment.with_seconds(seconds) if experiment.equal_time else experiment.preset
        preset = override(preset, self.changes)
        self.log(f"{experiment.name}: {preset.about}")
        self.borrow_tokens(preset, folder)
        finished = run(TinyTunes.kind, preset, folder, n_processes=self.n_processes, log=self.log)
        if finished is None:
            raise KeyboardInterrupt
        full = experiment.name in (COURSE, REPORT)
        record = self.measure(experiment, finished, n, None if full else FEW_SETS)
        replace_json(cached, record)
        return record

    def borrow_tokens(self, preset: Preset, folder: Path) -> None:
        """Begin a run with the codec and tokens of an earlier one that made the same."""
        for settings in sorted(self.work.glob("*/preset.json")):
            earlier = RunFolder(settings.parent)
            if folder.exists() or not same_tokens(earlier.read()[0], preset):
                continue
            run_folder = RunFolder(folder)
            run_folder.begin(preset, TinyTunes.kind)
            shutil.copytree(earlier.path / "tokens", folder / "tokens")
            shutil.copy(earlier.codec, folder)

    def measure(
        self, experiment: Experiment, finished: FinishedRun, n: int, names: Sequence[str] | None
    ) -> dict[str, Any]:
        """Return the record of a finished run."""
        tunes, facts = self.held_out(n), finished.facts
        sets, copying, heard = {}, {}, {REAL: tunes[0].render()}
        workshop = self.workshop()
        for one in token_sets(finished, tunes, names=names):
            makers = one.makers(finished.tokenizer.codec, tunes[0].n_samples)
            measured = workshop.measure(makers, one.name, tunes=one.tunes)
            sets[one.name] = self.keep(f"{experiment.folder}-{one.name}", measured, n)
            heard[one.name] = measured.sounds[0]
            if names is None and one.name in FEW_SETS:
                copying[one.name] = self.copying(one.tokens, finished)
        picture = self.folder / "figures" / f"{experiment.folder}.png"
        save_comparison(picture, heard, finished.tokenizer.sample_rate)
        self.keep_losses(experiment, finished)
        rate = finished.tokenizer.tokens_per_second
        return {
            "name": experiment.name,
            "folder": experiment.folder,
            "changed": experiment.changed,
            "n_tunes": n,
            "settings": preset_to_dict(finished.preset),
            "declared": list(finished.preset.declared),
            "parameters": sum(p.numel() for p in finished.model.parameters()),
            "bits_per_second": finished.tokenizer.bits_per_second,
            "tokens_per_second": rate,
            "context_seconds": finished.preset.context_seconds,
            "bigram_nats_per_second": facts["baselines"]["bigram"] * rate,
            **{key: facts[key] for key in ("steps", "tokens", "seconds", "baselines")},
            **{key: facts[key] for key in ("first_loss", "validation_loss", "nats_per_second")},
            "core_seconds": facts.get("core_seconds"),
            "objectives": facts.get("objectives", {}),
            "last_losses": last_losses(finished),
            "start": facts.get("start"),
            "filling": measure_filling(finished, tunes) if experiment.name == COURSE else None,
            "sets": sets,
            "copying": copying,
        }

    def copying(self, tokens: list, finished: FinishedRun) -> dict[str, Any]:
        """Measure how much of a set is copied from the training tunes."""
        training = [finished.train_set[i] for i in range(len(finished.train_set))]
        return plain(summarise(measure_copying(tokens, training)))

    def keep(self, name: str, measured: MeasuredSet, n: int) -> dict[str, Any]:
        """Write the sounds of a set, and put its measures into numbers that JSON holds."""
        name = name.replace(" ", "-")
        files = []
        for number, sound in enumerate(measured.sounds, start=1):
            path = self.folder / "sounds" / f"results-{name}-{number}.mp3"
            rate = self.tunes_config.sample_rate
            replace_file(path, levelled_mp3(sound, rate))
            files.append(path.name)
        training, reference = self.training(n)
        summary = summarise(measured.measures, training=training)
        summary |= measure_whole(measured.vectors, reference)
        if measured.accuracies:
            summary |= {
                f"{part}_right": estimate
                for part, estimate in summarise(measured.accuracies).items()
            }
        return {"summary": plain(summary), "sounds": files, HEARD_BY: self.embedding.fingerprint}

    def keep_losses(self, experiment: Experiment, finished: FinishedRun) -> None:
        """Copy the run's picture of its losses."""
        plot_metrics(finished.folder.training)
        source = finished.folder.training / "loss.png"
        target = self.folder / "figures" / f"{experiment.folder}-loss.png"
        replace_file(target, source.read_bytes())

    def write(self, results: dict[str, Any]) -> None:
        """Write everything that is kept beside the sounds."""
        replace_json(self.folder / "results.json", results)
        draw_measures(results, self.folder / "figures" / "measures.png")
        if any(is_rung(record["name"]) for record in results["experiments"]):
            draw_ladder(results, self.folder / "figures" / "ladder.png")
        write_page(results, self.folder)
        self.log(f"wrote {self.folder / 'index.html'} and what it shows")
