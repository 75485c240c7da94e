"""Perceived loudness, so that all players are equally loud."""

from __future__ import annotations

import numpy as np

_BLOCK_SECONDS = 0.4
_ABSOLUTE_GATE = -70.0  # dB: quieter blocks are pauses, not part of the sound
_RELATIVE_GATE = -10.0  # dB below the mean of the others: as if they were not there


def loudness(audio: np.ndarray, sample_rate: int) -> float:
    """Return the loudness of a sound in dB, A-weighted, without its pauses.

    The ear hears 100 Hz and 10 kHz less well than 2 kHz: power is weighted by frequency before
    it is averaged. A full-scale sine of 1 kHz has -3 dB.

    Args:
        audio: `(n_samples,)`.
        sample_rate: in Hz.
    Returns:
        Loudness in dB; minus infinity for silence.
    Source: the gating of ITU-R BS.1770-5, annex 1, with the A-weighting of IEC 61672-1.
    """
    import librosa

    block = min(len(audio), max(1, round(_BLOCK_SECONDS * sample_rate)))
    n_blocks = -(-len(audio) // block)
    blocks = np.pad(audio, (0, n_blocks * block - len(audio))).reshape(n_blocks, block)
    powers = np.abs(np.fft.rfft(blocks)) ** 2  # (n_blocks, n_bins)
    frequencies = np.fft.rfftfreq(block, 1 / sample_rate)
    with np.errstate(divide="ignore"):  # the weight of 0 Hz is minus infinity, as it should be
        weights = 10 ** (librosa.A_weighting(frequencies, min_db=None) / 10)  # (n_bins,)
    # Parseval: the mean square of a block is 2 / block^2 times the sum over its positive bins.
    power = powers @ weights * 2 / block**2  # (n_blocks,)
    heard = power[power > 10 ** (_ABSOLUTE_GATE / 10)]
    if len(heard) == 0:
        return float(_decibels(power.mean()))
    heard = heard[heard > heard.mean() * 10 ** (_RELATIVE_GATE / 10)]
    return float(_decibels(heard.mean()))


def _decibels(power: float) -> float:
    return 10 * np.log10(power) if power > 0 else -np.inf
