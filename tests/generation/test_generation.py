"""Generation: what may be drawn and how often, with which memory, and what comes out as sound."""

from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.generation import (
    GenerationError,
    GenerationOptions,
    generate,
    sampling_probabilities,
    save_generation,
    write_music,
)
from refimpl.generation.sampling import draw, uniform_numbers
from refimpl.layouts import Delay, Flat
from refimpl.transformer import Transformer, TransformerConfig
from refimpl.vocabulary import Vocabulary

VOCABULARY = Vocabulary(20, kind="report")


def make_model(vocabulary=VOCABULARY, std=0.3, **changes):
    sizes = {"n_layers": 2, "hidden_size": 32, "n_heads": 4, "ffn_hidden_size": 48}
    sizes |= {"context_length": 32, "init_std": std}
    return Transformer(TransformerConfig(vocabulary.size, **(sizes | changes))).eval()


MODEL = make_model()


# --- which tokens, and how often -------------------------------------------------------------


logit_rows = st.lists(
    st.floats(-8, 8, width=32), min_size=2, max_size=12, unique_by=lambda x: round(x, 2)
)


@given(logit_rows, st.integers(1, 14), st.floats(0.2, 3.0))
@settings(max_examples=50, deadline=None)
def test_top_k_keeps_exactly_the_k_likeliest(row, k, temperature):
    probabilities = sampling_probabilities(torch.tensor([row]), temperature, top_k=k)[0]
    k = min(k, len(row))
    kept = torch.zeros(len(row), dtype=torch.bool)
    kept[torch.tensor(row).argsort(descending=True)[:k]] = True
    expected = torch.tensor(row).div(temperature).masked_fill(~kept, -torch.inf).softmax(0)
    assert bool((probabilities[~kept] == 0).all())
    assert torch.allclose(probabilities, expected, atol=1e-5)


@given(logit_rows, st.floats(0.05, 0.95))
@settings(max_examples=50, deadline=None)
def test_top_p_keeps_the_fewest_that_reach_p(row, p):
    full = torch.tensor(row).softmax(0)
    probabilities = sampling_probabilities(torch.tensor([row]), top_p=p)[0]
    kept = probabilities > 0
    assert full[kept].sum() >= p - 1e-5
    assert full[kept].sum() - full[kept].min() < p + 1e-5  # without the last one too few
    assert full[kept].min() >= full[~kept].max() if (~kept).any() else True
    assert torch.allclose(probabilities[kept], full[kept] / full[kept].sum(), atol=1e-5)


def test_top_p_stops_at_the_token_that_reaches_p_exactly():
    kept = sampling_probabilities(torch.zeros(1, 4), top_p=0.5)  # four of a quarter each
    assert sorted(kept[0].tolist()) == [0, 0, 0.5, 0.5]


def test_top_p_works_on_what_top_k_left():
    logits = torch.tensor([[0.4, 0.3, 0.2, 0.1]]).log()
    probabilities = sampling_probabilities(logits, top_k=3, top_p=0.7)
    # Of three, .444 and .333 reach .7; of all four, .4 and .3 would too, but only just.
    assert torch.allclose(probabilities, torch.tensor([[4 / 7, 3 / 7, 0, 0]]), atol=1e-6)


@pytest.mark.parametrize(
    "options",
    [{}, {"temperature": 0.5}, {"top_k": 3}, {"top_p": 0.8}, {"top_k": 4, "top_p": 0.9}],
    ids=str,
)
def test_frequencies_are_the_probabilities(options):
    logits = torch.tensor([0.5, -1.0, 2.0, 1.0, -torch.inf, 1.5])
    n_draws = 20_000
    uniforms = torch.from_numpy(np.random.default_rng(0).random((n_draws, 1), np.float32))
    drawn = draw(logits.expand(n_draws, -1), uniforms, **options)[:, 0]
    frequencies = torch.bincount(drawn, minlength=6) / n_draws
    expected = sampling_probabilities(logits[None], **options)[0]
    assert bool((frequencies[expected == 0] == 0).all())
    # Four standard deviations of a share of n_draws.
    assert bool(((frequencies - expected).abs() <= 4 * (expected / n_draws).sqrt()).all())


@pytest.mark.parametrize("number", [0.0, 1 - 2**-24])
@pytest.mark.parametrize("options", [{}, {"top_k": 4}, {"top_p": 0.999}], ids=str)
def test_what_is_ruled_out_is_not_drawn_at_the_edges(number, options):
    logits = torch.tensor([[-torch.inf, 3.0, -torch.inf, 1.0, -torch.inf]])
    drawn = draw(logits, torch.tensor([[number]]), **options).item()
    assert drawn in (1, 3)


