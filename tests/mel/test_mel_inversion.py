"""mel_to_audio: what it makes has the frames that it was given, for any frames at all."""

import numpy as np
import pytest

from refimpl.mel import MelConfig, MelError, mel_spectrogram, mel_to_audio

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
    assert np.abs(again - frames).mean() < 3.0  # dB
    # Twice as wrong as frames of other music would be no inversion at all.
    other = mel_spectrogram(notes((50, 52, 54, 55)), config)[: len(frames)]
    assert np.abs(again - frames).mean() < 0.5 * np.abs(other - frames).mean()


@pytest.mark.parametrize("n_frames", [0, 1, 2, 3, 17])
def test_any_number_of_frames(n_frames):
    frames = mel_spectrogram(notes(), CONFIG)[:n_frames]
    audio = mel_to_audio(frames, CONFIG)
    assert audio.shape == (CONFIG.n_samples(n_frames),)
    assert audio.dtype == np.float32
    assert mel_spectrogram(audio, CONFIG).shape == (n_frames, 128)


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


def test_the_same_seed_gives_the_same_waveform():
    frames = mel_spectrogram(notes(), CONFIG)
    first, again, other = (mel_to_audio(frames, CONFIG, n_iter=2, seed=s) for s in (1, 1, 2))
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
