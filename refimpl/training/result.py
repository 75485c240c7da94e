"""The result of training."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class TrainingResult:
    """The result of training.

    Args:
        step: updates made in all, also before a resume.
        tokens: labels trained on; with another loss, what its weight counts.
        seconds: time spent in training steps.
        stopped_by: "steps", "seconds", "interrupt" or a callback's reason.
        history: the records of `metrics.jsonl`.
        folder: where the checkpoints are, or None.
    """

    step: int
    tokens: int
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
