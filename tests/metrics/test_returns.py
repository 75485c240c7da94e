import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.metrics import (
    measure_returns,
    returning_runs,
    share_returning,
    summarise,
    times_played,
)

TUNES = st.lists(st.integers(0, 2), max_size=24)


def by_hand(ids, n):
    runs = [ids[i : i + n] for i in range(max(0, len(ids) - n + 1))]
    return [any(runs[j] == runs[i] for j in range(i - n + 1)) for i in range(len(runs))]


@given(ids=TUNES, n=st.integers(1, 5))
@settings(max_examples=200, deadline=None)
def test_a_run_returns_where_the_same_run_has_ended_before_it(ids, n):
    assert returning_runs(np.array(ids, dtype=int), n).tolist() == by_hand(ids, n)


def test_a_part_with_its_repeat_returns_with_all_runs_that_the_repeat_holds():
    part = np.arange(30)
    tune = np.concatenate([part, part])
    # 49 runs of twelve; the 19 that lie in the second half have come before.
    assert share_returning(tune) == pytest.approx(19 / 49)
    assert times_played(tune) == 2.0


def test_a_tune_that_never_comes_back_has_no_returns_and_no_times():
    assert share_returning(np.arange(100)) == 0.0
    assert np.isnan(times_played(np.arange(100)))


def test_a_loop_shows_in_the_times():
    loop = np.tile(np.arange(16), 10)
    assert share_returning(loop) > 0.85
    assert times_played(loop) > 8


def test_a_note_held_on_returns_only_after_a_whole_run():
    assert returning_runs(np.zeros(23, dtype=int)).tolist() == [False] * 12
    assert returning_runs(np.zeros(24, dtype=int)).tolist() == [False] * 12 + [True]


@pytest.mark.parametrize("length", [0, 5, 11, 12, 23])
def test_a_tune_in_which_nothing_can_return_has_no_share(length):
    assert np.isnan(share_returning(np.zeros(length, dtype=int)))
    assert len(returning_runs(np.zeros(length, dtype=int))) == max(0, length - 11)


def test_many_tunes_are_summed_up_over_those_that_can_return():
    part = np.arange(30)
    rows = measure_returns([np.concatenate([part, part]), np.arange(60), np.arange(3)])
    found = summarise(rows)
    assert found["returns"].mean == pytest.approx(19 / 49 / 2)
    assert found["returns"].n == 2
    assert found["times"].mean == 2.0
