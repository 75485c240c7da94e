"""The pictures of a comparison of mixtures: music, losses, and the shares as they move."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.display import BLUE, ORANGE, VERMILLION, new_picture
from refimpl.display.pictures import INK
from refimpl.metrics.references import RESYNTHESISED
from refimpl.reproduce.figures import save_picture
from refimpl.reproduce.mixture_tables import COLUMNS
from refimpl.reproduce.mixtures import CURRICULUM, NEXT_TOKEN, REPORTS
from refimpl.reproduce.seeds import NATS, over_seeds, runs_by_name, values_of

# Eight objectives: four colours, each as a full and as a dashed line.
STYLES = [(colour, line) for line in ("-", "--") for colour in (BLUE, ORANGE, VERMILLION, INK)]
MARKERS = "osD^vPX*"
TRAINED = (NEXT_TOKEN, REPORTS, CURRICULUM)  # whose losses are drawn


def draw_mixtures(results: dict[str, Any], folder: Path) -> None:
    """Draw all pictures of a comparison into a folder."""
    groups = runs_by_name(results["runs"])
    draw_music(groups, results["references"], folder / "mixtures-music.png")
    draw_claim(groups, folder / "mixtures-claim.png")
    for name in TRAINED:
        if name in groups:
            words = re.sub("[^a-z]+", "-", name)
            draw_losses(name, groups[name], folder / f"mixtures-loss-{words}.png")
    if CURRICULUM in groups:
        draw_shares(groups[CURRICULUM], folder / "mixtures-shares.png")


def draw_music(groups: dict[str, list], references: dict[str, list], path: Path) -> None:
    """A row a mixture, a column a measure: each run, and the mean with its interval."""
    picture, axes = new_picture(1, len(COLUMNS), size=(11.0, 1.0 + 0.4 * len(groups)), sharey=True)
    for one, (measure, title) in zip(axes, COLUMNS.items(), strict=True):
        for row, runs in enumerate(groups.values()):
            values = values_of(runs, measure)
            estimate = over_seeds(values)
            one.plot(values, [row] * len(values), "o", color=BLUE, alpha=0.4, markersize=4)
            if estimate.n > 1:
                one.plot([estimate.low, estimate.high], [row, row], color=VERMILLION, linewidth=2)
            one.plot(estimate.mean, row, "D", color=VERMILLION, markersize=5)
        if measure != NATS:
            reference = over_seeds([found[measure] for found in references[RESYNTHESISED]])
            one.axvline(reference.mean, color=ORANGE, linestyle=":")
        one.set_title(title)
    axes[0].set_yticks(range(len(groups)), list(groups))
    axes[0].invert_yaxis()
    picture.alt = (
        "Each mixture of objectives at equal compute: one dot per seed, a diamond with a bar the "
        "mean and its 95 % interval; dotted, resynthesised tunes. " + _in_words(groups)
    )
    save_picture(picture, path)


def draw_claim(groups: dict[str, list], path: Path) -> None:
    """Plot music against next-token loss, one point per run: does the loss predict its quality?"""
    measures = ("in_key", "cross_key", "grid", "ioi_tv")
    picture, axes = new_picture(1, len(measures), size=(11.0, 3.9))
    correlations = []
    for one, measure in zip(axes, measures, strict=True):
        for (colour, _), marker, (name, runs) in zip(STYLES, MARKERS, groups.items(), strict=False):
            values = values_of(runs, measure)
            fill = "none" if name.startswith("next token,") else colour
            one.plot(
                values_of(runs, NATS),
                values,
                marker,
                color=colour,
                markerfacecolor=fill,
                label=name,
            )
        alone = [runs for name, runs in groups.items() if name.startswith("next token")]
        curve = sorted(
            (over_seeds(values_of(r, NATS)).mean, over_seeds(values_of(r, measure)).mean)
            for r in alone
        )
        one.plot(*zip(*curve, strict=True), color=INK, linewidth=1)
        one.set_title(COLUMNS[measure])
        one.set_xlabel("next token, nats")
        correlations.append(f"{COLUMNS[measure]} {_correlation(groups, measure):+.2f}")
    handles, labels = axes[0].get_legend_handles_labels()
    picture.legend(
        handles, labels, loc="outside lower center", ncols=4, labelcolor=INK, frameon=False
    )
    picture.alt = (
        "Measures of generated tunes against the held-out next-token loss, one point per run; the "
        "line joins next-token prediction alone after a quarter, half and all of the steps. "
        f"Rank correlation with the loss: {', '.join(correlations)}."
    )
    save_picture(picture, path)


def draw_losses(name: str, runs: list[dict[str, Any]], path: Path) -> None:
    """Training loss and the held-out loss of each objective: mean over seeds, range behind it."""
    picture, (axes,) = new_picture(size=(8.0, 4.2))
    steps, losses = _series([run["training"] for run in runs], lambda point: point["loss"])
    axes.plot(steps, losses.mean(axis=0), color=INK, linewidth=3, alpha=0.35, label="training")
    ends = [f"training {losses.mean(axis=0)[-1]:.2f}"]
    for (colour, line), marker, objective in zip(
        STYLES, MARKERS, runs[0]["validation"][0]["losses"], strict=False
    ):
        steps, losses = _series(
            [run["validation"] for run in runs], lambda point, o=objective: point["losses"][o]
        )
        mean, words = losses.mean(axis=0), objective.replace("_", " ")
        axes.fill_between(steps, losses.min(axis=0), losses.max(axis=0), color=colour, alpha=0.12)
        axes.plot(steps, mean, line, color=colour, marker=marker, markersize=4, label=words)
        ends.append(f"{words} {mean[-1]:.2f}")
    axes.set(xlabel="step", ylabel="loss, nats per token", ylim=(0, None), title=name)
    axes.legend(fontsize="small", ncols=2)
    picture.alt = (
        f"Losses of the mixture {name}, mean over {len(runs)} seeds: held-out loss of each "
        f"objective over the steps. At the end: {', '.join(ends)} nats per token."
    )
    save_picture(picture, path)


def draw_shares(runs: list[dict[str, Any]], path: Path) -> None:
    """The mixture over the steps, as the curriculum moved it: mean over seeds."""
    picture, (axes,) = new_picture(size=(8.0, 4.2))
    n_steps = runs[0]["steps"]
    steps = np.arange(n_steps)
    ends = []
    for (colour, line), name in zip(STYLES, runs[0]["mixtures"][0]["shares"], strict=False):
        shares = np.array([_share_at(run["mixtures"], name, steps) for run in runs])
        mean, words = shares.mean(axis=0), name.replace("_", " ")
        axes.fill_between(steps, shares.min(axis=0), shares.max(axis=0), color=colour, alpha=0.1)
        axes.plot(steps, mean, line, color=colour, label=words)
        ends.append(f"{words} {mean[-1]:.0%}")
    axes.set(xlabel="step", ylabel="share of the mixture", ylim=(0, None))
    axes.legend(fontsize="small", ncols=2)
    picture.alt = (
        f"Shares of the eight objectives over {n_steps} steps as the curriculum chose them, mean "
        f"and range over {len(runs)} seeds. At the end: {', '.join(ends)}."
    )
    save_picture(picture, path)


def _share_at(mixtures: list[dict[str, Any]], name: str, steps: np.ndarray) -> np.ndarray:
    """The share of an objective at each step: (n_steps,)."""
    starts = np.array([one["step"] for one in mixtures])
    shares = np.array([one["shares"][name] for one in mixtures])
    return shares[np.searchsorted(starts, steps, side="right") - 1]


def _series(curves: list[list[dict]], value) -> tuple[np.ndarray, np.ndarray]:
    """Steps (n,) that all runs have, and the values there (n_runs, n)."""
    found = [{point["step"]: value(point) for point in curve} for curve in curves]
    steps = sorted(set.intersection(*(set(one) for one in found)))
    return np.array(steps), np.array([[one[step] for step in steps] for one in found])


def _correlation(groups: dict[str, list], measure: str) -> float:
    """Spearman's rank correlation of a measure with the next-token loss, over all runs."""
    from scipy.stats import spearmanr

    runs = [run for group in groups.values() for run in group]
    pairs = zip(values_of(runs, NATS), values_of(runs, measure), strict=True)
    kept = np.array([pair for pair in pairs if None not in pair], dtype=np.float64)
    return float(spearmanr(kept[:, 0], kept[:, 1]).statistic) if len(kept) > 2 else float("nan")


def _in_words(groups: dict[str, list]) -> str:
    parts = [
        f"{name}: "
        + ", ".join(f"{t} {over_seeds(values_of(runs, m)).mean:.3f}" for m, t in COLUMNS.items())
        for name, runs in groups.items()
    ]
    return "; ".join(parts) + "."
