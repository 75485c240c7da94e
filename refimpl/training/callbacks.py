"""Callbacks, which run during training: a curriculum, a listener, a stopping rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
