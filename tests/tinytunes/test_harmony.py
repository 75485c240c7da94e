"""Keys and chords: what music theory says, computed."""

import numpy as np
import pytest

from refimpl.tinytunes.harmony import (
    CLOSED_CADENCES,
    DOMINANT,
    KEY_NAMES,
    OPEN_CADENCES,
    TONIC,
    TRANSITIONS,
    chord_name,
    chord_pitch_classes,
    chord_quality,
    degree_to_pitch,
    phrase_chords,
    walk,
)


@pytest.mark.parametrize(
    ("key", "mode", "names"),
    [
        ("C", "major", ["C", "Dm", "Em", "F", "G", "Am", "Bdim"]),
        ("B", "major", ["B", "C#m", "D#m", "E", "F#", "G#m", "A#dim"]),
        ("Ab", "major", ["Ab", "Bbm", "Cm", "Db", "Eb", "Fm", "Gdim"]),
        ("F#", "major", ["F#", "G#m", "A#m", "B", "C#", "D#m", "E#dim"]),
        ("A", "minor", ["Am", "Bdim", "C", "Dm", "E", "F", "G"]),
        ("Eb", "minor", ["Ebm", "Fdim", "Gb", "Abm", "Bb", "Cb", "Db"]),
    ],
)
def test_chords_are_spelt_as_their_key_spells_them(key, mode, names):
    tonic = KEY_NAMES[mode].index(key)
    assert [chord_name(degree, tonic, mode) for degree in range(7)] == names


def test_the_scale_of_middle_c():
    scale = [degree_to_pitch(d, 0, "major") for d in range(-1, 9)]
    assert scale == [59, 60, 62, 64, 65, 67, 69, 71, 72, 74]


def test_the_dominant_of_a_minor_key_has_its_leading_note():
    assert chord_quality(DOMINANT, "minor") == "major"
    assert chord_pitch_classes(DOMINANT, 9, "minor") == (4, 8, 11)  # E, G#, B in A minor
    assert degree_to_pitch(6, 9, "minor") == 79
    assert degree_to_pitch(6, 9, "minor", dominant=True) == 80


@pytest.mark.parametrize("mode", ["major", "minor"])
@pytest.mark.parametrize("n_bars", [1, 2, 3, 4])
@pytest.mark.parametrize("closed", [True, False])
def test_phrases_begin_at_home_and_end_in_a_cadence(mode, n_bars, closed):
    cadences = CLOSED_CADENCES if closed else OPEN_CADENCES
    for seed in range(50):
        bars = phrase_chords(n_bars, mode, np.random.default_rng(seed), closed=closed)
        assert len(bars) == n_bars
        assert bars[-1][-1] == (TONIC if closed else DOMINANT)
        if n_bars > 1:
            assert bars[0][0] == TONIC
        if n_bars > 2:
            assert bars[-2:] in cadences
            chords = [chord for bar in bars for chord in bar]
            moves = TRANSITIONS[mode][chords[:-1], chords[1:]]
            assert (moves > 0).all(), bars


def test_a_repeated_opening_is_kept():
    rng = np.random.default_rng(0)
    first = phrase_chords(4, "major", rng, closed=False)
    second = phrase_chords(4, "major", rng, opening=first[:2])
    assert second[:2] == first[:2]
    assert second[-1][-1] == TONIC


def test_a_walk_arrives_and_is_drawn_by_its_weights():
    rng = np.random.default_rng(0)
    middles = [walk(TONIC, DOMINANT, 2, "major", rng)[0] for _ in range(2000)]
    # I -> x -> V: the weight of x is the product of both moves.
    weights = TRANSITIONS["major"][TONIC] * TRANSITIONS["major"][:, DOMINANT]
    shares = np.bincount(middles, minlength=7) / len(middles)
    assert np.abs(shares - weights / weights.sum()).max() < 0.05
