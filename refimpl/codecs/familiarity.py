"""Does a codebook know such sounds? How far a sound lies from everything that it was fitted on.

A codebook encodes every sound without complaint. One that was fitted on tinytunes turns piano
chords into mud, because their frames are far from all of its codes.
"""

from __future__ import annotations

import numpy as np

from refimpl.codecs.clustering import nearest
from refimpl.codecs.codebook import Codebook
from refimpl.codecs.codec import Codec
from refimpl.mel import mel_spectrogram

FAR = 1.1  # beyond it, a sound is unlike those that the codebook was fitted on


def distance_from_codes(codebook: Codebook, audio: np.ndarray) -> float:
    """Return the mean distance of a sound's frames from their nearest codes.

    The unit is the codebook's own: the usual distance (the median) between a code and its nearest
    neighbour. Held-out clips of the sounds that it was fitted on stay below 1, even with few codes
    or few clips; the course's codebook has .33 to .61 on tinytunes, and 1.4 to 2.3 on chorales.

    Args:
        codebook: any; of several stages only the first counts, because the others refine it.
        audio: (n_samples,) at the codebook's rate.

    Returns:
        0 or more; NaN for a codebook with a single code.

    Taught in lesson 10.
    """
    codes = codebook.centroids[0].astype(np.float64)
    squares = np.sum(codes**2, axis=1)
    apart = squares[:, None] + squares - 2 * codes @ codes.T  # (n_codes, n_codes)
    np.fill_diagonal(apart, np.inf)
    unit = np.sqrt(max(np.median(apart.min(axis=1)), 0.0))
    if len(codes) < 2 or unit == 0:
        return float("nan")
    frames = codebook.normalise(mel_spectrogram(audio, codebook.mel))
    own = codes[nearest(frames, codebook.centroids[0])]
    return float(np.linalg.norm(frames - own, axis=1).mean() / unit)


def warning_of_distance(codec: Codec, audio: np.ndarray) -> str | None:
    """Say that a sound is unlike those that a codec was fitted on, and what to do about it.

    Args:
        codec: any; only codebooks can tell, for other codecs there is no warning.
        audio: (n_samples,) at its rate.

    Returns:
        Sentences, or None where all is well.
    """
    if not isinstance(codec, Codebook) or not len(audio):
        return None
    distance = distance_from_codes(codec, audio)
    if not distance > FAR:
        return None
    return (
        f"this sound is unlike those that the codebook was fitted on (distance {distance:.1f}; "
        f"above {FAR} much of it is lost): make a model of such sounds with `refimpl run FOLDER "
        "--out RUN` and give it as --model RUN. If it is only softer or louder, set its level"
    )
