"""Ask a text-to-music model for tunes in several ways, judge them, and keep tables and sounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.audio import Clip
from refimpl.corpora.tinytunes import clip_of
from refimpl.display.levelling import levelled_mp3
from refimpl.embeddings import load_embedding
from refimpl.files import make_folder, replace_file, replace_json
from refimpl.metrics import bootstrap_mean
from refimpl.parallel import map_in_order
from refimpl.reproduce.asked.arms import Arm, all_arms
from refimpl.reproduce.asked.as_sets import N_REFERENCE, SetListener
from refimpl.reproduce.asked.measuring import MUSIC, measure_arm
from refimpl.reproduce.asked.prompts import Prompt, held_out_prompts
from refimpl.reproduce.asked.tables import asked_tables
from refimpl.reproduce.records import machine, plain, read_record, say_outdated
from refimpl.reproduce.whole_sets import EMBEDDING, HEARD_BY
from refimpl.text_to_music import Composer, load_composer
from refimpl.text_to_music.judges import ATTRIBUTES, Judges
from refimpl.text_to_music.tunes import mixed_tunes

N_PROMPTS, N_JUDGE_TUNES, N_HEARD = 96, 600, 24
HEARD = "guidance 3"  # the arm whose tunes are kept as sounds
WRITTEN_BY = "written_by"  # in records: the fingerprint of the composer
_VERSION = 2  # of what a record holds


def measure_asked(
    folder: str | Path,
    *,
    n_prompts: int = N_PROMPTS,
    n_judge_tunes: int = N_JUDGE_TUNES,
    n_heard: int = N_HEARD,
    n_reference: int = N_REFERENCE,
    composer: Composer | None = None,
    arms: Sequence[str] | None = None,
    work: str | Path = "runs/reproduce",
    n_processes: int = 1,
    log: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Measure whether a model writes what it is asked for.

    Args:
        folder: for asked.json, asked.md and sounds.
        n_prompts: texts, each of which describes a test tune.
        n_judge_tunes: training tunes that the judges learn from.
        n_heard: tunes that are kept as sounds.
        n_reference: training tunes that sets are compared with.
        composer: None for the one that comes with the package.
        arms: names of ways of asking; None for all.
        work: for a record of each arm; one that is there is not made again. If another composer
            has written its tunes, or another version of the joint embedding has measured them, it
            is: the tunes are not kept.
        n_processes: that write and judge side by side.
        log: is given a sentence after each arm.

    Returns:
        What asked.json holds.

    Taught in lesson 9.
    """
    folder, work = Path(folder), Path(work) / "asked"
    make_folder(work)
    composer, embedding = composer or load_composer(), load_embedding(EMBEDDING)
    of = {
        "version": _VERSION,
        "n_prompts": n_prompts,
        "n_judge_tunes": n_judge_tunes,
        "n_reference": n_reference,
        WRITTEN_BY: composer.fingerprint,
        HEARD_BY: embedding.fingerprint,  # by the judges, too
    }
    chosen = [arm for arm in all_arms().values() if arms is None or arm.name in arms]
    say_outdated((_path(work, arm) for arm in chosen), of, log)
    missing = [arm for arm in chosen if read_record(_path(work, arm), of) is None]
    if missing:
        judges = Judges.fit(map(clip_of, mixed_tunes("train", range(n_judge_tunes))))
        listener = SetListener.of(mixed_tunes("train", range(n_reference)), embedding)
        shared = (composer, judges, listener, held_out_prompts(n_prompts), n_heard)
        made = map_in_order(_measure, shared, missing, n_processes=n_processes)
        for arm, (record, clips) in zip(missing, made, strict=True):
            replace_json(_path(work, arm), of | record)
            if arm.name == HEARD:
                keep_sounds(folder / "sounds", clips)
            log(f"{arm.name}: {record['seconds_a_tune']:.2f} s of a core for a tune")
    records = [read_record(_path(work, arm), of) for arm in chosen]
    return _write(folder, of, [record for record in records if record], n_heard)


def _measure(
    shared: tuple[Composer, Judges, SetListener, list[Prompt], int], arm: Arm
) -> tuple[dict[str, Any], list[Clip]]:
    composer, judges, listener, prompts, n_heard = shared
    record, clips = measure_arm(composer, judges, arm, prompts)
    record["set"] = plain(listener.measure(clips))
    return record, clips[:n_heard] if arm.name == HEARD else []


def summarise_arm(record: dict[str, Any]) -> dict[str, Any]:
    """The means of an arm's measures over its tunes, with intervals."""
    tunes = record["tunes"]

    def mean(values: Sequence[float | None]):
        numbers = [np.nan if value is None else float(value) for value in values]
        return bootstrap_mean(np.array(numbers))

    agreed = {
        name: mean([tune["agreed"][name] for tune in tunes]) for name in (*ATTRIBUTES, "tempo")
    }
    found = {"agreed": plain(agreed), "melody": plain({"": mean([t["melody"] for t in tunes])})[""]}
    found["set"] = record["set"]
    measured = [tune for tune in tunes if "music" in tune]
    for level in (1, 2, 3) if measured else ():
        some = [tune for tune in measured if tune["level"] == level]
        music = {name: mean([tune["music"][name] for tune in some]) for name in MUSIC}
        found[f"level {level}"] = plain(music)
    return {"name": record["name"], "seconds_a_tune": record["seconds_a_tune"]} | found


def keep_sounds(folder: Path, clips: Sequence[Clip]) -> list[Path]:
    """Write tunes as results-asked-NUMBER.mp3."""
    make_folder(folder)
    paths = [folder / f"results-asked-{number:02d}.mp3" for number in range(1, len(clips) + 1)]
    for path, clip in zip(paths, clips, strict=True):
        replace_file(path, levelled_mp3(clip.audio, clip.sample_rate))
    return paths


def _write(
    folder: Path, of: dict[str, Any], records: list[dict[str, Any]], n_heard: int
) -> dict[str, Any]:
    heard = [record["tunes"][:n_heard] for record in records if record["name"] == HEARD]
    results = {
        "command": "refimpl reproduce --asked",
        "machine": machine(),
        **{name: value for name, value in of.items() if name != "version"},
        "arms": [summarise_arm(record) for record in records],
        "heard": heard[0] if heard else [],
    }
    make_folder(folder)
    replace_json(folder / "asked.json", results)
    replace_file(folder / "asked.md", asked_tables(results).encode())
    return results


def _path(work: Path, arm: Arm) -> Path:
    return work / f"{re.sub('[^a-z0-9]+', '-', arm.name)}.json"
