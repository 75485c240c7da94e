"""The tables of the comparison of memories, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from refimpl.metrics.statistics import Estimate
from refimpl.reproduce.markdown import interval_cell as _cell
from refimpl.reproduce.markdown import markdown_table
from refimpl.reproduce.memory.measuring import PHRASES, SAMPLINGS
from refimpl.reproduce.seeds import over_seeds, runs_by_name

Run = dict[str, Any]


def memory_tables(results: dict[str, Any]) -> str:
    """For each training time one table of what models write, and one of phrases given twice."""
    references = results["references"]
    parts = [
        f"{results['n_train']:,} tunes to learn from, {results['n_held_out']} held out, "
        f"{results['n_events']} different notes (pitch and time to the next). A bigram needs "
        f"{references['nats']['bigram']:.3f} nats per note. Means over seeds, with 95 % intervals "
        "where there are several."
    ]
    for seconds in sorted({run["seconds"] for run in results["runs"]}):
        runs = [run for run in results["runs"] if run["seconds"] == seconds]
        parts += [f"**After {seconds:g} processor seconds**", _nats(runs)]
        parts += [_tunes(runs, references["sets"]), _phrases(runs)]
    return "\n\n".join(parts) + "\n"


def estimate(runs: Sequence[Run], value: Callable[[Run], float | None]) -> Estimate:
    """Mean over the seeds of an arm with its interval."""
    return over_seeds([value(run) for run in runs])


def _nats(runs: Sequence[Run]) -> str:
    """Nats per note, on all notes and on those that return."""
    columns = {
        "within": "nats per note",
        "beyond": "beyond the trained length",
        "returning": "notes that return",
        "other": "other notes",
    }
    rows = [["model", "seeds", "steps", "notes seen", *columns.values()]]
    for name, group in runs_by_name(runs).items():
        cells = [_cell(estimate(group, lambda run, c=c: run["nats"][c]), 3) for c in columns]
        steps = estimate(group, lambda run: run["steps"]).mean
        seen = estimate(group, lambda run: run["tokens"]).mean
        rows.append([name, str(len(group)), f"{steps:,.0f}", f"{seen / 1e6:.2f} million", *cells])
    return markdown_table(rows[0], rows[1:])


def _tunes(runs: Sequence[Run], references: dict[str, Any]) -> str:
    """Returns in the tunes that models write, and runs that they copy from training tunes."""
    heads = [
        "tunes",
        "sampled",
        "runs that return",
        "times each",
        "runs copied",
        "longest",
        "notes",
    ]
    rows = [heads]
    for name, measures in references.items():
        rows.append([name, "–", *(_reference(measures[m], n) for m, n in _MEASURES)])
    for name, group in runs_by_name(runs).items():
        for sampling in SAMPLINGS:
            cells = [
                _cell(estimate(group, lambda run, s=sampling, m=m: run["sets"][s][m]["mean"]), n)
                for m, n in _MEASURES
            ]
            rows.append([name, sampling, *cells])
    return markdown_table(rows[0], rows[1:])


_MEASURES = (("returns", 3), ("times", 1), ("copied", 4), ("longest_copied", 1), ("notes", 0))


def _phrases(runs: Sequence[Run]) -> str:
    """The share of the notes of a phrase that a model expects when it comes again."""
    rows = [["phrase given again", *(f"{n} notes" for n in PHRASES)]]
    for name, group in runs_by_name(runs).items():
        cells = [_cell(estimate(group, lambda run, n=n: _right(run, n)), 2) for n in PHRASES]
        rows.append([name, *cells])
    return markdown_table(rows[0], rows[1:])


def _right(run: Run, length: int) -> float | None:
    return run["recall"].get(str(length), {}).get("right")


def _reference(measured: dict[str, float | None], digits: int) -> str:
    return "–" if measured["mean"] is None else f"{measured['mean']:.{digits}f}"
