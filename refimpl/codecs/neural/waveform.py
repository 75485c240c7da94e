"""Strided convolutions from samples to latents, and back: encoder and decoder of a waveform codec.

    audio (B, n_samples) -> encoder -> latents (B, n_steps, dim)
    vectors (B, n_steps, dim) -> decoder -> audio (B, n_samples)

Each stage of the encoder looks at its input with some dilated convolutions and then keeps one of
`stride` positions, with more channels. The decoder mirrors it. Most of the work is done at the low
rate, where a convolution over some positions spans many samples.
"""

import math
from typing import Annotated, Literal

import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from refimpl.codecs.neural.istft_head import ISTFTHead
from refimpl.codecs.neural.quantizers import QuantizerConfig
from refimpl.configuration import Configuration, Count, Truth, Whole, configuration
from refimpl.errors import UserError


@configuration
class WaveformConfig(Configuration):
    """The shape of a waveform codec's encoder and decoder.

    Attributes:
        strides: of the stages; their product is the number of samples in a step.
        hidden_size: channels at the sample rate; each stage doubles them.
        max_hidden_size: the most channels.
        kernel_size: of the first and last convolution, and of the blocks; odd.
        n_blocks: blocks at the rate of the steps, on each side, with dilations 1, 3, 9, 1, …
        dim: numbers in a latent.
        causal: let nothing see what comes later, so that the codec can run on a live sound.
        decoder: "transposed" mirrors the encoder; "istft" predicts spectra (`ISTFTHead`).
        n_fft: of the "istft" decoder; a multiple of 4 of at least twice the samples in a step.
        quantizer: how latents become codes.

    Raises:
        UserError: values that do not describe a network.

    Taught in lesson 8.
    """

    strides: tuple[Count, ...] = (8, 4, 8)
    hidden_size: Count = 16
    max_hidden_size: Count = 128
    kernel_size: Count = 7
    n_blocks: Annotated[Whole, Field(ge=0)] = 3
    dim: Count = 32
    causal: Truth = False
    decoder: Literal["transposed", "istft"] = "transposed"
    n_fft: Count = 1024
    quantizer: QuantizerConfig = QuantizerConfig()

    def __post_init__(self) -> None:
        if not self.strides:
            raise UserError("strides is empty; give at least one stage, such as (8, 4, 8)")
        if self.kernel_size % 2 == 0:
            raise UserError(f"kernel_size must be odd, to have a middle; got {self.kernel_size}")
        if self.quantizer.codes_every > 1:
            raise UserError("a waveform codec has codes for every latent; use another quantizer")
        if self.decoder == "istft" and self.causal:
            raise UserError("the istft decoder's frames overlap what comes later; it is not causal")
        if self.decoder == "istft" and (self.n_fft % 4 or self.n_fft < 2 * self.samples_per_step):
            raise UserError(
                f"n_fft is {self.n_fft}; frames of {self.samples_per_step} samples need a multiple"
                f" of 4 from {2 * self.samples_per_step}"
            )

    @property
    def samples_per_step(self) -> int:
        """Samples in a step of codes."""
        return math.prod(self.strides)

    @property
    def downsampling(self) -> int:
        """The same, by the name that codes on mel frames have for it."""
        return self.samples_per_step

    @property
    def widths(self) -> list[int]:
        """The channels before each stage, and behind the last."""
        n = len(self.strides) + 1
        return [min(self.max_hidden_size, self.hidden_size * 2**i) for i in range(n)]


class PaddedConv(nn.Module):
    """A convolution over time that keeps the length, or divides it: (B, C, T) -> (B, C', T / s).

    Args:
        n_in, n_out: channels.
        kernel_size: positions that an output sees.
        stride: s; T has to be a multiple of it.
        dilation: distance of those positions.
        causal: put all padding before the beginning, so that no output sees what comes later.

    Attributes:
        ahead: positions of the input that an output sees behind its own stride.
    """

    def __init__(
        self,
        n_in: int,
        n_out: int,
        kernel_size: int,
        *,
        stride: int = 1,
        dilation: int = 1,
        causal: bool = False,
    ):
        super().__init__()
        self.conv = nn.Conv1d(n_in, n_out, kernel_size, stride=stride, dilation=dilation)
        padding = (kernel_size - 1) * dilation - (stride - 1)
        self.ahead = 0 if causal else padding // 2
        self.before = padding - self.ahead

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.pad(x, (self.before, self.ahead)))


