"""What several of these tests need: one corpus a level, and a pitch measured in sound."""

import numpy as np

from refimpl.tinytunes import TuneConfig, Tunes

LEVELS = (1, 2, 3)


def corpus(level: int, split: str = "train", **options) -> Tunes:
    """A corpus of a level with all else as it comes."""
    return Tunes(split, TuneConfig(level=level, **options))


def spectral_peak(audio: np.ndarray, sample_rate: int, pitch: int) -> float:
    """Distance in cents of the strongest frequency near a MIDI pitch from that pitch.

    It looks one and a half semitones to either side, so that a wrong neighbour would win.
    """
    n_fft = 2**17
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio)), n_fft))
    cents = 1200 * np.log2(np.arange(1, len(spectrum)) * sample_rate / n_fft / 440) + 6900
    near = np.flatnonzero(np.abs(cents - 100 * pitch) < 150)
    return float(cents[near[np.argmax(spectrum[1:][near])]] - 100 * pitch)
