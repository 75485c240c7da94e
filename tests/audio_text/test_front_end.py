"""One band a semitone: a transposed tone is the same picture, moved."""

import numpy as np
import pytest

from refimpl.audio_text.front_end import (
    HOP_LENGTH,
    LOWEST,
    N_BANDS,
    SAMPLE_RATE,
    semitone_filters,
    semitone_spectrogram,
)
from refimpl.mel import MelError


def sine(pitch, seconds=1.0, rate=SAMPLE_RATE, level=0.3):
    time = np.arange(round(seconds * rate)) / rate
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    return (level * np.sin(2 * np.pi * frequency * time)).astype(np.float32)


@pytest.mark.parametrize("pitch", [48, 60, 69, 81, 100])
def test_a_tone_is_loudest_in_its_own_band(pitch):
    frames = semitone_spectrogram(sine(pitch))
    assert frames.shape == (1 + SAMPLE_RATE // HOP_LENGTH, N_BANDS)
    assert frames[20].argmax() == pitch - LOWEST


def test_filters_add_up_to_one_and_none_is_empty():
    filters = semitone_filters()
    assert np.allclose(filters.sum(axis=1), 1.0, atol=1e-5)
    assert (filters.argmax(axis=1)[1:] >= filters.argmax(axis=1)[:-1]).all()


def test_loudness_and_sample_rate_change_nothing():
    frames = semitone_spectrogram(sine(69))
    assert np.allclose(frames, semitone_spectrogram(sine(69, level=0.03)), atol=1e-4)
    other = semitone_spectrogram(sine(69, rate=44100), 44100)
    assert np.allclose(frames[10:30, 40:50], other[10:30, 40:50], atol=0.02)


def test_silence_is_zero_and_nothing_is_nothing():
    assert not semitone_spectrogram(np.zeros(5000, np.float32)).any()
    assert semitone_spectrogram(np.zeros(0, np.float32)).shape == (0, N_BANDS)
    assert len(semitone_spectrogram(sine(69, seconds=0.01))) == 1


def test_bad_sounds_are_refused():
    with pytest.raises(MelError, match="mono"):
        semitone_spectrogram(np.zeros((2, 500), np.float32))
    with pytest.raises(MelError, match="NaN"):
        semitone_spectrogram(np.full(500, np.nan, np.float32))
