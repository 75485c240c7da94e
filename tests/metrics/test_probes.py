"""Probes on codes whose meaning is known, and on labels that mean nothing."""

from types import SimpleNamespace

import numpy as np
import pytest

from refimpl.errors import UserError
from refimpl.metrics import (
    probe_class,
    probe_number,
    step_features,
    step_loudness,
    step_pitches,
    tune_features,
)

SIZES = (8, 4)


def tunes(n_tunes=24, n_steps=40, seed=0):
    """Codes whose first stream holds a class, and whose second holds nothing; (n, 2) and tunes."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 6, n_tunes * n_steps)
    # Two of the eight codes stand for class 0, and two for class 1.
    codes = np.where(rng.random(len(labels)) < 0.5, labels, (labels + 6) % 8)
    codes = np.where(labels < 2, codes, labels)
    noise = rng.integers(0, 4, len(labels))
    return np.stack([codes, noise], axis=1), labels, np.repeat(np.arange(n_tunes), n_steps)


def test_a_class_that_codes_hold_is_read_off():
    codes, labels, names = tunes()
    found = probe_class(step_features(codes, SIZES), labels, names)
    assert found.score.mean > 0.99
    assert found.baseline < 0.3
    assert (found.n_train, found.n_test) == (17, 7)


def test_shuffled_labels_are_not_read_off():
    """The impostor: the same codes and the same labels, in another order."""
    codes, labels, names = tunes()
    shuffled = np.random.default_rng(1).permutation(labels)
    found = probe_class(step_features(codes, SIZES), shuffled, names)
    assert abs(found.score.mean - found.baseline) < 0.08
    assert found.score.low < 0.3


def test_a_stream_without_the_fact_tells_no_more_than_a_guess():
    codes, labels, names = tunes()
    found = probe_class(step_features(codes[:, 1:], SIZES[1:]), labels, names)
    assert found.score.mean < found.baseline + 0.08


def test_a_class_of_the_neighbours_needs_context():
    codes, labels, names = tunes()
    before = np.concatenate([labels[:1], labels[:-1]])
    alone, both = (
        probe_class(step_features(codes, SIZES, context=c), before, names).score.mean
        for c in (0, 1)
    )
    assert alone < 0.35 and both > 0.95


def test_labels_below_zero_do_not_count():
    codes, labels, names = tunes()
    hidden = np.where(names % 2 == 0, -1, labels)
    found = probe_class(step_features(codes, SIZES), hidden, names)
    assert found.n_train + found.n_test == 12 and found.score.mean > 0.99


def test_a_number_that_codes_hold_is_read_off_and_a_shuffled_one_is_not():
    codes, labels, names = tunes()
    values = np.array([-40.0, -10, -30, -20, -25, -5])[labels]
    found = probe_number(step_features(codes, SIZES), values, names)
    assert found.score.mean > 0.98 and abs(found.baseline) < 0.05
    wrong = probe_number(
        step_features(codes, SIZES), np.random.default_rng(1).permutation(values), names
    )
    assert wrong.score.mean < 0.05


def test_a_tempo_is_read_off_the_repeats_of_a_tune():
    """Every tune repeats its codes after a number of steps, and that number is the fact."""
    rng = np.random.default_rng(0)
    periods = rng.integers(4, 12, 60)
    rows = []
    for period in periods:
        codes = np.tile(rng.integers(0, 8, period), 12)[:80, None]
        rows.append(tune_features(codes, (8,), n_lags=16))
    found = probe_number(np.array(rows), periods.astype(float), np.arange(60), penalty=0.01)
    shares = probe_number(np.array(rows)[:, :8], periods.astype(float), np.arange(60))
    assert found.score.mean > 0.7 > 0.3 > shares.score.mean


def test_features_have_a_one_for_each_code():
    features = step_features(np.array([[1, 0], [7, 3]]), SIZES, context=1).toarray()
    assert features.shape == (2, 36)
    assert np.array_equal(features.sum(axis=1), [6, 6])
    middle = features[:, 12:24]
    assert np.array_equal(np.argwhere(middle), [[0, 1], [0, 8], [1, 7], [1, 11]])
    # At an end, the neighbour beyond it is the end's own step.
    assert np.array_equal(features[0, :12], middle[0])


def test_features_of_a_tune_are_shares_and_repeats():
    found = tune_features(np.array([[0], [1], [0], [1]]), (2,), n_lags=5)
    assert np.allclose(found, [0.5, 0.5, 0, 1, 0, 0, 0])


@pytest.mark.parametrize("codes", [np.zeros((3, 1), int), np.full((3, 2), 4), np.full((3, 2), -1)])
def test_codes_that_are_none_are_refused(codes):
    with pytest.raises(UserError, match="codes"):
        step_features(codes, SIZES)


def test_too_few_tunes_and_a_single_answer_are_refused():
    codes, labels, names = tunes()
    with pytest.raises(UserError, match="at least 4"):
        probe_class(step_features(codes, SIZES), labels, names % 3)
    with pytest.raises(UserError, match="the same"):
        probe_class(step_features(codes, SIZES), np.zeros_like(labels), names)
    with pytest.raises(UserError, match="the same"):
        probe_number(step_features(codes, SIZES), np.ones(len(labels)), names)


def note(onset, duration, pitch, part="melody"):
    return SimpleNamespace(onset=onset, duration=duration, pitch=pitch, part=part)


def test_pitches_at_steps_are_those_of_the_part_in_their_middle():
    tune = SimpleNamespace(
        notes=[note(0, 1, 60), note(0, 2, 40, "bass"), note(1.5, 0.5, 62), note(1.5, 0.5, 67)]
    )
    assert step_pitches(tune, 2.0, 5).tolist() == [60, 60, -1, 67, -1]
    assert step_pitches(tune, 2.0, 5, part="bass").tolist() == [40, 40, 40, 40, -1]


def test_loudness_at_steps_is_their_level():
    audio = np.concatenate([np.full(100, 0.1), np.full(100, 1.0), np.zeros(100)])
    found = step_loudness(audio.astype(np.float32), 100, 1.0, 4)
    assert np.allclose(found, [-20, 0, -80, -80], atol=1e-3)
