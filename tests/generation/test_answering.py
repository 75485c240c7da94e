"""Filling gaps, going on, restoring an order: what is asked is what was trained."""

import dataclasses

import numpy as np
import pytest

from refimpl.generation import (
    GenerationError,
    answering,
    continue_prefix,
    fill_gaps,
    gap_losses,
    restore_order,
)
from refimpl.objectives import make_objective, special_tokens
from refimpl.training import frame_tune
from refimpl.transformer import Transformer, TransformerConfig
from refimpl.vocabulary import Vocabulary

VOCABULARY = Vocabulary(20)
SIZES = {"n_layers": 2, "hidden_size": 32, "n_heads": 4, "ffn_hidden_size": 48}
CONFIG = TransformerConfig(VOCABULARY.size, **SIZES, context_length=96, init_std=0.3)
MODEL = Transformer(CONFIG, seed=0).eval()
MODELS = {
    way: Transformer(dataclasses.replace(CONFIG, sample_positions=way), seed=0).eval()
    for way in ("row", "tune")
}
TUNE = np.random.default_rng(0).integers(0, 20, size=30)


def test_gaps_are_filled_with_codes_and_nothing_else_changes():
    gaps = [(4, 9), (20, 30)]
    pieces = fill_gaps(MODEL, VOCABULARY, TUNE, gaps, n_pieces=3, seed=1)
    kept = np.ones(30, dtype=bool)
    for start, stop in gaps:
        kept[start:stop] = False
    for piece in pieces:
        np.testing.assert_array_equal(piece[kept], TUNE[kept])
        assert VOCABULARY.is_code(piece).all()
    assert not np.array_equal(pieces[0], pieces[1])


def test_what_lies_in_a_gap_has_no_influence():
    other = TUNE.copy()
    other[4:9] = 0
    first, second = (
        fill_gaps(MODEL, VOCABULARY, tune, [(4, 9)], seed=3)[0] for tune in (TUNE, other)
    )
    np.testing.assert_array_equal(first, second)


@pytest.fixture
def seen(monkeypatch):
    """What the model is given: tokens, length of the prefix, positions, and how many it writes."""
    calls = []

    def note(model, vocabulary, *, prompt, max_tokens, n_prefix, position_ids, **options):
        calls.append((prompt[0], n_prefix, position_ids, max_tokens))
        return [np.zeros(max_tokens, dtype=np.int64) for _ in prompt]

    monkeypatch.setattr(answering, "generate", note)
    return calls


@pytest.mark.parametrize("way", ["row", "tune"])
def test_a_gap_is_asked_for_as_in_training(seen, way):
    """The objective draws spans; asked to fill the same spans, the model reads the same prefix."""
    objective = make_objective("infilling", corruption_rate=0.3, mean_tokens_per_span=4)
    special = special_tokens([objective], VOCABULARY, way)[0]
    framed = frame_tune(TUNE, VOCABULARY)
    sample = objective.build(framed, special, np.random.default_rng(2))
    question = sample.input_ids[1 : sample.n_prefix - 1]
    gaps, position = [], 0
    answer = sample.label_ids[sample.label_ids >= 0]
    marks = [int(np.flatnonzero(answer == mark)[0]) for mark in special.sentinels if mark in answer]
    lengths = np.diff([*marks, len(answer)]) - 1
    for token in question:
        if token in special.sentinels:
            length = int(lengths[len(gaps)])
            gaps.append((position - 1, position + length - 1))  # <|START|> stands in front
            position += length
        else:
            position += 1
    fill_gaps(MODELS[way], VOCABULARY, TUNE, gaps)
    assert len(gaps) == len(seen) > 1
    np.testing.assert_array_equal(seen[0][0][:-1], sample.input_ids[: sample.n_prefix])
    assert seen[0][0][-1] == special.sentinels[0]
    assert {n_prefix for _, n_prefix, *_ in seen} == {sample.n_prefix}
    for prompt, _, positions, n_written in seen:
        if way == "row":
            assert positions is None
        else:  # every token, and what is written after the last, stands where it did in training
            np.testing.assert_array_equal(positions, sample.position_ids[: len(prompt)])
            rest = sample.position_ids[len(prompt) :][: n_written - 1]
            np.testing.assert_array_equal(rest, positions[-1] + 1 + np.arange(len(rest)))


