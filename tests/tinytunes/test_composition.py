"""Compositions have the structure that makes them music, and belong to one split."""

from collections import Counter

import numpy as np
import pytest

from refimpl.tinytunes.composition import (
    MELODY_RANGE,
    SPLIT_SHARES,
    compose,
    melody_degrees,
    song_phrases,
)
from refimpl.tinytunes.harmony import TONIC, chord_degrees
from refimpl.tinytunes.melody import BAR, chord_at

MODES = ("major", "minor")


def compositions(n: int, mode: str = "major", n_bars: int = 4, seed: int = 0):
    rng = np.random.default_rng(seed)
    return [compose(i % 12, mode, n_bars, rng) for i in range(n)]


@pytest.mark.parametrize("mode", MODES)
def test_melodies_keep_the_rules(mode):
    low, high = MELODY_RANGE
    for tune in compositions(300, mode):
        notes = tune.melody
        for note, following in zip(notes, notes[1:], strict=False):
            assert note.onset + note.duration <= following.onset
        assert notes[-1].onset + notes[-1].duration < tune.n_bars * BAR
        assert all(low <= tune.pitch(n) <= high for n in notes)
        strong = [n for n in notes if n.onset % 4 == 0]
        assert all(
            n.degree % 7 in chord_degrees(chord_at(tune.chords, n.onset).degree) for n in strong
        )
        assert notes[-1].degree % 7 in chord_degrees(TONIC)


@pytest.mark.parametrize("mode", MODES)
def test_melodies_move_by_step_and_say_things_again(mode):
    tunes = compositions(300, mode)
    sizes = Counter(
        abs(b.degree - a.degree)
        for t in tunes
        for a, b in zip(t.melody, t.melody[1:], strict=False)
    )
    total = sizes.total()
    assert sizes[1] / total > 0.5
    assert sum(n for size, n in sizes.items() if size > 4) / total < 0.02

    def rhythm(tune, bar):
        notes = [n for n in tune.melody if bar * BAR <= n.onset < (bar + 1) * BAR]
        return tuple((n.onset - bar * BAR, n.duration) for n in notes)

    # Every four-bar form repeats a motif, so one of the first bars has the rhythm of another.
    assert all(len({rhythm(t, bar) for bar in range(3)}) < 3 for t in tunes)


def test_in_minor_nobody_sings_three_semitones_to_the_raised_seventh():
    steps = [
        abs(t.pitch(b) - t.pitch(a))
        for t in compositions(400, "minor")
        for a, b in zip(t.melody, t.melody[1:], strict=False)
        if abs(b.degree - a.degree) == 1
    ]
    assert np.mean(np.array(steps) > 2) < 0.02


def test_a_composition_is_one_tune_in_every_key():
    tune = compositions(1)[0]
    low = melody_degrees(0, "major")
    assert len(low) >= 10  # more than an octave to sing in
    for key in range(12):
        moved = type(tune)(key, tune.mode, tune.n_bars, tune.chords, tune.melody)
        assert moved.fingerprint == tune.fingerprint
        assert moved.split == tune.split


def test_another_rhythm_or_note_is_another_tune():
    tune = compositions(1)[0]
    note = tune.melody[1]
    for change in ({"degree": note.degree + 1}, {"duration": note.duration + 1}):
        fields = {"onset": note.onset, "duration": note.duration, "degree": note.degree} | change
        melody = (tune.melody[0], type(note)(**fields), *tune.melody[2:])
        changed = type(tune)(tune.key, tune.mode, tune.n_bars, tune.chords, melody)
        assert changed.fingerprint != tune.fingerprint


def test_splits_get_their_shares():
    tunes = {t.fingerprint: t for seed in range(2) for t in compositions(1500, seed=seed)}
    counts = Counter(t.split for t in tunes.values())
    assert len(tunes) > 2900  # nearly all different
    assert abs(counts["train"] / len(tunes) - SPLIT_SHARES[0]) < 0.03
    assert abs(counts["validation"] / len(tunes) - SPLIT_SHARES[1]) < 0.03


@pytest.mark.parametrize("n_bars", [1, 2, 3, 5, 7, 8, 12, 16, 30])
def test_any_number_of_bars(n_bars):
    phrases = song_phrases(n_bars)
    assert sum(length for _, length in phrases) == n_bars
    for tune in compositions(20, "minor", n_bars):
        assert tune.chords[-1].onset + tune.chords[-1].duration == n_bars * BAR
        assert tune.chords[-1].degree == TONIC
        assert tune.melody[-1].onset >= (n_bars - 1) * BAR


def test_long_tunes_repeat_their_first_phrase():
    def bar(tune, number):
        start = number * BAR
        notes = [n for n in tune.melody if start <= n.onset < start + BAR]
        return [(n.onset - start, n.duration, n.degree) for n in notes]

    for tune in compositions(50, n_bars=16):  # A A B A
        for repeat in (4, 12):
            assert [bar(tune, i) for i in (0, 1)] == [bar(tune, repeat + i) for i in (0, 1)]
        # The first phrase asks, the second answers.
        assert chord_at(tune.chords, 4 * BAR - 1).degree != TONIC
        assert chord_at(tune.chords, 8 * BAR - 1).degree == TONIC


def pairs(tune):
    """Notes of the melody that follow one another."""
    return zip(tune.melody, tune.melody[1:], strict=False)


@pytest.mark.parametrize("mode", MODES)
def test_foreign_notes_resolve_by_step(mode):
    intervals = [
        abs(b.degree - a.degree)
        for tune in compositions(300, mode)
        for a, b in pairs(tune)
        if a.degree % 7 not in chord_degrees(chord_at(tune.chords, a.onset).degree)
    ]
    assert np.mean(np.array(intervals) == 1) > 0.7


def test_the_last_note_is_approached_from_near():
    last = [abs(t.melody[-1].degree - t.melody[-2].degree) for t in compositions(300)]
    assert np.mean(np.array(last) <= 2) > 0.8


def test_after_a_leap_the_line_turns_back():
    lines = [np.array([n.degree for n in t.melody]) for t in compositions(400)]
    moves = [np.diff(line) for line in lines]
    after = np.array(
        [b * np.sign(a) for m in moves for a, b in zip(m, m[1:], strict=False) if abs(a) > 2]
    )
    assert np.mean(after > 0) < 0.15


def test_a_motif_keeps_its_shape_when_it_comes_back():
    def bar(tune, number):
        start = number * BAR
        notes = [n for n in tune.melody if start <= n.onset < start + BAR]
        return [(n.onset - start, n.duration) for n in notes], np.diff([n.degree for n in notes])

    same, other = [], []
    for tune, stranger in zip(compositions(400), compositions(400, seed=1), strict=True):
        (rhythm, shape), (again, shape_again) = bar(tune, 0), bar(tune, 1)
        _, strange = bar(stranger, 1)
        if rhythm == again:
            same.append(np.abs(shape - shape_again).mean())
        if len(strange) == len(shape):
            other.append(np.abs(shape - strange).mean())
    assert len(same) > 100
    assert np.mean(same) < 0.6 * np.mean(other)
