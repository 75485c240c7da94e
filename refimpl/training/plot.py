"""The picture of a run: its losses, and the baselines that they have to get below."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from refimpl.files import replace_file
from refimpl.training.errors import TrainingError
from refimpl.training.loss import NEXT_TOKEN, Loss
from refimpl.training.metrics import read_metrics

LEGEND, PICTURE = "loss.json", "loss.png"


def save_legend(folder: Path, loss: Loss, baselines: Mapping[str, float]) -> None:
    """Save the words of a run's loss and its baselines beside the metrics, for the picture."""
    legend = {"name": loss.name, "unit": loss.full_unit, "baselines": dict(baselines)}
    replace_file(folder / LEGEND, json.dumps(legend, indent=2).encode())


def _smooth(losses: np.ndarray, span: int) -> np.ndarray:
    """The mean of each loss and up to `span - 1` before it: (n,) -> (n,)."""
    sums = np.cumsum(np.concatenate([[0.0], losses]))
    ends = np.arange(1, len(losses) + 1)
    begins = np.maximum(0, ends - span)
    return (sums[ends] - sums[begins]) / (ends - begins)


def _read_legend(folder: Path) -> dict:
    path = folder / LEGEND
    words = {"name": NEXT_TOKEN.name, "unit": NEXT_TOKEN.full_unit, "baselines": {}}
    return words | (json.loads(path.read_text()) if path.exists() else {})


def plot_metrics(folder: str | Path) -> Path:
    """Draw a run's `metrics.jsonl` into `loss.png` beside it.

    Training loss (every step, and its running mean), validation losses, and as lines the baselines
    that the run was given.

    Args:
        folder: a run's folder.

    Returns:
        The picture's path.

    Raises:
        TrainingError: there are no metrics yet.

    Taught in lesson 5.
    """
    from matplotlib.figure import Figure  # half a second to import; and without pyplot, so that
    # drawing during a training leaves a notebook's own figures alone

    folder = Path(folder)
    records = read_metrics(folder)
    steps = [record for record in records if "loss" in record]
    validations = [record for record in records if "validation_loss" in record]
    if not steps:
        raise TrainingError(f"{folder} holds no metrics of a training step yet")
    legend = _read_legend(folder)
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot(xlabel="step", ylabel=f"{legend['name']} ({legend['unit']})")
    x = [record["step"] for record in steps]
    losses = np.array([record["loss"] for record in steps])
    axes.plot(x, losses, color="C0", alpha=0.25, linewidth=0.8)
    axes.plot(x, _smooth(losses, max(1, len(losses) // 50)), color="C0", label="training")
    x = [record["step"] for record in validations]
    axes.plot(x, [r["validation_loss"] for r in validations], "o-", color="C1", label="validation")
    for i, name in enumerate(sorted({key for r in validations for key in r.get("validation", {})})):
        named = [(r["step"], r["validation"][name]) for r in validations if name in r["validation"]]
        axes.plot(*zip(*named, strict=True), ":", color=f"C{i + 2}", label=name)
    for name, value in legend["baselines"].items():
        axes.axhline(value, color="0.5", linestyle="--", linewidth=0.8)
        axes.annotate(name, (1, value), xycoords=("axes fraction", "data"), ha="right", va="bottom")
    axes.legend()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120)
    replace_file(folder / PICTURE, buffer.getvalue())
    return folder / PICTURE