@pytest.mark.parametrize("way", ["row", "tune"])
def test_a_continuation_is_asked_for_as_in_training(seen, way):
    objective = make_objective("prefix_language_modeling", prefix_fraction=0.5)
    special = special_tokens([objective], VOCABULARY, way)[0]
    framed = frame_tune(TUNE, VOCABULARY)
    sample = objective.build(framed, special, np.random.default_rng(0))
    continue_prefix(MODELS[way], VOCABULARY, TUNE[: len(framed) // 2 - 1], 4)
    ((prompt, n_prefix, positions, _),) = seen
    np.testing.assert_array_equal(prompt, sample.input_ids[:n_prefix])
    assert n_prefix == sample.n_prefix
    if way == "tune":
        np.testing.assert_array_equal(positions, sample.position_ids[:n_prefix])
        assert sample.position_ids[n_prefix] == positions[-1] + 1
    else:
        assert positions is None


def test_the_other_positions_can_be_asked_for():
    gaps, options = [(4, 9)], {"seed": 1, "temperature": 0}
    own = {way: fill_gaps(m, VOCABULARY, TUNE, gaps, **options)[0] for way, m in MODELS.items()}
    asked = {
        way: fill_gaps(MODEL, VOCABULARY, TUNE, gaps, sample_positions=way, **options)[0]
        for way in MODELS
    }
    assert not np.array_equal(own["row"], own["tune"])
    for way in MODELS:
        np.testing.assert_array_equal(own[way], asked[way])


def test_a_continuation_begins_with_its_prefix():
    for piece in continue_prefix(MODEL, VOCABULARY, TUNE[:10], 7, n_pieces=2):
        np.testing.assert_array_equal(piece[:10], TUNE[:10])
        assert piece.shape == (17,)
        assert VOCABULARY.is_code(piece).all()


def test_an_order_has_as_many_codes():
    shuffled = np.random.default_rng(1).permutation(TUNE)
    first, again = (restore_order(MODEL, VOCABULARY, shuffled, seed=5)[0] for _ in range(2))
    assert first.shape == TUNE.shape
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize(
    "gaps", [[], [(0, 30)], [(5, 5)], [(4, 9), (9, 12)], [(9, 12), (4, 9)], [(25, 31)], [(-2, 3)]]
)
def test_gaps_that_do_not_fit_are_refused(gaps):
    with pytest.raises(GenerationError, match="in a tune of 30 tokens"):
        fill_gaps(MODEL, VOCABULARY, TUNE, gaps)


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(GenerationError, match="the model's context has 96"):
        restore_order(MODEL, VOCABULARY, np.tile(TUNE, 2))
    with pytest.raises(GenerationError, match="one row of codes"):
        fill_gaps(MODEL, VOCABULARY, np.array([1, 2, VOCABULARY.start, 3]), [(0, 1)])
    report = Vocabulary(20, kind="report")
    with pytest.raises(GenerationError, match="no answer token"):
        continue_prefix(MODEL, report, TUNE, 5)


@pytest.mark.parametrize("way", ["row", "tune"])
def test_the_losses_in_a_gap_look_at_the_question_and_the_tokens_before(way):
    (first, last), ask = (5, 9), {"sample_positions": way}
    losses = gap_losses(MODEL, VOCABULARY, TUNE, (first, last), **ask)
    assert losses.shape == (1 + last - first,)
    assert (losses > 0).all()
    other = (TUNE + 1) % VOCABULARY.n_codes
    elsewhere = gap_losses(MODEL, VOCABULARY, TUNE, (first, last), shown=other, **ask)
    assert not np.allclose(losses, elsewhere)
    changed = TUNE.copy()
    changed[first + 2] = (changed[first + 2] + 1) % VOCABULARY.n_codes
    after = gap_losses(MODEL, VOCABULARY, changed, (first, last), **ask)
    np.testing.assert_allclose(losses[:3], after[:3], atol=1e-5)  # the sentinel and two tokens
    assert not np.allclose(losses[3:], after[3:])


def test_the_losses_in_a_gap_depend_on_its_positions():
    row, tune = (
        gap_losses(MODEL, VOCABULARY, TUNE, (5, 9), sample_positions=way) for way in ("row", "tune")
    )
    assert not np.allclose(row, tune)
