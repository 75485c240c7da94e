"""Keep the best weights of a run, and stop when the loss has not improved for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from refimpl.reading import weights_of
from refimpl.training.callbacks import Callback
from refimpl.training.models import load_weights
from refimpl.training.validation import ALL

if TYPE_CHECKING:
    from refimpl.training.run import Run

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
