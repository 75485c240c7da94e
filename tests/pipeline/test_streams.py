"""Codes of two streams through every layout: trained on, written, and decoded as a tune."""

import numpy as np
import pytest
import torch

from refimpl import pipeline
from refimpl.errors import UserError
from refimpl.generation import GenerationError, generate, longest_hold, write_music
from refimpl.layouts import LAYOUTS, make_layout
from refimpl.training import NextTokenBatches, ValidationBatches, measure_baselines
from refimpl.transformer import Transformer, TransformerConfig
from refimpl.vocabulary import IGNORE_INDEX
from tests.pipeline.pipeline_examples import tiny

SIZES, N_STEPS = (6, 5), 9


class Tunes(list):
    """Token arrays with a vocabulary, as a dataset has it."""

    def __init__(self, layout, codes):
        tokens = (layout.to_tokens(one) for one in codes)
        super().__init__(t[:, 0] if layout.n_columns == 1 else t for t in tokens)
        self.vocabulary = layout.vocabulary


def tune(first):
    """The second stream follows from the first one's code of its own step, and of the one before.

    So in parallel, where a code does not see the first of its own step, it can be guessed still.
    """
    coarse = np.arange(first, first + N_STEPS) % SIZES[0]
    return np.stack([coarse, coarse % SIZES[1]], axis=1)


def make_model(layout, seed=0, **changes):
    shape = {"n_layers": 2, "hidden_size": 48, "n_heads": 4, "ffn_hidden_size": 64}
    shape |= {"context_length": 32, "n_columns": layout.n_columns}
    return Transformer(TransformerConfig(layout.vocabulary.size, **shape | changes), seed=seed)


@pytest.fixture(scope="module", params=LAYOUTS)
def learnt(request):
    """A layout, and a model that was trained on tunes in it."""
    layout = make_layout(request.param, SIZES)
    batches = NextTokenBatches(Tunes(layout, [tune(i) for i in range(6)]), 6, 32)
    model = make_model(layout)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for k in range(120):
        loss = model(**batches.batch(k))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return layout, model.eval()


def code_rows(layout, *firsts):
    """Prompts: <|START|> and the first codes of column 0."""
    rows = []
    for first in firsts:
        tokens = layout.vocabulary.frame(layout.to_tokens(tune(first)))[:3]
        rows.append(tokens[:, 0] if layout.n_columns == 1 else tokens)
    return rows


def test_what_was_learnt_is_written_and_ends_where_it_ended(learnt):
    layout, model = learnt
    asked = {"layout": layout, "temperature": 0, "max_tokens": 31}
    prompts = code_rows(layout, 0, 2, 5)
    for first, prompt, new in zip(
        (0, 2, 5), prompts, generate(model, layout.vocabulary, prompt=prompts, **asked), strict=True
    ):
        np.testing.assert_array_equal(
            layout.to_codes(np.concatenate([prompt[1:], new])), tune(first)
        )


@pytest.mark.parametrize("use_cache", [True, False])
def test_same_seed_same_tune_for_any_batch(learnt, use_cache):
    layout, model = learnt
    asked = {"layout": layout, "max_tokens": 25, "temperature": 2.0, "use_cache": use_cache}
    three = generate(model, layout.vocabulary, batch_size=3, seed=4, **asked)
    (one,) = generate(model, layout.vocabulary, seed=4, **asked)
    np.testing.assert_array_equal(one, three[0])
    assert not np.array_equal(three[0][:12], three[1][:12])


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("n_steps", [1, 2, 7])
def test_a_model_that_knows_nothing_writes_whole_steps_of_the_length_asked_for(name, n_steps):
    layout = make_layout(name, (6, 5, 4))
    model = make_model(layout).eval()
    written = generate(
        model,
        layout.vocabulary,
        layout=layout,
        max_tokens=layout.n_tokens(n_steps),
        min_tokens=layout.end_of(n_steps),
        batch_size=5,
        top_k=None,
        temperature=3.0,
    )
    for tokens in written:
        assert len(layout.to_codes(tokens)) == n_steps


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_tune_may_end_early_and_is_whole_then(name):
    layout = make_layout(name, (3, 2))
    written = generate(
        make_model(layout, init_std=0.01).eval(),
        layout.vocabulary,
        layout=layout,
        max_tokens=layout.n_tokens(14),
        batch_size=12,
        top_k=None,
    )
    lengths = set()
    for tokens in written:
        codes = layout.to_codes(tokens)
        lengths.add(len(codes))
        if len(codes) < 14:  # column 0 ended by itself
            whole = layout.to_tokens(codes)
            np.testing.assert_array_equal(tokens.reshape(whole.shape), whole)
    assert len(lengths) > 2


