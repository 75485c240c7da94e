"""Versions of a tune are recognised in any key, and different tunes are told apart."""

import numpy as np
import pytest

from refimpl.corpora.scores import Score, find_relatives, fingerprint, hold_out, intervals


def score(pitches, *, name="a", title="", durations=None):
    durations = np.full(len(pitches), 240) if durations is None else durations
    onsets = np.cumsum(durations) - durations
    notes = np.stack([onsets, durations, pitches, 0 * onsets], axis=1).astype(np.int32)
    return Score(name, title, ("melody",), notes, np.array([0, onsets[-1] + 240], np.int32))


def tune(seed, n=60):
    return 60 + np.random.default_rng(seed).integers(0, 13, n)


def test_a_transposed_tune_has_the_same_fingerprint():
    assert fingerprint(score(tune(0))) == fingerprint(score(tune(0) + 5))
    assert fingerprint(score(tune(0))) != fingerprint(score(tune(1)))


def test_rhythm_and_repeated_notes_do_not_matter():
    doubled = np.repeat(tune(0), 2)
    assert fingerprint(score(tune(0))) == fingerprint(score(doubled))


def test_the_uppermost_voice_counts():
    chord = score([60, 64, 67])
    chord.notes[:, 0] = 0
    assert len(intervals(chord)) == 0


def test_a_version_in_another_key_with_another_ending_is_a_relative():
    version = tune(0) + 3
    version[40:] = tune(9, 20)
    groups = find_relatives([score(tune(1)), score(tune(0)), score(tune(2)), score(version)])
    assert groups.tolist() == [0, 1, 2, 1]


def test_relatives_of_relatives_are_in_the_same_group():
    bridge = np.concatenate([tune(0)[:30], tune(1)[:30]])
    assert find_relatives([score(tune(0)), score(tune(1)), score(bridge)]).tolist() == [0, 0, 0]


def test_a_title_that_few_have_makes_relatives():
    titles = ["The Test -- Reel", "Test.", "March"] + 7 * ["Jig"]
    scores = [score(tune(i), title=title) for i, title in enumerate(titles)]
    assert find_relatives(scores).tolist() == [0, 0, 2, 3, 4, 5, 6, 7, 8, 9]


def test_short_pieces_and_no_pieces():
    assert find_relatives([score([60, 62]), score([62, 64]), score([60, 63])]).tolist() == [0, 0, 2]
    assert find_relatives([]).tolist() == []


@pytest.mark.parametrize("n", [2, 10, 300])
def test_whole_groups_are_held_out(n):
    groups = np.arange(n) // 2 * 2
    held_out = hold_out(groups, [f"piece {i}" for i in range(n)], 0.1)
    assert (held_out[::2] == held_out[1::2]).all()
    assert (0 < held_out.mean() < 0.5) == (n > 2)  # of one group nothing can be held out


def test_further_pieces_leave_most_of_the_choice_as_it_was():
    names = [f"piece {i}" for i in range(220)]
    few, many = (hold_out(np.arange(n), names[:n], 0.1) for n in (200, 220))
    assert (few != many[:200]).sum() <= 4
