"""A diffusion transformer: from all steps of a noisy clip at once to what it is a mixture of.

noisy (B, S, D) -> linear -> blocks, each scaled and shifted by the time and the label -> (B, S, D)
"""

from __future__ import annotations

import math
from typing import Annotated

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from refimpl.configuration import Configuration, Count, Truth, Whole, configuration
from refimpl.errors import UserError


@configuration
class DiffusionConfig(Configuration):
    """The shape of a diffusion transformer.

    Attributes:
        n_steps: the most steps of a clip, S.
        latent_dim: numbers in a step, D.
        hidden_size: width of the blocks.
        n_layers: number of blocks.
        n_heads: of the attention; they divide the width.
        n_labels: classes that can be asked for, such as the keys; 0: none.
        shared_modulation: one layer turns time and label into shifts, scales and gates for all
            blocks, and each block only adds its own constants. Otherwise every block has a layer.

    Raises:
        UserError: values that do not describe a network.

    Taught in lesson 12.
    """

    n_steps: Count = 64
    latent_dim: Count = 16
    hidden_size: Count = 160
    n_layers: Count = 6
    n_heads: Count = 5
    n_labels: Annotated[Whole, Field(ge=0)] = 12
    shared_modulation: Truth = False

    def __post_init__(self) -> None:
        if self.hidden_size % (2 * self.n_heads):
            raise UserError(
                f"hidden_size is {self.hidden_size}; it must be a multiple of twice the"
                f" {self.n_heads} heads"
            )


