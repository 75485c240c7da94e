import numpy as np
import pytest

from refimpl.errors import UserError
from refimpl.metrics import (
    MusicalMeasures,
    cross_key,
    grid,
    in_key,
    measure_music,
    pitch_entropy,
)
from refimpl.metrics.references import one_note
from tests.metrics.synth import EIGHTH, SAMPLE_RATE, melody, render, seconds, tone


def measure(notes, **options):
    return measure_music(render(notes, seconds(notes)), SAMPLE_RATE, **options)


@pytest.mark.parametrize("key", range(0, 12, 3))
def test_a_melody_in_key_and_on_the_grid_scores_one(key):
    measured = measure(melody(np.random.default_rng(key), key=key), beat_period=2 * EIGHTH)
    assert measured.in_key == 1.0
    assert measured.cross_key > 0.7
    assert measured.grid == 1.0
    assert measured.stability > 0.9
    assert measured.voiced > 0.85
    assert measured.flatness < 0.01


def test_random_pitches_are_out_of_key_but_on_the_grid():
    measured = [measure(melody(np.random.default_rng(s), key=None)) for s in range(8)]
    assert np.mean([m.in_key for m in measured]) < 0.85
    assert np.mean([m.cross_key for m in measured]) < 0.72
    assert np.mean([m.grid for m in measured]) > 0.98


def test_random_times_are_off_the_grid_but_in_key():
    measured = [
        measure(melody(np.random.default_rng(s), on_grid=False), beat_period=2 * EIGHTH)
        for s in range(8)
    ]
    assert np.mean([m.grid for m in measured]) < 0.65
    assert np.mean([m.in_key for m in measured]) > 0.98


def test_density_and_gaps_are_those_of_the_notes():
    notes = melody(np.random.default_rng(5))
    measured = measure(notes)
    assert measured.onsets_per_second == pytest.approx(len(notes) / seconds(notes), abs=0.1)
    np.testing.assert_allclose(measured.gaps, [n.duration for n in notes[:-1]], atol=0.03)
    np.testing.assert_array_equal(measured.intervals, np.diff([n.pitch for n in notes]))


def test_white_noise_is_neither_voiced_nor_in_a_key():
    noise = np.random.default_rng(0).standard_normal(8 * SAMPLE_RATE).astype(np.float32)
    measured = measure_music(0.1 * noise, SAMPLE_RATE)
    assert measured.voiced < 0.02
    assert measured.onsets_per_second < 0.5
    assert np.isnan(measured.in_key)
    assert measured.flatness == pytest.approx(0.56, abs=0.03)  # exp(-Euler's constant)


