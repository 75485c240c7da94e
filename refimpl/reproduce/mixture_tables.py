"""The tables of a comparison of mixtures, as Markdown."""

from __future__ import annotations

from typing import Any

from refimpl.metrics.statistics import Estimate
from refimpl.reproduce.markdown import interval_cell, markdown_table
from refimpl.reproduce.mixtures import CURRICULUM, EQUAL
from refimpl.reproduce.seeds import (
    NATS,
    at_the_same_loss,
    differences,
    over_seeds,
    runs_by_name,
    values_of,
)

COLUMNS = {
    NATS: "next token, nats",
    "in_key": "in key",
    "cross_key": "cross-key",
    "grid": "grid",
    "ioi_tv": "IOI-TV",
    "voiced": "voiced",
}


def mixture_tables(results: dict[str, Any]) -> str:
    """Every table with its title, as one Markdown text."""
    groups = runs_by_name(results["runs"])
    settings, n_seeds = results["settings"], max(map(len, groups.values()))
    n_tunes = results["runs"][0]["n_tunes"]
    rows = {name: _music(runs) for name, runs in groups.items()}
    for name, found in results["references"].items():
        rows[name] = ["–"] + [
            _cell(over_seeds([one[measure] for one in found])) for measure in list(COLUMNS)[1:]
        ]
    parts = [
        (
            f"Mixtures at equal compute: {settings['steps']} steps of {settings['rows']} rows of "
            f"{settings['row_length']} positions, {n_seeds} seeds, {n_tunes} tunes from nothing a "
            "run; means with 95 % intervals over seeds",
            _table(["mixture", *COLUMNS.values()], rows),
        )
    ]
    curve = [groups[name] for name in groups if name.startswith("next token")]
    first, *others = groups
    rows = {
        name: [_cell(differences(groups[name], groups[first], m), signed=True) for m in COLUMNS]
        for name in others
    }
    parts.append(
        (f"Difference from {first}, seed by seed", _table(["mixture", *COLUMNS.values()], rows))
    )
    if CURRICULUM in groups and EQUAL in groups:
        pair = groups[CURRICULUM], groups[EQUAL]
        cells = {CURRICULUM: [_cell(differences(*pair, m), signed=True) for m in COLUMNS]}
        parts.append(
            (
                f"Difference of the curriculum from equal shares ({EQUAL}), seed by seed",
                _table(["mixture", *COLUMNS.values()], cells),
            )
        )
    music = list(COLUMNS)[1:]
    rows = {
        name: [_cell(at_the_same_loss(groups[name], curve, m), signed=True) for m in music]
        for name in others
        if not name.startswith("next token")
    }
    parts.append(
        (
            "Difference from next-token prediction stopped at the same next-token loss; seeds "
            "whose loss lies outside what it was stopped at are left out",
            _table(["mixture", *(COLUMNS[m] for m in music)], rows),
        )
    )
    objectives = list(results["runs"][0]["held_out"])
    rows = {
        name: [_cell(over_seeds([run["held_out"][o] for run in runs])) for o in objectives]
        for name, runs in groups.items()
    }
    heads = ["mixture", *(name.replace("_", " ") for name in objectives)]
    parts.append(("Held-out loss of each objective, nats per token", _table(heads, rows)))
    rows = {name: _cost(runs) for name, runs in groups.items()}
    parts.append(
        (
            "What a run cost",
            _table(["mixture", "positions", "of them labels", "seconds, one thread"], rows),
        )
    )
    return "\n\n".join(f"**{title}**\n\n{rows}" for title, rows in parts) + "\n"


def _music(runs: list[dict[str, Any]]) -> list[str]:
    return [_cell(over_seeds(values_of(runs, measure))) for measure in COLUMNS]


def _cost(runs: list[dict[str, Any]]) -> list[str]:
    labels = over_seeds([run["labels"] / run["positions"] for run in runs])
    seconds = over_seeds([run["seconds"] for run in runs])
    return [f"{runs[0]['positions']:,}", f"{labels.mean:.0%}", f"{seconds.mean:.0f}"]


def _cell(estimate: Estimate, *, signed: bool = False) -> str:
    return interval_cell(estimate, 3, signed=signed)


def _table(heads: list[str], rows: dict[str, list[str]]) -> str:
    return markdown_table(heads, [[name, *cells] for name, cells in rows.items()])
