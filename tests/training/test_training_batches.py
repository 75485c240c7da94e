"""Batches: what goes in comes out, and batch k depends on the seed and on k alone."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.training import NextTokenBatches, TrainingError, ValidationBatches, frame_tune
from refimpl.vocabulary import IGNORE_INDEX
from tests.training.training_examples import VOCABULARY, tiny_batches, tunes

START, END, PAD = VOCABULARY.start, VOCABULARY.end, VOCABULARY.pad


def rows_of(batch):
    """Each row's tokens with the last label behind them, without padding."""
    for inputs, labels in zip(batch["input_ids"], batch["label_ids"], strict=True):
        n = int((labels != IGNORE_INDEX).sum())
        assert labels[:n].ne(IGNORE_INDEX).all()
        assert inputs[n:].eq(PAD).all()
        assert inputs[1:n].equal(labels[: n - 1])
        yield [*inputs[:n].tolist(), int(labels[n - 1])]


def contains(tune, window):
    framed = frame_tune(tune, VOCABULARY).tolist()
    return any(framed[i : i + len(window)] == window for i in range(len(framed)))


def test_batch_k_is_the_same_in_whatever_order_batches_are_asked_for():
    forwards = [tiny_batches().batch(k) for k in range(10)]
    batches = tiny_batches()
    for k in reversed(range(10)):
        again = batches.batch(k)
        assert all(again[name].equal(forwards[k][name]) for name in again)
    iterated = tiny_batches()
    assert all(next(iterated)["input_ids"].equal(batch["input_ids"]) for batch in forwards)


def test_other_seeds_give_other_batches():
    assert (
        not tiny_batches(seed=1).batch(0)["input_ids"].equal(tiny_batches().batch(0)["input_ids"])
    )


def test_tensors_are_int64_and_no_longer_than_the_context():
    for k in range(10):
        batch = tiny_batches().batch(k)
        for tensor in batch.values():
            assert tensor.dtype == torch.int64
            assert len(tensor) == 8
            assert tensor.shape[1] <= 16


@settings(deadline=None, max_examples=40)
@given(
    lengths=st.lists(st.integers(0, 60), min_size=1, max_size=12),
    context=st.integers(1, 20),
    seed=st.integers(0, 5),
)
def test_every_row_is_a_piece_of_a_tune_and_whole_where_it_fits(lengths, context, seed):
    # Each tune has its own numbers, so that a row says which tune it is from.
    data = [np.arange(n) * 12 % 12 + i % 12 for i, n in enumerate(lengths)]
    batches = NextTokenBatches(data, 3, context, seed, vocabulary=VOCABULARY)
    for k in range(4):
        for row in rows_of(batches.batch(k)):
            assert any(contains(tune, row) for tune in data)
            whole = row[0] == START and row[-1] == END
            assert whole or len(row) == context + 1


def test_an_epoch_shows_each_tune_as_often_as_it_is_contexts_long():
    data = [np.full(10, 1), np.full(31, 2), np.full(33, 3)]  # 11, 32 and 34 targets; context 16
    batches = NextTokenBatches(data, 1, 16, vocabulary=VOCABULARY)
    assert batches.batches_per_epoch == 1 + 2 + 3
    for epoch in range(3):
        shown = [batches.batch(epoch * 6 + k)["input_ids"][0, 1].item() for k in range(6)]
        assert sorted(shown) == [1, 2, 2, 3, 3, 3]


def test_the_ends_of_a_long_tune_are_seen_about_as_often_as_its_middle():
    tune = np.arange(200) % 12
    batches = NextTokenBatches([tune], 400, 20, vocabulary=VOCABULARY)
    inputs = batches.batch(0)["input_ids"]
    starts = (inputs == START).any(dim=1).float().mean().item()
    ends = (batches.batch(0)["label_ids"] == END).any(dim=1).float().mean().item()
    # 20 of 202 places are 10 %; a window placed without care would begin at <|START|> in 0.5 %.
    assert 0.03 < starts < 0.2
    assert 0.03 < ends < 0.2


