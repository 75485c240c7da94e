"""The record of a run: the log, one JSON object per line, the result, and the picture."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from refimpl.files import replace_file, replace_json
from refimpl.training.config import TrainingError
from refimpl.training.loss import NEXT_TOKEN, Loss

METRICS = "metrics.jsonl"


def read_metrics(path: str | Path) -> list[dict]:
    """Read a log.

    Args:
        path: the file, or the folder that holds `metrics.jsonl`.

    Returns:
        One record per line. A training step's has `step`, `loss` (by default in nats per token),
        `gradient_norm`, `learning_rate`, `tokens` (labels trained on so far; another loss counts
        and names other things) and `seconds` (spent in training so far), and where
        an opponent plays `opponent_loss`; a validation's has `step`, `validation_loss` and
        `validation` (losses by name).
        A last line that a kill cut short is ignored.
    """
    path = Path(path)
    path = path / METRICS if path.is_dir() else path
    records = []
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            records.append(json.loads(line))
        except ValueError:
            break
    return records


class MetricsLog:
    """The records of a run, in memory and, if there is a folder, in its `metrics.jsonl`.

    Args:
        folder: where the file is. None: only in memory.
        writes: whether this process is the one that writes.
    """

    def __init__(self, folder: Path | None, *, writes: bool = True) -> None:
        self._path = folder / METRICS if folder and writes else None
        self.records = read_metrics(folder) if folder else []

    def keep_until(self, step: int) -> None:
        """Drop the records after a step, because the run continues from there."""
        self.records = [record for record in self.records if record["step"] <= step]
        if self._path:
            text = "".join(json.dumps(record) + "\n" for record in self.records)
            replace_file(self._path, text.encode())

    def append(self, records: list[dict]) -> None:
        """Add records; from here on they survive the process."""
        self.records += records
        if self._path and records:
            with self._path.open("a") as file:
                file.write("".join(json.dumps(record) + "\n" for record in records))


@dataclass(frozen=True)
class TrainingResult:
    """The result of training.

    Args:
        step: updates made in all, also before a resume.
        weight: of all batches: the labels trained on, or what else the loss counts.
        seconds: time spent in training steps.
        stopped_by: "steps", "seconds", "interrupt" or a callback's reason.
        history: the records of `metrics.jsonl`.
        folder: where the checkpoints are, or None.
    """

    step: int
    weight: int
    seconds: float
    stopped_by: str
    history: list[dict] = field(repr=False)
    folder: Path | None = None

    @property
    def losses(self) -> list[float]:
        """The training loss of every step, in the loss's unit."""
        return [record["loss"] for record in self.history if "loss" in record]

    @property
    def validation_losses(self) -> dict[int, float]:
        """The validation loss by step, in the loss's unit."""
        records = [record for record in self.history if "validation_loss" in record]
        return {record["step"]: record["validation_loss"] for record in records}

    @property
    def validation_loss(self) -> float | None:
        """The latest validation loss; None where none was measured."""
        return next(reversed(self.validation_losses.values()), None)


LEGEND, PICTURE = "loss.json", "loss.png"


def save_legend(folder: Path, loss: Loss, baselines: Mapping[str, float]) -> None:
    """Save the words of a run's loss and its baselines beside the metrics, for the picture."""
    legend = {"name": loss.name, "unit": loss.full_unit, "baselines": dict(baselines)}
    replace_json(folder / LEGEND, legend)


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