@pytest.mark.parametrize("temperature", [1e-4, 1e-30, 1e-45, 1e-300])
@pytest.mark.parametrize("limits", [{}, {"top_k": 3}, {"top_p": 0.9}])
def test_temperatures_near_zero_leave_the_likeliest_alone(temperature, limits):
    scores = torch.tensor([[1.0, 3.0, 2.0, -torch.inf], [50.0, 50.0, 0.0, -torch.inf]])
    expected = torch.tensor([[0.0, 1.0, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0]])
    assert torch.equal(sampling_probabilities(scores, temperature, **limits), expected)
    assert torch.equal(sampling_probabilities(1e6 * scores, temperature, **limits), expected)


def test_no_uniform_number_is_rounded_up_to_one(monkeypatch):
    class NearlyOne:
        def __init__(self, seed):
            self.seed = seed

        def random(self, shape):
            return np.full(shape, 1 - 1e-12)

    monkeypatch.setattr(np.random, "default_rng", NearlyOne)
    numbers = uniform_numbers(0, 2, 3)
    assert numbers.shape == (2, 3, 1)
    assert (numbers == 1 - 2**-24).all() and (numbers < 1).all()


def test_temperature_zero_is_greedy():
    logits = torch.tensor([[0.0, 5.0, 4.9], [1.0, 0.0, -1.0]])
    assert draw(logits, torch.full((2, 1), 0.99), temperature=0).tolist() == [[1], [0]]
    assert sampling_probabilities(logits, 0).tolist() == [[0, 1, 0], [1, 0, 0]]
    one, two = (generate(MODEL, VOCABULARY, max_tokens=20, temperature=0, seed=s) for s in (1, 2))
    assert np.array_equal(one[0], two[0])


def test_uniform_numbers_belong_to_their_row():
    three, one = uniform_numbers(5, 3, 10), uniform_numbers(5, 1, 10)
    assert torch.equal(three[:1], one)
    assert not torch.equal(three[0], three[1])
    assert not torch.equal(uniform_numbers(6, 1, 10), one)
    assert three.min() >= 0 and three.max() < 1


# --- seeds and batches -----------------------------------------------------------------------


def test_same_seed_same_tokens_and_other_seed_others():
    one, same, other = (
        generate(MODEL, VOCABULARY, max_tokens=25, min_tokens=25, seed=seed)[0]
        for seed in (7, 7, 8)
    )
    assert np.array_equal(one, same) and not np.array_equal(one, other)
    assert one.dtype == np.int64 and one.shape == (25,)


def test_batch_size_changes_no_sequence():
    large = generate(MODEL, VOCABULARY, max_tokens=25, batch_size=5, seed=3)
    small = generate(MODEL, VOCABULARY, max_tokens=25, batch_size=2, seed=3)
    for i in range(2):
        assert np.array_equal(large[i], small[i])
    assert len({tuple(tokens) for tokens in large}) == 5


@pytest.mark.parametrize("positions", ["rope", "learned", "both"])
@pytest.mark.parametrize("n_prefix", [0, 3])
def test_prompts_of_different_lengths_are_as_if_alone(positions, n_prefix):
    model = make_model(positions=positions)
    prompts = [np.arange(3), np.arange(9) + 5, np.arange(6)]
    options = {"max_tokens": 12, "min_tokens": 12, "temperature": 0, "n_prefix": n_prefix}
    together = generate(model, VOCABULARY, prompt=prompts, **options)
    for prompt, tokens in zip(prompts, together, strict=True):
        alone = generate(model, VOCABULARY, prompt=prompt, **options)[0]
        assert np.array_equal(tokens, alone)


def test_two_way_prefix_matters():
    options = {"prompt": np.arange(12), "max_tokens": 15, "min_tokens": 15, "temperature": 0}
    causal = generate(MODEL, VOCABULARY, **options)[0]
    prefix = generate(MODEL, VOCABULARY, n_prefix=12, **options)[0]
    assert not np.array_equal(causal, prefix)


