"""Packing: every token comes out once, segments keep to themselves, and rows are full."""

import pickle
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.objectives import MIXTURES, Mixture, Objective, Sample, SpecialTokens, register
from refimpl.packing import Packer, PackingError, expand, pack_corpus
from refimpl.transformer import Transformer, TransformerConfig
from refimpl.vocabulary import IGNORE_INDEX, Vocabulary
from tests.objectives.objective_examples import UNDO, VOCABULARY, undo

PLAIN = SpecialTokens(None, VOCABULARY.unk, np.empty(0, dtype=np.int64))
KEYS = {"input_ids", "label_ids", "attention_mask", "segment_ids", "position_ids"}


def tunes_of(lengths, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 1024, n) for n in lengths]


def ordinary_tunes(n=400):
    rng = np.random.default_rng(1)
    return tunes_of(rng.integers(220, 301, n))


def read_back(batch, mixture):
    """The pieces that a batch was made of, read from the arrays that a model gets."""
    arrays = expand(batch)
    assert set(arrays) == KEYS
    assert all(a.dtype == np.int64 and a.shape == batch.input_ids.shape for a in arrays.values())
    at = 0
    for row in range(len(batch.input_ids)):
        ids, labels, mask, segments, positions = (
            arrays[key][row]
            for key in ("input_ids", "label_ids", "attention_mask", "segment_ids", "position_ids")
        )
        n = int((segments > 0).sum())
        assert (segments[n:] == 0).all()  # padding only at the end
        assert (mask[n:] == 0).all()
        assert (positions[n:] == 0).all()
        assert (ids[n:] == VOCABULARY.pad).all()
        assert (labels[n:] == IGNORE_INDEX).all()
        assert (np.diff(segments[:n], prepend=0) >= 0).all()
        assert (np.diff(segments[:n], prepend=0) <= 1).all()  # 1, 2, … without a gap
        for number in range(1, segments.max(initial=0) + 1):
            here = segments == number
            assert positions[here].tolist() == list(range(here.sum()))
            n_prefix = int((mask[here] == 1).sum())
            assert mask[here].tolist() == [1] * n_prefix + [3] * (here.sum() - n_prefix)
            sample = Sample(ids[here], labels[here], n_prefix)
            which = batch.segments[at, 4]
            if which == -1:
                yield UNDO["next_token_prediction"](sample, PLAIN)
            else:
                yield undo(mixture.objectives[which], sample, mixture.special[which])
            at += 1
    assert at == len(batch.segments)


def check_nothing_lost(tunes, mixture, batch_size, sequence_length, seed=0):
    pieces = []
    for batch in pack_corpus(tunes, mixture, batch_size, sequence_length, seed=seed):
        pieces += read_back(batch, mixture)
    out = np.concatenate([np.empty(0, dtype=np.int64), *pieces])
    assert np.array_equal(out, np.concatenate([np.empty(0, dtype=np.int64), *tunes]))


LENGTHS = st.one_of(st.integers(0, 5), st.integers(0, 700), st.integers(0, 20_000))


@settings(max_examples=40, deadline=None)
@given(
    lengths=st.lists(LENGTHS, max_size=6),
    preset=st.sampled_from(sorted(MIXTURES)),
    sequence_length=st.sampled_from([32, 64, 100, 512]),
    batch_size=st.integers(1, 4),
    seed=st.integers(0, 1000),
)
def test_nothing_is_lost_and_nothing_is_invented(
    lengths, preset, sequence_length, batch_size, seed
):
    mixture = Mixture(preset, VOCABULARY)
    check_nothing_lost(tunes_of(lengths, seed), mixture, batch_size, sequence_length, seed)


@pytest.mark.parametrize("name", sorted(UNDO))
def test_one_objective_alone_takes_every_length(name):
    mixture = Mixture([{"name": name}], VOCABULARY)
    check_nothing_lost(tunes_of([*range(1, 40), 65, 127, 500]), mixture, 2, 64)


