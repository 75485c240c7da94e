"""Several controls, shown: a row for each set of things that a branch is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refimpl.reproduce.markdown import interval_cell, markdown_table
from refimpl.reproduce.seeds import over_seeds

TITLES = {"before": "the branch in the package", "after": "the same, with loudness"}
COLUMNS = {
    "melody_right": "melody right",
    "bass_right": "bass right",
    "loudness": "loudness: correlation",
    "other_loudness": "with another tune's",
    "loudness_away": "away, dB",
    "in_key": "in key",
}


def controls_page(results: Mapping[str, Any]) -> str:
    """Return the table of what each branch wrote, told one thing, several, or nothing."""
    runs = results["runs"]
    lines = [["the tunes, through the latents", *(_one(results["real"][key]) for key in COLUMNS)]]
    for arm, title in TITLES.items():
        for way in runs[0][arm]:
            found = (over_seeds([run[arm][way][name] for run in runs]) for name in COLUMNS)
            lines.append([f"{title}: told {way}", *(interval_cell(one) for one in found)])
    return (
        f"The branch learned to read loudness in {results['steps']:,} steps on"
        f" {results['n_training']:,} tunes, and is told of {results['n_written']} held-out ones, at"
        f" guidance 2. Means over {len(runs)} seeds, with 95 % intervals.\n\n"
        + markdown_table(["", *COLUMNS.values()], lines)
        + "\n"
    )


def _one(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
