"""mel_to_audio: what it makes has the frames that it was given, for any frames at all."""

from dataclasses import replace

import librosa
import numpy as np
import pytest

from refimpl.mel import (
    MelConfig,
    MelError,
    mel_filterbank,
    mel_spectrogram,
    mel_to_audio,
    mel_to_magnitude,
)
from refimpl.mel.inversion import METHODS
from refimpl.mel.phase import gradient_phase

CONFIG = MelConfig(n_fft=2048, hop_length=512, n_mels=128)


def notes(pitches=(57, 64, 69, 61), seconds=0.5, sample_rate=22050):
    """Decaying harmonic tones one after another: (n_samples,) float32."""
    time = np.arange(int(seconds * sample_rate)) / sample_rate
    tones = [
        sum(np.sin(2 * np.pi * 440 * 2 ** ((p - 69) / 12) * k * time) / k for k in range(1, 8))
        for p in pitches
    ]
    return np.concatenate([0.2 * np.exp(-4 * time) * tone for tone in tones]).astype(np.float32)


@pytest.mark.parametrize(
    "config",
    [
        CONFIG,
        MelConfig(n_fft=4096, hop_length=704, n_mels=192),
        MelConfig(n_fft=4096, hop_length=1408, n_mels=192, f_max=8000, htk=True),
        MelConfig(n_fft=512, hop_length=32, n_mels=128),
        MelConfig(n_fft=2048, win_length=1500, hop_length=500, power=1.0, norm=None),
    ],
    ids=str,
)
def test_there_and_back(config):
    frames = mel_spectrogram(notes(), config)
    again = mel_spectrogram(mel_to_audio(frames, config), config)
    assert again.shape == frames.shape
    assert np.abs(again - frames).mean() < 1.5  # dB
    # Without this, a bound in dB would say nothing where most of a clip lies at the floor.
    other = mel_spectrogram(notes((50, 52, 54, 55)), config)
    assert np.abs(again - frames).mean() < 0.2 * np.abs(other - frames).mean()


def distance(frames, config, **options):
    """Mean difference in dB between frames and those of the waveform made from them."""
    return np.abs(mel_spectrogram(mel_to_audio(frames, config, **options), config) - frames).mean()


def test_keeping_the_mel_levels_comes_closer_than_griffin_lim():
    frames = mel_spectrogram(notes(), CONFIG)
    consistent = distance(frames, CONFIG, method="mel-consistent")
    assert consistent < 0.7 * distance(frames, CONFIG, method="griffin-lim")


def test_more_iterations_come_closer():
    frames = mel_spectrogram(notes(), CONFIG)
    distances = [distance(frames, CONFIG, n_iter=n) for n in (0, 4, 16, 64)]
    assert distances == sorted(distances, reverse=True)


def inconsistency(frames, **options):
    """How far a Griffin-Lim waveform's magnitudes are from those that it was to have, a share."""
    asked = mel_to_magnitude(frames, CONFIG)
    audio = mel_to_audio(frames, CONFIG, method="griffin-lim", **options)
    found = np.abs(librosa.stft(audio, n_fft=CONFIG.n_fft, hop_length=CONFIG.hop_length)).T
    return np.linalg.norm(found[: len(asked)] - asked) / np.linalg.norm(asked)


def test_momentum_brings_griffin_lim_closer(monkeypatch):
    frames = mel_spectrogram(notes(), CONFIG)
    fast = inconsistency(frames)
    monkeypatch.setattr("refimpl.mel.inversion.CLASSIC_MOMENTUM", 0.0)
    assert fast < 0.9 * inconsistency(frames)


def test_momentum_brings_the_mel_levels_closer(monkeypatch):
    frames = mel_spectrogram(notes(), CONFIG)
    fast = distance(frames, CONFIG)
    monkeypatch.setattr("refimpl.mel.inversion.MOMENTUM", 0.0)
    assert fast < 0.96 * distance(frames, CONFIG)


def test_the_phases_of_a_click_slope_across_frequency_by_its_distance_from_the_frame():
    config = MelConfig(n_fft=1024, hop_length=64, n_mels=64)
    audio = np.zeros(8192)
    audio[4096] = 1.0
    stft = librosa.stft(audio, n_fft=1024, hop_length=64, window=config.window).T
    phases = list(gradient_phase(np.abs(stft), config, np.random.default_rng(0)))
    distance = 3  # frames: the slope is 2 pi times the distance in samples, divided by n_fft
    steps = np.exp(1j * np.diff(phases[4096 // 64 + distance])[50:400])
    slope = np.angle(-steps.mean())  # without the half circle from bin to bin
    assert slope == pytest.approx(2 * np.pi * distance * 64 / 1024, rel=0.1)


def test_the_phase_gradient_starts_closer_than_random_phases():
    frames = mel_spectrogram(notes(), CONFIG)
    found, random = (distance(frames, CONFIG, n_iter=0, method=m) for m in METHODS)
    assert found < 0.9 * random


@pytest.mark.parametrize("frequency", [110.0, 441.0, 2500.0])
def test_a_sine_keeps_its_frequency(frequency):
    config = MelConfig(n_fft=4096, hop_length=704, n_mels=192)
    time = np.arange(30000) / config.sample_rate
    frames = mel_spectrogram(0.5 * np.sin(2 * np.pi * frequency * time), config)
    audio = mel_to_audio(frames, config)
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio))))
    found = spectrum.argmax() * config.sample_rate / len(audio)
    # Within a third of a semitone, or of a bin where bins are wider than that.
    assert abs(found - frequency) < max(0.02 * frequency, config.sample_rate / config.n_fft / 3)


