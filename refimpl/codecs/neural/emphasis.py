"""Emphasis: errors in the bands where bass and melody lie count more than those above them.

A few decibels of error in the partials below 1 kHz change which note one hears; between the high
partials they change nothing. The network's loss counts errors in normalised units, so a band with a
smaller unit counts more.
"""

import numpy as np

from refimpl.mel import MelConfig

CORNER = 1000.0  # Hz
STEEPNESS = 8


def low_emphasis(mel: MelConfig, emphasis: float) -> np.ndarray:
    """Return the weight of an error in each band.

    Args:
        mel: the frames.
        emphasis: weight far below 1 kHz; it is 1 far above, and halfway at 1 kHz.

    Returns:
        (n_mels,) float32.

    Taught in lesson 8.
    """
    import librosa

    edges = librosa.mel_frequencies(
        mel.n_mels + 2, fmin=mel.f_min, fmax=mel.f_max or mel.sample_rate / 2, htk=mel.htk
    )
    share = 1 / (1 + (edges[1:-1] / CORNER) ** STEEPNESS)
    return (1 + (emphasis - 1) * share).astype(np.float32)