@pytest.mark.parametrize("use_cache", [True, False])
def test_positions_that_count_from_0_change_nothing(use_cache):
    prompts = [np.arange(3), np.arange(9) + 5]
    options = {"max_tokens": 12, "min_tokens": 12, "seed": 2, "use_cache": use_cache}
    plain = generate(MODEL, VOCABULARY, prompt=prompts, **options)
    counted = [np.arange(len(prompt)) for prompt in prompts]
    given_them = generate(MODEL, VOCABULARY, prompt=prompts, position_ids=counted, **options)
    for one, two in zip(plain, given_them, strict=True):
        assert np.array_equal(one, two)


def test_what_is_written_counts_on_from_the_last_position():
    """A model that turns by position alone (RoPE) sees distances: a tune that is moved is the same.

    And with a hole before its last token it is not.
    """
    model, prompt = make_model(positions="rope"), np.arange(8)
    options = {"prompt": prompt, "max_tokens": 10, "min_tokens": 10, "temperature": 0}
    plain, moved = (
        generate(model, VOCABULARY, position_ids=places, **options)[0]
        for places in (None, prompt + 9)
    )
    assert np.array_equal(plain, moved)
    there = np.append(prompt[:-1], 15)
    for use_cache in (True, False):
        row, places, expected = prompt, there, []
        for _ in range(10):  # one forward pass for each token, its position written out
            ids, at = (torch.from_numpy(array)[None] for array in (row, places))
            expected.append(int(model(ids, position_ids=at)[0, -1, :20].argmax()))
            row, places = np.append(row, expected[-1]), np.append(places, places[-1] + 1)
        holed = generate(model, VOCABULARY, position_ids=there, use_cache=use_cache, **options)[0]
        assert holed.tolist() == expected
    assert expected != plain.tolist()


@pytest.mark.parametrize("positions", ["rope", "learned", "both"])
@pytest.mark.parametrize(
    ("lengths", "max_tokens"), [([1], 20), ([4, 9], 20), ([1], 90), ([5, 30], 60), ([70], 20)]
)
def test_cache_changes_nothing_also_beyond_the_context(positions, lengths, max_tokens):
    model = make_model(positions=positions)
    rng = np.random.default_rng(0)
    prompts = [rng.integers(0, 20, length) for length in lengths]
    options = {"prompt": prompts, "max_tokens": max_tokens, "min_tokens": max_tokens}
    cached = generate(model, VOCABULARY, **options)
    uncached = generate(model, VOCABULARY, use_cache=False, **options)
    for one, other in zip(cached, uncached, strict=True):
        assert len(one) == max_tokens and np.array_equal(one, other)


@pytest.mark.parametrize("use_cache", [True, False])
def test_a_full_window_slides_to_its_last_half(use_cache):
    row, start, expected = list(range(5)), 0, []
    for _ in range(90):
        if len(row) - start > 32:  # the model's context
            start = len(row) - 16
        logits = MODEL(torch.tensor([row[start:]]))  # read anew, from position 0
        expected.append(int(logits[0, -1, :20].argmax()))
        row.append(expected[-1])
    options = {"max_tokens": 90, "min_tokens": 90, "temperature": 0, "use_cache": use_cache}
    assert generate(MODEL, VOCABULARY, prompt=np.arange(5), **options)[0].tolist() == expected


def test_nothing_is_left_changed():
    model = make_model().train()
    state = torch.random.get_rng_state()
    generate(model, VOCABULARY, max_tokens=3)
    assert model.training and torch.equal(state, torch.random.get_rng_state())
    with pytest.raises(GenerationError):
        generate(model, VOCABULARY, max_tokens=3, layout=Flat([3]))
    assert model.training


# --- which tokens are allowed ----------------------------------------------------------------


class Certain(torch.nn.Module):
    """A head that wants one token above all others."""

    def __init__(self, wanted, size):
        super().__init__()
        self.row = torch.zeros(size)
        self.row[wanted] = 50.0

    def forward(self, hidden):
        return self.row.expand(*hidden.shape[:-1], -1)


def wants(token, vocabulary=VOCABULARY):
    model = make_model(vocabulary)
    model.lm_head = Certain(token, vocabulary.size)
    return model


@pytest.mark.parametrize("special", [VOCABULARY.pad, VOCABULARY.unk, VOCABULARY.start])
def test_special_tokens_never_come(special):
    tokens = generate(wants(special), VOCABULARY, max_tokens=20, min_tokens=20, top_k=None)[0]
    assert tokens.max() < VOCABULARY.n_codes


def test_end_ends_and_min_tokens_holds_it_off():
    model = wants(VOCABULARY.end)
    assert len(generate(model, VOCABULARY, max_tokens=20)[0]) == 0
    tokens = generate(model, VOCABULARY, max_tokens=20, min_tokens=8)[0]
    assert len(tokens) == 8 and tokens.max() < VOCABULARY.n_codes