class PaddedUpsampling(nn.Module):
    """A transposed convolution over two positions: (B, C, T) -> (B, C', s * T).

    Args:
        n_in, n_out: channels.
        stride: s.
        causal: cut what sticks out at the end only, so that no output sees what comes later.

    Attributes:
        ahead: positions of the output before a position of the input from which on it shows.
    """

    def __init__(self, n_in: int, n_out: int, stride: int, *, causal: bool = False):
        super().__init__()
        self.conv = nn.ConvTranspose1d(n_in, n_out, 2 * stride, stride=stride)
        self.ahead = 0 if causal else stride // 2
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)[..., self.ahead : self.ahead + self.stride * x.shape[-1]]


class WaveformBlock(nn.Module):
    """A dilated convolution, then a mixing of channels, beside the identity: (B, C, T) -> same."""

    def __init__(self, channels: int, kernel_size: int, dilation: int, causal: bool):
        super().__init__()
        hidden = max(1, channels // 2)
        self.look = PaddedConv(channels, hidden, kernel_size, dilation=dilation, causal=causal)
        self.mix = nn.Conv1d(hidden, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mix(F.elu(self.look(F.elu(x))))


class WaveformEncoder(nn.Module):
    """Audio (B, n_samples), a multiple of `samples_per_step`, to latents (B, n_steps, dim).

    Source: Zeghidour et al. 2021, section III.A; Défossez et al. 2022, section 3.1.
    Taught in lesson 8.
    """

    def __init__(self, config: WaveformConfig):
        super().__init__()
        widths, kernel, causal = config.widths, config.kernel_size, config.causal
        layers: list[nn.Module] = [PaddedConv(1, widths[0], kernel, causal=causal)]
        for stride, width, wider in zip(config.strides, widths[:-1], widths[1:], strict=True):
            layers += [WaveformBlock(width, 3, 1, causal), nn.ELU()]
            layers += [PaddedConv(width, wider, 2 * stride, stride=stride, causal=causal)]
        layers += [*_blocks(config), nn.ELU(), nn.Conv1d(widths[-1], config.dim, 1)]
        self.layers = nn.Sequential(*layers)

    def forward(self, audio: Tensor) -> Tensor:
        return self.layers(audio[:, None]).transpose(1, 2)


class WaveformDecoder(nn.Module):
    """Vectors (B, n_steps, dim) to audio (B, n_steps * samples_per_step). Taught in lesson 8."""

    def __init__(self, config: WaveformConfig):
        super().__init__()
        widths, kernel, causal = config.widths[::-1], config.kernel_size, config.causal
        layers: list[nn.Module] = [PaddedConv(config.dim, widths[0], kernel, causal=causal)]
        layers += _blocks(config)
        for stride, width, narrower in zip(
            config.strides[::-1], widths[:-1], widths[1:], strict=True
        ):
            layers += [nn.ELU(), PaddedUpsampling(width, narrower, stride, causal=causal)]
            layers += [WaveformBlock(narrower, 3, 1, causal)]
        layers += [nn.ELU(), PaddedConv(widths[-1], 1, kernel, causal=causal)]
        self.layers = nn.Sequential(*layers)

    def forward(self, vectors: Tensor) -> Tensor:
        return self.layers(vectors.transpose(1, 2))[:, 0]


def _blocks(config: WaveformConfig) -> list[nn.Module]:
    dilations = [3 ** (i % 3) for i in range(config.n_blocks)]
    width = config.widths[-1]
    return [WaveformBlock(width, config.kernel_size, d, config.causal) for d in dilations]


def make_decoder(config: WaveformConfig) -> nn.Module:
    """The decoder that a configuration asks for: vectors (B, n_steps, dim) to audio."""
    if config.decoder == "transposed":
        return WaveformDecoder(config)
    return ISTFTHead(
        config.dim,
        hidden_size=config.widths[-1],
        n_blocks=config.n_blocks,
        kernel_size=config.kernel_size,
        n_fft=config.n_fft,
        hop_length=config.samples_per_step,
    )


def latency(config: WaveformConfig) -> int:
    """Samples that a live sound has to wait for: a step, and what encoder and decoder look ahead.

    Output sample n is known once input sample n + latency - 1 has been heard.

    Args:
        config: of the network.

    Returns:
        Samples; divide them by the sample rate for seconds. A causal network waits for one step.

    Taught in lesson 8.
    """
    encoder, decoder = WaveformEncoder(config), make_decoder(config)
    ahead, at = 0, 1  # samples ahead, and samples in a position
    for layer in encoder.layers.modules():
        if isinstance(layer, PaddedConv):
            ahead += layer.ahead * at
            at *= layer.conv.stride[0]
    if isinstance(decoder, ISTFTHead):
        return config.samples_per_step + ahead + decoder.ahead
    for layer in decoder.layers.modules():
        if isinstance(layer, PaddedConv):
            ahead += layer.ahead * at
        if isinstance(layer, PaddedUpsampling):
            at //= layer.stride
            ahead += layer.ahead * at
    return config.samples_per_step + ahead