@pytest.mark.parametrize("batch_size", [1, 3, 7, 64])
def test_tunes_of_similar_lengths_come_together_and_each_as_often_as_before(batch_size):
    lengths = np.random.default_rng(0).permutation(np.arange(5, 85, 2))  # 40 different ones
    tunes = [np.zeros(length, dtype=int) for length in lengths]
    padding, orders = [], []
    for similar in (False, True):
        batches = NextTokenBatches(
            tunes, batch_size, 100, 3, vocabulary=VOCABULARY, similar_lengths=similar
        )
        labels = [next(batches)["label_ids"] for _ in range(5 * 40 // batch_size + 1)]
        rows = [int((row != IGNORE_INDEX).sum()) - 1 for batch in labels for row in batch]
        orders = [rows[40 * epoch : 40 * epoch + 40] for epoch in range(5)]
        assert all(sorted(order) == sorted(lengths) for order in orders)
        padding.append(sum(int((batch == IGNORE_INDEX).sum()) for batch in labels))
    assert padding[1] <= 0.5 * padding[0] or batch_size == 64  # of which an epoch has none
    assert len({tuple(order) for order in orders}) == 5


def test_batches_of_similar_lengths_are_not_resumed_as_others():
    tunes = [np.arange(5), np.arange(9)]
    plain = NextTokenBatches(tunes, 2, 16, vocabulary=VOCABULARY)
    sorted_ = NextTokenBatches(tunes, 2, 16, vocabulary=VOCABULARY, similar_lengths=True)
    with pytest.raises(TrainingError):
        sorted_.load_state_dict(plain.state_dict())
    with pytest.raises(TrainingError):
        plain.load_state_dict(sorted_.state_dict())


def test_state_puts_another_iterator_at_the_same_place():
    first = tiny_batches()
    for _ in range(7):
        next(first)
    second = tiny_batches()
    second.load_state_dict(first.state_dict())
    assert next(second)["input_ids"].equal(next(first)["input_ids"])


def test_state_of_other_data_is_refused():
    with pytest.raises(TrainingError, match="batch_size 4 when the run was saved, and have 8 now"):
        tiny_batches().load_state_dict(tiny_batches(batch_size=4).state_dict())


def test_nothing_to_train_on_is_an_error():
    with pytest.raises(TrainingError, match="holds no tunes"):
        NextTokenBatches([], 4, 16, vocabulary=VOCABULARY)
    with pytest.raises(TrainingError, match="batch_size is 0"):
        tiny_batches(batch_size=0)


@settings(deadline=None, max_examples=40)
@given(
    lengths=st.lists(st.integers(0, 60), min_size=1, max_size=12),
    context=st.integers(1, 20),
    batch_size=st.integers(1, 5),
)
def test_validation_has_every_token_as_a_target_once(lengths, context, batch_size):
    rng = np.random.default_rng(len(lengths))
    data = [rng.integers(0, 12, n) for n in lengths]
    batches = ValidationBatches(data, batch_size, context, vocabulary=VOCABULARY)
    rows = [row for batch in batches for row in rows_of(batch)]
    targets = [token for row in rows for token in row[1:]]
    assert targets == [token for tune in data for token in [*tune.tolist(), END]]
    assert sum(len(batch["input_ids"]) for batch in batches) == len(rows)


def test_validation_can_be_cut_short():
    whole = ValidationBatches(tunes(), 4, 16, vocabulary=VOCABULARY)
    part = ValidationBatches(tunes(), 4, 16, max_batches=2, vocabulary=VOCABULARY)
    assert len(part) == 2 < len(whole)
    assert all(part[k]["input_ids"].equal(whole[k]["input_ids"]) for k in range(2))
    with pytest.raises(IndexError):
        part[2]
