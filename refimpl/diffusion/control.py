"""Control: a copy of a trained network's first blocks that reads hints, beside the frozen network.

The copy's outputs pass through layers that begin as zero. So the controlled network begins as the
one it was made of, and no step of its training can damage what that one knows.
"""

from __future__ import annotations

import copy

from torch import Tensor, nn

from refimpl.configuration import Configuration, Count, configuration
from refimpl.diffusion.hints import n_hints
from refimpl.diffusion.network import DiffusionConfig, DiffusionTransformer, zero
from refimpl.errors import UserError


@configuration
class ControlConfig(Configuration):
    """How much of a network is copied.

    Attributes:
        n_layers: blocks, from the first.

    Taught in lesson 12.
    """

    n_layers: Count = 3


class ControlBranch(nn.Module):
    """The trained part of a controlled network.

    Args:
        network: whose blocks are copied.
        config: how many.

    Raises:
        UserError: the network has fewer blocks.

    Source: Zhang et al. 2023 (ControlNet), section 3.1; for a transformer Chen et al. 2024
    (PixArt-delta), section 3. Taught in lesson 12.
    """

    def __init__(self, network: DiffusionTransformer, config: ControlConfig) -> None:
        super().__init__()
        shape = network.config
        if config.n_layers > shape.n_layers:
            raise UserError(
                f"n_layers is {config.n_layers}; the network has {shape.n_layers} blocks to copy"
            )
        self.config = config
        self.hints_in = nn.Linear(n_hints(shape.latent_dim), shape.hidden_size)
        self.blocks = copy.deepcopy(network.blocks[: config.n_layers])
        self.blocks.requires_grad_(True)
        self.outs = nn.ModuleList(
            zero(nn.Linear(shape.hidden_size, shape.hidden_size)) for _ in self.blocks
        )


class ControlledTransformer(nn.Module):
    """A frozen diffusion transformer with a branch that tells it the hints.

    Args:
        network: its weights no longer change.
        branch: made for it.

    Taught in lesson 12.
    """

    def __init__(self, network: DiffusionTransformer, branch: ControlBranch) -> None:
        super().__init__()
        self.network, self.branch = network, branch
        network.requires_grad_(False)

    @property
    def config(self) -> DiffusionConfig:
        """The shape of the frozen network."""
        return self.network.config

    def forward(
        self,
        noisy: Tensor,
        times: Tensor,
        labels: Tensor | None = None,
        hints: Tensor | None = None,
    ) -> Tensor:
        """Return the prediction for noisy clips.

        Args:
            noisy, times, labels: see `DiffusionTransformer`.
            hints: (B, S, n_hints) of `make_hints`; None: the frozen network's own prediction.

        Returns:
            (B, S, D).
        """
        if hints is None:
            return self.network(noisy, times, labels)
        x, asked, steered = self.network.enter(noisy, times, labels)
        told = x + self.branch.hints_in(hints)
        for i, block in enumerate(self.network.blocks):
            x = block(x, steered)
            if i < len(self.branch.blocks):
                told = self.branch.blocks[i](told, steered)
                x = x + self.branch.outs[i](told)
        return self.network.leave(x, asked)