def test_each_sequence_of_a_batch_ends_for_itself():
    model = make_model(std=0.01)  # nearly uniform: <|END|> comes about every 21 tokens
    together = generate(model, VOCABULARY, max_tokens=200, batch_size=6, top_k=None)
    lengths = {len(tokens) for tokens in together}
    assert len(lengths) > 2
    assert all(tokens.size == 0 or tokens.max() < 20 for tokens in together)


@pytest.mark.parametrize("n_codes_before", [0, 1, 2, 3, 4])
def test_stages_come_in_turn_and_end_only_after_a_frame(n_codes_before):
    sizes = (8, 7, 5)
    model = make_model(std=0.01)
    prompt = np.array([VOCABULARY.start, 0, 8, 15, 1, 9][: 1 + n_codes_before])
    options = {"prompt": prompt, "layout": Flat(sizes, "report"), "top_k": None}
    for seed in range(8):
        tokens = generate(model, VOCABULARY, max_tokens=60, seed=seed, **options)[0]
        stages = np.searchsorted(np.cumsum(sizes), tokens, side="right")
        assert np.array_equal(stages, (np.arange(len(tokens)) + n_codes_before) % 3)
        assert len(tokens) == 60 or (n_codes_before + len(tokens)) % 3 == 0


def test_stages_with_prompts_at_different_places():
    prompts = [np.array([VOCABULARY.start]), np.array([VOCABULARY.start, 3])]
    options = {
        "prompt": prompts,
        "layout": Flat((10, 10), "report"),
        "min_tokens": 9,
        "max_tokens": 9,
    }
    first, second = generate(MODEL, VOCABULARY, **options)
    assert np.array_equal(first >= 10, np.arange(9) % 2 == 1)
    assert np.array_equal(second >= 10, np.arange(9) % 2 == 0)


def test_own_mask_lets_other_tokens_through():
    vocabulary = Vocabulary(20)
    sentinel = vocabulary.sentinels[0]
    allowed = Flat([20]).allowed(0)
    allowed[0, sentinel] = True
    model = wants(sentinel, vocabulary)
    assert generate(model, vocabulary, max_tokens=5)[0].max() < 20
    assert (generate(model, vocabulary, max_tokens=5, allowed=allowed)[0] == sentinel).all()


# --- bad input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"temperature": -1}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"top_k": 0}, "top_k"),
        ({"top_k": 2.5}, "top_k"),
        ({"top_p": 0}, "top_p"),
        ({"top_p": 1.1}, "top_p"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"min_tokens": 9}, "min_tokens"),
        ({"batch_size": 0}, "batch_size"),
        ({"seed": -1}, "seed"),
        ({"prompt": []}, "prompt"),
        ({"prompt": np.array([], dtype=int)}, "prompt"),
        ({"prompt": np.array([0.5])}, "prompt"),
        ({"prompt": np.array([24])}, "vocabulary"),
        ({"prompt": np.array([-1])}, "vocabulary"),
        ({"prompt": [np.arange(2)] * 3, "batch_size": 2}, "batch_size"),
        ({"prompt": np.arange(4), "n_prefix": 5}, "n_prefix"),
        ({"prompt": np.arange(4), "n_prefix": [1, 2]}, "n_prefix"),
        ({"prompt": np.arange(20).repeat(2), "n_prefix": 5}, "context"),
        ({"prompt": np.arange(4), "position_ids": np.arange(5)}, "position_ids"),
        ({"prompt": np.arange(4), "position_ids": [np.arange(4)] * 2}, "position_ids"),
        ({"prompt": np.arange(4), "position_ids": np.arange(4) - 1}, "position_ids"),
        ({"prompt": np.arange(4), "position_ids": np.arange(4) + 22}, "position 32"),
        ({"prompt": np.arange(20).repeat(2), "position_ids": np.arange(40) // 2}, "context"),
        ({"layout": Flat([10, 9], "report")}, "layout 'flat' has 1 columns of 23"),
        ({"layout": Delay([20, 20], "report")}, "layout 'delay' has 2 columns"),
        ({"layout": Flat([20], "report"), "allowed": np.ones(24, dtype=bool)}, "one of them"),
        ({"prompt": np.zeros((3, 2), dtype=int)}, "in one row"),
        ({"allowed": np.ones(5, dtype=bool)}, "allowed"),
        ({"allowed": np.zeros(24, dtype=bool)}, "allowed"),
    ],
    ids=str,
)
def test_bad_settings_are_named(options, named):
    with pytest.raises(GenerationError, match=named):
        generate(MODEL, VOCABULARY, **({"max_tokens": 8} | options))