def test_a_hold_is_limited_in_the_first_stream(learnt):
    layout, _ = learnt
    stuck = make_model(layout, tied_weights=False)
    with torch.no_grad():
        stuck.lm_head.weight.zero_()  # all scores are equal, so the first code is the likeliest
    asked = {"layout": layout, "temperature": 0, "max_tokens": layout.n_tokens(10)}
    asked["min_tokens"] = layout.end_of(10)
    free, held = (
        layout.to_codes(generate(stuck, layout.vocabulary, longest_hold=limit, **asked)[0])
        for limit in (None, 3)
    )
    assert longest_hold([free]) == 10 and longest_hold([held]) == 3
    assert longest_hold([held[:, ::-1]]) == 10  # the second stream is free


@pytest.mark.parametrize("name", LAYOUTS)
def test_targets_are_codes_and_one_end(name):
    layout = make_layout(name, SIZES)
    batch = ValidationBatches(Tunes(layout, [tune(0)[:4], tune(1)[:7]]), 2, 32)[0]
    labels = batch["label_ids"].numpy()
    for row, n_steps in zip(labels, (4, 7), strict=True):
        targets = row[row != IGNORE_INDEX]
        assert (targets < layout.vocabulary.n_codes).sum() == 2 * n_steps
        assert (targets == layout.vocabulary.end).sum() == 1
        assert len(targets) == 2 * n_steps + 1


@pytest.mark.parametrize("name", LAYOUTS)
def test_baselines_are_those_of_the_columns(name):
    layout = make_layout(name, SIZES)
    tunes = Tunes(layout, [tune(i) for i in range(6)])
    found = measure_baselines(tunes, tunes)
    assert found["bigram"] < 0.7 * found["unigram"] < found["uniform"]


def test_a_model_of_several_columns_needs_its_layout(learnt):
    layout, model = learnt
    if layout.n_columns > 1:
        with pytest.raises(GenerationError, match="2 columns; give the layout"):
            generate(model, layout.vocabulary, max_tokens=3)
        with pytest.raises(GenerationError, match=r"of shape \(n_tokens, 2\)"):
            generate(model, layout.vocabulary, layout=layout, prompt=np.arange(3))


@pytest.mark.parametrize("name", [*LAYOUTS, "delay:0,3"])
def test_a_run_with_two_stages_writes_a_tune(tmp_path, name):
    preset = tiny(codec__n_stages=2, layout=name, model__context_length=160)
    finished = pipeline.run("tinytunes", preset, tmp_path)
    assert finished.tokenizer.layout.name == name == finished.train_set.layout.name
    model, tokenizer = pipeline.load_generator(tmp_path)
    assert tokenizer.layout.name == name
    (piece,) = write_music(model, tokenizer, seconds=0.5, min_seconds=0.5, seed=1)
    codes = tokenizer.layout.to_codes(piece.tokens)
    assert codes.shape == (round(0.5 * tokenizer.codec.step_rate), 2)
    assert len(piece.audio) / tokenizer.sample_rate == pytest.approx(0.5, abs=0.05)
    clip = finished.tokenizer.codec.decode(codes)
    (further,) = write_music(
        model, tokenizer, seconds=0.25, min_seconds=0.25, continue_from=clip, prompt_seconds=0.25
    )
    given = tokenizer.codec.encode(clip)[: round(0.25 * tokenizer.codec.step_rate)]
    np.testing.assert_array_equal(
        tokenizer.layout.to_codes(further.tokens)[: len(given), 0], given[:, 0]
    )
    verdict = pipeline.judge(finished, n_pieces=2)
    assert verdict.steps_per_second == tokenizer.codec.step_rate
    rows = pipeline.evaluate_model(tmp_path, 2, seconds=1.0)
    for name, row in rows.items():
        assert "real" in name or "noise" in name or row["longest_run"].mean > 0


def test_objectives_ask_in_one_column():
    with pytest.raises(UserError, match="'delay' has 2 columns"):
        tiny(codec__n_stages=2, layout="delay", objectives__mixture="eight")
    with pytest.raises(UserError, match="no layout 'zigzag'"):
        tiny(layout="zigzag")
