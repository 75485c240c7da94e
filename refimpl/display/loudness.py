"""Perceived loudness, so that all players are equally loud."""

from __future__ import annotations

import numpy as np

from refimpl.audio import check_sample_rate, resample

_RATE = 48_000  # Hz, for which the standard gives its two filters
# Tables 1 and 2: a shelf for what the head adds to treble, and a high-pass for the ear's bass.
_SHELF = (
    [1.53512485958697, -2.69169618940638, 1.19839281085285],
    [-1.69065929318241, 0.73248077421585],
)
_HIGH_PASS = ([1.0, -2.0, 1.0], [-1.99004745483398, 0.99007225036621])
_OFFSET = -0.691  # dB: a sine of 997 Hz at full scale in one channel has -3.01 LUFS
_BLOCK, _HOP = round(0.4 * _RATE), round(0.1 * _RATE)
_ABSOLUTE_GATE = -70.0  # LUFS: quieter blocks are pauses, not part of the sound
_RELATIVE_GATE = -10.0  # LU below the mean of the others: as if they were not there


def loudness(audio: np.ndarray, sample_rate: int) -> float:
    """Return the loudness of a sound in LUFS, without its pauses.

    The ear hears bass less well than treble, so the sound is filtered before its power is averaged,
    over blocks of 0.4 s. A sine of 997 Hz at full scale has -3.01 LUFS, and broadcasters
    send at -23. A sound that is shorter than a block counts as one.

    Args:
        audio: `(n_samples,)`, one channel.
        sample_rate: in Hz.
    Returns:
        Loudness in LUFS; minus infinity for silence, and for what is quieter than -70.
    Raises:
        UserError: no samples, or a sample rate that no sound has.
    Source: ITU-R BS.1770-5, annex 1.
    """
    from scipy.signal import sosfilt

    heard = resample(audio, check_sample_rate(sample_rate), _RATE).astype(np.float64)
    sections = [[*b, 1.0, *a] for b, a in (_SHELF, _HIGH_PASS)]
    summed = np.concatenate([[0.0], np.cumsum(sosfilt(sections, heard) ** 2)])
    block = min(_BLOCK, len(heard))
    starts = np.arange(0, len(heard) - block + 1, _HOP)
    power = (summed[starts + block] - summed[starts]) / block  # (n_blocks,)
    power = power[_level(power) > _ABSOLUTE_GATE]
    if len(power) == 0:
        return -np.inf
    power = power[_level(power) > _level(power.mean()) + _RELATIVE_GATE]
    return float(_level(power.mean()))


def _level(power: np.ndarray | float) -> np.ndarray | float:
    """The level of a mean square in LUFS; minus infinity for 0."""
    with np.errstate(divide="ignore"):
        return _OFFSET + 10 * np.log10(np.maximum(power, 0))