def test_model_of_another_vocabulary_is_refused():
    with pytest.raises(GenerationError, match="24 tokens.*73"):
        generate(MODEL, Vocabulary(20), max_tokens=3)


# --- sound -----------------------------------------------------------------------------------


class Tones:
    """A stand-in tokenizer: two stages, ten frames a second, a frame of 100 equal samples."""

    def __init__(self):
        self.vocabulary = VOCABULARY
        self.codec = SimpleNamespace(stream_sizes=(10, 10), step_rate=10.0, encode=self.encode)
        self.layout = Flat((10, 10), "report")

    def encode(self, audio):
        steps = audio[::100].round(1) * 10
        return np.stack([steps, steps], axis=1).astype(np.int64)

    def decode(self, ids, gain=1.0):
        assert len(ids) % 2 == 0 and ids.max() < 20
        return gain * np.repeat(ids[::2] / 10, 100).astype(np.float32)


def test_music_from_nothing_is_as_long_as_asked():
    pieces = write_music(MODEL, Tones(), seconds=1.5, min_seconds=1.5, batch_size=3)
    assert [(len(p.tokens), p.n_prompt, p.audio.shape) for p in pieces] == [(30, 0, (1500,))] * 3
    assert not np.array_equal(pieces[0].audio, pieces[1].audio)


def test_music_goes_on_from_clips():
    clips = [np.full(500, 0.3, np.float32), np.full(200, 0.4, np.float32)]
    asked = {"seconds": 1, "min_seconds": 1, "decode": {"gain": 2.0}}
    for clip, piece in zip(
        clips, write_music(MODEL, Tones(), continue_from=clips, **asked), strict=True
    ):
        assert piece.n_prompt == len(clip) // 50
        assert len(piece.audio) == len(clip) + 1000
        loudest = 2 * np.max(piece.tokens[::2]) / 10
        assert np.allclose(piece.audio[: len(clip)], 2 * clip * min(1, 0.95 / loudest), atol=1e-5)
    two = write_music(MODEL, Tones(), seconds=1, continue_from=clips[0], batch_size=2)
    assert len(two) == 2
    (short,) = write_music(MODEL, Tones(), seconds=1, continue_from=clips[0], prompt_seconds=0.2)
    assert short.n_prompt == 4


def test_options_are_a_record_that_single_options_change():
    options = GenerationOptions(max_tokens=12, min_tokens=12, seed=4)
    (written,) = generate(MODEL, VOCABULARY, options)
    (changed,) = generate(MODEL, VOCABULARY, options, seed=5)
    (same,) = generate(MODEL, VOCABULARY, max_tokens=12, min_tokens=12, seed=5)
    assert len(written) == 12 and not np.array_equal(written, changed)
    assert np.array_equal(changed, same)
    with pytest.raises(TypeError, match="warmth"):
        generate(MODEL, VOCABULARY, options, warmth=1)


def test_without_a_maximum_the_context_is_filled():
    (written,) = generate(wants(3), VOCABULARY, prompt=np.arange(5))
    assert len(written) == 32 - 5
    with pytest.raises(GenerationError, match="max_tokens"):
        generate(MODEL, VOCABULARY, prompt=np.arange(20).repeat(2))


def test_model_that_writes_nothing_is_an_error():
    with pytest.raises(GenerationError, match="min_seconds"):
        write_music(wants(VOCABULARY.end), Tones(), seconds=1)
    with pytest.raises(GenerationError, match="seconds"):
        write_music(MODEL, Tones(), seconds=1, min_seconds=2)
    with pytest.raises(GenerationError, match="2 clips and batch_size 3"):
        write_music(MODEL, Tones(), seconds=1, continue_from=[np.zeros(300)] * 2, batch_size=3)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3"])
def test_sound_and_picture_are_written_side_by_side(tmp_path, suffix):
    audio = np.sin(np.arange(22050) / 10).astype(np.float32) / 2
    sound, picture = save_generation(
        tmp_path / f"new{suffix}", audio, 22050, beside={"original": audio}
    )
    assert soundfile.info(sound).samplerate == 22050
    assert soundfile.info(sound).duration == pytest.approx(1, abs=0.1)
    assert picture == tmp_path / "new.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
