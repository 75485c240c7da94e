"""The comparison: every row is written and measured once, kept, and shown in tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from refimpl.diffusion import SavedDiffusion
from refimpl.display import progress_bar
from refimpl.display.levelling import levelled_mp3
from refimpl.errors import UserError, suggest
from refimpl.files import make_folder, replace_file, replace_json
from refimpl.reproduce.diffusion.measuring import Measurer
from refimpl.reproduce.diffusion.rows import (
    FAMILIES,
    GAPS,
    GROUPS,
    MELODIES,
    SIDE,
    Row,
    all_rows,
    can_be_made,
)
from refimpl.reproduce.diffusion.tables import diffusion_tables
from refimpl.reproduce.diffusion.writers import EQUAL_TIME, Studio
from refimpl.reproduce.records import machine, read_record

STUDENTS = Path("runs/diffusion/students")  # where `python -m refimpl.diffusion` keeps them
_VERSION = 1  # of what a record holds


def compare_diffusion(
    folder: str | Path,
    *,
    n_tunes: int = 100,
    groups: Sequence[str] | None = None,
    work: str | Path = "runs/reproduce",
    saved: SavedDiffusion | None = None,
    students: Path = STUDENTS,
    equal_time: Path = EQUAL_TIME,
    measurer: Callable[[Studio], Measurer] = Measurer,
    log: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Write and measure tunes by the diffusion model, and beside it by models of tokens.

    Args:
        folder: for diffusion.json, diffusion.md and sounds, which take in all rows in `work`.
        n_tunes: of each row of the families; the other rows have a fifth of it.
        groups: of rows; None: all of `GROUPS`.
        work: for the rows' records; a row that is there is not made again.
        saved: the diffusion model; None: the one that comes with the package.
        students: a folder with further distilled models.
        equal_time: a folder with models of tokens that were trained as long as the diffusion model.
            Rows of models that this folder or the one before lacks are left out, unless they are
            in `work`.
        measurer: makes what measures.
        log: is given a sentence after each row.

    Returns:
        What diffusion.json holds.

    Raises:
        UserError: there is no such group.

    Taught in lesson 12.
    """
    for name in groups or ():
        if name not in GROUPS:
            raise UserError(f"there is no group {name!r}; {suggest(name, GROUPS)}")
    folder, work = Path(folder), make_folder(Path(work) / "diffusion")
    studio = Studio(saved, students, equal_time)
    rows = [row for row in all_rows() if _kept(row, work) or can_be_made(row, studio)]
    left = [row for row in rows if row.group in (groups or GROUPS) and not _kept(row, work)]
    if left:
        measures = measurer(studio)
        for row in progress_bar(left, len(left), "rows", unit="row"):
            _run_row(row, studio, measures, n_tunes, work)
            log(f"{row.group}: {row.name}")
    return _write(folder, work, rows, studio)


def _kept(row: Row, work: Path) -> dict[str, Any] | None:
    return read_record(work / f"{slug(row)}.json", {"version": _VERSION})


def _run_row(row: Row, studio: Studio, measures: Measurer, n_tunes: int, work: Path) -> None:
    n = n_tunes if row.group == FAMILIES else max(2, n_tunes // SIDE)
    written = row.make(studio, n)
    record = {"version": _VERSION, "name": row.name, "group": row.group, "n_tunes": n}
    if row.run:
        record |= {"training": studio.training_of_equal_time(row.run)}
    record |= measures.measure(written)
    if row.group == FAMILIES:
        record |= measures.copying(written)
    if row.group == MELODIES:
        record |= measures.melody(written, studio.tunes(n))
    if row.group == GAPS:
        record |= measures.gap(written, studio.tunes(n))
    if row.heard:
        replace_file(work / f"{slug(row)}.mp3", levelled_mp3(written.sounds[0], studio.sample_rate))
    replace_json(work / f"{slug(row)}.json", record)


def slug(row: Row) -> str:
    """Name the files of a row."""
    return f"{row.group}-{re.sub('[^a-z0-9]+', '-', row.name.lower())}"


def _write(folder: Path, work: Path, rows: Sequence[Row], studio: Studio) -> dict[str, Any]:
    """Write diffusion.json, diffusion.md and sounds from the records in `work`."""
    records = []
    for row in rows:
        if record := _kept(row, work):
            records.append({key: value for key, value in record.items() if key != "version"})
            if row.heard:
                sound = (work / f"{slug(row)}.mp3").read_bytes()
                replace_file(folder / "sounds" / f"results-diffusion-{slug(row)}.mp3", sound)
    results = {
        "command": "refimpl reproduce --diffusion",
        "machine": machine(),
        "model": studio.saved.facts,
        "weights": sum(w.numel() for w in studio.model.parameters()),
        "rows": records,
    }
    make_folder(folder)
    replace_json(folder / "diffusion.json", results)
    replace_file(folder / "diffusion.md", diffusion_tables(results).encode())
    return results
