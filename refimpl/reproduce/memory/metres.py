"""Whether metres are told correctly, and whether models of fiddle tunes write any.

    python -m refimpl.reproduce.memory.metres book/results

takes some minutes on one core, and writes `metres.json` and the tables of `metres.md`. The models
are those that come with the package, so nothing is trained.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.corpora.scores import TICKS, NoteEvents, Score, Scores
from refimpl.files import make_folder, replace_file, replace_json
from refimpl.metrics import (
    bootstrap_mean,
    estimate_metre,
    kind_of_metre,
    measure_metre,
    shuffle_onsets,
)
from refimpl.metrics.metre import KINDS
from refimpl.metrics.references import bigram
from refimpl.metrics.statistics import Estimate
from refimpl.presets import get_preset
from refimpl.reproduce.markdown import interval_cell, markdown_table
from refimpl.reproduce.memory.shipped import SHIPPED, TuneWriter, load_tune_writer

N_WRITTEN = 96  # tunes of each set
N_PROMPTS = 32  # of each kind of metre, or as many as there are
PROMPT, NEW = 64, 128  # notes that are given, and that go on from them
SAMPLINGS: dict[str, dict[str, Any]] = {"temperature 1": {}, "top-p 0.9": {"top_p": 0.9}}
REAL, SHUFFLED, BIGRAM = "held-out tunes", "the same, shuffled", "bigram"
CHANCE = 1 / len(KINDS)


def measure_telling(scores: Sequence[Score], *, seed: int = 0) -> dict[str, Any]:
    """Compare the metres that onsets tell with those that are written.

    Args:
        scores: pieces; those whose metre is not known, or of no kind, are left out.
        seed: of shuffles.

    Returns:
        "pieces" of each kind; "right", the share that is told correctly, and "always", what
        answering with the most frequent kind gives; "balanced", the mean over kinds, and
        "shuffled", the same of shuffled notes; "clear", the share with a clear metre, and
        "right_where_clear".
    """
    kinds, onsets = [], []
    for score in scores:
        kind = kind_of_metre(score.metre or "")
        if kind is not None:
            kinds.append(kind)
            onsets.append(score.notes[:, 0] / TICKS)
    rng = np.random.default_rng(seed)
    right = _are_right(onsets, kinds)
    shuffled = _are_right([shuffle_onsets(one, rng) for one in onsets], kinds)
    clear = np.array([row["clear_metre"] for row in measure_metre(onsets, seed=seed)])
    return {
        "pieces": {kind: kinds.count(kind) for kind in KINDS},
        "right": asdict(bootstrap_mean(right)),
        "always": max(map(kinds.count, KINDS)) / len(kinds),
        "balanced": asdict(balanced_share(right, kinds)),
        "shuffled": asdict(balanced_share(shuffled, kinds)),
        "clear": asdict(bootstrap_mean(clear)),
        "right_where_clear": asdict(bootstrap_mean(right[clear == 1])),
    }


def balanced_share(hits: np.ndarray, kinds: Sequence[str], *, seed: int = 0) -> Estimate:
    """Mean over the kinds of the share of hits, with a 95 % bootstrap interval.

    Args:
        hits: (n,) bool or 0 and 1.
        kinds: to which each belongs; kinds without any are left out.
        seed: of the resampling, which draws from each kind as many as it has.
    """
    rng, names = np.random.default_rng(seed), np.asarray(kinds)
    groups = [np.asarray(hits, dtype=np.float64)[names == kind] for kind in sorted(set(kinds))]
    draws = [group[rng.integers(len(group), size=(1000, len(group)))].mean(1) for group in groups]
    low, high = np.percentile(np.mean(draws, axis=0), [2.5, 97.5])
    mean = np.mean([group.mean() for group in groups])
    return Estimate(float(mean), float(low), float(high), len(names))


def go_on_as_bigram(
    training: Sequence[np.ndarray], last: Sequence[int], n: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Let a bigram go on from the last token of each prompt: (n,) tokens each."""
    followers: defaultdict[int, list[int]] = defaultdict(list)
    for tune in training:
        for one, other in pairwise(tune.tolist()):
            followers[one].append(other)
    everything = np.concatenate(training)
    tunes = []
    for token in last:
        tune = [int(token)]
        while len(tune) <= n:
            known = followers[tune[-1]]
            tune.append(int(known[rng.integers(len(known))] if known else rng.choice(everything)))
        tunes.append(np.array(tune[1:]))
    return tunes


