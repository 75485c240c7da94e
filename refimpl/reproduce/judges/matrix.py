"""The matrix of impostors and measures: which judge takes what for music?

Every set is measured on the same draws of halves, so that the difference of any two sets has an
interval as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.display.levelling import levelled_mp3
from refimpl.embeddings import Embedding, load_embedding
from refimpl.files import replace_file, write_atomically
from refimpl.judging.judged import Judged, Reference
from refimpl.judging.measures import SET_MEASURES, SetMeasure
from refimpl.metrics import measure_music
from refimpl.metrics.sets import told_apart
from refimpl.metrics.statistics import Estimate
from refimpl.reproduce.judges.judged_sets import ALL_SETS, ORDER, REAL, JudgedSets
from refimpl.reproduce.judges.tables import judge_tables
from refimpl.reproduce.records import machine

Log = Callable[[str], None]
EMBEDDINGS = ("joint", "turned chroma", "mel statistics")
MUSIC = ("in_key", "cross_key", "grid", "voiced")  # high is good in each
ORDERED_BY = ("fad_infinity", "kernel_distance")
N_RESAMPLES = 40
LOUDEST = 32767  # of a sample as it is kept


def judge_judges(
    folder: str | Path,
    *,
    n_tunes: int = 100,
    n_training: int = 300,
    work: str | Path = "runs/reproduce",
    names: Sequence[str] = ALL_SETS,
    embeddings: Sequence[str] = EMBEDDINGS,
    n_processes: int = 1,
    log: Log = print,
) -> dict[str, Any]:
    """Measure real tunes, a model's and impostors by every judge, and say who is deceived by whom.

    Args:
        folder: for judges.json, judges.md, and a sound of each set.
        n_tunes: in each set.
        n_training: training tunes, the reference of all sets.
        work: for sounds and vectors made so far; they are kept.
        names: the sets; the first has to be the real one.
        embeddings: by name.
        n_processes: for decoding.
        log: is given a sentence after each set.

    Returns:
        What judges.json holds.

    Taught in lesson 11.
    """
    folder, work = Path(folder), Path(work) / f"judges-{n_tunes}-{n_training}"
    work.mkdir(parents=True, exist_ok=True)
    shop = Cache(JudgedSets(n_tunes, n_training, n_processes=n_processes), work, log)
    columns: dict[str, dict[str, np.ndarray]] = {
        f"music/{name}": values for name, values in music_draws(shop, names).items()
    }
    better = {column: "high" for column in columns}
    for embedding in embeddings:
        hears = load_embedding(embedding)
        reference = Reference(shop.vectors(hears, None))
        judged = {name: Judged(shop.vectors(hears, name), reference) for name in names}
        for measure in SET_MEASURES:
            columns[f"{embedding}/{measure.name}"] = shop.draws(hears, measure, judged)
            better[f"{embedding}/{measure.name}"] = measure.better
        log(f"{embedding}: {len(names)} sets measured")
    results = {
        "command": f"refimpl reproduce --judges --judge-tunes {n_tunes}",
        "machine": machine(),
        "n_tunes": n_tunes,
        "n_training": n_training,
        "sets": list(names),
        "columns": {
            column: {"better": better[column], "sets": in_column(values, better[column])}
            for column, values in columns.items()
        },
        "order": ordered(columns, names, embeddings),
    }
    text = json.dumps(results, indent=1, ensure_ascii=False).replace("NaN", "null")
    replace_file(folder / "judges.json", (text + "\n").encode())
    for name in names:
        mp3 = levelled_mp3(shop.sounds(name)[0], shop.sets.sample_rate)
        replace_file(folder / "sounds" / f"results-judges-{slug(name)}.mp3", mp3)
    replace_file(folder / "judges.md", judge_tables(json.loads(text)).encode())
    log(f"wrote {folder / 'judges.json'} and its tables")
    return results


class Cache:
    """The sounds, vectors and musical measures of sets, made once.

    Args:
        sets: that makes them.
        work: folder.
        log: is given a sentence after each set that was made.
    """

    def __init__(self, sets: JudgedSets, work: Path, log: Log):
        self.sets, self.work, self.log = sets, work, log

    def sounds(self, name: str | None) -> list[np.ndarray]:
        """The sounds of a set; None: the training tunes."""

        def make() -> np.ndarray:
            found = self.sets.sounds(name) if name else [t.render() for t in self.sets.training()]
            self.log(f"{name or 'training tunes'}: {len(found)} sounds")
            return np.clip(np.rint(np.stack(found) * LOUDEST), -LOUDEST, LOUDEST).astype(np.int16)

        whole = self._kept(self._path(name), make)
        return [row / np.float32(LOUDEST) for row in whole]

    def vectors(self, hears: Embedding, name: str | None) -> list[np.ndarray]:
        """The vectors of a set."""

        def make() -> np.ndarray:
            return np.stack(hears.embed(self.sounds(name), self.sets.sample_rate))

        return list(self._kept(self._path(name, hears.fingerprint), make))

    def music(self, name: str) -> np.ndarray:
        """The musical measures of a set, (n_tunes, n_measures)."""

        def make() -> np.ndarray:
            options = {"beat_period": self.sets.beat_period}
            found = (measure_music(s, self.sets.sample_rate, **options) for s in self.sounds(name))
            return np.array([[getattr(one, measure) for measure in MUSIC] for one in found])

        return self._kept(self._path(name, "music"), make)

    def draws(
        self, hears: Embedding, measure: SetMeasure, judged: dict[str, Judged]
    ) -> dict[str, np.ndarray]:
        """A measure of all sets; see `draws_of`."""

        def make() -> np.ndarray:
            found = draws_of(judged, measure.value)
            return np.stack([found[name] for name in judged])

        words = f"draws {N_RESAMPLES} {len(judged)} {measure.name}"
        path = self._path(hears.fingerprint, words)
        return dict(zip(judged, self._kept(path, make), strict=True))

    def _path(self, name: str | None, of: str = "sounds") -> Path:
        words = slug(f"{of} {name or 'training'}")
        return self.work / f"{words}.npy"

    @staticmethod
    def _kept(path: Path, make: Callable[[], np.ndarray]) -> np.ndarray:
        if not path.exists():
            write_atomically(path, lambda part: np.save(part, make()))
        return np.load(path)


def slug(name: str) -> str:
    """The name of a set as part of a file's name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower())


