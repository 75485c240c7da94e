"""Weights that mean something: each loss gets its share of the gradient, whatever its size.

A mel loss of 2 and a loss on samples of 0.05 cannot be weighed against each other by their values,
nor can their gradients, which change in size as training goes on. So each gradient at the decoded
sound is divided by its running norm, and only then multiplied by its weight.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from refimpl.errors import UserError
from refimpl.training import Callback

if TYPE_CHECKING:
    from refimpl.training.run import Run


class Balancer(Callback):
    """Combine losses of a decoded sound so that weights are shares of its gradient.

    The norms that a step divides by are those of the steps before it, so that a batch that is cut
    into pieces gets the same gradient as a whole one. In the first step there are none yet, and
    every loss counts as it is. It is a callback of the training, which tells it when a step is
    over and keeps its norms in checkpoints.

    Args:
        weights: of the losses, by name. Of all gradients together, a loss gets its weight's share.
        decay: of the running norms, per step.

    Attributes:
        norms: the running mean of each loss's gradient norm for a row, by name.

    Raises:
        UserError: no weight, or one below 0.

    Source: Défossez et al. 2022, section 3.4, "Loss balancer". Taught in lesson 8.
    """

    def __init__(self, weights: Mapping[str, float], decay: float = 0.99):
        if not weights or min(weights.values()) < 0 or not sum(weights.values()):
            raise UserError(f"the weights are {dict(weights)}; give some of at least 0, not all 0")
        self.weights, self.decay = dict(weights), decay
        self._sums = {name: 0.0 for name in weights}  # of the norms, weighted by their recency
        self._counts = {name: 0.0 for name in weights}
        self._seen: dict[str, list[Tensor]] = {}  # (B,) norms of the pieces of this step

    @property
    def norms(self) -> dict[str, float]:
        return {n: self._sums[n] / c for n, c in self._counts.items() if c}

    def __call__(self, losses: Mapping[str, Tensor], decoded: Tensor) -> Tensor:
        """Return one loss whose gradient at `decoded` is the balanced one.

        Args:
            losses: (B,) for each row, by name; all or some of those with a weight.
            decoded: (B, n_samples), on which all of them depend, with a gradient to a network.

        Returns:
            The sum over rows, a scalar. Its value is that of the losses times their weights, and
            does not depend on the norms; without gradients (in a validation) it is only that.

        Raises:
            UserError: a loss that has no weight.
        """
        if unknown := losses.keys() - self.weights.keys():
            raise UserError(
                f"no weight for {', '.join(sorted(unknown))}; known are {', '.join(self.weights)}"
            )
        total = sum(self.weights[name] * loss.sum() for name, loss in losses.items())
        if not torch.is_grad_enabled() or not decoded.requires_grad:
            return total
        share, norms = 1 / sum(self.weights[name] for name in losses), self.norms
        gradient = torch.zeros_like(decoded)
        for name, loss in losses.items():
            (of_loss,) = torch.autograd.grad(loss.sum(), decoded, retain_graph=True)
            self._seen.setdefault(name, []).append(of_loss.flatten(1).norm(dim=1))
            size = norms.get(name, 0.0)
            scale = self.weights[name] * share / size if size else self.weights[name]
            gradient += scale * of_loss
        # The product's gradient at `decoded` is `gradient`; its value is taken out again.
        product = (gradient * decoded).sum()
        return product + (total - product).detach()

    def after_step(self, run: "Run") -> None:
        """Take the norms of this step into the running means."""
        for name, pieces in self._seen.items():
            norms = torch.cat(pieces)
            both = torch.stack([norms.sum(), norms.new_tensor(len(norms))])
            total, n_rows = run.accelerator.reduce(both, "sum").tolist()
            self._sums[name] = self.decay * self._sums[name] + (1 - self.decay) * total / n_rows
            self._counts[name] = self.decay * self._counts[name] + (1 - self.decay)
        self._seen = {}

    def state_dict(self) -> dict:
        """Return the running means."""
        return {"sums": self._sums, "counts": self._counts}

    def load_state_dict(self, state: dict) -> None:
        """Undo `state_dict`."""
        self._sums, self._counts = dict(state["sums"]), dict(state["counts"])
