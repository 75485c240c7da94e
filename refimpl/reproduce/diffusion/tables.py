"""The tables of the comparison, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refimpl.reproduce.diffusion.rows import FAMILIES, GAPS, GROUPS, MELODIES, STEPS, STRENGTH
from refimpl.reproduce.markdown import interval_cell, markdown_table

TITLES = {
    FAMILIES: "Families of models",
    STEPS: "Samplers and their steps",
    STRENGTH: "Guidance by the key",
    MELODIES: "Melodies that the model is told",
    GAPS: "The third bar, filled",
}
MUSIC = {
    "in_key": "in key",
    "in_asked_key": "in the key asked for",
    "cross_key": "cross-key",
    "grid": "grid",
    "voiced": "voiced",
    "ioi_tv": "IOI-TV",
    "onsets_per_second": "onsets/s",
    "diversity": "diversity, dB",
}
COLUMNS = {
    FAMILIES: MUSIC
    | {"rise_at_joins": "rise at joins, dB", "too_near": "too near", "seconds": "s a tune"},
    STEPS: MUSIC | {"seconds": "s a tune"},
    STRENGTH: MUSIC,
    MELODIES: {"melody_right": "melody right"} | MUSIC,
    GAPS: {
        "as_in_the_tune": "pitch class as in the tune",
        "onsets_as_in_the_tune": "onsets as in the tune (F)",
        "onsets": "onsets in the bar",
        "on_the_grid": "on the grid",
        "gap_in_key": "in key",
        "seconds": "s a tune",
    },
}


def diffusion_tables(results: Mapping[str, Any]) -> str:
    """Return a table for each group of rows."""
    facts = results["model"]
    parts = [
        f"The model has {results['weights']:,} weights and was trained for"
        f" {facts.get('core_seconds', 0):,} seconds of one core. Means over tunes, with 95 %"
        " intervals."
    ]
    for group in GROUPS:
        rows = [row for row in results["rows"] if row["group"] == group]
        if rows:
            counts = " or ".join(str(n) for n in sorted({row["n_tunes"] for row in rows}))
            parts += [f"**{TITLES[group]}** ({counts} tunes a row)", _table(rows, COLUMNS[group])]
    return "\n\n".join(parts) + "\n"


def _table(rows: list[dict[str, Any]], columns: Mapping[str, str]) -> str:
    lines = [[row["name"], *(cell(row.get(name), name) for name in columns)] for row in rows]
    return markdown_table(["", *columns.values()], lines)


def cell(value: Any, name: str) -> str:
    """One cell: an estimate with its interval, or a number."""
    if value is None or isinstance(value, Mapping):
        return interval_cell(value)
    return f"{value:.3f}" if name == "seconds" else f"{value:.2f}"
