"""Measures reckoned again from their formulas with another library or plain loops.

A measure that comes out a little different still looks right in every comparison of good with bad.
"""

import itertools

import librosa
import numpy as np
import pytest

from refimpl.metrics import (
    MELODY,
    chroma_agreement,
    detect_notes,
    detect_onsets,
    measure_music,
    note_accuracy,
    pitch_salience,
    span_pitches,
    spectral_flatness,
    stft_distance,
)
from refimpl.metrics.onsets import onset_flux
from tests.metrics.synth import SAMPLE_RATE, Note, melody, render, seconds, tone

NOTES = melody(np.random.default_rng(1), n_notes=8)
TUNE = render(NOTES, seconds(NOTES))
NOISE = (0.1 * np.random.default_rng(0).standard_normal(len(TUNE))).astype(np.float32)


def stft(audio, n_fft, hop_length, window="hann"):
    """Magnitudes after librosa, `(n_frames, n_bins)`."""
    options = {"n_fft": n_fft, "hop_length": hop_length, "window": window, "pad_mode": "constant"}
    return np.abs(librosa.stft(np.asarray(audio, np.float32), **options)).T


def test_stft_distance_is_the_mean_over_its_three_resolutions():
    other = 0.7 * TUNE + NOISE
    expected = []
    for n_fft in (512, 1024, 2048):  # a window moves by a quarter of itself
        x, y = stft(TUNE, n_fft, n_fft // 4), stft(other, n_fft, n_fft // 4)
        convergence = np.sqrt(np.sum((x - y) ** 2) / np.sum(x**2))
        floor = 1e-5 * x.max()
        logs = np.abs(np.log(np.maximum(x, floor)) - np.log(np.maximum(y, floor)))
        expected.append(convergence + logs.mean())
    assert stft_distance(TUNE, other) == pytest.approx(np.mean(expected), rel=1e-4)


def test_flatness_is_the_median_of_geometric_over_arithmetic_means_of_loud_frames():
    audio = np.concatenate([TUNE, 1e-4 * NOISE, NOISE])  # the middle is too quiet to count
    power = stft(audio, 2048, 1024) ** 2
    loud = power.sum(axis=1) > power.sum(axis=1).max() * 10**-4.5
    assert 0.6 < loud.mean() < 0.9
    each = [np.exp(np.mean(np.log(frame))) / np.mean(frame) for frame in power[loud] + 1e-20]
    assert spectral_flatness(audio, SAMPLE_RATE) == pytest.approx(np.median(each), rel=1e-3)


def test_chroma_agreement_compares_the_strongest_pitch_class_of_each_loud_frame():
    mixed = np.where(np.arange(len(TUNE)) % 20_000 < 9_000, np.roll(TUNE, 7000), TUNE)
    audio = np.concatenate([TUNE, np.zeros(9000)])
    strongest, energies = [], []
    mixed = np.concatenate([mixed, np.zeros(9000)])
    for sound in (audio, mixed):
        power = stft(sound, 4096, 2048) ** 2
        chroma = np.zeros((len(power), 12))
        for bin_, frequency in enumerate(np.arange(power.shape[1]) * SAMPLE_RATE / 4096):
            if 50 <= frequency <= 5000:
                pitch_class = round(69 + 12 * np.log2(frequency / 440)) % 12
                chroma[:, pitch_class] += power[:, bin_]
        strongest.append(chroma.argmax(axis=1))
        energies.append(chroma.sum(axis=1))
    loud = energies[0] > energies[0].max() * 10**-4.5
    expected = np.mean((strongest[0] == strongest[1])[loud])
    assert 0.2 < expected < 0.9
    assert chroma_agreement(audio, mixed, SAMPLE_RATE) == pytest.approx(expected, abs=1e-9)


def test_onset_flux_is_the_mean_rise_of_the_fourth_root_of_mel_power():
    times, flux = onset_flux(TUNE, SAMPLE_RATE)
    power = stft(TUNE, 1024, 256, np.hanning(1024)) ** 2
    mel = librosa.filters.mel(sr=SAMPLE_RATE, n_fft=1024, n_mels=64, fmin=60, fmax=8000, htk=True)
    mel = mel[mel.any(axis=1)]
    bands = (power @ mel.T) ** 0.25
    expected = []
    for i in range(len(bands)):
        before = bands[i - 2] if i >= 2 else 0
        expected.append(np.maximum(bands[i] - before, 0).mean() / bands.mean())
    np.testing.assert_allclose(flux, expected, rtol=1e-3, atol=1e-4)
    # Between the two frames compared: one hop before the later.
    np.testing.assert_allclose(times, np.maximum(np.arange(len(bands)) - 1, 0) * 256 / SAMPLE_RATE)


def test_onsets_are_the_highest_of_60_ms_and_rise_above_the_mean_of_200_ms():
    audio = np.concatenate([TUNE + 0.2 * NOISE, np.zeros(3000), NOISE[:9000]])
    times, flux = onset_flux(audio, SAMPLE_RATE)
    padded = np.concatenate([np.zeros(9), flux, np.zeros(9)])
    expected = []
    for i in range(len(flux)):
        near, around = padded[i + 9 - 5 : i + 9 + 6], padded[i : i + 19]  # hops of 11.6 ms
        if flux[i] == near.max() and flux[i] > around.mean() + 0.15:
            expected.append(i)
    onsets, strengths = detect_onsets(audio, SAMPLE_RATE)
    assert len(expected) >= 8
    np.testing.assert_array_equal(onsets, times[expected])
    np.testing.assert_array_equal(strengths, flux[expected])


def test_a_moment_is_loud_down_to_45_db_below_the_loudest():
    levels = (0, -30, -44, -46, -60)  # dB
    steady = np.sin(2 * np.pi * 440 * np.arange(11000) / SAMPLE_RATE)
    sound = np.concatenate([10 ** (level / 20) * steady for level in levels]).astype(np.float32)
    found = pitch_salience(sound, SAMPLE_RATE)
    middles = (np.arange(5) + 0.5) * 11000 / SAMPLE_RATE
    loud = [bool(found.loud[np.abs(found.times - t).argmin()]) for t in middles]
    assert loud == [True, True, True, False, False]
    assert not pitch_salience(5e-6 * sound, SAMPLE_RATE).loud.any()  # rounding, not sound


def test_a_pitch_is_one_of_the_register_whatever_else_sounds():
    below, above = tone(MELODY.low - 8, 1.0), tone(MELODY.high + 9, 1.0)
    for sound in (below, above):
        pitches = pitch_salience(sound, SAMPLE_RATE).pitches
        assert pitches.min() >= MELODY.low and pitches.max() <= MELODY.high


def test_what_is_silent_beside_the_clip_or_by_itself_has_no_pitch():
    both, first = np.array([0.0, 0.5]), np.array([0.5, 1.0])
    steady = np.sin(2 * np.pi * 440 * np.arange(11025) / SAMPLE_RATE)
    for below, pitch in ((-44, 69), (-52, -1)):  # of the clip, which is 3 dB below its loud half
        sound = np.concatenate([steady, 10 ** (below / 20) * steady])
        assert span_pitches(sound, SAMPLE_RATE, both, first).tolist() == [69, pitch]
    for level, pitch in ((3e-5, 69), (1e-5, -1)):
        assert span_pitches(level * steady, SAMPLE_RATE, [0.0], [0.5]).tolist() == [pitch]


def test_a_steady_level_beneath_a_note_does_not_change_its_pitch():
    for pitch, offset in itertools.product((57, 64, 71, 85), (-2.0, 0.5, 3.0)):
        found = span_pitches(tone(pitch, 0.4) + offset, SAMPLE_RATE, [0.0], [0.4])
        assert found.tolist() == [pitch]


@pytest.mark.parametrize("frequency", [70.3, 151.7])
@pytest.mark.parametrize("pitch", [62, 66, 71, 76, 81])
def test_a_faint_note_is_heard_over_a_loud_hum(frequency, pitch):
    note = tone(pitch, 0.37)  # without a window, the hum leaks into every bin
    hum = np.sin(2 * np.pi * frequency * np.arange(len(note)) / SAMPLE_RATE + 0.5)
    for level in (0.03, 0.003):
        sound = hum + level * note / 0.3
        assert span_pitches(sound, SAMPLE_RATE, [0.0], [0.37]).tolist() == [pitch]


def test_a_note_is_heard_from_its_onset_for_half_a_second_at_most():
    audio = render([Note(0.0, 0.6, 64), Note(0.6, 2.0, 76)], 2.6)
    assert span_pitches(audio, SAMPLE_RATE, [0.1], [2.6]).tolist() == [64]
    assert span_pitches(audio, SAMPLE_RATE, [0.6], [2.6]).tolist() == [76]
    # A span of just 50 ms is judged, a shorter one is not.
    assert span_pitches(audio, SAMPLE_RATE, [1.0, 1.0], [1.0501, 1.0499]).tolist() == [76, -1]


def test_a_note_of_just_50_ms_counts_and_a_shorter_one_does_not():
    audio = render([Note(0.0, 1.0, 76)], 1.0)
    assert not np.isnan(note_accuracy(audio, SAMPLE_RATE, [Note(0.2, 0.05, 76)]))
    assert np.isnan(note_accuracy(audio, SAMPLE_RATE, [Note(0.2, 0.049, 76)]))
    edges = [Note(0.0, 1.0, MELODY.low), Note(0.0, 1.0, MELODY.high)]
    assert note_accuracy(audio, SAMPLE_RATE, edges) == 0.0
    outside = [Note(0.0, 1.0, MELODY.low - 1), Note(0.0, 1.0, MELODY.high + 1)]
    assert np.isnan(note_accuracy(audio, SAMPLE_RATE, outside))


@pytest.mark.parametrize("n_notes", [4, 5, 6, 7])
def test_a_key_needs_six_notes(n_notes):
    notes = [Note(0.3 * i, 0.3, pitch) for i, pitch in enumerate([60, 64, 67, 72, 65, 69, 71])]
    notes = notes[:n_notes]
    audio = render(notes, seconds(notes))
    assert len(detect_notes(audio, SAMPLE_RATE)) == n_notes
    assert np.isnan(measure_music(audio, SAMPLE_RATE).in_key) == (n_notes < 6)


def test_times_and_levels_of_salience_are_those_of_its_frames():
    found = pitch_salience(TUNE, SAMPLE_RATE)
    hop_length = 512
    np.testing.assert_allclose(found.times, np.arange(len(found.times)) * hop_length / SAMPLE_RATE)
    n_fft = 2048  # 93 ms
    padded = np.pad(TUNE, n_fft // 2)
    frames = np.stack([padded[i * hop_length :][:n_fft] for i in range(len(found.times))])
    np.testing.assert_allclose(found.level, np.sqrt(np.mean(frames**2, axis=1)), rtol=1e-5)
