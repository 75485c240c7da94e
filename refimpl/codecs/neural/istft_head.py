"""A decoder that predicts a spectrum, magnitude and phase, and lets the inverse STFT do the rest.

    vectors (B, n_frames, dim) -> blocks -> magnitude, phase -> inverse STFT -> audio (B, n_samples)

A decoder of transposed convolutions climbs to the sample rate step by step, and works hardest
there. This one stays at the rate of the frames: the inverse STFT makes samples for next to nothing.
Griffin-Lim searches for a phase that fits; this network has learnt to tell one.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from refimpl.codecs.neural.convnext import ConvNeXtBlock
from refimpl.errors import UserError


class ISTFTHead(nn.Module):
    """Vectors (B, n_frames, dim) to audio (B, n_frames * hop_length), by a predicted spectrum.

    Args:
        dim: numbers in a vector, such as mel bands or a codec's latent.
        hidden_size: channels of the blocks.
        n_blocks: blocks.
        kernel_size: frames that a block sees; odd.
        n_fft: samples in a frame, a multiple of 4.
        hop_length: samples from one frame to the next, at most n_fft / 2.

    Attributes:
        ahead: samples behind a frame's own hop that the audio of the hop depends on.

    Raises:
        UserError: sizes with which frames do not overlap.

    Source: Siuzdak 2023, section 3 (Vocos). Taught in lesson 8.
    """

    def __init__(
        self,
        dim: int,
        *,
        hidden_size: int = 128,
        n_blocks: int = 4,
        kernel_size: int = 7,
        n_fft: int = 1024,
        hop_length: int = 256,
    ):
        super().__init__()
        if n_fft % 4 or hop_length > n_fft // 2 or kernel_size % 2 == 0:
            raise UserError(
                f"n_fft {n_fft}, hop_length {hop_length} and kernel_size {kernel_size} are given;"
                " n_fft has to be a multiple of 4, hop_length at most half of it, kernel_size odd"
            )
        self.n_fft, self.hop_length = n_fft, hop_length
        self.enter = nn.Conv1d(dim, hidden_size, kernel_size, padding=kernel_size // 2)
        self.first_norm = nn.LayerNorm(hidden_size)
        blocks = [ConvNeXtBlock(hidden_size, kernel_size, 3, causal=False) for _ in range(n_blocks)]
        self.blocks = nn.Sequential(*blocks)
        self.last_norm = nn.LayerNorm(hidden_size)
        self.leave = nn.Linear(hidden_size, n_fft + 2)  # a magnitude and a phase for each bin
        self.register_buffer("window", torch.hann_window(n_fft), persistent=False)

    @property
    def ahead(self) -> int:
        frames = (1 + len(self.blocks)) * (self.enter.kernel_size[0] // 2)
        return frames * self.hop_length + self.n_fft // 2

    def spectrum(self, vectors: Tensor) -> Tensor:
        """Predict a complex spectrum (B, n_fft / 2 + 1, n_frames) from vectors (B, n_frames, dim).

        The phase is an angle that only enters by its cosine and sine, so that it may wrap freely.
        """
        x = self.enter(vectors.transpose(1, 2)).transpose(1, 2)  # (B, n_frames, hidden_size)
        x = self.last_norm(self.blocks(self.first_norm(x)))
        log_magnitude, phase = self.leave(x).transpose(1, 2).chunk(2, dim=1)
        # The bound only stops the exponential of an untrained network from overflowing.
        return torch.polar(log_magnitude.clamp(max=8.0).exp(), phase)

    def forward(self, vectors: Tensor) -> Tensor:
        """Return audio (B, n_frames * hop_length); frame i is centred on sample i * hop_length."""
        n_samples = vectors.shape[1] * self.hop_length
        # One silent frame more than there are vectors, so that two frames cover the last hop too.
        parts = F.pad(torch.view_as_real(self.spectrum(vectors)), (0, 0, 0, 1))
        return torch.istft(
            torch.view_as_complex(parts),
            self.n_fft,
            self.hop_length,
            window=self.window,
            length=n_samples,
        )
