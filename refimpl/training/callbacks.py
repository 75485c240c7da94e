"""Callbacks, which run during training: a curriculum, a listener, a rule that stops in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from refimpl.reading import weights_of
from refimpl.training.loss import ALL
from refimpl.training.models import load_weights

if TYPE_CHECKING:
    from refimpl.training.run import Run


class Callback:
    """Override what you need; each method is called on every process, after the step is done.

    A callback that changes the rest of the run (a mixture, a rule) keeps its state in
    `state_dict`, which every checkpoint saves, so that a resumed run continues exactly.
    The loop reseeds its own randomness at every step, so a callback may draw random numbers
    without changing the training.
    """

    def after_step(self, run: Run) -> None:
        """Called when `run.step` updates are made; `run.stop()` ends the training."""

    def time_for_validation(self, step: int) -> bool:
        """Ask for a validation besides the regular ones."""
        return False

    def after_validation(self, run: Run, losses: dict[str, float]) -> None:
        """Called with the validation losses by name, in the unit of the run's loss."""

    def state_dict(self) -> dict:
        """Return the state: nested dictionaries and lists of numbers, strings and tensors."""
        return {}

    def load_state_dict(self, state: dict) -> None:
        """Undo `state_dict`."""


NO_IMPROVEMENT = "no improvement"


class KeepBest(Callback):
    """Early stopping: the run keeps the weights with the lowest validation loss.

    With little data a model first learns and then memorises, while its loss on held-out clips
    rises again. The last weights are then not the best ones.

    Args:
        patience: validations without a new best before training stops; None never stops it.

    Attributes:
        loss: the lowest validation loss so far.
        step: number of updates at that loss.

    Source: Prechelt 1998. Taught in lesson 7.
    """

    def __init__(self, patience: int | None = None) -> None:
        self.patience = patience
        self.loss, self.step, self.waited = float("inf"), 0, 0
        self._weights: dict[str, torch.Tensor] = {}

    def after_validation(self, run: Run, losses: dict[str, float]) -> None:
        """Compare with the best so far."""
        if losses[ALL] < self.loss:
            self.loss, self.step, self.waited = losses[ALL], run.step, 0
            self._weights = {n: t.detach().cpu().clone() for n, t in weights_of(run.model).items()}
            return
        self.waited += 1
        if self.patience is not None and self.waited >= self.patience:
            run.stop(NO_IMPROVEMENT)

    def restore(self, model: nn.Module) -> None:
        """Load the best weights into the model, if there was any validation."""
        if self._weights:
            load_weights(model, self._weights, "the best weights")

    def state_dict(self) -> dict:
        """Return the state that a resumed run needs."""
        # JSON has no infinity: before the first validation there is no loss.
        loss = self.loss if self._weights else None
        return {"loss": loss, "step": self.step, "waited": self.waited, "weights": self._weights}

    def load_state_dict(self, state: dict) -> None:
        """Undo `state_dict`."""
        self.loss = float("inf") if state["loss"] is None else state["loss"]
        self.step, self.waited = state["step"], state["waited"]
        self._weights = dict(state["weights"])
