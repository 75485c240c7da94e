"""mel_spectrogram: right bands, right levels, right lengths, and errors with a way out."""

import dataclasses
import warnings

import librosa
import numpy as np
import pytest

from refimpl.mel import (
    EmptyFilterWarning,
    MelConfig,
    MelError,
    empty_filters,
    mel_filterbank,
    mel_spectrogram,
)

CONFIG = MelConfig(n_fft=1024, hop_length=256, n_mels=64)


def sine(frequency, n_samples=8192, amplitude=1.0, sample_rate=22050):
    time = np.arange(n_samples) / sample_rate
    return (amplitude * np.sin(2 * np.pi * frequency * time)).astype(np.float32)


@pytest.mark.parametrize("config", [CONFIG, MelConfig(power=1.0, htk=True, f_max=8000, norm=None)])
def test_agrees_with_librosa(config):
    audio = 0.3 * np.random.default_rng(0).standard_normal(9000).astype(np.float32)
    expected = librosa.feature.melspectrogram(
        y=audio,
        sr=config.sample_rate,
        n_fft=config.n_fft,
        hop_length=config.hop_length,
        n_mels=config.n_mels,
        fmax=config.f_max,
        htk=config.htk,
        norm=config.norm,
        power=config.power,
    ).T
    expected_db = 20 / config.power * np.log10(expected)
    difference = mel_spectrogram(audio, config) - expected_db
    # Everything but the reference, which is one number for all frames and bands.
    assert np.ptp(difference) < 0.01


@pytest.mark.parametrize("frequency", [200, 440, 1000, 3000, 7000])
def test_a_sine_peaks_in_the_filter_around_its_frequency(frequency):
    frames = mel_spectrogram(sine(frequency), CONFIG)
    centres = librosa.mel_frequencies(CONFIG.n_mels + 2, fmin=0, fmax=11025)
    band = int(frames[10].argmax())
    assert centres[band] < frequency < centres[band + 2]


def test_zero_db_is_about_a_sine_of_amplitude_one_under_the_highest_filter():
    band, bin_index = np.unravel_index(mel_filterbank(CONFIG).argmax(), (64, 513))
    frequency = bin_index * CONFIG.sample_rate / CONFIG.n_fft
    assert 0 <= mel_spectrogram(sine(frequency), CONFIG)[10, band] < 2


@pytest.mark.parametrize("power", [1.0, 2.0])
def test_ten_times_the_amplitude_is_twenty_db_more(power):
    config = MelConfig(n_fft=1024, hop_length=256, n_mels=64, power=power)
    quiet, loud = (mel_spectrogram(sine(440, amplitude=a), config) for a in (0.05, 0.5))
    heard = quiet > config.floor_db
    assert heard.any()
    np.testing.assert_allclose((loud - quiet)[heard], 20, atol=0.1)


def test_louder_is_never_less():
    audio = np.random.default_rng(1).standard_normal(5000).astype(np.float32) * 0.1
    assert (mel_spectrogram(2 * audio, CONFIG) >= mel_spectrogram(audio, CONFIG)).all()


def test_silence_is_the_floor():
    frames = mel_spectrogram(np.zeros(5000, np.float32), CONFIG)
    assert (frames == CONFIG.floor_db).all()


@pytest.mark.parametrize("n_samples", [0, 1, 2, 255, 256, 257, 1023, 1024, 5000])
def test_shape_for_any_length(n_samples):
    frames = mel_spectrogram(np.full(n_samples, 0.1, np.float32), CONFIG)
    assert frames.shape == (CONFIG.n_frames(n_samples), CONFIG.n_mels)
    assert frames.dtype == np.float32


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.uint8])
def test_integers_are_read_as_pcm(dtype):
    audio = sine(440, amplitude=0.5)
    info = np.iinfo(dtype)
    middle, half = (info.max + info.min + 1) // 2, (int(info.max) - info.min + 1) / 2
    pcm = np.round(audio.astype(np.float64) * half + middle).astype(dtype)
    from_float, from_pcm = mel_spectrogram(audio, CONFIG), mel_spectrogram(pcm, CONFIG)
    loud = from_float > -40
    np.testing.assert_allclose(from_pcm[loud], from_float[loud], atol=1.0)


@pytest.mark.parametrize(("dtype", "middle"), [(np.int8, 0), (np.int16, 0), (np.uint8, 128)])
def test_the_middle_of_pcm_is_silence(dtype, middle):
    config = dataclasses.replace(CONFIG, ref=1e-3)  # 60 dB more sensitive than full scale needs
    silence = mel_spectrogram(np.zeros(4096), config)
    np.testing.assert_array_equal(
        mel_spectrogram(np.full(4096, middle, dtype=dtype), config), silence
    )
    assert (mel_spectrogram(np.full(4096, middle + 1, dtype=dtype), config) > silence).any()


@pytest.mark.parametrize(
    ("audio", "message"),
    [
        (np.zeros((2, 4000)), "mono.*mean"),
        (np.zeros((2, 3, 4)), "n_samples"),
        (np.float32(0.0), "n_samples"),
        (np.array([0.0, np.nan, np.inf]), "2 samples.*NaN"),
        (np.array(["a"]), "float"),
        (np.zeros(5, complex), "float"),
    ],
)
def test_audio_that_is_no_mono_waveform_is_an_error(audio, message):
    with pytest.raises(MelError, match=message):
        mel_spectrogram(audio, CONFIG)


def test_empty_filters_are_counted_and_warned_of_once():
    config = MelConfig(n_fft=512, hop_length=128, n_mels=128, htk=True)
    n_empty = empty_filters(config)
    with pytest.warns(EmptyFilterWarning, match=f"^{n_empty} of 128") as caught:
        mel_spectrogram(sine(440), config)
    assert len(caught) == 1
    assert n_empty == np.sum(~mel_filterbank(config).any(axis=1)) > 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mel_spectrogram(sine(440), config)
        mel_spectrogram(sine(440), CONFIG)
