"""The metre of notes by when they begin."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.errors import UserError
from refimpl.metrics import (
    estimate_metre,
    kind_of_metre,
    measure_metre,
    metre_is_clear,
    shuffle_onsets,
)
from refimpl.metrics.metre import LONGEST, SHORTEST, SHUFFLES

# Note values of two bars or more, in eighths.
RHYTHMS = {
    "duple": ([2, 1, 1, 2, 2], [3, 1, 2, 2], [1, 1, 1, 1, 4]),
    "triple": ([2, 2, 1, 1], [4, 2], [3, 1, 1, 1]),
    "compound": ([2, 1, 2, 1], [3, 2, 1], [1, 1, 1, 3]),
}
CASES = [(kind, bar) for kind, bars in RHYTHMS.items() for bar in bars]


def played(eighths, *, upbeat=0.0):
    """Onsets in quarter notes of note values in eighths."""
    values = np.asarray(eighths, dtype=float)
    return upbeat + (np.cumsum(values) - values) / 2


def varied(kind, n_bars, seed):
    """A tune of bars drawn from those of a kind."""
    rng = np.random.default_rng(seed)
    bars = RHYTHMS[kind]
    return played(np.concatenate([bars[i] for i in rng.integers(len(bars), size=n_bars)]))


@pytest.mark.parametrize(("kind", "bar"), CASES)
def test_a_repeated_bar_has_the_metre_of_its_beats(kind, bar):
    found = estimate_metre(played(12 * bar))
    assert found.kind == kind and 0 < found.margin <= 1


@pytest.mark.parametrize(
    ("bar", "kind", "margin"),
    [
        # Two notes in a bar: all meet one a bar later, and one of two after any other lag.
        ([4, 2], "triple", 1 - 1 / 2),
        ([2, 1], "compound", 1 - 1 / 2),
        # Five notes in the first five of eight eighths meet one after 4, 8 and 16; 3, 9 and 15.
        ([1, 1, 1, 1, 4], "duple", (2 / 5 + 1 + 1) / 3 - (2 / 5 + 4 / 5 + 4 / 5) / 3),
        # The second note comes early in every other bar: triplets and sixteenths are not alike.
        ([0.5, 1.5, 2, 1 / 3, 5 / 3, 2], "duple", (2 / 3 + 1 + 1) / 3 - 2 / 3),
    ],
)
def test_a_margin_is_what_counting_by_hand_gives(bar, kind, margin):
    found = estimate_metre(played(1000 * bar))
    assert found.kind == kind and found.margin == pytest.approx(margin, abs=0.003)


@pytest.mark.parametrize("kind", RHYTHMS)
@pytest.mark.parametrize("seed", range(5))
def test_different_bars_of_a_metre_show_it_clearly(kind, seed):
    onsets = varied(kind, 32, seed)
    assert estimate_metre(onsets).kind == kind
    assert metre_is_clear(onsets, np.random.default_rng(0)) == 1


def test_sixteenths_triplets_and_long_notes_fall_on_the_grid():
    swung = [1.5, 0.5, 1.5, 0.5, 2 / 3, 2 / 3, 2 / 3, 2]
    assert estimate_metre(played(12 * swung)).kind == "duple"
    assert estimate_metre(played(12 * [2, 1, 1.5, 0.5, 1])).kind == "compound"


@given(
    st.sampled_from(sorted(RHYTHMS)), st.integers(0, 99), st.sampled_from([0.25, 1 / 3, 0.5, -7.0])
)
def test_upbeat_order_and_octaves_change_nothing(kind, seed, upbeat):
    onsets = varied(kind, 20, seed)
    found = estimate_metre(onsets)
    mixed = np.random.default_rng(seed).permutation(onsets)
    doubled = np.concatenate([onsets, onsets])
    for other in (onsets + upbeat, mixed, doubled):
        same = estimate_metre(other)
        assert same.kind == found.kind and same.margin == pytest.approx(found.margin)


@given(st.lists(st.sampled_from([0.5, 1, 1.5, 2, 3, 4, 6]), min_size=64, max_size=128))
def test_a_margin_is_a_share(values):
    found = estimate_metre(played(values))
    assert found is None or 0 < found.margin <= 1 + 1e-12


def test_a_shuffled_tune_loses_its_metre():
    rng = np.random.default_rng(1)
    shuffles = []
    for seed in range(300):
        onsets = varied(sorted(RHYTHMS)[seed % 3], 24, seed)
        shuffles.append(played(2 * rng.permutation(np.diff(onsets))))
    clear = [row["clear_metre"] for row in measure_metre(shuffles)]
    assert 0.02 < np.mean(clear) < 0.075  # chance is one in twenty
    margins = [estimate_metre(onsets).margin for onsets in shuffles]
    assert np.median(margins) < 0.1 < estimate_metre(varied("duple", 24, 0)).margin


def test_a_shuffle_keeps_note_values_and_chords():
    onsets = np.array([7, 7, 7, 8, 9.5, 9.5, 12, 12 + 1 / 3])
    seen = set()
    for seed in range(20):
        moved = shuffle_onsets(onsets, np.random.default_rng(seed))
        starts, together = np.unique(moved.round(6), return_counts=True)
        assert starts[0] == 0 and starts[-1] == pytest.approx(16 / 3)
        pairs = zip(np.diff(starts).round(3).tolist(), together[:-1].tolist(), strict=True)
        assert sorted(pairs) == [(0.333, 1), (1.0, 3), (1.5, 1), (2.5, 2)]
        seen.add(tuple(moved))
    assert len(seen) > 10
    assert len(shuffle_onsets([], None)) == 0


def test_chance_is_one_in_as_many_as_are_compared():
    assert 1 / (1 + SHUFFLES) == 0.05


def test_chords_are_shuffled_as_they_are():
    strong = np.tile([3, 1, 1, 1], 16)  # a chord on each first beat of four
    onsets = np.repeat(np.arange(len(strong)), strong).astype(float)
    assert estimate_metre(onsets).kind == "duple"
    assert metre_is_clear(onsets, np.random.default_rng(0)) == 1
    even = np.arange(64.0)
    assert metre_is_clear(np.concatenate([even, even]), np.random.default_rng(0)) == 0


@pytest.mark.parametrize("value", [1, 2, 0.5])
def test_even_notes_up_to_a_quarter_have_no_metre_that_onsets_show(value):
    for n in (65, 150):
        onsets = played(np.full(n, float(value)))
        assert estimate_metre(onsets) is None
        assert metre_is_clear(onsets, np.random.default_rng(0)) == 0


def test_short_tunes_have_none_and_cannot_be_measured():
    for onsets in ([], [3.0], np.array([0, SHORTEST - 0.5])):
        assert estimate_metre(onsets) is None
        assert np.isnan(metre_is_clear(onsets, np.random.default_rng(0)))
    shortest = played(8 * [2, 1, 1] + [1])
    assert shortest[-1] == SHORTEST and estimate_metre(shortest).kind == "duple"
    assert estimate_metre(shortest[:-1]) is None


def test_two_notes_far_apart_tell_nothing():
    assert estimate_metre([0.0, 100.0]) is None
    assert metre_is_clear([0.0, 100.0], np.random.default_rng(0)) == 0


def test_measuring_again_gives_the_same():
    tunes = [varied("triple", 12, seed) for seed in range(6)] + [np.zeros(0)]
    rows = measure_metre(tunes, seed=3)
    np.testing.assert_equal(rows, measure_metre(tunes, seed=3))
    assert np.isnan(rows[-1]["clear_metre"]) and measure_metre([]) == []


@pytest.mark.parametrize(
    "wrong", [np.ones((2, 2)), 3.0, [0, np.nan], [0, np.inf], [0.0, LONGEST + 1]]
)
def test_other_onsets_are_refused(wrong):
    for measure in (
        estimate_metre,
        lambda n: metre_is_clear(n, None),
        lambda n: shuffle_onsets(n, None),
    ):
        with pytest.raises(UserError, match="onsets"):
            measure(wrong)


def test_ticks_are_recognised_as_such():
    with pytest.raises(UserError, match="in quarter notes, not in ticks"):
        estimate_metre(480 * played(100 * [4, 2]))


@pytest.mark.parametrize(
    ("written", "kind"),
    [("2/2", "duple"), ("2/4", "duple"), ("4/4", "duple"), ("3/4", "triple"), ("3/8", "triple")]
    + [("6/8", "compound"), ("9/8", "compound"), ("12/8", "compound"), ("5/4", None)]
    + [("", None), ("C", None), ("3", None), ("/4", None), ("3/", None), ("-3/4", None)],
)
def test_the_kinds_of_written_metres(written, kind):
    assert kind_of_metre(written) == kind
