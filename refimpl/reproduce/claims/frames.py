"""The sounds that the claims about codes are tested on: mel frames of tinytunes."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from refimpl.mel import MelConfig, mel_spectrogram
from refimpl.tinytunes import Tunes

MEL = MelConfig(n_fft=2048, hop_length=704, n_mels=192)  # the course's
N_TRAIN, N_HELD_OUT = 48, 16  # tunes
SCALE = 20.0  # dB: roughly the spread of the frames, so that a network sees numbers around one


@lru_cache(maxsize=2)
def tune_frames(seed: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Mel frames of training tunes and of held-out ones, each (n_frames, n_mels) float32, in dB.

    Args:
        seed: of the corpus; each has tunes of its own.
    """

    def frames_of(split: str, n: int) -> list[np.ndarray]:
        tunes = Tunes(split, seed=seed).take(n)
        return [mel_spectrogram(tune.render(), MEL) for tune in tunes]

    return frames_of("train", N_TRAIN), frames_of("test", N_HELD_OUT)


def normalised(seed: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The same frames around 0, in units of `SCALE`."""
    train, held_out = tune_frames(seed)
    mean = np.concatenate(train).mean(axis=0)
    return [(f - mean) / SCALE for f in train], [(f - mean) / SCALE for f in held_out]