def measure_metres() -> dict[str, Any]:
    """Measure how rightly metres are told, and the tunes of real collections, a bigram and models.

    Returns:
        What metres.json holds.
    """
    fiddle, chorales = (Scores(name, get_preset("course")) for name in ("fiddle", "chorales"))
    held_out = [fiddle.scores[i] for i in np.flatnonzero(fiddle.validation)]
    writers = {name: load_tune_writer(name) for name in SHIPPED}
    events = next(iter(writers.values())).events
    training = [events.encode(fiddle.scores[i]) for i in np.flatnonzero(~fiddle.held_out)]
    return {
        "command": "python -m refimpl.reproduce.memory.metres",
        "prompt": PROMPT,
        "new": NEW,
        "told": {
            "fiddle tunes, held out": measure_telling(held_out),
            "chorales, all": measure_telling(chorales.scores),
        },
        "sets": _sets(held_out, training, writers, events),
    }


def _sets(
    held_out: Sequence[Score],
    training: Sequence[np.ndarray],
    writers: dict[str, TuneWriter],
    events: NoteEvents,
) -> dict[str, Any]:
    """Tunes from nothing, and those that go on from a prompt."""
    rng = np.random.default_rng(0)
    real = [events.encode(score) for score in held_out]
    given = [
        (ids, kind)
        for kind in KINDS
        for ids, score in zip(real, held_out, strict=True)
        if len(ids) >= PROMPT + NEW and kind_of_metre(score.metre or "") == kind
    ]
    given = [pair for kind in KINDS for pair in [p for p in given if p[1] == kind][:N_PROMPTS]]
    prompts, kinds = [ids[:PROMPT] for ids, _ in given], [kind for _, kind in given]
    after = [ids[PROMPT : PROMPT + NEW] for ids, _ in given]
    length = int(np.median([len(ids) for ids in real]))
    written = {
        REAL: (real, after),
        SHUFFLED: ([rng.permutation(ids) for ids in real], [rng.permutation(ids) for ids in after]),
        BIGRAM: (
            bigram(training, 2 * N_WRITTEN, length, rng),
            go_on_as_bigram(training, [ids[-1] for ids in prompts], NEW, rng),
        ),
    }
    for name, writer in writers.items():
        start = np.array([writer.vocabulary.start])
        starts = [np.concatenate([start, ids]) for ids in prompts]
        for sampling, options in SAMPLINGS.items():
            going_on = writer.write(seed=1, most_notes=NEW, prompt=starts, **options)
            tunes = writer.write(N_WRITTEN, seed=1, **options)
            written[f"{name}, {sampling}"] = (tunes, going_on)
    return {name: _measure(events, *pair, kinds) for name, pair in written.items()}


def _measure(
    events: NoteEvents,
    tunes: Sequence[np.ndarray],
    going_on: Sequence[np.ndarray],
    kinds: Sequence[str],
) -> dict[str, Any]:
    clear = [row["clear_metre"] for row in measure_metre([_onsets(events, ids) for ids in tunes])]
    same = _are_right([_onsets(events, ids) for ids in going_on], kinds)
    return {
        "clear": asdict(bootstrap_mean(np.array(clear))),
        "same": asdict(balanced_share(same, kinds)),
        "notes": float(np.mean([len(ids) for ids in tunes])),
    }


def _onsets(events: NoteEvents, ids: np.ndarray) -> np.ndarray:
    return events.decode(ids)[:, 0] / TICKS


def _are_right(onsets: Sequence[np.ndarray], kinds: Sequence[str]) -> np.ndarray:
    """Whether each tune's metre is told, and of its kind: (n,) float64."""
    told = [estimate_metre(one) for one in onsets]
    pairs = zip(told, kinds, strict=True)
    return np.array([found is not None and found.kind == kind for found, kind in pairs], float)


def metre_tables(results: dict[str, Any]) -> str:
    """One table of how well metres are told, and one of what models write."""
    heads = ["", *KINDS, "told correctly", "always the most frequent"]
    heads += ["mean over kinds", "the same, notes shuffled", "clear", "correct where clear"]
    told = [
        [
            name,
            *(str(found["pieces"][kind]) for kind in KINDS),
            interval_cell(found["right"]),
            f"{found['always']:.2f}",
            *(
                interval_cell(found[part])
                for part in ("balanced", "shuffled", "clear", "right_where_clear")
            ),
        ]
        for name, found in results["told"].items()
    ]
    sets = [
        [name, interval_cell(row["clear"]), interval_cell(row["same"]), f"{row['notes']:.0f}"]
        for name, row in results["sets"].items()
    ]
    sets.append(["chance", "0.05", f"{CHANCE:.2f}", "–"])
    same = f"the prompt's metre, in {results['new']} notes after {results['prompt']}"
    tables = (
        markdown_table(heads, told),
        markdown_table(["tunes", "clear metre", same, "notes"], sets),
    )
    return "\n\n".join(tables) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the metre of tunes and of models.")
    parser.add_argument("folder", type=Path, help="where metres.json and metres.md are written")
    folder = make_folder(parser.parse_args().folder)
    results = measure_metres()
    tables = metre_tables(results)
    replace_json(folder / "metres.json", results)
    replace_file(folder / "metres.md", tables.encode())
    print(tables)


if __name__ == "__main__":
    main()
