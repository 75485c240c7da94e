"""The tables of a reproduction as Markdown, and a page to look at and listen to."""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from typing import Any

from refimpl.files import replace_file
from refimpl.metrics import table
from refimpl.metrics.statistics import Estimate
from refimpl.reproduce.experiments import is_rung
from refimpl.reproduce.figures import all_sets, ladder_records
from refimpl.reproduce.markdown import interval_cell, markdown_table
from refimpl.reproduce.mixture_tables import mixture_tables
from refimpl.reproduce.whole_sets import WHOLE

COLUMNS = [
    "in_key",
    "cross_key",
    "grid",
    "stability",
    "voiced",
    "onsets_per_second",
    "ioi_tv",
    "flatness",
    "melody_right",
    "bass_right",
]


def tables(results: dict[str, Any]) -> dict[str, str]:
    """Every table by its title, as Markdown."""
    found = {
        "Measures of each set of tunes": table(
            {label: _estimates(one["summary"]) for label, one in all_sets(results)},
            columns=COLUMNS,
            intervals=False,
        ),
        "Each set as a whole beside training tunes, in the joint embedding": _whole_sets(results),
        "Losses": _losses(results),
        "The loss of untrained models of the report's shape": _first_losses(results),
        "Copying": table(
            {
                f"{record['name']}: {name}": _estimates(summary)
                for record in results["experiments"]
                for name, summary in record["copying"].items()
            }
        ),
    }
    for record in results["experiments"]:
        if record.get("filling"):
            seconds = record["filling"]["gap_seconds"]
            found[f"Filling a gap of {seconds:.0f} second, {record['name']}"] = filling_table(
                record
            )
    if any(is_rung(record["name"]) for record in results["experiments"]):
        found["The ladder: tunes of the model, one factor changed at a time"] = table(
            {
                record["name"]: _estimates(record["sets"]["model"]["summary"])
                for record in ladder_records(results)
            },
            columns=COLUMNS[:-2],
            intervals=False,
        )
    return {title: rows for title, rows in found.items() if rows}


def _whole_sets(results: dict[str, Any]) -> str:
    """A row for each set, with intervals; empty where no set was measured as a whole."""
    rows = []
    for label, one in all_sets(results):
        summary = _estimates(one["summary"])
        known = [summary.get(measure.name) for measure in WHOLE]
        if all(known):
            rows.append([label, f"{known[0].n:.0f}", *map(interval_cell, known)])
        else:
            rows.append([label, "not measured"] + ["–"] * len(WHOLE))
    heads = [f"{m.title} ({'low' if m.better == 'low' else 'high'} is good)" for m in WHOLE]
    measured = any(row[1] != "not measured" for row in rows)
    return markdown_table(["set", "tunes", *heads], rows) if measured else ""


def filling_table(record: dict[str, Any]) -> str:
    """The notes in gaps that were filled in one way or another."""
    lines = ["| gap begins | gap is | notes | in key | on the grid |", "| --- |" + " --- |" * 4]
    for place, ways in record["filling"]["places"].items():
        for way, found in ways.items():
            shares = _estimates({name: found[name] for name in ("in_key", "grid")})
            cells = [place, way, str(found["notes"])]
            cells += [f"{e.mean:.2f} [{e.low:.2f}, {e.high:.2f}]" for e in shares.values()]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write_page(results: dict[str, Any], folder: Path) -> None:
    """Write tables.md, and index.html with the tables, pictures and sounds."""
    parts = tables(results)
    text = "\n\n".join(f"**{title}**\n\n{rows}" for title, rows in parts.items())
    replace_file(folder / "tables.md", (text + "\n").encode())
    body = [f"<h1>The report and the course</h1><p>Made by <code>{results['command']}</code>.</p>"]
    body += [_figure(folder, "measures", "Measures"), _figure(folder, "ladder", "The ladder")]
    body += [f"<h2>{escape(title)}</h2>{_html_table(rows)}" for title, rows in parts.items()]
    if (folder / "mixtures.json").exists():
        body += _mixtures(folder)
    body.append(_players("References", results["references"]["sets"]))
    for record in results["experiments"]:
        body.append(_players(record["name"], record["sets"]))
        title = f"Spectrograms of {record['name']}: one tune of each set"
        body += [_figure(folder, record["folder"], title)]
        body += [_figure(folder, f"{record['folder']}-loss", f"Losses of {record['name']}")]
    replace_file(folder / "index.html", (_HEAD + "\n".join(body) + "</html>\n").encode())


