"""A second player in the loop: a model with its own optimizer, trained on the same batches.

A discriminator learns to tell real from decoded sounds while a codec learns to leave it nothing to
tell. Each has its loss. In every step the loop first updates the opponent, then the model.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from accelerate import Accelerator
from torch import nn

from refimpl.training.config import TrainingConfig, TrainingError
from refimpl.training.loss import Batch, Loss
from refimpl.training.models import load_weights, plain_config, weights_of
from refimpl.training.step import (
    learning_rate,
    load_optimizer_tensors,
    make_optimizer,
    optimizer_tensors,
    training_step,
)

OWN = ("learning_rate", "betas", "weight_decay")  # options that an opponent may have of its own


@dataclass(frozen=True)
class Opponent:
    """The second player of `train`.

    Each player's loss may look at the other's model, and gives no gradient to it: the opponent's
    runs the model under `torch.no_grad`, and the model's takes its gradient at the model's output.

    Attributes:
        model: that plays; trained in place.
        loss: of `model` on a batch; its name has to differ from the other player's.
        learning_rate, betas, weight_decay: of its optimizer; None: as the run's. The schedule is
            the run's.
        starts_after: updates of the run before its first one, so that the model has learnt
            something that is worth judging.

    Taught in lesson 8.
    """

    model: nn.Module
    loss: Loss
    learning_rate: float | None = None
    betas: tuple[float, float] | None = None
    weight_decay: float | None = None
    starts_after: int = 0

    def options(self, config: TrainingConfig) -> TrainingConfig:
        """The run's options, with the opponent's in their place."""
        own = {name: getattr(self, name) for name in OWN}
        own = {name: value for name, value in own.items() if value is not None}
        return dataclasses.replace(config, **own)


class OpponentsPart:
    """The opponent's part of a run: its updates, its saving and its loading.

    Args:
        opponent: the second player.
        config: the run's options.
        accelerator: Accelerate's.
    """

    def __init__(self, opponent: Opponent, config: TrainingConfig, accelerator: Accelerator):
        self.opponent, self.accelerator = opponent, accelerator
        self.config = opponent.options(config)
        opponent.model.to(accelerator.device)
        self.optimizer = make_optimizer(opponent.model, self.config)

    def prepare(self) -> None:
        """Wrap model and optimizer for the device."""
        self._wrapped, self._prepared = self.accelerator.prepare(
            self.opponent.model, self.optimizer
        )

    def make_step(self, batch: Batch, step: int, seconds: float) -> torch.Tensor | None:
        """Update the opponent once, where its time has come.

        Returns:
            This process's part of its mean loss, on the device; None before its time.
        """
        if step < self.opponent.starts_after:
            return None
        self._wrapped.train()
        mean, _, _ = training_step(
            self._wrapped,
            self._prepared,
            batch,
            self.accelerator,
            loss=self.opponent.loss,
            learning_rate=learning_rate(step, self.config, seconds=seconds),
            clip_norm=self.config.clip_norm,
            n_accumulate=self.config.gradient_accumulation_steps,
        )
        return mean

    def identity(self) -> dict:
        """The settings that a resumed run must have again."""
        one, options = self.opponent, self.config.to_dict()
        return {
            "loss": one.loss.name,
            "model": plain_config(getattr(one.model, "config", None)),
            "starts_after": one.starts_after,
            "training": {name: options[name] for name in OWN},
        }

    def state_dict(self) -> dict[str, Any]:
        """Return the weights and the optimizer's running means."""
        return {
            "weights": weights_of(self.opponent.model),
            "optimizer": optimizer_tensors(self.optimizer, self.opponent.model),
        }

    def load_state_dict(self, state: dict[str, Any], source: str) -> None:
        """Undo `state_dict`.

        Raises:
            TrainingError: the weights are those of another model.
        """
        load_weights(self.opponent.model, state["weights"], f"{source}, in its opponent,")
        load_optimizer_tensors(self.optimizer, self.opponent.model, state["optimizer"])


def part_of(
    opponent: Opponent | None, config: TrainingConfig, accelerator: Accelerator, loss: Loss
) -> OpponentsPart | None:
    """A run's part of its opponent, if it has one.

    Raises:
        TrainingError: both losses have one name, so that a log could not tell them apart.
    """
    if opponent is None:
        return None
    if opponent.loss.name == loss.name:
        raise TrainingError(
            f"model and opponent both have a loss called {loss.name!r}; give them two names"
        )
    return OpponentsPart(opponent, config, accelerator)


def models_of(model: nn.Module, opponent: Opponent | None) -> Iterable[nn.Module]:
    """The models of all players."""
    return [model] if opponent is None else [model, opponent.model]
