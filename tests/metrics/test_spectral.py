import numpy as np
import pytest

from refimpl.errors import UserError
from refimpl.metrics import (
    chroma_agreement,
    mel_distance,
    si_sdr,
    spectral_flatness,
    stft_distance,
)
from tests.metrics.synth import SAMPLE_RATE, melody, render, seconds, tone

RNG = np.random.default_rng(0)
NOISE = (0.1 * RNG.standard_normal(SAMPLE_RATE)).astype(np.float32)
TUNE = render(melody(np.random.default_rng(1)), seconds(melody(np.random.default_rng(1))))


def test_mel_distance_is_in_decibels():
    mel = RNG.uniform(-80, 0, (20, 8))
    assert mel_distance(mel, mel) == 0
    assert mel_distance(mel, mel + 3) == pytest.approx(3)
    difference = np.where(np.arange(20) % 2, 4.0, 0.0)[:, None]
    assert mel_distance(mel, mel + difference) == pytest.approx(np.sqrt(8))
    assert mel_distance(mel, mel + difference, kind="absolute") == pytest.approx(2)
    assert mel_distance(mel, np.concatenate([mel, mel])) == 0  # the longer one is cut
    assert np.isnan(mel_distance(mel[:0], mel))


def test_mel_distance_refuses_other_bands_and_kinds():
    with pytest.raises(UserError, match="bands"):
        mel_distance(np.zeros((5, 8)), np.zeros((5, 9)))
    with pytest.raises(UserError, match="rms"):
        mel_distance(np.zeros((5, 8)), np.zeros((5, 8)), kind="median")


def test_stft_distance_grows_with_noise():
    distances = [
        stft_distance(TUNE, TUNE + k * RNG.standard_normal(len(TUNE))) for k in (0, 0.01, 0.1)
    ]
    assert distances[0] == 0
    assert 0 < distances[1] < distances[2]
    # Half as loud: half the norm is missing, and every magnitude is ln 2 too low.
    assert stft_distance(NOISE, NOISE / 2) == pytest.approx(0.5 + np.log(2), rel=0.01)
    assert np.isnan(stft_distance(np.zeros(1000), NOISE))


def test_si_sdr_is_the_ratio_that_was_mixed():
    target = np.sin(np.arange(44100) * 0.1)
    noise = RNG.standard_normal(44100)
    noise -= (noise @ target) / (target @ target) * target
    noise *= np.linalg.norm(target) / np.linalg.norm(noise) / 10
    assert si_sdr(target, target + noise) == pytest.approx(20)
    assert si_sdr(target, -7 * (target + noise)) == pytest.approx(20)
    assert si_sdr(target, 3 * target) == np.inf
    assert si_sdr(target, np.zeros(44100)) == -np.inf
    assert np.isnan(si_sdr(np.zeros(10), np.ones(10)))


def test_chroma_agreement_knows_octaves_from_fifths():
    a, octave, fifth = tone(69, 1.0), tone(81, 1.0), tone(76, 1.0)
    assert chroma_agreement(a, a / 10, SAMPLE_RATE) == 1.0
    assert chroma_agreement(a, octave, SAMPLE_RATE) == 1.0
    assert chroma_agreement(a, fifth, SAMPLE_RATE) == 0.0
    assert chroma_agreement(a, np.zeros_like(a), SAMPLE_RATE) == 0.0
    assert np.isnan(chroma_agreement(np.zeros(5000), a, SAMPLE_RATE))
    long_noise = RNG.standard_normal(20 * SAMPLE_RATE)
    tune = np.tile(TUNE, 3)
    assert chroma_agreement(tune, long_noise, SAMPLE_RATE) < 0.25


def sine(hertz, level=1.0):
    return level * np.sin(2 * np.pi * hertz * np.arange(SAMPLE_RATE) / SAMPLE_RATE)


def test_chroma_agreement_hears_from_50_hz_to_5_khz():
    a, e = sine(440), sine(659.26)
    bass, shrill = sine(69.3, 2), sine(3729.3, 2)
    assert chroma_agreement(a + bass, e + bass, SAMPLE_RATE) == 1.0
    assert chroma_agreement(a + shrill, e + shrill, SAMPLE_RATE) == 1.0
    for unheard in (sine(43.65, 2), sine(7040, 2)):
        assert chroma_agreement(a + unheard, e + unheard, SAMPLE_RATE) == 0.0


def test_flatness_of_tone_and_noise():
    assert spectral_flatness(tone(60, 1.0), SAMPLE_RATE) < 1e-4
    assert spectral_flatness(NOISE, SAMPLE_RATE) == pytest.approx(np.exp(-np.euler_gamma), abs=0.03)
    assert np.isnan(spectral_flatness(np.zeros(100), SAMPLE_RATE))


@pytest.mark.filterwarnings("error")
def test_scraps_of_sound_are_no_error():
    for n in (0, 1, 5):
        scrap = np.ones(n, dtype=np.float32)
        for value in (
            stft_distance(scrap, scrap),
            chroma_agreement(scrap, scrap, SAMPLE_RATE),
            spectral_flatness(scrap, SAMPLE_RATE),
        ):
            assert isinstance(value, float)
        assert np.isnan(si_sdr(scrap, scrap)) if n == 0 else si_sdr(scrap, scrap) == np.inf
