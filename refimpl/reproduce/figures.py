"""The pictures of a reproduction: how each set of tunes measures, and what each rung changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from refimpl.display import BLUE, ORANGE, VERMILLION, Picture, new_picture
from refimpl.reproduce.experiments import is_rung

MEASURES = {
    "in_key": "in key",
    "cross_key": "cross-key",
    "grid": "on the grid",
    "stability": "stability",
    "voiced": "voiced",
}


def all_sets(results: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """(label, what was measured) of every set: references first, then run by run."""
    sets = [(name, one) for name, one in results["references"]["sets"].items()]
    for record in results["experiments"]:
        if not is_rung(record["name"]):
            sets += [(f"{record['name']}: {name}", one) for name, one in record["sets"].items()]
    return sets


def draw_measures(results: dict[str, Any], path: Path) -> None:
    """A row a set, a column a measure, each a mean with its 95 % interval."""
    sets = all_sets(results)
    size = (10.0, 0.8 + 0.27 * len(sets))
    picture, axes = new_picture(1, len(MEASURES), size=size, sharey=True)
    rows = range(len(sets))
    for one, (key, title) in zip(axes, MEASURES.items(), strict=True):
        for row, (label, measured) in enumerate(sets):
            _draw_estimate(one, row, measured["summary"].get(key), _colour(label))
        one.set_title(title)
        one.set_xlim(-0.03, 1.03)
        one.set_xticks([0, 0.5, 1])
        one.grid(axis="y", alpha=0.2)
    axes[0].set_yticks(list(rows), [label for label, _ in sets])
    axes[0].invert_yaxis()
    picture.alt = "Musical measures of each set of tunes, with 95 % intervals: " + _in_words(sets)
    save_picture(picture, path)


def draw_ladder(results: dict[str, Any], path: Path) -> None:
    """From the report to the course, rung by rung: what the model's tunes measure."""
    rungs = ladder_records(results)
    picture, axes = new_picture(1, len(MEASURES), size=(10.0, 0.9 + 0.35 * len(rungs)), sharey=True)
    real = next(iter(results["references"]["sets"].values()))["summary"]
    for one, (key, title) in zip(axes, MEASURES.items(), strict=True):
        for row, record in enumerate(rungs):
            resynthesised = record["sets"]["resynthesised"]["summary"].get(key)
            _draw_estimate(one, row, resynthesised, ORANGE, marker="|")
            _draw_estimate(one, row, record["sets"]["model"]["summary"].get(key), BLUE)
        if real[key]["mean"] is not None:
            one.axvline(real[key]["mean"], color=VERMILLION, linewidth=1, linestyle=":")
        one.set_title(title)
        one.set_xlim(-0.03, 1.03)
        one.set_xticks([0, 0.5, 1])
    axes[0].set_yticks(range(len(rungs)), [record["name"] for record in rungs])
    axes[0].invert_yaxis()
    picture.alt = (
        "Musical measures of the model's tunes (dots) and of resynthesised tunes (bars) at each "
        "rung, and of real tunes (dotted line): "
        + _in_words([(record["name"], record["sets"]["model"]) for record in rungs])
    )
    save_picture(picture, path)


def ladder_records(results: dict[str, Any]) -> list[dict[str, Any]]:
    """The rungs in order: both of the report's runs, one factor after the other, the course."""
    records = results["experiments"]
    presets = [record for record in records if not is_rung(record["name"])]
    rungs = [record for record in records if is_rung(record["name"])]
    return [*presets[1:], *rungs, presets[0]]


def _draw_estimate(axes, row: int, estimate: dict | None, colour: str, marker: str = "o") -> None:
    if not estimate or estimate["mean"] is None:
        return
    axes.plot([estimate["low"], estimate["high"]], [row, row], color=colour, linewidth=2)
    axes.plot(estimate["mean"], row, marker, color=colour, markersize=9 if marker == "|" else 5)


def _colour(label: str) -> str:
    if label.endswith("model"):
        return BLUE
    return VERMILLION if label.startswith("real") else ORANGE


def _in_words(sets: list[tuple[str, dict[str, Any]]]) -> str:
    parts = []
    for label, measured in sets:
        means = {key: measured["summary"].get(key, {}).get("mean") for key in ("in_key", "grid")}
        words = [f"{MEASURES[key]} {mean:.2f}" for key, mean in means.items() if mean is not None]
        parts.append(f"{label} {', '.join(words) or 'not measurable'}")
    return "; ".join(parts) + "."


def save_picture(picture: Picture, path: Path) -> None:
    """Write a picture, and its words beside it."""
    picture.savefig(path, format="png", dpi=110, metadata={"Description": picture.alt})
    path.with_suffix(".txt").write_text(picture.alt + "\n", encoding="utf-8")