def draws_of(
    judged: dict[str, Judged], value: Callable[[Judged, np.ndarray, np.ndarray], float]
) -> dict[str, np.ndarray]:
    """Measure all sets on the same halves of the reference.

    Returns:
        {set: (1 + n_resamples,)}: the value on all sounds, then those of the halves.
    """
    found: dict[str, list[float]] = {}
    for number, (name, one) in enumerate(judged.items()):
        n, m = one.sizes
        rows = [value(one, np.arange(n), np.arange(m))]
        for draw in range(N_RESAMPLES):
            half = np.random.default_rng([draw]).choice(m, m // 2, replace=False)
            own = np.random.default_rng([draw, number + 1]).choice(n, n // 2, replace=False)
            rows.append(value(one, np.sort(own), np.sort(half)))
        found[name] = rows
    return {name: np.array(rows) for name, rows in found.items()}


def music_draws(shop: Cache, names: Sequence[str]) -> dict[str, dict[str, np.ndarray]]:
    """The means of the musical measures on all tunes of each set, and on halves of them."""
    found: dict[str, dict[str, np.ndarray]] = {measure: {} for measure in MUSIC}
    for number, name in enumerate(names):
        values = shop.music(name)
        halves = [np.arange(len(values))] + [
            np.random.default_rng([draw, number + 1]).choice(
                len(values), len(values) // 2, replace=False
            )
            for draw in range(N_RESAMPLES)
        ]
        for column, measure in enumerate(MUSIC):
            means = [_mean(values[half, column]) for half in halves]
            found[measure][name] = np.array(means)
    return found


def _mean(values: np.ndarray) -> float:
    """The mean of the tunes that could be measured; 0 where none could."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else 0.0


def estimate(draws: np.ndarray) -> Estimate:
    """A value with 1.96 standard errors either side; see `refimpl.metrics.sets.resampling`."""
    spread = 1.96 * float(np.std(draws[1:], ddof=1))
    return Estimate(float(draws[0]), float(draws[0]) - spread, float(draws[0]) + spread, len(draws))


def worse_by(draws: dict[str, np.ndarray], one: str, other: str, better: str) -> Estimate:
    """How much worse a set is than another, above 0 if it is."""
    return estimate((1 if better == "low" else -1) * (draws[one] - draws[other]))


def in_column(draws: dict[str, np.ndarray], better: str) -> dict[str, dict[str, Any]]:
    """The value of each set, how much worse than real tunes it is, and whether it passes."""
    found = {}
    for name, values in draws.items():
        value, worse = estimate(values), worse_by(draws, name, REAL, better)
        found[name] = {
            "value": [value.mean, value.low, value.high],
            "worse": [worse.mean, worse.low, worse.high],
            "passes": not (told_apart(worse) and worse.mean > 0),
        }
    return found


def ordered(
    columns: dict[str, dict[str, np.ndarray]], names: Sequence[str], embeddings: Sequence[str]
) -> list[dict[str, Any]]:
    """For each neighbouring pair of the wanted order, whether a judge tells them apart."""
    found = []
    wanted = [name for name in ORDER if name in names]
    for embedding in embeddings:
        for measure in ORDERED_BY:
            draws = columns[f"{embedding}/{measure}"]
            for one, other in zip(wanted, wanted[1:], strict=False):
                gap = worse_by(draws, other, one, "low")
                found.append(
                    {
                        "embedding": embedding,
                        "measure": measure,
                        "better": one,
                        "worse": other,
                        "gap": [gap.mean, gap.low, gap.high],
                        "told_apart": told_apart(gap),
                        "in_order": gap.mean > 0,
                    }
                )
    return found
