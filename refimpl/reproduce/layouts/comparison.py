"""Train a model under each layout; each run is kept, the tables are of all."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from refimpl.audio import Clip, resample
from refimpl.corpora.tinytunes import clip_of
from refimpl.display import progress_bar
from refimpl.embeddings import load_embedding
from refimpl.errors import UserError, suggest
from refimpl.files import make_folder, replace_file, replace_json
from refimpl.reproduce.asked.arms import REAL, RESYNTHESISED
from refimpl.reproduce.asked.prompts import held_out_prompts
from refimpl.reproduce.layouts.arms import Arm, all_arms
from refimpl.reproduce.layouts.measuring import (
    GUIDANCE,
    Bench,
    embed,
    measure_layout,
    measure_reference,
)
from refimpl.reproduce.layouts.tables import layout_tables
from refimpl.reproduce.layouts.training import SHAPE, train_layout
from refimpl.reproduce.records import machine, read_record, say_outdated
from refimpl.reproduce.whole_sets import EMBEDDING, HEARD_BY
from refimpl.text_to_music import Composer, load_composer
from refimpl.text_to_music.corpus import TuneCodes, keep_codes
from refimpl.text_to_music.frames import keep_frames
from refimpl.text_to_music.judges import Judges
from refimpl.text_to_music.tunes import mixed_tunes
from refimpl.tokenizer import AudioTokenizer

SECONDS = 30.0  # of processor time
N_TRAIN, N_HELD_OUT, N_JUDGE_TUNES, N_PROMPTS = 3000, 96, 300, 32  # tunes
REFERENCES = "references"  # the record of the tunes that no model writes
_VERSION = 1  # of what a record holds


@dataclass(frozen=True)
class Size:
    """How large the comparison is.

    Attributes:
        seconds: of processor time for each run.
        n_prompts: texts that each model is given.
        n_train: tunes to learn from.
        n_held_out: tunes whose bits are measured, and which sounds are compared with.
        n_judge_tunes: tunes that the judges learn from.
        shape: settings of the transformer.
    """

    seconds: float = SECONDS
    n_prompts: int = N_PROMPTS
    n_train: int = N_TRAIN
    n_held_out: int = N_HELD_OUT
    n_judge_tunes: int = N_JUDGE_TUNES
    shape: Mapping[str, int] | None = None


def compare_layouts(
    folder: str | Path,
    *,
    arms: Sequence[str] | None = None,
    n_seeds: int = 3,
    seconds: float = SECONDS,
    n_prompts: int = N_PROMPTS,
    size: Size | None = None,
    work: str | Path = "runs/reproduce",
    composer: Composer | None = None,
    corpus: Mapping[str, TuneCodes] | None = None,
    log: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Train text-to-music models under several layouts for equal processor time, and measure them.

    Args:
        folder: for layouts.json and layouts.md, which take in all runs of this size in `work`.
        arms: names of layouts; None: all of `all_arms`.
        n_seeds: runs of each, with seeds 1, 2, …
        seconds: of processor time for each run.
        n_prompts: texts that each model is given.
        size: in place of `seconds` and `n_prompts`, these and the rest.
        work: for codes, records and checkpoints; a run that is there is not made again, and one
            that was stopped goes on. What was made with another codec, or measured by another
            version of the joint embedding, is made again: the models are not kept.
        composer: has the codec; None: the text-to-music model in the package.
        corpus: "train" and "validation" tunes in its codes; None: they are made, and kept.
        log: is given a sentence after each run.

    Returns:
        What layouts.json holds.

    Raises:
        UserError: there is no such layout, or one without the run that it is to see as many tunes
            as.

    Taught in lesson 9.
    """
    size = size or Size(seconds, n_prompts)
    known, work = all_arms(), Path(work) / "layouts"
    names = list(known) if arms is None else list(arms)
    for name in names:
        if name not in known:
            raise UserError(f"there is no layout {name!r}; {suggest(name, known)}")
    # Seed by seed, so that a comparison that is cut short is fair; the long ones last.
    jobs = [(known[name], seed) for seed in range(1, n_seeds + 1) for name in names]
    jobs.sort(key=lambda job: job[0].tunes_of is not None)
    study = Study(size, make_folder(work), composer or load_composer(), corpus)
    runs = [study.path(run_name(arm.name, size.seconds, seed)) for arm, seed in jobs]
    say_outdated([*runs, study.path(REFERENCES)], study.of, log)
    for arm, seed in progress_bar(jobs, total=len(jobs), description="runs", unit="model"):
        run = study.run(arm, seed)
        log(
            f"{arm.name}, seed {seed}: {run['bits']:.0f} bits per second, {run['asked']:.2f} of "
            f"what was asked for, {run['fad']:.2f} FAD, {run['seconds_a_tune']:.2f} s per tune"
        )
        write_layouts(Path(folder), study)
    return write_layouts(Path(folder), study)


