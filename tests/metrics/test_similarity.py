"""Self-similarity of bars."""

import numpy as np
import pytest

from refimpl.errors import UserError
from refimpl.metrics import bar_similarity

BAR = 4 * 480


def notes_of(*pitches, ticks=480, start=0):
    return [(start + i * ticks, ticks, pitch, 0) for i, pitch in enumerate(pitches)]


def test_bars_are_as_similar_as_the_share_of_places_at_which_they_agree():
    notes = np.array(notes_of(60, 62, 64, 65, 60, 62, 67, 69, 72, 74, 76, 77))
    found = bar_similarity(notes, np.arange(4) * BAR)
    np.testing.assert_allclose(found, [[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]])


def test_a_held_note_is_not_the_same_as_one_that_is_played_again():
    held = [(0, BAR, 60, 0)]
    again = notes_of(60, 60, start=BAR, ticks=960)
    (_, value), _ = bar_similarity(np.array(held + again), np.array([0, BAR, 2 * BAR]))
    assert value == pytest.approx(1 - 1 / 32)  # the second beginning, at one of 32 places


def test_a_note_held_over_the_line_sounds_in_both_bars():
    notes = np.array([(0, 2 * BAR, 60, 0), (2 * BAR, BAR, 60, 0)])
    found = bar_similarity(notes, np.arange(4) * BAR)
    assert found[0, 2] == 1  # both begin with the note
    assert found[0, 1] == pytest.approx(1 - 1 / 32)


def test_silence_is_like_silence():
    notes = np.array([(0, 480, 60, 0), (BAR, 480, 60, 0)])
    found = bar_similarity(notes, np.arange(4) * BAR)
    assert found[0, 1] == 1
    assert found[0, 2] == 0.75


def test_a_short_bar_agrees_with_nothing_beyond_its_end():
    notes = np.array([(0, 480, 60, 0), *notes_of(60, 62, start=480)])
    found = bar_similarity(notes, np.array([0, 480, 480 + 960]))
    assert found[0, 1] == found[1, 0] == 0.5


def test_notes_outside_the_bars_do_not_count():
    notes = notes_of(60, 62, 64, 65)
    bars = np.array([960, BAR])
    np.testing.assert_array_equal(bar_similarity(np.array(notes), bars), [[1]])
    empty = np.zeros((0, 4), int)
    np.testing.assert_array_equal(bar_similarity(empty, np.arange(3) * BAR), np.ones((2, 2)))


@pytest.mark.parametrize("bars", [[], [0], [0, 0], [0, 480, 240]])
def test_bar_lines_that_do_not_rise_are_refused(bars):
    with pytest.raises(UserError, match="two or more that rise"):
        bar_similarity(np.array(notes_of(60)), np.array(bars))
