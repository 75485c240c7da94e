"""The tables of the matrix, as Markdown."""

from __future__ import annotations

from typing import Any

from refimpl.judging.measures import SET_MEASURES
from refimpl.reproduce.judges.judged_sets import IMPOSTORS
from refimpl.reproduce.markdown import markdown_table

TITLES = {
    "in_key": "in key", "cross_key": "cross-key", "grid": "grid", "voiced": "voiced",
    **{measure.name: measure.title for measure in SET_MEASURES},
}  # fmt: skip


def judge_tables(results: dict[str, Any]) -> str:
    """Every table with its title, as one Markdown text."""
    groups: dict[str, list[str]] = {}
    for column in results["columns"]:
        groups.setdefault(column.partition("/")[0], []).append(column)
    parts = [("Which measures does each set pass?", _passes(results, groups))]
    for group, columns in groups.items():
        title = "Musical measures" if group == "music" else f"In the embedding “{group}”"
        parts.append((f"{title}; in bold: worse than real tunes", _values(results, columns)))
    parts.append(
        ("Are neighbours told apart, in the order that a judge should find?", _order(results))
    )
    return "\n\n".join(f"**{title}**\n\n{table}" for title, table in parts) + "\n"


def passed(results: dict[str, Any], name: str) -> list[str]:
    """The columns that a set passes."""
    return [c for c, column in results["columns"].items() if column["sets"][name]["passes"]]


def _passes(results: dict[str, Any], groups: dict[str, list[str]]) -> str:
    heads = ["set", *("music" if group == "music" else group for group in groups), "all"]
    lines = []
    for name in results["sets"]:
        good = passed(results, name)
        cells = [
            f"{len(set(good) & set(columns))} of {len(columns)}" for columns in groups.values()
        ]
        mark = " (impostor)" if name in IMPOSTORS else ""
        lines.append([name + mark, *cells, f"{len(good)} of {len(results['columns'])}"])
    return markdown_table(heads, lines)


def _values(results: dict[str, Any], columns: list[str]) -> str:
    heads = ["set"]
    for column in columns:
        arrow = "↓" if results["columns"][column]["better"] == "low" else "↑"
        heads.append(f"{TITLES[column.partition('/')[2]]} {arrow}")
    lines = []
    for name in results["sets"]:
        cells = []
        for column in columns:
            one = results["columns"][column]["sets"][name]
            value = number(one["value"][0])
            cells.append(value if one["passes"] else f"**{value}**")
        lines.append([name, *cells])
    return markdown_table(heads, lines)


def _order(results: dict[str, Any]) -> str:
    lines = []
    for pair in results["order"]:
        mean, low, high = pair["gap"]
        gap = f"{number(mean)} [{number(low)}, {number(high)}]"
        verdict = "yes" if pair["told_apart"] and pair["in_order"] else "no"
        if pair["told_apart"] and not pair["in_order"]:
            verdict = "the other way round"
        judge = f"{pair['embedding']}, {TITLES[pair['measure']]}"
        lines.append([judge, f"{pair['better']} < {pair['worse']}", gap, verdict])
    return markdown_table(["judge", "pair", "difference", "told apart"], lines)


def number(value: float | None) -> str:
    """A number with as many digits as tables have room for."""
    if value is None:
        return "–"
    size = abs(value)
    digits = 0 if size >= 100 else 2 if size >= 0.095 or not value else 3
    text = f"{value:.{digits}f}"
    return text if float(text) else text.lstrip("-")
