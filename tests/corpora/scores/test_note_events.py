"""One token for each note: there and back, rare notes, and what is refused."""

import numpy as np
import pytest

from refimpl.corpora.scores import NoteEvents, Playing, Score, play
from refimpl.corpora.scores.abc import read_tune
from refimpl.errors import UserError
from tests.corpora.scores.score_examples import TUNE


def score(rows, voices=("melody",)):
    notes = np.array([(onset, length, pitch, 0) for onset, length, pitch in rows], np.int32)
    return Score("a", "", voices, notes, np.array([0, 1920], np.int32))


def test_there_and_back():
    tune = read_tune(TUNE, "a")
    events = NoteEvents.fit([tune], coverage=1.0)
    assert np.array_equal(events.decode(events.encode(tune)), tune.notes)


def test_a_token_is_a_pitch_and_a_gap():
    events = NoteEvents.fit([score([(0, 240, 60), (240, 240, 60), (480, 480, 60)])], 1.0)
    assert list(zip(events.pitches, events.gaps, strict=True)) == [(60, 240), (60, 480)]


def test_a_rest_belongs_to_the_note_before_and_chords_give_their_highest():
    tune = score([(0, 100, 60), (480, 100, 64), (480, 100, 67)])
    events = NoteEvents.fit([tune], 1.0)
    assert events.decode(events.encode(tune))[:, :3].tolist() == [[0, 480, 60], [480, 100, 67]]


def test_rare_pairs_become_near_ones():
    common = score([(240 * i, 240, 60 + i % 2) for i in range(100)])
    rare = score([(0, 230, 60), (230, 480, 72)])
    events = NoteEvents.fit([common, rare], coverage=0.98)
    assert len(events) == 2
    decoded = events.decode(events.encode(rare))
    assert decoded[:, 1:3].tolist() == [[240, 60], [240, 61]]


def test_no_longer_than_four_whole_notes():
    assert NoteEvents.fit([score([(0, 99_999, 60)])], 1.0).gaps.tolist() == [7680]


def test_tokens_are_heard():
    events = NoteEvents([69], [480])
    notes = events.decode(np.zeros(4, int))
    audio = play(notes, 1920, Playing(120.0, "violin", 0, 22050, "tune"))
    assert len(audio) == 2 * 22050 and np.abs(audio).max() > 0.05


@pytest.mark.parametrize("ids", [[-1], [2], [0, 7]])
def test_what_is_no_token_is_refused(ids):
    with pytest.raises(UserError, match="tokens go to 1"):
        NoteEvents([60, 62], [240, 240]).decode(np.array(ids))


def test_several_voices_and_no_notes_are_refused():
    with pytest.raises(UserError, match="one voice"):
        NoteEvents.fit([score([(0, 1, 60)], voices=("a", "b"))])
    with pytest.raises(UserError, match="no notes"):
        NoteEvents.fit([])
    with pytest.raises(UserError, match="one of each"):
        NoteEvents([60], [])
    with pytest.raises(UserError, match="above 0"):
        NoteEvents([60], [0])
    assert NoteEvents([60], [1]).decode(np.array([], int)).shape == (0, 4)