def test_the_number_of_threads_does_not_change_the_waveform():
    config = MelConfig(n_fft=4096, hop_length=512)
    frames = mel_spectrogram(notes((60, 62, 64, 65, 67, 69) * 2), config)
    one, three = (mel_to_audio(frames, config, n_iter=3, workers=n) for n in (1, 3))
    assert np.array_equal(one, three)


@pytest.mark.parametrize("power", [1.0, 2.0])
def test_a_magnitude_spectrum_has_the_mel_levels_that_it_was_made_from(power):
    config = replace(CONFIG, power=power)
    frames = mel_spectrogram(notes(), config)
    magnitude = mel_to_magnitude(frames, config)
    assert magnitude.shape == (len(frames), config.n_bins)
    assert (magnitude >= 0).all()
    level = magnitude**power @ mel_filterbank(config).T
    given = mel_spectrogram(notes(), replace(config, ref=1.0, floor_db=-200))
    heard = frames > config.floor_db + 10
    assert np.abs(20 / power * np.log10(level[heard]) - given[heard]).mean() < 0.5


@pytest.mark.parametrize("n_frames", [0, 1, 2, 3, 17])
@pytest.mark.parametrize("config", [CONFIG, MelConfig(n_fft=512, hop_length=32)], ids=str)
def test_any_number_of_frames(n_frames, config):
    frames = mel_spectrogram(notes(), config)[:n_frames]
    audio = mel_to_audio(frames, config)
    assert audio.shape == (config.n_samples(n_frames),)
    assert audio.dtype == np.float32
    assert np.isfinite(audio).all()
    assert mel_spectrogram(audio, config).shape == (n_frames, 128)


def test_frames_at_the_floor_are_silent():
    frames = np.full((20, 128), CONFIG.floor_db, np.float32)
    assert np.abs(mel_to_audio(frames, CONFIG)).max() < 1e-6


def test_louder_frames_make_louder_audio():
    frames = mel_spectrogram(notes(), CONFIG)
    energies = [np.mean(mel_to_audio(frames + gain, CONFIG) ** 2) for gain in (-20, -10, 0)]
    assert energies[0] < energies[1] < energies[2]


@pytest.mark.parametrize("level", [-1000.0, 60.0])
def test_levels_that_no_waveform_has_do_not_break_it(level):
    assert np.isfinite(mel_to_audio(np.full((9, 128), level), CONFIG)).all()


def test_noise_frames_do_not_break_it():
    frames = np.random.default_rng(0).uniform(-80, 0, (30, 128))
    assert np.isfinite(mel_to_audio(frames, CONFIG)).all()


@pytest.mark.parametrize("method", ["mel-consistent", "griffin-lim"])
def test_the_same_seed_gives_the_same_waveform(method):
    frames = mel_spectrogram(notes(), CONFIG)
    first, again, other = (
        mel_to_audio(frames, CONFIG, n_iter=2, method=method, seed=s) for s in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_frames_that_were_given_are_left_as_they_were():
    frames = mel_spectrogram(notes(), CONFIG)
    before = frames.copy()
    mel_to_audio(frames, CONFIG, n_iter=1)
    assert np.array_equal(frames, before)


@pytest.mark.parametrize(
    ("mel", "message"),
    [
        (np.zeros((5, 64)), r"64.*128"),
        (np.zeros(128), r"n_frames, 128"),
        (np.full((5, 128), np.nan), "NaN"),
        (np.full((5, 128), -np.inf), "infinite"),
    ],
)
def test_frames_that_cannot_be_inverted_are_an_error(mel, message):
    with pytest.raises(MelError, match=message):
        mel_to_audio(mel, CONFIG)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"method": "griffinlim"}, "griffinlim.*griffin-lim"), ({"n_iter": -1}, "n_iter")],
)
def test_wrong_options_are_an_error(options, message):
    with pytest.raises(MelError, match=message):
        mel_to_audio(np.zeros((5, 128)), CONFIG, **options)
