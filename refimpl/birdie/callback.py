"""Letting the mixture adapt inside `refimpl.training.train`."""

from typing import Any

from refimpl.birdie.birdie import Birdie


class CurriculumCallback:
    """Asks for validations when a Birdie wants them, and tells it what they gave.

        train(model, birdie, config, validation=birdie.measure_validation_losses,
              callbacks=[CurriculumCallback(birdie)])

    It keeps nothing of its own: the Birdie's state is saved with the batches'. Taught in lesson 6.
    """

    def __init__(self, birdie: Birdie) -> None:
        self.birdie = birdie

    def after_step(self, run: Any) -> None:
        """Nothing to do."""

    def time_for_validation(self, step: int) -> bool:
        """Every `steps_between_evaluations` steps."""
        return self.birdie.time_for_eval(step)

    def after_validation(self, run: Any, losses: dict[str, float]) -> None:
        """Hand the losses to the curriculum."""
        self.birdie.log_validation_losses(losses)

    def state_dict(self) -> dict:
        """Nothing."""
        return {}

    def load_state_dict(self, state: dict) -> None:
        """Nothing."""
