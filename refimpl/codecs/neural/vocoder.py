"""A vocoder that learns: mel frames to sound by a predicted spectrum, in one pass.

    audio (B, n_samples) -> mel frames in dB (B, n_frames, n_mels) -> `ISTFTHead` -> audio

Mel frames hold no phase, and many phases fit them. So a loss on samples would ask for the average
of all, which is silence: a vocoder learns from spectra, and from a critic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import torch
from torch import Tensor, nn

from refimpl.codecs.codec import CodecError
from refimpl.codecs.neural.adversarial import sound_loss
from refimpl.codecs.neural.istft_head import ISTFTHead
from refimpl.codecs.neural.waveform_fitting import (
    SegmentBatches,
    cut_segments,
    segment_options,
    train_on_segments,
)
from refimpl.mel import MelConfig, mel_filterbank
from refimpl.mel.analysis import check_frames, reference_level

WEIGHTS = {"mel": 1.0, "stft": 1.0}  # shares of the gradient


class Vocoder(nn.Module):
    """Mel frames to sound by a trained network.

    Args:
        mel: the configuration of the frames; its power is 2.
        hidden_size, n_blocks, kernel_size: of the `ISTFTHead`, whose frames are the mel frames'.

    Source: Siuzdak 2023 (Vocos). Taught in lesson 8.
    """

    def __init__(
        self, mel: MelConfig, *, hidden_size: int = 192, n_blocks: int = 4, kernel_size: int = 7
    ):
        super().__init__()
        self.mel = mel
        self.head = ISTFTHead(
            mel.n_mels,
            hidden_size=hidden_size,
            n_blocks=n_blocks,
            kernel_size=kernel_size,
            n_fft=mel.n_fft,
            hop_length=mel.hop_length,
        )
        # The squared sum's factor is in the filters, so that a sine of amplitude 1 reads 0 dB.
        filters = torch.tensor(mel_filterbank(mel)).T / reference_level(mel)
        self.register_buffer("filters", filters, persistent=False)

    def frames(self, audio: Tensor) -> Tensor:
        """Mel frames in dB of audio (B, n_samples), one a hop: (B, n_samples / hop, n_mels)."""
        window = self.head.window
        found = torch.stft(
            audio,
            self.mel.n_fft,
            self.mel.hop_length,
            window=window,
            pad_mode="constant",
            return_complex=True,
        )
        n_frames = audio.shape[1] // self.mel.hop_length
        energy = torch.view_as_real(found).square().sum(dim=-1).transpose(1, 2)[:, :n_frames]
        level = (energy @ self.filters).clamp(min=1e-30)
        return (10 * level.log10()).clamp(min=self.mel.floor_db)

    def forward(self, audio: Tensor) -> tuple[Tensor, Tensor]:
        """Return the sound that the frames of audio (B, n_samples) give, and 0.

        The 0 is in the place of a quantizer's loss, so that this trains as a codec does.
        """
        return self.sound(self.frames(audio)), torch.zeros((), device=audio.device)

    def sound(self, frames: Tensor) -> Tensor:
        """Turn frames in dB (B, n_frames, n_mels) into audio (B, n_frames * hop_length)."""
        # Between the floor and full scale, to numbers of about 1.
        return self.head(2 * frames / -self.mel.floor_db + 1)

    @torch.inference_mode()
    def to_audio(self, frames: np.ndarray) -> np.ndarray:
        """Turn frames (n_frames, n_mels) in dB into a waveform, as `mel_to_audio` does.

        Raises:
            MelError: frames of another number of mels or not finite.

        Taught in lesson 8.
        """
        frames = check_frames(frames, self.mel)
        if len(frames) == 0:
            return np.empty(0, dtype=np.float32)
        audio = self.sound(torch.from_numpy(frames)[None])[0].numpy()
        return audio[: self.mel.n_samples(len(frames))]


def fit_vocoder(
    sounds: Iterable[np.ndarray],
    mel: MelConfig,
    *,
    steps: int = 1000,
    batch_size: int = 8,
    segment: int = 32,
    learning_rate: float = 2e-3,
    weights: Mapping[str, float] | None = None,
    seed: int = 0,
    show: bool | None = None,
    **shape,
) -> Vocoder:
    """Train a vocoder on sounds; it needs nothing else.

    Args:
        sounds: waveforms (n_samples,) at the rate of `mel`; all are kept in memory.
        mel: the configuration of its frames.
        steps: optimizer steps.
        batch_size: segments a step.
        segment: frames in a segment.
        learning_rate: the highest; it rises for 3 % of the steps and falls to 0 by a cosine.
        weights: of the losses, see `sound_loss`; None: `WEIGHTS`.
        seed: for weights and batches.
        show: False for no progress bar.
        shape: for `Vocoder`.

    Raises:
        CodecError: no sound.
        TrainingError: the loss is no longer a number, or a wrong option.
        KeyboardInterrupt: Ctrl-C; half a fit is no vocoder.

    Taught in lesson 8.
    """
    pieces = list(cut_segments(sounds, segment * mel.hop_length))
    if not pieces:
        raise CodecError("no sound to fit on: the stream is empty")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        vocoder = Vocoder(mel, **shape)
    loss, balancer = sound_loss(weights or WEIGHTS, mel.sample_rate)
    options = segment_options(steps, learning_rate, seed, show)
    batches = SegmentBatches(np.concatenate(pieces), batch_size, seed)
    train_on_segments(vocoder, batches, options, loss, [balancer])
    return vocoder
