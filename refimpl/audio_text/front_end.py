"""What the sound encoder sees: a spectrogram with one band a semitone.

Mel bands are wider than a semitone where most notes are, and narrower above. With one band a
semitone, another key is the same picture moved up or down, and bands an octave apart share a pitch
class.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from refimpl.audio import resample
from refimpl.mel.analysis import check_audio
from refimpl.mel.config import MelConfig

SAMPLE_RATE = 22050
N_FFT, HOP_LENGTH = 2048, 512
LOWEST, N_OCTAVES = 24, 8  # from C1 to B8, 33 Hz to 7.9 kHz
N_BANDS = 12 * N_OCTAVES
FRAME_RATE = SAMPLE_RATE / HOP_LENGTH  # 43 Hz
FLOOR_DB = -60.0  # below the level of the clip
_CHECKED = MelConfig(sample_rate=SAMPLE_RATE, n_fft=N_FFT, hop_length=HOP_LENGTH)


@lru_cache(maxsize=1)
def semitone_filters() -> np.ndarray:
    """Triangular filters that sum frequency bins into semitones, `(n_bands, n_bins)` float32.

    Below C4 a bin is wider than a semitone: there, a filter takes a share of the nearest bins.
    """
    centres = 440.0 * 2.0 ** ((LOWEST + np.arange(N_BANDS) - 69) / 12)  # (n_bands,) Hz
    bins = np.arange(1 + N_FFT // 2) * SAMPLE_RATE / N_FFT  # (n_bins,) Hz
    half_width = np.maximum(centres * (2 ** (1 / 12) - 1), SAMPLE_RATE / N_FFT)
    distance = np.abs(bins[None] - centres[:, None]) / half_width[:, None]
    filters = np.maximum(0.0, 1.0 - distance)
    return (filters / filters.sum(axis=1, keepdims=True)).astype(np.float32)


def semitone_spectrogram(audio: np.ndarray, sample_rate: int = SAMPLE_RATE) -> np.ndarray:
    """The level of each semitone in each frame, relative to the level of the clip.

    Args:
        audio: waveform `(n_samples,)`, float in [-1, 1] or integer PCM.
        sample_rate: in Hz; another than 22,050 is resampled.

    Returns:
        Frames `(n_frames, 96)` float32, from 0 (60 dB below the clip's level) to about 1. A clip
        that is twice as loud has the same frames. Silence is 0 everywhere.

    Raises:
        MelError: audio that is not mono or not finite.

    Taught in lesson 11.
    """
    import librosa

    audio = check_audio(audio, _CHECKED)
    if len(audio) == 0:
        return np.zeros((0, N_BANDS), np.float32)
    audio = resample(audio, sample_rate, SAMPLE_RATE)
    padded = np.pad(audio, (0, max(0, N_FFT - len(audio))))
    spectrum = librosa.stft(padded, n_fft=N_FFT, hop_length=HOP_LENGTH, pad_mode="constant")
    power = (np.abs(spectrum) ** 2).T[: 1 + len(audio) // HOP_LENGTH]  # (n_frames, n_bins)
    bands = power @ semitone_filters().T  # (n_frames, n_bands)
    loudest = np.percentile(bands.max(axis=1), 95)  # of a usual loud frame, not of one click
    if loudest <= 1e-9:
        return np.zeros(bands.shape, np.float32)
    level = 10.0 * np.log10(np.maximum(bands / loudest, 1e-30))  # dB
    return (np.maximum(level, FLOOR_DB) / -FLOOR_DB + 1.0).astype(np.float32)
