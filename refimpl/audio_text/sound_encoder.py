"""The sound encoder: how loud, how often and how lively each semitone is, and how onsets come back.

The subjects of a caption lie in different directions of a tune's spectrogram. Instruments show in
the spectrum that a tune has on average, and in what is new at its onsets. The key lies in which
pitch classes sound, and is the same pattern turned for each tonic. The tempo lies in how often
onsets come, whatever sounds. A convolutional network sees the rest: what follows what. One mean
over everything would lose what another pooling keeps.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from refimpl.audio_text.front_end import FRAME_RATE, N_BANDS, N_OCTAVES

WINDOW = 352  # frames that the encoder sees at a time, 8.2 s: a tune of four bars at 117 bpm
WINDOW_SECONDS = WINDOW / FRAME_RATE
STRIDE = 8  # frames in a step of the trunk
N_STATISTICS = 5
N_SIGNALS = 4  # of onsets
N_KEYS = 24  # 12 in major, 12 in minor
PULSES = torch.cat([torch.arange(1.2, 4.8, 0.04), torch.arange(4.8, 9.6, 0.08)])  # Hz


class SoundEncoder(nn.Module):
    """Semitone spectrograms to vectors.

    Args:
        dim: of the vectors.
        channels: between the two layers of the trunk.

    Source: Elizalde et al. 2023 and Huang et al. 2022 for a network over spectrograms as one half
    of a joint embedding.
    """

    def __init__(self, dim: int = 128, channels: int = 64) -> None:
        super().__init__()
        for name in ("usual", "spread"):
            self.register_buffer(name, torch.full((N_STATISTICS, N_BANDS), float(name == "spread")))
        self.spectrum = nn.Linear(N_STATISTICS * N_BANDS, 2 * dim)
        around = {"kernel_size": 12, "padding": "same", "padding_mode": "circular"}
        self.classes = nn.Sequential(
            nn.Conv1d(N_STATISTICS * N_OCTAVES, 24, **around), nn.GELU(), nn.Conv1d(24, 8, **around)
        )
        self.modes = nn.Sequential(nn.GELU(), nn.Conv1d(8, 2, **around))
        self.keys = nn.Linear(N_KEYS, dim)
        self.first = nn.Linear(2 * N_BANDS, channels)
        self.second = nn.Conv1d(channels, dim, 3, padding=1)
        self.bands = nn.Linear(N_BANDS, N_SIGNALS)  # semitones to signals of onsets
        self.pulse = nn.Linear(N_SIGNALS * len(PULSES), dim)
        self.head = nn.Sequential(
            nn.GELU(),
            nn.Linear(5 * dim + 96 + N_KEYS, 2 * dim),
            nn.GELU(),
            nn.Linear(2 * dim, dim),
        )
        time = torch.arange(WINDOW) / FRAME_RATE
        turns = 2 * torch.pi * PULSES[:, None] * time  # (n_pulses, T)
        window = torch.hann_window(WINDOW)
        waves = torch.stack([turns.cos(), turns.sin()]) * window / window.sum()
        self.register_buffer("waves", waves, persistent=False)

    @torch.no_grad()
    def standardise(self, frames: Tensor) -> None:
        """Learn the usual statistics and their spread from windows `(n, 352, 96)`, before training.

        Without it, what all tunes have in common is large, and the differences are small.
        """
        found = statistics(frames)
        self.usual.copy_(found.mean(dim=0))
        self.spread.copy_(found.std(dim=0).clamp(min=0.02))

    def forward(self, frames: Tensor) -> Tensor:
        """Vectors `(B, dim)` of windows `(B, 352, 96)`."""
        return self.hear(frames)[0]

    def hear(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Vectors `(B, dim)` of windows `(B, 352, 96)`, and scores of keys `(B, 24)`.

        Each key has its own vector. A window's vector has a part of each, as likely as the key
        is. So what is heard of the key reaches the vector in one step.
        """
        found = (statistics(frames) - self.usual) / self.spread  # (B, 5, 96)
        steps = self.steps(frames)
        classes = self.pitch_classes(found)
        scores = self.key_scores(classes)
        likely = scores.softmax(dim=1)
        parts = [
            self.spectrum(found.flatten(1)),
            classes,
            self.pulses(frames),
            steps.mean(dim=1),
            steps.std(dim=1),
            4 * likely,
        ]
        return self.head(torch.cat(parts, dim=1)) + self.keys(likely), scores

    def pitch_classes(self, found: Tensor) -> Tensor:
        """The sound in each pitch class, `(B, 8 * 12)`, of statistics `(B, 5, 96)`.

        The convolutions go round the twelve classes, so a pattern is the same in every key.
        """
        folded = found.unflatten(2, (N_OCTAVES, 12)).flatten(1, 2)  # (B, 5 * 8, 12)
        return self.classes(folded - folded.mean(dim=2, keepdim=True)).flatten(1)

    def key_scores(self, classes: Tensor) -> Tensor:
        """How well each key fits, `(B, 24)`, of pitch classes `(B, 8 * 12)`.

        The keys of major from C to B, then those of minor. This goes round the classes too: one
        pattern serves all keys of a mode.
        """
        return self.modes(classes.unflatten(1, (8, 12))).flatten(1)

    def steps(self, frames: Tensor) -> Tensor:
        """Vectors of steps `(B, T / 8, dim)`, 5.4 a second, of `(B, T, 96)`, T a multiple of 8."""
        x = torch.cat([frames, 4 * _rise(frames)], dim=2)  # (B, T, 192)
        x = x.unflatten(1, (-1, STRIDE)).mean(dim=2)
        x = F.gelu(self.first(x))  # (B, T / 8, C)
        x = self.second(x.transpose(1, 2)).transpose(1, 2)  # with the steps before and after
        return F.layer_norm(x, x.shape[-1:])

    def pulses(self, frames: Tensor) -> Tensor:
        """How strongly onsets come back at each of many rates, as vectors `(B, dim)`.

        The spectrum of the onsets: a peak at twice the tempo is the pulse of the eighth notes. Its
        width is the inverse of the window, an eighth of a hertz; its middle is far more exact.
        """
        onsets = F.softplus(self.bands(4 * _rise(frames)))  # (B, T, 4)
        onsets = onsets - onsets.mean(dim=1, keepdim=True)
        turned = torch.einsum("kft,btc->kbcf", self.waves, onsets)
        strength = turned.square().sum(dim=0).add(1e-8).sqrt()  # (B, 4, n_pulses)
        centred = strength - strength.mean(dim=2, keepdim=True)
        return self.pulse((centred / (centred.std(dim=2, keepdim=True) + 1e-4)).flatten(1))


def statistics(frames: Tensor) -> Tensor:
    """Of each semitone in windows `(B, T, 96)`: five numbers, `(B, 5, 96)`.

    Its mean level, the level of its mean power, the spread of its level, and mean and power of what
    is new.
    """
    power = torch.exp(9.2 * (frames - 1))  # a level of 1 is 60 dB above 0: 9.2 is ln(10^4)
    rise = _rise(frames)
    return torch.stack(
        [
            frames.mean(dim=1),
            (power.mean(dim=1) + 1e-4).log10(),
            frames.std(dim=1),
            4 * rise.mean(dim=1),
            (rise.square().mean(dim=1) + 1e-4).log10(),
        ],
        dim=1,
    )


def _rise(frames: Tensor) -> Tensor:
    """By how much each semitone is louder than a frame before, `(B, T, 96)`."""
    return F.pad(F.relu(frames[:, 1:] - frames[:, :-1]), (0, 0, 1, 0))
