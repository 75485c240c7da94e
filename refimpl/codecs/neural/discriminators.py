"""A critic that listens: small networks that tell real sounds from decoded ones by their spectra.

A loss between two spectra asks the decoder for the average of all sounds that might be meant, and
an average is dull. A discriminator asks instead that nothing gives the decoded sound away.
"""

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

from refimpl.codecs.neural.spectral_losses import spectrum
from refimpl.errors import UserError


class STFTDiscriminator(nn.Module):
    """Judge the complex STFT of one window length by convolutions over time and frequency.

    Args:
        n_fft: samples under the window, a multiple of 4.
        channels: of the convolutions.

    Source: Défossez et al. 2022, section 3.4. Taught in lesson 8.
    """

    def __init__(self, n_fft: int, channels: int):
        super().__init__()
        self.n_fft = n_fft
        convolutions = [nn.Conv2d(2, channels, (3, 9), padding=(1, 4))]
        # Wider and wider in time, and with half the frequencies each time.
        convolutions += [
            nn.Conv2d(channels, channels, (3, 9), stride=(1, 2), dilation=(d, 1), padding=(d, 4))
            for d in (1, 2, 4)
        ]
        convolutions += [nn.Conv2d(channels, channels, 3, padding=1)]
        self.layers = nn.ModuleList(weight_norm(one) for one in convolutions)
        self.judge = weight_norm(nn.Conv2d(channels, 1, 3, padding=1))

    def forward(self, audio: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Judge audio (B, n_samples).

        Returns:
            Scores (B, n_frames, n_bins'), high for what seems real, and the layers' outputs
            (B, channels, n_frames, n_bins'').
        """
        x = torch.view_as_real(spectrum(audio, self.n_fft)).movedim(-1, 1)  # (B, 2, frames, bins)
        features = []
        for layer in self.layers:
            x = nn.functional.leaky_relu(layer(x), 0.2)
            features.append(x)
        return self.judge(x)[:, 0], features


class MultiScaleDiscriminator(nn.Module):
    """One `STFTDiscriminator` for each window length.

    Args:
        windows: samples under each window.
        channels: of the convolutions.

    Raises:
        UserError: no window, or one that is no multiple of 4.

    Source: Défossez et al. 2022, section 3.4. Taught in lesson 8.
    """

    def __init__(self, windows: tuple[int, ...] = (256, 512, 1024, 2048), channels: int = 16):
        super().__init__()
        if not windows or any(n_fft < 16 or n_fft % 4 for n_fft in windows):
            raise UserError(f"windows are {windows}; give multiples of 4 from 16, at least one")
        self.scales = nn.ModuleList(STFTDiscriminator(n_fft, channels) for n_fft in windows)

    def forward(self, audio: Tensor) -> list[tuple[Tensor, list[Tensor]]]:
        """Judge audio (B, n_samples): scores and features of each scale."""
        return [scale(audio) for scale in self.scales]


Judgement = list[tuple[Tensor, list[Tensor]]]


def critic_loss(real: Judgement, decoded: Judgement) -> Tensor:
    """The discriminator's hinge loss: real sounds should score 1 or more, decoded ones -1 or less.

    A score beyond its bound is left alone, so that the critic cannot win ever more.

    Args:
        real, decoded: what the discriminator says of the two, for the same B rows.

    Returns:
        (B,), the mean over scales; 2 for a critic that has no opinion, 0 for a perfect one.

    Source: Lim et al. 2017; Défossez et al. 2022, section 3.4. Taught in lesson 8.
    """
    parts = [
        torch.relu(1 - ours).mean(dim=(1, 2)) + torch.relu(1 + theirs).mean(dim=(1, 2))
        for (ours, _), (theirs, _) in zip(real, decoded, strict=True)
    ]
    return torch.stack(parts).mean(dim=0)


def deception_loss(decoded: Judgement) -> Tensor:
    """The decoder's side of the game: its sounds should score 1 or more.

    Returns:
        (B,), the mean over scales; 0 where the critic is deceived.

    Source: Zeghidour et al. 2021, section III.E; Défossez et al. 2022, section 3.4.
    Taught in lesson 8.
    """
    parts = [torch.relu(1 - scores).mean(dim=(1, 2)) for scores, _ in decoded]
    return torch.stack(parts).mean(dim=0)


def feature_loss(real: Judgement, decoded: Judgement) -> Tensor:
    """Feature matching: how far the critic's layers are from what they show for the real sound.

    Args:
        real, decoded: what the discriminator says of the two, for the same B rows. No gradient
            goes to `real`.

    Returns:
        (B,), the mean over scales and layers of the mean absolute difference, as a share of the
        real sound's mean absolute value.

    Source: Kumar et al. 2019; Défossez et al. 2022, section 3.4. Taught in lesson 8.
    """
    parts = []
    for (_, ours), (_, theirs) in zip(real, decoded, strict=True):
        for one, other in zip(ours, theirs, strict=True):
            target = one.detach()
            size = target.abs().mean(dim=(1, 2, 3)).clamp(min=1e-6)
            parts.append((target - other).abs().mean(dim=(1, 2, 3)) / size)
    return torch.stack(parts).mean(dim=0)
