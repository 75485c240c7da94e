"""The joint embedding: sounds and captions as vectors of one space."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from refimpl.audio import Clip
from refimpl.audio_text.front_end import semitone_spectrogram
from refimpl.audio_text.sound_encoder import STRIDE, WINDOW, SoundEncoder
from refimpl.audio_text.text_encoder import TextEncoder
from refimpl.errors import UserError

HIGHEST_SCALE = 100.0
BATCH = 32  # windows at a time


class JointEmbedding(nn.Module):
    """A sound encoder and a text encoder, whose vectors agree where a caption fits a sound.

    Args:
        text: encodes captions: `read` turns them into two tensors, from which it makes vectors.
        dim: of the vectors.
        channels: of the sound encoder.

    Source: Elizalde et al. 2023 (CLAP); Wu et al. 2023 (LAION-CLAP); Huang et al. 2022 (MuLan).
    Taught in lesson 11.
    """

    def __init__(
        self, text: TextEncoder | nn.Module, *, dim: int = 128, channels: int = 64
    ) -> None:
        super().__init__()
        self.config = {"dim": dim, "channels": channels, **getattr(text, "config", {})}
        self.dim, self.text = dim, text
        self.sound = SoundEncoder(dim, channels)
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    @property
    def scale(self) -> Tensor:
        """The inverse of the learnt temperature, at most 100."""
        return self.log_scale.exp().clamp(max=HIGHEST_SCALE)

    def forward(self, frames: Tensor, words: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """Vectors of windows `(n, dim)` and of captions as read `(m, dim)`, of any length."""
        return self.sound(frames), self.text(words, numbers)

    @torch.inference_mode()
    def embed_frames(self, sound: Clip) -> np.ndarray:
        """Vectors of the steps of a clip.

        Args:
            sound: of any length and sample rate.

        Returns:
            `(n_steps, dim)` float32, 5.4 a second: what sounds there. Tempo needs a longer look,
            so it is not in them.

        Raises:
            MelError: audio that is not mono or not finite.
            UserError: the clip has no samples.
        """
        frames = _frames(sound)
        n_steps = max(1, len(frames) // STRIDE)
        frames = np.resize(frames, (n_steps * STRIDE, frames.shape[1]))  # repeats a short clip
        return self.sound.steps(torch.from_numpy(frames)[None])[0].numpy()

    @torch.inference_mode()
    def embed_sounds(self, clips: Iterable[Clip]) -> np.ndarray:
        """Vectors of clips.

        A clip is cut into windows of 8.2 s, which overlap by half; its vector is their mean.

        Args:
            clips: of any length and sample rate.

        Returns:
            `(n, dim)` float32 of length 1.

        Raises:
            MelError: audio that is not mono or not finite.
            UserError: a clip has no samples.

        Taught in lesson 11.
        """
        vectors = [self._embed(_frames(clip)) for clip in clips]
        return np.stack(vectors) if vectors else np.zeros((0, self.dim), np.float32)

    def embed_spectrogram(self, frames: np.ndarray) -> np.ndarray:
        """The vector `(dim,)` of a clip from its `semitone_spectrogram`."""
        return self._embed(frames)

    def embed_windows(self, sound: Clip) -> np.ndarray:
        """Vectors of the windows of a clip, `(n_windows, dim)` float32 of length 1.

        Raises:
            MelError: audio that is not mono or not finite.
            UserError: the clip has no samples.
        """
        return self._of_windows(_frames(sound)).numpy()

    @torch.inference_mode()
    def _of_windows(self, frames: np.ndarray) -> Tensor:
        vectors = torch.cat([self.sound(w) for w in overlapping_windows(frames).split(BATCH)])
        return F.normalize(vectors, dim=1)

    def _embed(self, frames: np.ndarray) -> np.ndarray:
        return F.normalize(self._of_windows(frames).mean(dim=0), dim=0).numpy()

    @torch.inference_mode()
    def embed_captions(self, captions: Sequence[str]) -> np.ndarray:
        """Vectors of captions, `(n, dim)` float32 of length 1. Taught in lesson 11."""
        if isinstance(captions, str):
            raise UserError("captions is one text; give a list of captions")
        if not len(captions):
            return np.zeros((0, self.dim), np.float32)
        return F.normalize(self.text(*self.text.read(captions)), dim=1).numpy()


def _frames(clip: Clip) -> np.ndarray:
    audio = clip.audio
    if not len(audio):
        raise UserError(f"{clip.name} has no samples; leave empty clips out")
    return semitone_spectrogram(audio, clip.sample_rate)


def overlapping_windows(frames: np.ndarray) -> Tensor:
    """Cut frames into windows `(n, 352, 96)`, which overlap; the last one ends with the clip."""
    if len(frames) < WINDOW:
        # A short clip is repeated: silence after it would sound like a part of it.
        frames = np.resize(frames, (WINDOW, frames.shape[1]))
    last = len(frames) - WINDOW
    # No window of its own for what is shorter than a step.
    starts = [*range(0, last - STRIDE + 1, WINDOW // 2), last]
    return torch.from_numpy(np.stack([frames[s : s + WINDOW] for s in starts]))