def _mixtures(folder: Path) -> list[str]:
    """The comparison of objectives, where it was made."""
    compared = json.loads((folder / "mixtures.json").read_text(encoding="utf-8"))
    command = f"<p>Made by <code>{compared['command']}</code>.</p>"
    pictures = sorted(path.stem for path in (folder / "figures").glob("mixtures-*.png"))
    tables = re.split(r"^\*\*(.+)\*\*$", mixture_tables(compared), flags=re.MULTILINE)[1:]
    return [
        f"<h2>Which mixture of objectives?</h2>{command}",
        *(_figure(folder, name, name.replace("-", " ")) for name in pictures),
        *(
            f"<h3>{escape(title)}</h3>{_html_table(rows.strip())}"
            for title, rows in zip(tables[::2], tables[1::2], strict=True)
        ),
    ]


def _losses(results: dict[str, Any]) -> str:
    """Return a table of the runs and their losses, one row per run."""
    lines = [
        "| run | parameters | tokens/s of audio | bits/s | context, s | steps | training, s "
        "| first loss | loss at 10 | validation loss | bigram | nats/s | bigram, nats/s |",
    ]
    lines.append("|" + " --- |" * (lines[0].count("|") - 1))
    for record in results["experiments"]:
        start = record.get("start") or {}  # the run that this one went on from
        at_10 = float("nan") if start else record["last_losses"].get("10", float("nan"))
        cells = [
            record["name"],
            f"{record['parameters']:,}",
            f"{record['tokens_per_second']:.1f}",
            f"{record['bits_per_second']:.0f}",
            f"{record['context_seconds']:.2f}",
            f"{start['steps']} + {record['steps']}" if start else str(record["steps"]),
            f"{_seconds(start)} + {_seconds(record)}" if start else _seconds(record),
            f"{start.get('first_loss', record['first_loss']):.2f}",
            "–" if at_10 != at_10 else f"{at_10:.2f}",
            f"{record['validation_loss']:.3f}",
            f"{record['baselines']['bigram']:.3f}",
            f"{record['nats_per_second']:.1f}",
            f"{record['bigram_nats_per_second']:.1f}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _seconds(record: dict[str, Any]) -> str:
    """On two cores; or of one core, where the machine did other things too."""
    core = record.get("core_seconds")
    return f"{core:.0f} (one core)" if core else f"{record['seconds']:.0f}"


def _first_losses(results: dict[str, Any]) -> str:
    """Explain the first loss."""
    found = results["first_losses"]
    return "\n".join(
        [
            "| what | |",
            "| --- | --- |",
            f"| a model that knows nothing: ln V, nats per token | {found['uniform']:.2f} |",
            f"| untrained, weights not tied, nats per token | {found['untied']:.2f} |",
            f"| untrained, weights tied, nats per token | {found['tied']:.2f} |",
            f"| tokens that are the same as the one before | {found['repeats']:.0%} |",
        ]
    )


def _estimates(summary: dict[str, dict]) -> dict[str, Estimate]:
    """Undo what JSON made of estimates."""
    nan = float("nan")
    return {
        name: Estimate(**{key: nan if value is None else value for key, value in one.items()})
        for name, one in summary.items()
    }


def _html_table(markdown: str) -> str:
    rows = [line.strip("| ").split(" | ") for line in markdown.splitlines()]
    head, _, *body = rows
    return (
        "<div class=wide><table><tr>"
        + "".join(f"<th>{escape(cell.strip())}</th>" for cell in head)
        + "</tr>"
        + "".join(
            "<tr>" + "".join(f"<td>{escape(cell.strip())}</td>" for cell in row) + "</tr>"
            for row in body
        )
        + "</table></div>"
    )


def _figure(folder: Path, name: str, title: str) -> str:
    path = folder / "figures" / f"{name}.png"
    if not path.exists():
        return ""
    words = path.with_suffix(".txt")
    alt = words.read_text(encoding="utf-8").strip() if words.exists() else title
    return (
        f"<figure><figcaption>{escape(title)}</figcaption>"
        f'<img src="figures/{path.name}" alt="{escape(alt)}"></figure>'
    )


def _players(title: str, sets: dict[str, dict[str, Any]]) -> str:
    rows = []
    for name, one in sets.items():
        players = "".join(
            f'<audio controls preload="none" src="sounds/{file}" '
            f'aria-label="{escape(name)}, {number}"></audio>'
            for number, file in enumerate(one["sounds"], start=1)
        )
        rows.append(f"<tr><th>{escape(name)}</th><td>{players}</td></tr>")
    return f"<h2>Sounds: {escape(title)}</h2><div class=wide><table>{''.join(rows)}</table></div>"


_HEAD = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The report and the course</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 72rem; margin: auto; padding: 1rem }
img { max-width: 100% } .wide { overflow-x: auto }
td, th { padding: .2rem .6rem; text-align: left; border-bottom: 1px solid #8884 }
</style>
"""