class DiffusionTransformer(nn.Module):
    """Predicts a mixture of clip and noise from a noisy clip, its time and a label.

    Every block begins as the identity, and the whole network as zero: so the first steps of the
    training cannot break what the next ones build on.

    Args:
        config: the shape.
        seed: of the initial weights.

    Source: Peebles and Xie 2023 (DiT), section 3.2, "adaLN-Zero". Taught in lesson 12.
    """

    def __init__(self, config: DiffusionConfig, *, seed: int = 0) -> None:
        super().__init__()
        self.config = config
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._build(config)

    def _build(self, config: DiffusionConfig) -> None:
        width = config.hidden_size
        self.latents_in = nn.Linear(config.latent_dim, width)
        self.positions = nn.Parameter(0.02 * torch.randn(config.n_steps, width))
        self.time_in = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        # One more than there are labels: the last says that none is given.
        self.labels = nn.Embedding(config.n_labels + 1, width)
        modulation = zero(nn.Linear(width, 6 * width)) if config.shared_modulation else None
        self.modulate = modulation
        self.blocks = nn.ModuleList(
            DiffusionBlock(width, config.n_heads, own_modulation=not config.shared_modulation)
            for _ in range(config.n_layers)
        )
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.modulate_out = zero(nn.Linear(width, 2 * width))
        self.latents_out = zero(nn.Linear(width, config.latent_dim))

    def forward(self, noisy: Tensor, times: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the prediction for noisy clips.

        Args:
            noisy: (B, S, D).
            times: (B,) in [0, 1].
            labels: (B,) int64, -1 where none is given; None: none for all.

        Returns:
            (B, S, D), in the model's parametrisation.

        Raises:
            UserError: clips of another width or more steps, or a label that is none.
        """
        x, asked, steered = self.enter(noisy, times, labels)
        for block in self.blocks:
            x = block(x, steered)
        return self.leave(x, asked)

    def enter(
        self, noisy: Tensor, times: Tensor, labels: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return what the blocks read: `forward`'s part before them.

        Returns:
            (B, S, width) the steps, (B, width) what is asked for, and the same as the blocks need
            it: (B, 6 * width) with a shared modulation.
        """
        self._check(noisy, labels)
        if labels is None:
            labels = torch.full((len(noisy),), -1, device=noisy.device)
        given = torch.where(labels < 0, self.config.n_labels, labels)
        asked = F.silu(
            self.time_in(time_features(times, self.config.hidden_size)) + self.labels(given)
        )
        x = self.latents_in(noisy) + self.positions[: noisy.shape[1]]
        return x, asked, asked if self.modulate is None else self.modulate(asked)

    def leave(self, x: Tensor, asked: Tensor) -> Tensor:
        """Return the prediction (B, S, D) from what the last block gave: `forward`'s last part."""
        shift, scale = self.modulate_out(asked)[:, None].chunk(2, dim=-1)
        return self.latents_out(self.norm(x) * (1 + scale) + shift)

    def _check(self, noisy: Tensor, labels: Tensor | None) -> None:
        config = self.config
        if noisy.ndim != 3 or noisy.shape[2] != config.latent_dim:
            raise UserError(
                f"clips have shape {tuple(noisy.shape)}; this network needs (B, S,"
                f" {config.latent_dim})"
            )
        if noisy.shape[1] > config.n_steps:
            raise UserError(
                f"clips have {noisy.shape[1]} steps; this network reads {config.n_steps} at most"
            )
        if labels is not None and (labels >= config.n_labels).any():
            raise UserError(
                f"label {int(labels.max())} is none of the {config.n_labels}, which count from 0"
            )


class DiffusionBlock(nn.Module):
    """Attention in both directions and a feed-forward network, steered by the time and the label.

    (B, S, width), (B, width) -> (B, S, width). With a shared modulation it is given the six parts,
    (B, 6 * width), and adds its own constants to them.

    Source: Peebles and Xie 2023, section 3.2; for the shared modulation Chen et al. 2023 (PixArt),
    section 2.3, "adaLN-single". Taught in lesson 12.
    """

    def __init__(self, width: int, n_heads: int, *, own_modulation: bool = True) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.attention_norm = nn.LayerNorm(width, elementwise_affine=False)
        self.queries_keys_values = nn.Linear(width, 3 * width)
        self.attention_out = nn.Linear(width, width)
        self.ffn_norm = nn.LayerNorm(width, elementwise_affine=False)
        self.ffn = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )
        self.modulate = zero(nn.Linear(width, 6 * width)) if own_modulation else None
        self.offsets = None if own_modulation else nn.Parameter(torch.zeros(6 * width))

    def forward(self, x: Tensor, asked: Tensor) -> Tensor:
        parts = asked + self.offsets if self.modulate is None else self.modulate(asked)
        shift, scale, gate, ffn_shift, ffn_scale, ffn_gate = parts[:, None].chunk(6, dim=-1)
        x = x + gate * self._attend(self.attention_norm(x) * (1 + scale) + shift)
        return x + ffn_gate * self.ffn(self.ffn_norm(x) * (1 + ffn_scale) + ffn_shift)

    def _attend(self, x: Tensor) -> Tensor:
        n_clips, n_steps, width = x.shape
        heads = self.queries_keys_values(x).reshape(n_clips, n_steps, 3, self.n_heads, -1)
        queries, keys, values = heads.permute(2, 0, 3, 1, 4)  # (B, heads, S, width / heads) each
        mixed = F.scaled_dot_product_attention(queries, keys, values)
        return self.attention_out(mixed.transpose(1, 2).reshape(n_clips, n_steps, width))


def time_features(times: Tensor, width: int) -> Tensor:
    """Return sines and cosines of times (B,) at many frequencies: (B, width).

    Source: Vaswani et al. 2017, section 3.5, with the time of the noise in the place of a position.
    """
    frequencies = torch.exp(
        -math.log(10_000) * torch.arange(width // 2, device=times.device) / (width // 2)
    )
    angles = 1000 * times[:, None] * frequencies
    return torch.cat([torch.sin(angles), torch.cos(angles)], dim=-1)


def zero(layer: nn.Linear) -> nn.Linear:
    """Return a layer after setting its weights to zero."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer
