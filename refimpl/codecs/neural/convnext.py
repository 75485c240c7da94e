"""ConvNeXt blocks over time: a convolution that mixes moments, and a network that mixes bands.

An ordinary convolution does both at once, and needs `kernel_size` times as many weights for it.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ConvNeXtBlock(nn.Module):
    """A depthwise convolution, a norm, and two linear maps with a GELU: (B, T, C) -> (B, T, C).

    Args:
        channels: numbers at each moment, C.
        kernel_size: moments that the convolution sees; odd.
        expansion: the network between the linear maps is so many times as wide.
        causal: the convolution sees the present and the past only.
        scale: of the block's own contribution at the start.

    Source: Liu et al. 2022 (ConvNeXt), section 2; over time as in Siuzdak 2023 (Vocos).
    Taught in lesson 8.
    """

    def __init__(
        self, channels: int, kernel_size: int, expansion: int, *, causal: bool, scale: float = 0.1
    ):
        super().__init__()
        ahead = 0 if causal else kernel_size // 2
        self.padding = (kernel_size - 1 - ahead, ahead)
        self.over_time = nn.Conv1d(channels, channels, kernel_size, groups=channels)
        self.norm = nn.LayerNorm(channels)
        self.wide = nn.Linear(channels, expansion * channels)
        self.mix = nn.Linear(expansion * channels, channels)
        self.scale = nn.Parameter(torch.full((channels,), scale))

    def forward(self, x: Tensor) -> Tensor:
        over_time = self.over_time(F.pad(x.transpose(1, 2), self.padding)).transpose(1, 2)
        return x + self.scale * self.mix(F.gelu(self.wide(self.norm(over_time))))