@pytest.mark.parametrize("preset", sorted(MIXTURES))
@pytest.mark.parametrize(("sequence_length", "least"), [(512, 0.99), (64, 0.97)])
def test_rows_are_full(preset, sequence_length, least):
    mixture = Mixture(preset, VOCABULARY)
    batches = list(pack_corpus(ordinary_tunes(), mixture, 8, sequence_length))[:-1]
    assert np.mean([batch.fill for batch in batches]) >= least
    for batch in batches:
        real = expand(batch)["segment_ids"] > 0
        assert batch.n_positions == real.sum()
        assert batch.fill == real.mean() <= 1
        assert batch.n_labels == (batch.label_ids[real] != IGNORE_INDEX).sum()


@pytest.mark.parametrize("sequence_length", [512, 64])
def test_objectives_are_drawn_by_their_shares_whatever_room_they_need(sequence_length):
    mixture = Mixture("eight", VOCABULARY)
    batches = pack_corpus(ordinary_tunes(1500), mixture, 8, sequence_length)
    which = np.concatenate([batch.segments[:, 4] for batch in batches])
    found = np.bincount(which, minlength=8) / len(which)
    error = np.sqrt(1 / 8 * 7 / 8 / len(which))
    assert np.abs(found - mixture.shares).max() < 4 * error


def test_what_is_too_short_for_an_objective_goes_to_one_that_takes_it():
    both = [{"name": "selective_copying", "prob": 0.9}, {"name": "copying", "prob": 0.1}]
    mixture = Mixture(both, VOCABULARY)
    (batch,) = pack_corpus(tunes_of([3] * 5 + [100] * 5), mixture, 4, 512)
    names = [mixture.names[segment.objective] for segment in batch]
    assert names[:5] == ["copying"] * 5
    assert "selective_copying" in names[5:]


def test_what_is_too_short_for_all_is_learned_as_plain_tokens():
    mixture = Mixture([{"name": "selective_copying"}], VOCABULARY)
    (batch,) = pack_corpus(tunes_of([3, 1]), mixture, 1, 64)
    assert [segment.objective for segment in batch] == [-1, -1]
    assert [segment.length for segment in batch] == [2, 1]
    assert batch.n_labels == 2


