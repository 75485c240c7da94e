"""One loudness for all sounds that the course plays, and room below full scale."""

from __future__ import annotations

import io

import numpy as np
import soundfile

from refimpl.audio import is_silent
from refimpl.display.loudness import loudness

TARGET_LOUDNESS = -23.0  # LUFS, as broadcasters send (EBU R 128)
MAX_PEAK = 10 ** (-1 / 20)  # 1 dB below full scale
CLOSE = 0.2  # dB that nobody hears


def at_target_loudness(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """Scale `(n_samples,)` to `TARGET_LOUDNESS`, without clipping; silence stays silence."""
    if is_silent(audio):
        return audio
    wide = audio.astype(np.float64)
    wide /= np.abs(wide).max()  # first to a peak of 1, so that the faintest sound passes the gate
    gain = 10 ** ((TARGET_LOUDNESS - loudness(wide, sample_rate)) / 20)
    return (wide * min(gain, MAX_PEAK)).astype(np.float32)


def levelled_mp3(audio: np.ndarray, sample_rate: int, **options) -> bytes:
    """Compress a sound so that what a browser decodes has `TARGET_LOUDNESS`.

    MP3 makes noise up to 1.5 dB louder and may raise a peak. So the result is measured, and
    compressed once more at a level that makes up for it.

    Args:
        audio: `(n_samples,)`.
        sample_rate: in Hz, one that MP3 supports.
        options: of `soundfile.write`, such as compression_level.
    Returns:
        The file. Its peak stays 1 dB below full scale, so that a sound that is mostly clicks
        may be quieter.
    """
    levelled = at_target_loudness(audio, sample_rate)
    mp3 = _compress(levelled, sample_rate, options)
    decoded, _ = soundfile.read(io.BytesIO(mp3))
    if is_silent(levelled) or is_silent(decoded):
        return mp3
    gain = 10 ** ((TARGET_LOUDNESS - loudness(decoded, sample_rate)) / 20)
    gain = min(gain, MAX_PEAK / np.abs(decoded).max())
    if abs(20 * np.log10(gain)) > CLOSE:
        mp3 = _compress(levelled * np.float32(gain), sample_rate, options)
    return mp3


def _compress(audio: np.ndarray, sample_rate: int, options: dict) -> bytes:
    with io.BytesIO() as file:
        soundfile.write(file, audio, sample_rate, format="MP3", **options)
        return file.getvalue()