def test_shuffled_frames_keep_the_key_and_lose_the_rest():
    notes = melody(np.random.default_rng(1))
    audio = render(notes, seconds(notes))
    blocks = audio[: len(audio) // 704 * 704].reshape(-1, 704)
    shuffled = np.random.default_rng(2).permutation(blocks).reshape(-1)
    whole = measure_music(audio, SAMPLE_RATE)
    broken = measure_music(shuffled, SAMPLE_RATE)
    assert broken.voiced < whole.voiced - 0.5
    assert broken.stability < whole.stability - 0.2


@pytest.mark.parametrize("n_samples", [0, 1, 10, 500, SAMPLE_RATE])
@pytest.mark.filterwarnings("error")
def test_silence_of_any_length_is_nan_not_an_error(n_samples):
    measured = measure_music(np.zeros(n_samples, dtype=np.float32), SAMPLE_RATE)
    for name in ("in_key", "cross_key", "grid", "stability", "voiced", "flatness"):
        assert np.isnan(getattr(measured, name)), name
    assert len(measured.gaps) == len(measured.intervals) == 0


@pytest.mark.parametrize("n_samples", [1, 2, 10, 500])
@pytest.mark.filterwarnings("error")
def test_a_click_or_a_scrap_of_sound_is_no_error(n_samples):
    measured = measure_music(np.full(n_samples, 0.5, dtype=np.float32), SAMPLE_RATE)
    assert np.isnan(measured.in_key)


def test_two_channels_are_refused_and_a_broken_sample_is_not():
    with pytest.raises(UserError, match="one channel"):
        measure_music(np.zeros((1000, 2)), SAMPLE_RATE)
    notes = melody(np.random.default_rng(3))
    audio = render(notes, seconds(notes))
    audio[1000] = np.nan
    assert measure_music(audio, SAMPLE_RATE).in_key == 1.0


def test_one_held_note_is_stable_and_has_no_key():
    measured = measure_music(tone(69, 2.0), SAMPLE_RATE)
    assert measured.stability > 0.95
    assert measured.voiced > 0.95
    assert np.isnan(measured.in_key)
    assert np.isnan(measured.grid)


@pytest.mark.parametrize("sample_rate", [16000, 44100])
def test_the_sample_rate_does_not_matter(sample_rate):
    notes = melody(np.random.default_rng(3))
    audio = render(notes, seconds(notes), sample_rate)
    measured = measure_music(audio, sample_rate, beat_period=2 * EIGHTH)
    assert measured.in_key == measured.grid == 1.0


def test_loudness_does_not_matter():
    notes = melody(np.random.default_rng(3))
    audio = render(notes, seconds(notes))
    loud, quiet = measure_music(audio, SAMPLE_RATE), measure_music(audio / 100, SAMPLE_RATE)
    for name in MusicalMeasures.names():
        assert getattr(loud, name) == pytest.approx(getattr(quiet, name), abs=0.02), name


def test_in_key_counts_pitch_classes_of_the_best_key():
    scale = np.array([60, 62, 64, 65, 67, 69, 71])
    assert in_key(scale) == in_key(scale + 5) == in_key(scale - 24) == 1.0
    assert in_key(np.append(scale, 66)) == 7 / 8
    assert in_key(np.arange(60, 72)) == pytest.approx(7 / 12)
    assert np.isnan(in_key(scale[:5]))


def test_cross_key_cannot_profit_from_hindsight():
    rng = np.random.default_rng(0)
    random = [cross_key(rng.integers(48, 84, 16)) for _ in range(400)]
    assert np.mean(random) == pytest.approx(7 / 12, abs=0.03)
    c_then_f_sharp = np.array([60, 62, 64, 65, 67, 69, 71, 66, 68, 70, 71, 73, 75, 77])
    assert cross_key(c_then_f_sharp) < 0.4 < in_key(c_then_f_sharp)


def test_grid_finds_phase_and_period():
    onsets = 0.137 + 0.3 * np.array([0, 1, 2, 4, 5, 7, 8, 10])
    assert grid(onsets, 0.3) == grid(onsets) == 1.0
    moved = onsets.copy()
    moved[3] += 0.12
    assert grid(moved, 0.3) == 7 / 8
    assert np.isnan(grid(onsets[:4], 0.3))


def test_one_note_on_every_beat_passes_all_but_the_entropy_of_pitches():
    beat = 2 * EIGHTH
    impostor = measure_music(one_note(8 * SAMPLE_RATE, SAMPLE_RATE, beat), SAMPLE_RATE)
    tune = measure(melody(np.random.default_rng(4)))
    for name in ("in_key", "grid", "voiced"):
        assert getattr(impostor, name) >= getattr(tune, name) - 0.05, name
    assert impostor.cross_key > 0.9
    assert impostor.onsets_per_second == pytest.approx(1 / beat, abs=0.2)
    assert impostor.pitch_entropy == 0
    assert tune.pitch_entropy > 1.5


def test_pitch_entropy_counts_bits_of_choice():
    assert pitch_entropy(np.full(9, 60)) == 0
    assert pitch_entropy(np.tile([60, 67], 4)) == pytest.approx(1)
    assert pitch_entropy(np.arange(48, 64)) == pytest.approx(4)
    assert pitch_entropy(np.array([60, 60, 60, 60, 62, 62, 64, 65])) == pytest.approx(1.75)
    assert np.isnan(pitch_entropy(np.array([60, 62, 64, 65, 67])))


def test_the_chance_levels_of_pitch_entropy_and_of_a_searched_grid():
    rng = np.random.default_rng(0)
    bits = [pitch_entropy(rng.integers(48, 84, size=16)) for _ in range(1000)]
    assert np.mean(bits) == pytest.approx(3.6, abs=0.05)
    few, many = (
        np.mean([grid(np.sort(rng.uniform(0, 8.2, n))) for _ in range(30)]) for n in (12, 40)
    )
    assert 0.75 < few < 0.9
    assert 0.6 < many < 0.7