def test_tunes_are_not_cut_into_crumbs():
    mixture = Mixture("report", VOCABULARY)
    batches = list(pack_corpus(ordinary_tunes(), mixture, 8, 512))
    lengths = np.concatenate([batch.segments[:, 5] for batch in batches])
    assert (lengths < 512 // 16).mean() < 0.001


@pytest.mark.parametrize("preset", ["report", "eight", "next_token"])
def test_segments_never_see_one_another(preset):
    mixture = Mixture(preset, VOCABULARY)
    batches = pack_corpus(tunes_of([20, 9, 33, 15, 8, 41, 12], seed=3), mixture, 2, 96)
    batch = next(batches)
    model = Transformer(
        TransformerConfig(
            vocabulary_size=VOCABULARY.size,
            n_layers=2,
            hidden_size=32,
            n_heads=2,
            ffn_hidden_size=64,
            context_length=96,
        )
    ).eval()
    arrays = {key: torch.from_numpy(array) for key, array in expand(batch).items()}
    del arrays["label_ids"]
    with torch.no_grad():
        before = model(**arrays)
        for row, number in {(s.row, 1) for s in batch} | {(s.row, 2) for s in batch}:
            changed = dict(arrays)
            here = arrays["segment_ids"][row] == number
            assert here.any(), "the example has two segments a row"
            changed["input_ids"] = arrays["input_ids"].clone()
            changed["input_ids"][row, here] = (arrays["input_ids"][row, here] + 7) % 1024
            after = model(**changed)
            moved = (after != before).any(dim=-1)
            elsewhere = torch.ones_like(moved)
            elsewhere[row, here] = False
            assert not (moved & elsewhere).any()
            assert moved[row, here].all()


def test_a_packer_goes_on_from_its_state():
    tunes = ordinary_tunes(60)
    mixture = Mixture("eight", VOCABULARY)

    def batches(packer, source, numbers):
        return [packer.pack(source, mixture.shares, np.random.default_rng(k)) for k in numbers]

    source = iter(tunes)
    first = Packer(mixture, 4, 64)
    batches(first, source, range(10))
    state = first.state_dict()
    rest = list(source)
    expected = batches(first, iter(rest), range(10, 20))
    second = Packer(mixture, 4, 64)
    second.load_state_dict(state)
    for one, two in zip(expected, batches(second, iter(rest), range(10, 20)), strict=True):
        assert np.array_equal(one.input_ids, two.input_ids)
        assert np.array_equal(one.segments, two.segments)


@pytest.mark.parametrize("preset", ["eight", "music", "next_token"])
def test_places_in_the_tune_change_nothing_but_positions(preset):
    """The same draws, rows and cuts; and a batch in which nothing has such places keeps none."""
    names = Mixture(preset, VOCABULARY).names
    in_row, in_tune = (
        list(pack_corpus(ordinary_tunes(30), mixture, 2, 544))
        for mixture in (
            Mixture(preset, VOCABULARY),
            Mixture(preset, VOCABULARY, sample_positions="tune"),
        )
    )
    assert len(in_row) == len(in_tune)
    for one, two in zip(in_row, in_tune, strict=True):
        assert one.position_ids is None
        before, after = expand(one), expand(two)
        for key in KEYS - {"position_ids"}:
            assert np.array_equal(before[key], after[key])
        placed = {"infilling", "prefix_language_modeling"}
        has_placed = any(s.objective >= 0 and names[s.objective] in placed for s in one)
        assert (before["position_ids"] != after["position_ids"]).any() == has_placed
        sent = pickle.loads(pickle.dumps(two))
        assert np.array_equal(expand(sent)["position_ids"], after["position_ids"])
    assert any(batch.position_ids is not None for batch in in_tune) == (preset != "next_token")


def test_a_packed_sample_has_the_positions_that_it_was_made_with():
    mixture = Mixture([{"name": "infilling"}], VOCABULARY, sample_positions="tune")
    (tune,) = tunes_of([200])
    (batch,) = pack_corpus([tune], mixture, 1, 300, seed=4)
    (segment,) = batch
    arrays = expand(batch)
    ids, places = arrays["input_ids"][0], arrays["position_ids"][0]
    codes = np.flatnonzero(ids < 1024)
    assert np.array_equal(ids[codes], tune[places[codes]])
    assert (places[segment.length :] == 0).all()


def test_shares_can_change_from_batch_to_batch():
    mixture = Mixture("eight", VOCABULARY)
    packer, source = Packer(mixture, 8, 512), iter(ordinary_tunes())
    rng = np.random.default_rng(0)
    packer.pack(source, mixture.shares, rng)
    for which in (2, 5):
        batch = packer.pack(source, np.eye(8)[which], rng)
        assert {segment.objective for segment in batch} == {which}


def test_nothing_gives_nothing():
    mixture = Mixture("eight", VOCABULARY)
    assert list(pack_corpus([], mixture, 2, 64)) == []
    assert list(pack_corpus(tunes_of([0, 0]), mixture, 2, 64)) == []


@pytest.mark.parametrize(("batch_size", "sequence_length"), [(0, 64), (2, 1), (2, 8)])
def test_sizes_that_cannot_be_are_refused(batch_size, sequence_length):
    with pytest.raises(PackingError, match="sequence_length"):
        Packer(Mixture("eight", VOCABULARY), batch_size, sequence_length)


def test_an_objective_that_breaks_its_promise_is_named():
    @register
    @dataclass(frozen=True)
    class Boasting(Objective):
        name = "boasting"

        def packed_length(self, n_tokens):
            return n_tokens

        def build(self, tokens, special, rng):
            return special.ask(tokens, tokens)

    @register
    @dataclass(frozen=True)
    class Constant(Boasting):
        name = "constant"

        def packed_length(self, n_tokens):
            return 3

    with pytest.raises(PackingError, match="boasting"):
        list(pack_corpus(tunes_of([100]), Mixture([{"name": "boasting"}], VOCABULARY), 1, 64))
    with pytest.raises(PackingError, match="constant"):
        Packer(Mixture([{"name": "constant"}], VOCABULARY), 1, 64)


def test_next_tokens_need_no_special_tokens():
    vocabulary = Vocabulary(1024, "report")
    tunes = tunes_of([30, 40])
    (batch,) = pack_corpus(tunes, Mixture("next_token", vocabulary), 1, 128)
    assert batch.input_ids.max() <= vocabulary.pad
    assert batch.n_labels == 68
