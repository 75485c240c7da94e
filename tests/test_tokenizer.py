"""The tokenizer: the frozen vocabulary, audio to ids and back, filtering, and literals."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.codecs import Codebook
from refimpl.errors import UserError
from refimpl.mel import MelConfig, mel_spectrogram
from refimpl.tokenizer import IGNORE_INDEX, AudioTokenizer, TokenError, Vocabulary

MEL = MelConfig(sample_rate=8000, n_fft=512, hop_length=200, n_mels=20)


def make_audio(seconds=1.0, seed=0):
    rng = np.random.default_rng(seed)
    t = np.arange(int(8000 * seconds)) / 8000
    audio = sum(np.sin(2 * np.pi * f * t) for f in rng.uniform(200, 2000, 3)) / 4
    return (audio + 0.01 * rng.standard_normal(len(t))).astype(np.float32)


@pytest.fixture(scope="module")
def codebook():
    frames = (mel_spectrogram(make_audio(seed=s), MEL) for s in range(8))
    return Codebook.fit(frames, MEL, n_clusters=(32, 16))


@pytest.fixture(scope="module")
def tokenizer(codebook):
    return AudioTokenizer(codebook)


def test_the_vocabulary_is_frozen():
    v = Vocabulary(512)
    assert (v.pad, v.unk, v.start, v.end, v.answer) == (512, 513, 514, 515, 516)
    assert v.sentinels == tuple(range(517, 549))
    assert list(v.objectives.values()) == list(range(549, 557))
    assert v.objectives["prefix_language_modeling"] == v.id_of("<|PREFIX LM|>") == 550
    assert v.spare == tuple(range(557, 565)) and v.size == 565


def test_the_report_s_vocabulary_has_516_tokens():
    v = Vocabulary(512, kind="report")
    assert v.size == 516 and v.end == 515
    assert v.answer is None and v.sentinels == () and v.objectives == {} and v.spare == ()


@pytest.mark.parametrize("kind", ["course", "report"])
def test_every_id_has_a_name_of_its_own(kind):
    v = Vocabulary(10, kind)
    names = [v.name(i) for i in range(v.size)]
    assert len(set(names)) == v.size and names[:3] == ["0", "1", "2"] and names[10] == "[PAD]"
    assert [v.id_of(n) for n in names[10:]] == list(range(10, v.size))
    assert v.id_of("<|nonsense|>") == v.unk
    for token in (-1, v.size):
        with pytest.raises(UserError, match="no token"):
            v.name(token)


def test_a_vocabulary_comes_back_from_its_dict():
    v = Vocabulary(7, "report")
    assert Vocabulary(**v.to_dict()) == v


@pytest.mark.parametrize("arguments", [(0,), (-3,), (10, "birdie")])
def test_a_vocabulary_refuses(arguments):
    with pytest.raises(UserError):
        Vocabulary(*arguments)


def test_encode_writes_the_codec_s_codes_step_by_step(tokenizer, codebook):
    audio = make_audio(seed=3)
    ids = tokenizer.encode(audio)
    assert ids.dtype == np.int64 and len(ids) == 2 * MEL.n_frames(len(audio))
    assert np.array_equal(ids.reshape(-1, 2) - [0, 32], codebook.encode(audio))
    framed = tokenizer.encode(audio, start_end=True)
    v = tokenizer.vocabulary
    assert framed[0] == v.start and framed[-1] == v.end and np.array_equal(framed[1:-1], ids)


def test_decode_gives_audio_whose_frames_are_near_the_decoded_ones(tokenizer):
    ids = tokenizer.encode(make_audio(seed=3))
    audio = tokenizer.decode(ids)
    assert audio.dtype == np.float32 and audio.ndim == 1 and np.isfinite(audio).all()
    frames = tokenizer.codec.decode_frames(tokenizer.to_codes(ids))
    again = mel_spectrogram(audio, MEL)[: len(frames)]
    assert (
        np.abs(again - frames[: len(again)]).mean() < 0.35 * np.abs(frames - frames.mean()).mean()
    )


def test_decode_hears_only_the_codes(tokenizer):
    v = tokenizer.vocabulary
    ids = tokenizer.encode(make_audio())
    noisy = np.concatenate([[v.pad, v.start], ids[:8], [IGNORE_INDEX, v.unk], ids[8:], [v.end]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.array_equal(tokenizer.to_codes(noisy), tokenizer.to_codes(ids))


def test_filter_counts_what_it_leaves_out(tokenizer):
    v = tokenizer.vocabulary
    #       whole step | cut step, then whole one | second stage alone | special | invalid
    ids = [3, 32 + 4, 5, 6, 32 + 7, 32 + 8, v.start, IGNORE_INDEX, v.size, -1, 9]
    found = tokenizer.filter(np.array(ids))
    assert found.codes.tolist() == [[3, 4], [6, 7]]
    assert (found.n_special, found.n_invalid, found.n_misplaced) == (2, 2, 3)
    with pytest.warns(UserWarning, match="left out 2 ids outside .* and 3 codes"):
        tokenizer.to_codes(np.array(ids))


@given(ids=st.lists(st.integers(-200, 200), max_size=60))
def test_filtered_ids_always_decode_and_all_are_accounted_for(tokenizer, ids):
    found = tokenizer.filter(np.array(ids, dtype=np.int64))
    assert found.codes.size + found.n_special + found.n_invalid + found.n_misplaced == len(ids)
    assert tokenizer.codec.decode_frames(found.codes).shape == (len(found.codes), 20)


@pytest.mark.parametrize("ids", [[], [0], [60, 61]])
def test_nothing_to_decode_is_an_error(tokenizer, ids):
    with pytest.raises(TokenError, match=f"none of the {len(ids)} ids"):
        tokenizer.decode(np.array(ids, dtype=np.int64))


def test_ids_that_are_no_row_of_integers_are_refused(tokenizer):
    for ids in (np.zeros((2, 3), int), np.array([0.5])):
        with pytest.raises(TokenError, match="row of integers"):
            tokenizer.decode(ids)


def test_labels_ignore_padding(tokenizer):
    pad = tokenizer.vocabulary.pad
    assert tokenizer.to_labels(np.array([1, pad, 2])).tolist() == [1, -100, 2]


def test_literals_look_as_in_the_report(tokenizer):
    assert tokenizer.to_literal(np.array([12, 45, -100, 51])) == "[12, 45, -100, 51]"
    assert tokenizer.from_literal(" [12,45 , -100, 51] ").tolist() == [12, 45, 48, 51]
    assert tokenizer.from_literal("[]").tolist() == []
    assert tokenizer.from_literal("[ ]").dtype == np.int64


@given(ids=st.lists(st.integers(0, 100), max_size=200))
def test_literals_undo_themselves(tokenizer, ids):
    assert tokenizer.vocabulary.size == 101
    assert tokenizer.from_literal(tokenizer.to_literal(np.array(ids))).tolist() == ids


@given(text=st.text(max_size=30))
def test_any_text_is_read_or_refused_with_a_reason(tokenizer, text):
    try:
        ids = tokenizer.from_literal(text)
    except TokenError as error:
        assert "literal" in str(error) and "\n" not in str(error)
    else:
        assert ((ids >= 0) & (ids < tokenizer.vocabulary.size)).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "looks like"),
        ("[", "looks like"),
        ("1, 2", "looks like"),
        ("[1, x, 3]", "item 1 .* ' x'"),
        ("[1, 2,]", "item 2 .* ''"),
        ("[1.0]", "item 0 .* '1.0'"),
        ("[1, [2]]", r"item 1 .* ' \[2\]'"),
        ("[__import__('os')]", "item 0"),
        ("[1_0]", "item 0"),
        ("[\u0661]", "item 0"),
        ("[" + "9" * 5000 + "]", "item 0 .*99'?\\.\\.\\."),
        ("[5, 101]", "item 1 of the literal is 101, outside"),
        ("[-1]", "item 0 of the literal is -1, outside"),
    ],
)
def test_a_literal_that_does_not_parse_names_position_and_text(tokenizer, text, message):
    with pytest.raises(TokenError, match=message):
        tokenizer.from_literal(text)


def test_rates(tokenizer):
    assert tokenizer.tokens_per_second == pytest.approx(40 * 2)
    assert tokenizer.bits_per_second == pytest.approx(40 * (5 + 4))
    assert tokenizer.sample_rate == 8000


@pytest.mark.parametrize("kind", ["course", "report"])
def test_a_saved_tokenizer_comes_back_the_same(codebook, tmp_path, kind):
    tokenizer = AudioTokenizer(codebook, Vocabulary(48, kind))
    loaded = AudioTokenizer.load(tokenizer.save(tmp_path / "tokenizer.npz"))
    assert loaded.vocabulary == tokenizer.vocabulary
    assert np.array_equal(loaded.encode(make_audio()), tokenizer.encode(make_audio()))


def test_a_vocabulary_for_other_codes_is_refused(codebook):
    with pytest.raises(TokenError, match="512 codes, the codec has 48"):
        AudioTokenizer(codebook, Vocabulary(512))
