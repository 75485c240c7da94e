"""The sound encoder: a convolutional network over semitones, with a pooling for each attribute.

What a caption says of a tune lies in different directions of its spectrogram. The key lies in which
pitch classes sound, whatever their octave. Instruments lie in how partials are stacked and how they
fade, wherever that is. The tempo lies in how often onsets come, whatever sounds. So one mean over
everything would lose what another pooling keeps.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from refimpl.audio_text.front_end import FRAME_RATE, N_BANDS

# Where the partials of a tone are, in semitones above its first one; -12 sees whether the tone
# itself may be the partial of a lower one.
PARTIALS = (-12, 0, 12, 19, 24, 28, 31, 36)
WINDOW = 256  # frames that the encoder sees at a time, 5.9 s
STRIDE = 8  # frames in a step of the trunk
PULSES = torch.cat([torch.arange(1.2, 4.8, 0.04), torch.arange(4.8, 9.6, 0.08)])  # Hz


class SoundEncoder(nn.Module):
    """Semitone spectrograms to vectors.

    Args:
        dim: of the vectors.
        channels: of the trunk.

    Source: Elizalde et al. 2023 and Huang et al. 2022 for a network over spectrograms as one half
    of a joint embedding; Bittner et al. 2017 for stacking partials.
    """

    def __init__(self, dim: int = 128, channels: int = 32) -> None:
        super().__init__()
        n_inputs = len(PARTIALS) + 1
        self.first = nn.Conv2d(n_inputs, channels, (4, 3), stride=(4, 1), padding=(0, 1))
        self.second = nn.Conv2d(channels, channels, (3, 3), stride=(2, 1), padding=(1, 1))
        self.third = nn.Conv2d(channels, channels, (3, 5), padding=(1, 2))
        self.norms = nn.ModuleList(nn.GroupNorm(1, channels) for _ in range(3))
        self.classes = nn.Conv2d(channels, 8, 1)  # channels that are folded to pitch classes
        self.step = nn.Linear(12 * 8 + 2 * 4 * channels, dim)
        self.bands = nn.Linear(N_BANDS, 6)  # semitones to signals of onsets
        self.pulse = nn.Sequential(nn.LayerNorm(6 * len(PULSES)), nn.Linear(6 * len(PULSES), dim))
        n_pooled = 2 * dim + 12 * 8 + 2 * 4 * channels + dim
        self.head = nn.Sequential(
            nn.LayerNorm(n_pooled), nn.Linear(n_pooled, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim)
        )
        time = torch.arange(WINDOW) / FRAME_RATE
        turns = 2 * torch.pi * PULSES[:, None] * time  # (n_pulses, T)
        window = torch.hann_window(WINDOW)
        waves = torch.stack([turns.cos(), turns.sin()]) * window / window.sum()
        self.register_buffer("waves", waves, persistent=False)

    def forward(self, frames: Tensor) -> Tensor:
        """Vectors `(B, dim)` of windows `(B, 256, 96)`."""
        steps, pooled = self.trunk(frames)
        spread = (steps.var(dim=1, unbiased=False) + 1e-5).sqrt()
        parts = [steps.mean(dim=1), spread, pooled, self.pulses(frames)]
        return self.head(torch.cat(parts, dim=1))

    def trunk(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """What sounds, without the tempo.

        Args:
            frames: `(B, T, 96)`, T a multiple of 8.

        Returns:
            Vectors of steps `(B, T / 8, dim)`, 5.4 a second, and pooled over time `(B, n)`.
        """
        x = self.stacked(frames)  # (B, H, T, P)
        x = F.gelu(self.norms[0](self.first(x)))  # (B, C, T / 4, P)
        x = F.gelu(self.norms[1](self.second(x)))  # (B, C, T / 8, P)
        x = x + F.gelu(self.norms[2](self.third(x)))
        classes = F.relu(self.classes(x)).unflatten(3, (N_BANDS // 12, 12)).mean(dim=3)
        registers = x.unflatten(3, (4, N_BANDS // 4))  # (B, C, T / 8, 4, P / 4)
        parts = [classes, registers.mean(dim=4), registers.amax(dim=4)]
        per_step = torch.cat([part.transpose(1, 2).flatten(2) for part in parts], dim=2)
        return F.gelu(self.step(per_step)), per_step.mean(dim=1)

    def stacked(self, frames: Tensor) -> Tensor:
        """Each semitone with its partials and its rise as channels, `(B, 9, T, 96)`."""
        rise = F.relu(frames[:, 1:] - frames[:, :-1])
        rise = F.pad(rise, (0, 0, 1, 0))
        moved = [_moved(frames, semitones) for semitones in PARTIALS]
        return torch.stack([*moved, 4 * rise], dim=1)

    def pulses(self, frames: Tensor) -> Tensor:
        """How strongly onsets come back at each of many rates, as vectors `(B, dim)`.

        The spectrum of the onsets: a peak at twice the tempo is the pulse of the eighth notes. Its
        width is the inverse of the window, a sixth of a hertz; its middle is far more exact.
        """
        rise = F.relu(frames[:, 1:] - frames[:, :-1])
        onsets = F.pad(F.softplus(self.bands(4 * rise)), (0, 0, 1, 0))  # (B, T, 6)
        onsets = onsets - onsets.mean(dim=1, keepdim=True)
        turned = torch.einsum("kft,btc->kbcf", self.waves, onsets)
        strength = turned.square().sum(dim=0).add(1e-8).sqrt()  # (B, 6, n_pulses)
        strength = strength / strength.amax(dim=2, keepdim=True)
        return self.pulse(strength.flatten(1))


def _moved(frames: Tensor, semitones: int) -> Tensor:
    """The band that is some semitones above, in the place of each band; silence beyond the ends."""
    if semitones < 0:
        return F.pad(frames[..., :semitones], (-semitones, 0))
    return F.pad(frames[..., semitones:], (0, semitones))
