"""The anchors of a MUSHRA test: the reference without its treble."""

from __future__ import annotations

import numpy as np

from refimpl.listening.errors import ListeningError

# The name of an anchor, and its edge in Hz: the low and the middle anchor of BS.1534.
ANCHORS = {"anchor 3.5 kHz": 3500.0, "anchor 7 kHz": 7000.0}
# From the edge, the filter has 500 Hz (of 3500) to fall by 25 dB, and as much again to 50 dB. Ours
# is down by 60 dB after the first half.
_TRANSITION = 1 / 7
_ATTENUATION = 60.0  # dB


def low_pass(audio: np.ndarray, sample_rate: int, edge: float) -> np.ndarray:
    """Remove all frequencies above an edge, without delaying the rest.

    Below the edge, the level changes by less than 0.1 dB. It falls by 60 dB within the next
    seventh of the edge: from 3500 to 4000 Hz, or from 7000 to 8000 Hz.

    Args:
        audio: `(n_samples,)`.
        sample_rate: in Hz, more than 2.3 times the edge.
        edge: in Hz.
    Returns:
        `(n_samples,)` float32.
    Raises:
        ListeningError: a sample rate that leaves nothing to take away.
    Source: ITU-R BS.1534-3, section 5.1, for the edges, the ripple and the attenuation.
    """
    from scipy.signal import fftconvolve, firwin, kaiserord

    stop = edge * (1 + _TRANSITION)
    if not 0 < stop < sample_rate / 2:
        raise ListeningError(
            f"an anchor of {edge:g} Hz needs a sample rate above {2 * stop:.0f} Hz, "
            f"{sample_rate} given; give a larger --rate, or leave the anchors out"
        )
    n_taps, beta = kaiserord(_ATTENUATION, 2 * (stop - edge) / sample_rate)
    taps = firwin(n_taps | 1, (edge + stop) / 2, window=("kaiser", beta), fs=sample_rate)
    filtered = fftconvolve(np.asarray(audio, np.float64), taps)  # (n_samples + n_taps - 1,)
    delay = len(taps) // 2
    return filtered[delay : delay + len(audio)].astype(np.float32)
