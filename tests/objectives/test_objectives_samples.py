"""Samples: the piece can be read back from each, and each keeps its own promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.objectives import (
    MIXTURES,
    Mixture,
    ObjectiveError,
    make_objective,
    objective_names,
    special_tokens,
)
from tests.objectives.objective_examples import (
    UNDO,
    VOCABULARY,
    is_sentinel,
    question_and_answer,
    split_at_sentinels,
    undo,
)

SETTINGS = {
    "infilling": [
        {},
        {"corruption_rate": 0.05, "mean_tokens_per_span": 32},
        {"corruption_rate": 0.5},
    ],
    "autoencoding": [{}, {"corruption_rate": 0.85, "mean_tokens_per_span": 8}],
    "autoencoding_with_deshuffling": [{}, {"shuffle_fraction": 0.5, "corruption_rate": 0.15}],
    "deshuffling": [{}, {"min_fraction": 0, "max_fraction": 0}],
    "selective_copying": [
        {},
        {"query": "before", "min_spans": 4},
        {"query": "after", "max_delimiter_length": 1},
    ],
    "prefix_language_modeling": [{}, {"prefix_fraction": 0}, {"prefix_fraction": 1}],
}
CASES = [(name, options) for name in UNDO for options in SETTINGS.get(name, [{}])]


def sample_of(name, tokens, seed=0, **options):
    objective = make_objective(name, **options)
    (special,) = special_tokens([objective], VOCABULARY)
    return objective, objective.build(tokens, special, np.random.default_rng(seed)), special


@pytest.mark.parametrize(("name", "options"), CASES)
@settings(max_examples=60, deadline=None)
@given(extra=st.integers(0, 600), seed=st.integers(0, 2**32 - 1))
def test_the_piece_comes_back_and_fits_what_was_promised(name, options, extra, seed):
    objective = make_objective(name, **options)
    tokens = np.random.default_rng(seed).integers(0, 1024, objective.min_tokens + extra)
    given_tokens = tokens.copy()
    objective, sample, special = sample_of(name, tokens, seed, **options)
    assert np.array_equal(undo(objective, sample, special), tokens)
    assert len(sample.input_ids) <= objective.packed_length(len(tokens))
    assert np.array_equal(tokens, given_tokens)  # not written to


@pytest.mark.parametrize(("name", "options"), CASES)
def test_longer_pieces_never_take_less_room(name, options):
    objective = make_objective(name, **options)
    lengths = [objective.packed_length(n) for n in range(objective.min_tokens, 700)]
    assert all(a <= b for a, b in zip(lengths, lengths[1:], strict=False))


RANDOM = {"selective_copying"}  # their lengths are promised at most


def check_lengths(name):
    """The promised length is exact, or is reached by some sample if lengths are random."""
    for n in range(8, 70, 7):
        lengths = []
        for seed in range(200 if name in RANDOM else 1):
            objective, sample, _ = sample_of(name, np.arange(n), seed)
            lengths.append(len(sample.input_ids))
        assert max(lengths) == objective.packed_length(n)


@pytest.mark.parametrize("name", UNDO)
def test_the_length_is_exact_or_reached(name):
    check_lengths(name)


@pytest.mark.parametrize("name", UNDO)
@pytest.mark.parametrize("error", [-1, 1])
def test_a_wrong_packed_length_would_be_noticed(name, error, monkeypatch):
    cls = type(make_objective(name))
    right = cls.packed_length
    monkeypatch.setattr(cls, "packed_length", lambda self, n: right(self, n) + error)
    with pytest.raises(AssertionError):
        check_lengths(name)


def test_every_preset_mixture_gives_samples_of_its_own_names():
    tokens = np.arange(250)
    for preset in MIXTURES:
        mixture = Mixture(preset, VOCABULARY)
        assert len(set(mixture.names)) == len(mixture)
        assert mixture.shares.sum() == pytest.approx(1)
        for objective, special in zip(mixture.objectives, mixture.special, strict=True):
            sample = objective.build(tokens, special, np.random.default_rng(0))
            assert np.array_equal(undo(objective, sample, special), tokens)


def test_next_tokens_are_those_of_a_language_model():
    _, sample, _ = sample_of("next_token_prediction", np.array([5, 6, 7, 8]))
    assert sample.input_ids.tolist() == [5, 6, 7]
    assert sample.label_ids.tolist() == [6, 7, 8]
    assert sample.n_prefix == 0


def test_a_prefix_is_the_share_that_is_asked_for():
    for n in (4, 40, 400):
        _, sample, special = sample_of("prefix_language_modeling", np.arange(n))
        assert len(question_and_answer(sample, special)[0]) == 0.75 * n


@pytest.mark.parametrize("rate", [0.05, 0.15, 0.5])
@pytest.mark.parametrize("span", [3, 8, 32])
def test_infilling_cuts_out_its_rate_in_spans_of_its_length(rate, span):
    n = 400
    options = {"corruption_rate": rate, "mean_tokens_per_span": span, "max_mask_spans": 32}
    _, sample, special = sample_of("infilling", np.arange(n), **options)
    _, spans = split_at_sentinels(question_and_answer(sample, special)[1])
    n_cut = sum(len(cut) for _, cut in spans)
    assert n_cut == round(n * rate)
    assert len(spans) == 1 or abs(len(spans) - n_cut / span) <= 0.5 or len(spans) == 32


def test_twenty_spans_are_the_most_by_default_and_the_rate_is_kept():
    _, sample, special = sample_of("infilling", np.arange(1000), corruption_rate=0.5)
    _, spans = split_at_sentinels(question_and_answer(sample, special)[1])
    assert len(spans) == 20
    assert sum(len(cut) for _, cut in spans) == 500


def test_spans_of_one_token_may_fill_every_gap():
    """4 of 7 tokens are cut out, each for itself: before, between and after the 3 that stay."""
    options = {"corruption_rate": 0.5, "mean_tokens_per_span": 1}
    _, sample, special = sample_of("infilling", np.arange(7), **options)
    question, answer = question_and_answer(sample, special)
    assert is_sentinel(question).tolist() == [True, False] * 3 + [True]
    assert [cut for _, cut in split_at_sentinels(answer)[1]] == [[0], [2], [4], [6]]


def test_spans_are_cut_anywhere():
    starts, n_first, n_last = [], 0, 0
    for seed in range(400):
        _, sample, special = sample_of("infilling", np.arange(20), seed)
        question, _ = question_and_answer(sample, special)
        place = np.flatnonzero(is_sentinel(question))[0]
        starts.append(place)
        n_first += place == 0
        n_last += is_sentinel(question[-1])
    assert len(set(starts)) == 18  # 3 tokens cut out of 20
    assert 5 < n_first < 60
    assert 5 < n_last < 60


def test_autoencoding_shows_the_rest_in_order_and_deshuffling_does_not():
    tokens = np.arange(200)
    for name, in_order in (("autoencoding", True), ("autoencoding_with_deshuffling", False)):
        _, sample, special = sample_of(name, tokens)
        question, _ = question_and_answer(sample, special)
        visible = question[~is_sentinel(question)]
        assert len(visible) == 100
        assert np.array_equal(visible, np.sort(visible)) == in_order
        marks = question[is_sentinel(question)]
        assert np.array_equal(marks, special.sentinels[: len(marks)])
    _, sample, special = sample_of("autoencoding_with_deshuffling", tokens, shuffle_fraction=0)
    question, _ = question_and_answer(sample, special)
    assert (np.diff(question[~is_sentinel(question)]) > 0).all()


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_deshuffling_moves_its_share_of_tokens_and_keeps_them_all(share):
    tokens = np.arange(400)
    options = {"min_fraction": share, "max_fraction": share}
    _, sample, special = sample_of("deshuffling", tokens, **options)
    question, _ = question_and_answer(sample, special)
    assert np.array_equal(np.sort(question), tokens)
    moved = (question != tokens).mean()
    assert moved <= share
    assert moved >= share - 0.02  # a permutation leaves about one token where it is


def test_deshuffling_draws_a_share_for_each_sample():
    moved = []
    for seed in range(50):
        _, sample, special = sample_of("deshuffling", np.arange(200), seed)
        moved.append((question_and_answer(sample, special)[0] != np.arange(200)).mean())
    assert 0.45 < min(moved) < 0.6
    assert 0.9 < max(moved) <= 1


def test_selective_copying_asks_what_it_was_told_to():
    options = {
        "min_spans": 2,
        "max_spans": 3,
        "min_span_length": 5,
        "max_span_length": 9,
        "min_delimiter_length": 2,
        "max_delimiter_length": 4,
    }
    numbers, lengths, marks = set(), set(), set()
    for seed in range(100):
        _, sample, special = sample_of("selective_copying", np.arange(300), seed, **options)
        question, answer = question_and_answer(sample, special)
        _, spans = split_at_sentinels(answer)
        numbers.add(len(spans))
        lengths |= {len(span) for _, span in spans}
        before, marked = split_at_sentinels(question)
        delimiters = marked[: 2 * len(spans)]
        marks |= {len(tokens) for _, tokens in delimiters}
    assert numbers == {2, 3}
    assert lengths == {5, 6, 7, 8, 9}
    assert marks == {2, 3, 4}


@pytest.mark.parametrize(("query", "places"), [("before", {0}), ("after", {1}), ("either", {0, 1})])
def test_the_query_stands_where_it_is_wanted(query, places):
    seen = set()
    for seed in range(30):
        _, sample, special = sample_of("selective_copying", np.arange(50), seed, query=query)
        question, _ = question_and_answer(sample, special)
        seen.add(int(not is_sentinel(question[0])))
    assert seen == places


def test_the_same_seed_gives_the_same_sample():
    for name in objective_names():
        tokens = np.arange(100)
        (_, one, _), (_, two, _) = (sample_of(name, tokens, seed=7) for _ in range(2))
        assert np.array_equal(one.input_ids, two.input_ids)
        assert np.array_equal(one.label_ids, two.label_ids)


@pytest.mark.parametrize("name", ["copying", "next_token_prediction"])  # with a paradigm, without
def test_a_frame_is_the_same_around_lists_and_arrays(name):
    (special,) = special_tokens([make_objective(name)], VOCABULARY)
    for question, answer in (([5, 6, 7], [8, 9]), ([], [8])):
        one = special.ask(question, answer)
        two = special.ask(np.array(question), np.array(answer))
        assert one.n_prefix == two.n_prefix == len(one.input_ids) - len(answer) + 1
        for a, b in zip(one[:2], two[:2], strict=True):
            assert a.dtype == b.dtype == np.int64
            assert np.array_equal(a, b)


# --- where a sample's tokens stand -----------------------------------------------------------


def both_ways(name, n_tokens, seed, **options):
    """The same draw with positions of the row and of the tune."""
    objective, tokens = make_objective(name, **options), np.arange(n_tokens)
    row, tune = (special_tokens([objective], VOCABULARY, way)[0] for way in ("row", "tune"))
    samples = [
        objective.build(tokens, special, np.random.default_rng(seed)) for special in (row, tune)
    ]
    return *samples, tune


@pytest.mark.parametrize(("name", "options"), CASES)
def test_positions_are_all_that_changes_with_them(name, options):
    for n_tokens in (make_objective(name, **options).min_tokens, 40, 259):
        in_row, in_tune, _ = both_ways(name, n_tokens, seed=n_tokens, **options)
        assert in_row.position_ids is None
        assert np.array_equal(in_row.input_ids, in_tune.input_ids)
        assert np.array_equal(in_row.label_ids, in_tune.label_ids)
        assert in_row.n_prefix == in_tune.n_prefix
        with_places = name in ("infilling", "prefix_language_modeling")
        assert (in_tune.position_ids is not None) == with_places


@pytest.mark.parametrize(
    ("name", "options"),
    [case for case in CASES if case[0] in ("infilling", "prefix_language_modeling")],
)
@settings(max_examples=60, deadline=None)
@given(n_tokens=st.integers(2, 300), seed=st.integers(0, 2**32 - 1))
def test_in_the_tune_every_token_keeps_its_place(name, options, n_tokens, seed):
    """The piece counts 0, 1, 2, …, so a token is its own place, wherever it is shown or said."""
    _, sample, special = both_ways(name, n_tokens, seed, **options)
    ids, labels, places = sample.input_ids, sample.label_ids, sample.position_ids
    codes = ids < n_tokens
    assert np.array_equal(places[codes], ids[codes])
    assert places[0] == 0 and ids[0] == special.paradigm
    # As in next-token prediction, an input stands one place before the token that it calls for.
    called = (labels >= 0) & (labels < n_tokens)
    assert np.array_equal(places[called], np.maximum(labels[called] - 1, 0))


def test_a_sentinel_stands_at_its_hole():
    _, sample, special = both_ways(
        "infilling", 40, seed=3, corruption_rate=0.4, mean_tokens_per_span=4
    )
    question = sample.input_ids[: sample.n_prefix]
    marks = np.flatnonzero(is_sentinel(question))
    assert len(marks) == 4
    answer = sample.label_ids[sample.n_prefix - 1 :].tolist()
    for mark in marks:
        first = answer[answer.index(question[mark]) + 1]  # of the tokens that are hidden there
        assert sample.position_ids[mark] == first


def test_positions_that_there_are_not_are_refused():
    with pytest.raises(ObjectiveError, match="'bar'; give one of row, tune"):
        Mixture("eight", VOCABULARY, sample_positions="bar")
