"""Control: a copy of a trained network's first blocks that reads hints, beside the frozen network.

The copy's outputs pass through layers that begin as zero. So the controlled network begins as the
one it was made of, and no step of its training can damage what that one knows.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from refimpl.configuration import Configuration, Count, configuration
from refimpl.diffusion.hints import FIRST_CHANNELS, channel_sizes, n_hints
from refimpl.diffusion.network import DiffusionConfig, DiffusionTransformer, zero
from refimpl.errors import UserError


@configuration
class ControlConfig(Configuration):
    """How much of a network is copied, and what the copy reads.

    Attributes:
        n_layers: blocks, from the first.
        channels: names in `hints.CHANNELS`, in the order of their numbers in a hint.

    Raises:
        UserError: no block, no channel, one that there is not, or one twice.

    Taught in lesson 12.
    """

    n_layers: Count = 3
    channels: tuple[str, ...] = FIRST_CHANNELS

    def __post_init__(self) -> None:
        if len(channel_sizes(1, self.channels)) < max(1, len(self.channels)):
            raise UserError(
                f"channels are {self.channels}; give at least one, and none of them twice"
            )


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
        self.hints_in = nn.Linear(n_hints(shape.latent_dim, config.channels), shape.hidden_size)
        self.blocks = copy.deepcopy(network.blocks[: config.n_layers])
        self.blocks.requires_grad_(True)
        self.outs = nn.ModuleList(
            zero(nn.Linear(shape.hidden_size, shape.hidden_size)) for _ in self.blocks
        )


def widen(
    branch: ControlBranch, network: DiffusionTransformer, channels: Sequence[str]
) -> ControlBranch:
    """Return a branch that reads further channels, and begins as the one that it is made from.

    The new channels' weights begin as zero, so that telling them changes nothing before the branch
    has learned more.

    Args:
        branch: trained; it stays as it is.
        network: that it was made for.
        channels: its own, and the new ones behind them.

    Raises:
        UserError: other channels before the new ones, or one that there is not.

    Taught in lesson 12.
    """
    old, channels = branch.config.channels, tuple(channels)
    if channels[: len(old)] != old:
        raise UserError(
            f"channels are {', '.join(channels)}; give those of the branch first: {', '.join(old)}"
        )
    wide = ControlBranch(network, ControlConfig(branch.config.n_layers, channels))
    weights = {name: weight.clone() for name, weight in branch.state_dict().items()}
    n_new = wide.hints_in.in_features - branch.hints_in.in_features
    weights["hints_in.weight"] = F.pad(weights["hints_in.weight"], (0, n_new))
    wide.load_state_dict(weights)
    return wide


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

        Raises:
            UserError: hints for other channels than those of the branch.
        """
        if hints is None:
            return self.network(noisy, times, labels)
        wanted, channels = self.branch.hints_in.in_features, self.branch.config.channels
        if hints.shape[-1] != wanted:
            raise UserError(
                f"hints have {hints.shape[-1]} numbers per step; this control reads {wanted}: give"
                f" make_hints the channels {', '.join(channels)}"
            )
        x, asked, steered = self.network.enter(noisy, times, labels)
        told = x + self.branch.hints_in(hints)
        for i, block in enumerate(self.network.blocks):
            x = block(x, steered)
            if i < len(self.branch.blocks):
                told = self.branch.blocks[i](told, steered)
                x = x + self.branch.outs[i](told)
        return self.network.leave(x, asked)
