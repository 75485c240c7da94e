"""Does a codec know such sounds? How far a sound lies from everything that it was fitted on.

A codec of mel frames encodes every sound without complaint. One that was fitted on tinytunes turns
piano chords into mud, because their frames are far from all of its codes.
"""

from __future__ import annotations

import numpy as np
import torch

from refimpl.codecs.clustering import nearest
from refimpl.codecs.codebook import Codebook
from refimpl.codecs.codec import Codec
from refimpl.codecs.trained import TrainedMelCodec
from refimpl.codecs.windows import hold_last
from refimpl.mel import mel_spectrogram

FAR = 1.1  # beyond it, a sound is unlike those that the codec was fitted on


def distance_from_codes(codec: Codec, audio: np.ndarray) -> float:
    """Return the mean distance of a sound from a codec's nearest codes.

    The unit is the codec's own: the usual distance (the median) between a code and its nearest
    neighbour. Held-out clips of the sounds that it was fitted on stay below 1, even with few codes
    or few clips; the course's codebook has .33 to .61 on tinytunes, and 1.4 to 2.3 on chorales. For
    a trained codec the distance is that of its latents; the shipped neural codec has .26 to .94 on
    tinytunes, and 2.3 to 2.6 on chorales.

    Args:
        codec: a codebook, or a trained codec of mel frames; of several books only the first counts,
            because the others refine it.
        audio: (n_samples,) at the codec's rate.

    Returns:
        0 or more; NaN where codes cannot tell: a single one, codes that are compared by direction
        and lie all around, or a codec without a book of codes.

    Taught in lesson 10.
    """
    codes, vectors = _codes_and_vectors(codec, audio)
    if len(codes) < 2:
        return float("nan")
    codes = codes.astype(np.float64)
    squares = np.sum(codes**2, axis=1)
    apart = squares[:, None] + squares - 2 * codes @ codes.T  # (n_codes, n_codes)
    np.fill_diagonal(apart, np.inf)
    unit = np.sqrt(max(np.median(apart.min(axis=1)), 0.0))
    if unit == 0:
        return float("nan")
    own = codes[nearest(vectors, codes.astype(np.float32))]
    return float(np.linalg.norm(vectors - own, axis=1).mean() / unit)


def _codes_and_vectors(codec: Codec, audio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first book's codes (n_codes, dim), and what of a sound is compared with them (n, dim)."""
    nothing = np.empty((0, 0), np.float32)
    if isinstance(codec, Codebook):
        return codec.centroids[0], codec.normalise(mel_spectrogram(audio, codec.mel))
    if not isinstance(codec, TrainedMelCodec):
        return nothing, nothing
    frames = codec.normalise(mel_spectrogram(audio, codec.mel))
    n_steps = -(-len(frames) // codec.frames_per_step)
    frames = hold_last(frames, n_steps * codec.frames_per_step)
    with torch.inference_mode():
        latents = codec.network.latents(torch.from_numpy(frames)[None])
        book, vectors = next(iter(codec.network.residuals(latents)), (None, None))
    if book is None or book.cosine:  # finite scalar quantization has no book
        return nothing, nothing
    return book.codes_as_used().detach().numpy(), vectors.flatten(0, -2).numpy()


def warning_of_distance(codec: Codec, audio: np.ndarray) -> str | None:
    """Say that a sound is unlike those that a codec was fitted on, and what to do about it.

    Args:
        codec: any; for one that `distance_from_codes` cannot judge there is no warning.
        audio: (n_samples,) at its rate.

    Returns:
        Sentences, or None where all is well.
    """
    if not len(audio):
        return None
    distance = distance_from_codes(codec, audio)
    if not distance > FAR:
        return None
    return (
        f"this sound is unlike those that the codec was fitted on (distance {distance:.1f}; "
        f"above {FAR} much of it is lost): make a model of such sounds with `refimpl run FOLDER "
        "--out RUN` and give it as --model RUN. If it is only softer or louder, set its level"
    )
