"""What a network should predict, shown: the picture by levels of noise, and the tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from refimpl.display import BLUE, ORANGE, VERMILLION, new_picture
from refimpl.display.pictures import INK
from refimpl.files import make_folder, replace_file
from refimpl.reproduce.figures import save_picture
from refimpl.reproduce.markdown import interval_cell, markdown_table
from refimpl.reproduce.seeds import over_seeds, runs_by_name

LOOKS = {
    "noise": (VERMILLION, "o"),
    "velocity": (BLUE, "s"),
    "flow": (ORANGE, "^"),
    "straight flow": (INK, "v"),
}
MEASURES: dict[str, Callable[[dict[str, Any]], float]] = {
    "few steps away from many": lambda run: run["error_in_few_steps"],
    "rms without a limit": lambda run: run["rms_without_limit"],
    "in the key asked for": lambda run: run["ways"]["16 steps"]["in_asked_key"],
    "voiced": lambda run: run["ways"]["16 steps"]["voiced"],
    "diversity, dB": lambda run: run["ways"]["16 steps"]["diversity"],
}
HEARD = {"in_asked_key": "in the key asked for", "voiced": "voiced", "diversity": "diversity, dB"}


def write_noise_page(results: Mapping[str, Any], folder: Path) -> None:
    """Write `noise-levels.md` and `figures/noise-levels.png`."""
    replace_file(folder / "noise-levels.md", noise_tables(results).encode())
    draw_noise_levels(results, make_folder(folder / "figures") / "noise-levels.png")


def draw_noise_levels(results: Mapping[str, Any], path: Path) -> None:
    """Draw how much of a clip each model cannot tell, by the level of noise."""
    picture, (axes,) = new_picture(size=(8.0, 4.6))
    told = []
    for name, runs in runs_by_name(results["runs"]).items():
        found = [over_seeds(values) for values in zip(*(r["unknown"] for r in runs), strict=True)]
        colour, marker = LOOKS[name]
        means = [one.mean for one in found]
        axes.plot(results["levels"], means, marker=marker, color=colour, label=name)
        axes.fill_between(
            results["levels"],
            [one.low for one in found],
            [one.high for one in found],
            color=colour,
            alpha=0.25,
        )
        told.append(f"{name}: " + ", ".join(f"{mean:.3f}" for mean in means))
    axes.set(
        yscale="log",
        xlabel="log signal-to-noise ratio, nats (right: hardly any noise)",
        ylabel="squared error of the clip",
    )
    axes.legend(labelcolor=INK)
    picture.alt = (
        "The squared error of the clip by the log signal-to-noise ratio, for what a network can"
        f" predict. At ratios of {', '.join(f'{level:g}' for level in results['levels'])}: "
        + "; ".join(told)
        + "."
    )
    save_picture(picture, path)


def noise_tables(results: Mapping[str, Any]) -> str:
    """Return three tables: errors by level, what is written, and ways of writing by velocity."""
    groups = runs_by_name(results["runs"])
    seeds = len(next(iter(groups.values())))
    # Every second one: the picture has them all.
    levels = {
        f"{level:g}": lambda run, k=k: run["unknown"][k]
        for k, level in list(enumerate(results["levels"]))[::2]
    }
    velocity = groups.get("velocity", [])
    ways = {
        way: [run["ways"][way] for run in velocity] for run in velocity[:1] for way in run["ways"]
    }
    measures = {title: lambda found, name=name: found[name] for name, title in HEARD.items()}
    return "\n\n".join(
        [
            f"Every model has the same network and {results['steps']:,} steps of training on"
            f" {results['n_training']:,} tunes. Means over {seeds} seeds, with 95 % intervals.",
            "**Squared error of the clip**, by the log signal-to-noise ratio",
            _table(groups, levels),
            f"**What each writes** ({results['n_written']} tunes; 16 steps of DDIM, and 4 beside"
            " 64)",
            _table(groups, MEASURES),
            "**Ways of writing**, by the velocity",
            _table(ways, measures),
            "",
        ]
    )


def _table(rows: Mapping[str, list], columns: Mapping[str, Callable[[dict], float]]) -> str:
    lines = []
    for name, runs in rows.items():
        found = [over_seeds([measure(run) for run in runs]) for measure in columns.values()]
        lines.append([name, *(interval_cell(one, 3) for one in found)])
    return markdown_table(["", *columns], lines)
