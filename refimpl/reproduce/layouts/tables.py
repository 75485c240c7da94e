"""The tables of the comparison of layouts, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from refimpl.reproduce.asked.tables import COLUMNS
from refimpl.reproduce.layouts.measuring import JUDGED
from refimpl.reproduce.markdown import interval_cell, markdown_table
from refimpl.reproduce.seeds import over_seeds, runs_by_name

Run = dict[str, Any]


def layout_tables(results: dict[str, Any]) -> str:
    """Three tables: the cost of each layout, its gains, and each thing that was asked for."""
    settings, runs = results["settings"], results["runs"]
    text = (
        f"Each model was trained for {settings['seconds']:g} processor seconds, on "
        f"{settings['n_train']:,} tunes, and asked for {settings['n_prompts']} tunes at a guidance "
        f"of {settings['guidance']:g}. Means over seeds, with 95 % intervals where there are "
        "several."
    )
    tables = (_taken(runs), _given(runs, results["references"]), _asked(results))
    return "\n\n".join([text, *tables]) + "\n"


def _taken(runs: Sequence[Run]) -> str:
    """Time, steps and tunes of the training, and of writing."""
    columns: dict[str, tuple[Callable[[Run], float], int]] = {
        "rows per second": (lambda run: run["rows_a_second"], 1),
        "training, s": (lambda run: run["core_seconds"], 0),
        "steps": (lambda run: run["steps"], 0),
        "tunes seen": (lambda run: run["tunes_seen"], 0),
        "writing, s per tune": (lambda run: run["seconds_a_tune"], 2),
    }
    rows = []
    for name, group in runs_by_name(runs).items():
        means = [over_seeds([value(run) for run in group]).mean for value, _ in columns.values()]
        digits = [places for _, places in columns.values()]
        cells = [f"{mean:,.{places}f}" for mean, places in zip(means, digits, strict=True)]
        rows.append([name, str(len(group)), *cells])
    return markdown_table(["layout", "seeds", *columns], rows)


def _given(runs: Sequence[Run], references: Sequence[Run]) -> str:
    """Bits per second of held-out tunes, what was asked for, and the Fréchet distance."""
    rows = [[row["name"], "–", f"{row['asked']:.2f}", f"{row['fad']:.3f}"] for row in references]
    for name, group in runs_by_name(runs).items():
        bits, asked, fad = (
            interval_cell(over_seeds([run[key] for run in group]), digits)
            for key, digits in (("bits", 1), ("asked", 2), ("fad", 3))
        )
        rows.append([name, bits, asked, fad])
    return markdown_table(["tunes", "bits per second", "asked for and got", "FAD"], rows)


def _asked(results: dict[str, Any]) -> str:
    """The share of tunes with each thing that was asked for."""
    rows = [
        [row["name"], *(f"{row['agreed'][name]:.2f}" for name in JUDGED)]
        for row in results["references"]
    ]
    for name, group in runs_by_name(results["runs"]).items():
        found = [over_seeds([run["agreed"][one] for run in group]) for one in JUDGED]
        rows.append([name, *(interval_cell(one) for one in found)])
    return markdown_table(["tunes", *(COLUMNS[name] for name in JUDGED)], rows)