class Study:
    """Makes runs, and keeps their records.

    Args:
        size: of the comparison.
        work: for everything that is kept.
        composer: has the codec.
        corpus: see `compare_layouts`.
    """

    def __init__(
        self,
        size: Size,
        work: Path,
        composer: Composer,
        corpus: Mapping[str, TuneCodes] | None = None,
    ) -> None:
        self.size, self.work, self.composer = size, work, composer
        self.codec, self.corpus = composer.tokenizer.codec, dict(corpus or {})
        self.shape = dict(SHAPE if size.shape is None else size.shape)
        self.embedding = load_embedding(EMBEDDING)
        self.place = work / self.codec.fingerprint  # of codes, and of models that learn from them
        self._bench: Bench | None = None

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that all runs of a table share."""
        size = self.size
        counts = {"n_train": size.n_train, "n_held_out": size.n_held_out}
        counts |= {"n_prompts": size.n_prompts, "n_judge_tunes": size.n_judge_tunes}
        return {"seconds": size.seconds, "guidance": GUIDANCE, **counts, "shape": self.shape}

    @cached_property
    def of(self) -> dict[str, Any]:
        """Settings and models that every record depends on; the judges use the embedding, too."""
        models = {"codec": self.codec.fingerprint, HEARD_BY: self.embedding.fingerprint}
        return {"version": _VERSION, "settings": self.settings, **models}

    def path(self, name: str) -> Path:
        """Where a record is kept."""
        return self.work / f"{name}.json"

    def read(self, name: str) -> dict[str, Any] | None:
        """A record that is there, and is of these settings and models."""
        return read_record(self.path(name), self.of)

    def keep(self, name: str, record: dict[str, Any]) -> dict[str, Any]:
        """Keep a record."""
        record = self.of | record
        replace_json(self.path(name), record)
        return record

    def run(self, arm: Arm, seed: int) -> dict[str, Any]:
        """Train and measure one model, or read the record of it."""
        name = run_name(arm.name, self.size.seconds, seed)
        if (known := self.read(name)) is not None:
            return known
        tokenizer = AudioTokenizer(self.codec, layout=arm.layout)
        layout, training = tokenizer.layout, self.place / name
        model, record = train_layout(
            layout,
            self.codes("train", self.size.n_train),
            self.codec.step_rate,
            seed=seed,
            shape=self.shape,
            folder=training,
            **self._limit(arm, seed),
        )
        if record["stopped_by"] == "interrupt":
            raise KeyboardInterrupt
        bench = self.bench
        began = time.process_time()
        measured = measure_layout(Composer(model, tokenizer), bench, seed=seed)
        about = {"name": arm.name, "layout": arm.layout, "seed": seed}
        about["rows_a_second"] = self.codec.step_rate * layout.rows_per_step
        about["measure_seconds"] = round(time.process_time() - began, 1)
        record = self.keep(name, about | record | measured)
        shutil.rmtree(training, ignore_errors=True)
        return record

    def _limit(self, arm: Arm, seed: int) -> dict[str, Any]:
        """When the training of a run is over."""
        if arm.tunes_of is None:
            return {"seconds": self.size.seconds}
        other = self.read(run_name(arm.tunes_of, self.size.seconds, seed))
        if other is None:
            raise UserError(
                f"{arm.name} needs the run of {arm.tunes_of} with seed {seed}, which is not there; "
                f"make {arm.tunes_of} first, or both at once"
            )
        return {"n_tunes": other["tunes_seen"]}

    def references(self) -> list[dict[str, Any]]:
        """The measures of the test tunes themselves, and of them after the codec."""
        if (known := self.read(REFERENCES)) is not None:
            return known["rows"]
        names = (REAL, RESYNTHESISED)
        rows = [measure_reference(name, self.composer, self.bench) for name in names]
        return self.keep(REFERENCES, {"rows": rows})["rows"]

    @property
    def bench(self) -> Bench:
        """Prompts, judges and held-out tunes; the judges learn for half a minute."""
        if self._bench is None:
            size, rate = self.size, self.codec.sample_rate
            tunes = mixed_tunes("validation", range(size.n_held_out))
            sounds = [
                Clip(tune.name, resample(tune.render(), tune.sample_rate, rate), rate)
                for tune in tunes
            ]
            self._bench = Bench(
                held_out_prompts(size.n_prompts),
                Judges.fit(map(clip_of, mixed_tunes("train", range(size.n_judge_tunes)))),
                self.embedding,
                embed(self.embedding, sounds),
                self.codes("validation", size.n_held_out),
            )
        return self._bench

    def codes(self, split: str, n: int) -> TuneCodes:
        """The first tunes of a split as codes, which are kept."""
        if split not in self.corpus:
            frames = keep_frames(self.place / "frames", split, n, self.codec.mel)
            self.corpus[split] = keep_codes(self.place / "codes", self.codec, split, frames)
        tunes = self.corpus[split]
        return TuneCodes(tunes.codes[:n], tunes.melodies[:n], tunes.attributes[:n])


def run_name(arm: str, seconds: float, seed: int) -> str:
    """Name the files of a run."""
    return f"{re.sub('[^a-z0-9]+', '-', arm.lower())}-{seconds:g}-{seed}"


def write_layouts(folder: Path, study: Study) -> dict[str, Any]:
    """Write layouts.json and layouts.md from all records of these settings and models."""
    records = [study.read(path.stem) for path in study.work.glob("*.json")]
    order = list(all_arms())
    runs = [
        {key: value for key, value in record.items() if key not in study.of}
        for record in records
        if record and record.get("name") in order
    ]
    runs.sort(key=lambda run: (order.index(run["name"]), run["seed"]))
    results = {
        "command": f"refimpl reproduce --layouts --layout-seconds {study.size.seconds:g}",
        "machine": machine(),
        **{key: value for key, value in study.of.items() if key != "version"},
        "references": study.references(),
        "runs": runs,
    }
    make_folder(folder)
    replace_json(folder / "layouts.json", results)
    replace_file(folder / "layouts.md", layout_tables(results).encode())
    return results
