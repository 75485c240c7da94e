"""Averaged weights: a running mean of the weights over the training, which samples better."""

from __future__ import annotations

import torch
from torch import nn

from refimpl.errors import UserError
from refimpl.reading import weights_of
from refimpl.training import Callback, Run


class AveragedWeights(Callback):
    """Keeps an exponential moving average (EMA) of a model's weights while it trains.

    Training goes on with the newest weights, which jump about. Their mean is a better model.

    Args:
        decay: the share of the mean that a step keeps. In the first steps it is smaller, so that
            the mean forgets the initial weights.

    Source: Ho et al. 2020, appendix B; Karras et al. 2022. Taught in lesson 12.
    """

    def __init__(self, decay: float = 0.999) -> None:
        if not 0 <= decay < 1:
            raise UserError(f"decay is {decay}; give a number from 0 up to, but not 1")
        self.decay = decay
        self.weights: dict[str, torch.Tensor] = {}

    @torch.no_grad()
    def after_step(self, run: Run) -> None:
        """Move the mean a little towards the newest weights."""
        newest = weights_of(run.model)
        if not self.weights:
            self.weights = {name: tensor.detach().clone() for name, tensor in newest.items()}
            return
        keep = min(self.decay, (1 + run.step) / (10 + run.step))
        for name, tensor in newest.items():
            if tensor.is_floating_point():
                self.weights[name].lerp_(tensor, 1 - keep)
            else:
                self.weights[name].copy_(tensor)

    @torch.no_grad()
    def put_into(self, model: nn.Module) -> None:
        """Give the model the mean in the place of its own weights."""
        for name, tensor in weights_of(model).items():
            tensor.copy_(self.weights[name])

    def state_dict(self) -> dict:
        """Return the state that a resumed run needs."""
        return {"weights": self.weights}

    def load_state_dict(self, state: dict) -> None:
        """Undo `state_dict`."""
        self.weights = dict(state["weights"])
