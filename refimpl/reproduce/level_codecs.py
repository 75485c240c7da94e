"""Codecs on tunes with chords and drums: how many notes survive, at which rate?

    python -m refimpl.reproduce.level_codecs RESULTS WORK [--levels 2 3]

Level 1 has two voices, level 2 adds chords, level 3 drums. For each level, k-means and the neural
codec are fitted on tunes of that level, and held-out tunes pass through them. All notes but those
of the drums are then detected, and compared with the notes that were written. Writes levels.json
and levels.md. Fitted codecs and finished rows are kept.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.codecs import CodebookConfig, Codec, CodecConfig
from refimpl.files import make_folder, replace_file, replace_json
from refimpl.metrics import detect_polyphony, note_scores
from refimpl.presets import get_preset
from refimpl.reproduce.codec_systems import (
    KMEANS,
    LEARNT,
    System,
    codec_system,
    frame_config,
    mel_system,
    with_fewer_books,
)
from refimpl.reproduce.kept import fitted_once, measured_once
from refimpl.reproduce.note_rows import measure_trip, note_table
from refimpl.reproduce.records import machine
from refimpl.tinytunes import Tune, TuneConfig, Tunes

LEVELS = (1, 2, 3)
N_TUNES = 24
N_FITTED = {"kmeans": 300, "neural": 1000}  # training tunes
DRUMS = "drums"
WORDS = {1: "two voices", 2: "with chords", 3: "with chords and drums"}


def level_configs() -> dict[str, CodecConfig]:
    """The codecs that are fitted on each level, by name."""
    kmeans = {"mel": frame_config(), "n_clusters": 512, "max_iter": 20, "max_frames": 32_768}
    return {
        "k-means, 1 × 512": CodebookConfig(n_stages=1, **kmeans),
        "k-means, 4 × 512": CodebookConfig(n_stages=4, **kmeans),
        "neural codec": get_preset("neural").codec,
    }


def measure_levels(
    results: str | Path,
    work: str | Path,
    *,
    levels: Sequence[int] = LEVELS,
    n_tunes: int = N_TUNES,
    n_fitted: dict[str, int] | None = None,
    configs: dict[str, CodecConfig] | None = None,
    log: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Fit codecs on each level, and measure the notes that held-out tunes keep.

    Args:
        results: folder for levels.json and levels.md.
        work: folder for fitted codecs and finished rows.
        levels: of tinytunes, 1 to 3.
        n_tunes: held-out tunes of each level.
        n_fitted: training tunes for a codec, by its kind.
        configs: the codecs by name; `level_configs()` by default.
        log: takes a line about each row.

    Returns:
        What levels.json holds.

    Taught in lesson 8.
    """
    results, work = Path(results), Path(work)
    make_folder(results)
    n_fitted = N_FITTED if n_fitted is None else n_fitted
    rows = []
    for level in levels:
        tunes = list(Tunes("test", TuneConfig(level=level)).take(n_tunes))
        for system, core_seconds in _systems(level, work, n_fitted, configs or level_configs()):
            row = measured_once(work / f"level-{level}", system, tunes, measure_notes)
            rows.append({"level": level, "core_seconds": core_seconds, **row})
            log(f"level {level}, {system.name}: notes {row['f_score']['mean']:.2f}")
    found = {"machine": machine(), "n_tunes": n_tunes, "n_fitted": n_fitted, "rows": rows}
    replace_json(results / "levels.json", found)
    replace_file(results / "levels.md", level_tables(found).encode())
    return found


def _systems(
    level: int, work: Path, n_fitted: dict[str, int], configs: dict[str, CodecConfig]
) -> Iterable[tuple[System, float | None]]:
    """The rows of a level, with the processor time that the codec's fit took."""
    yield mel_system(), None
    for name, config in configs.items():
        codec = _fitted(work / f"level-{level}", level, config, n_fitted[config.kind])
        group = KMEANS if codec.kind == "kmeans" else LEARNT
        for label, part in with_fewer_books(name, codec):
            yield codec_system(label, group, part), codec.notes["core_seconds"]


def _fitted(folder: Path, level: int, config: CodecConfig, n_tunes: int) -> Codec:
    """Fit a codec on tunes of a level; one that is in the folder already is loaded."""

    def sounds() -> Iterable[np.ndarray]:
        return (tune.render() for tune in Tunes("train", TuneConfig(level=level)).take(n_tunes))

    return fitted_once(folder / f"{config.kind}-{len(config.stream_sizes)}", config, sounds)


def measure_notes(tune: Tune, system: System) -> dict[str, float]:
    """Send a tune through a system, and compare its notes with those that were written.

    Returns:
        bits_per_second; f_score, of all notes but the drums'; mel_sound, in dB.
    """
    pitched = [note for note in tune.notes if note.part != DRUMS]
    return measure_trip(
        tune.render(),
        system,
        lambda sound: note_scores(detect_polyphony(sound, tune.sample_rate), pitched).f_score,
    )


def level_tables(found: dict[str, Any]) -> str:
    """A table for each level, as Markdown."""
    parts = []
    for level in sorted({row["level"] for row in found["rows"]}):
        table = note_table(row for row in found["rows"] if row["level"] == level)
        parts.append(
            f"**Level {level}, {WORDS[level]}: {found['n_tunes']} held-out tunes**\n\n{table}"
        )
    return "\n\n".join(parts) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("results", type=Path, help="folder for levels.json and levels.md")
    parser.add_argument("work", type=Path, help="folder for fitted codecs and finished rows")
    parser.add_argument("--levels", type=int, nargs="+", choices=LEVELS, default=list(LEVELS))
    parser.add_argument("--tunes", type=int, default=N_TUNES, help="held-out tunes of each level")
    given = parser.parse_args(arguments)
    measure_levels(given.results, given.work, levels=given.levels, n_tunes=given.tunes)


if __name__ == "__main__":
    main()
