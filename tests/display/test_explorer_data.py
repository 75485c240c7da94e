"""Explorers: the data that they carry and their words. tests/book/ has what a browser does."""

import io

import matplotlib.image
import numpy as np
import pytest
import soundfile
import torch

from refimpl.codecs import Codebook
from refimpl.corpora.scores import Playing
from refimpl.display import (
    book_explorer,
    codebook_map,
    explore_temperatures,
    mask_explorer,
    sampling_explorer,
    similarity_explorer,
    stages_explorer,
    token_explorer,
    words_explorer,
)
from refimpl.display.explorers.codebook_map import principal_components
from refimpl.display.explorers.sampling_explorer import effective_choices
from refimpl.errors import UserError
from refimpl.generation import GenerationError, generate
from refimpl.mel import MelConfig, mel_spectrogram
from refimpl.metrics import mel_distance
from refimpl.objectives import Sample
from refimpl.tokenizer import AudioTokenizer
from refimpl.transformer import Transformer, TransformerConfig
from refimpl.transformer.masks import allowed_pairs
from refimpl.vocabulary import Vocabulary
from tests.display.shown import PARTS, Tags, bars_as, tone, untrained_books

RATE = 22050
PITCHES = (220, 440, 880, 1760)
AUDIO = np.concatenate([tone(pitch, 0.5) for pitch in PITCHES])


def fitted(n_clusters=8):
    mel = MelConfig(n_fft=1024, hop_length=512, n_mels=40)
    frames = mel_spectrogram(AUDIO, mel)
    return AudioTokenizer(Codebook.fit(frames, mel, n_clusters=n_clusters, max_iter=5))


@pytest.fixture(scope="module")
def tokenizer():
    return fitted()


@pytest.fixture(scope="module")
def explorer(tokenizer):
    return token_explorer(AUDIO, tokenizer)


def pitch_at(explorer, place):
    """The strongest frequency in Hz of the codeword at a place of an explorer's sounds."""
    audio, rate = soundfile.read(io.BytesIO(explorer.sounds))
    start, length = round(place * explorer.every * rate), round(explorer.lasts * rate)
    heard = audio[start : start + length]
    return np.abs(np.fft.rfft(heard)).argmax() * rate / len(heard)


def test_each_codeword_sounds_as_its_tokens_do(explorer, tokenizer):
    for i, pitch in enumerate(PITCHES):
        code = explorer.codes[round((0.5 * i + 0.25) * tokenizer.tokens_per_second)]
        assert pitch_at(explorer, explorer.names.index(code)) == pytest.approx(pitch, rel=0.05)


def test_the_token_explorer_shows_frames_and_tokens_of_the_same_length(explorer, tokenizer):
    picture = matplotlib.image.imread(io.BytesIO(explorer.picture))
    assert explorer.codes == tokenizer.encode(AUDIO).tolist()
    assert picture.shape[:2] == (40, len(explorer.codes))
    last = picture[:, -10, :3].sum(axis=1)  # the highest tone, frequency upwards
    first = picture[:, 10, :3].sum(axis=1)
    assert last.argmax() < first.argmax()


def test_the_map_shows_the_most_used_codes_and_how_often(tokenizer):
    ids = tokenizer.encode(AUDIO)
    shown = codebook_map(tokenizer.codec, np.append(ids, tokenizer.vocabulary.end), n_codes=5)
    counts = np.bincount(ids)
    assert shown.codes == sorted(shown.codes)
    assert shown.counts == counts[shown.codes].tolist()
    assert min(shown.counts) >= np.sort(counts)[-5]
    assert np.min(shown.places, axis=0).tolist() == [0, 0]
    assert np.max(shown.places, axis=0).tolist() == [1, 1]
    for place, peak in enumerate(shown.peaks):
        if counts[shown.codes[place]] > 10:  # a tone, not the change from one to the next
            assert min(abs(np.log(peak / pitch)) for pitch in PITCHES) < 0.15


def test_principal_components_are_those_of_the_covariance():
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((500, 5)) * [1, 4, 0.5, 2, 0.1] + 7
    places, shares = principal_components(vectors)
    values = np.sort(np.linalg.eigvalsh(np.cov(vectors.T)))[::-1]
    np.testing.assert_allclose(places.var(axis=0, ddof=1), values[:2])
    np.testing.assert_allclose(shares, values[:2] / values.sum())


def sample(n_prefix, n_tokens, first=10):
    ids = np.arange(first, first + n_tokens)
    labels = np.where(np.arange(n_tokens) < n_prefix - 1, -100, ids + 1)
    return Sample(ids, labels, n_prefix)


def test_the_mask_is_the_transformers():
    packed = [sample(3, 5), sample(0, 4), sample(6, 6)]
    (row,) = mask_explorer({"packed": packed}, Vocabulary(64)).rows
    segments = torch.tensor([[1] * 5 + [2] * 4 + [3] * 6])
    prefix = torch.tensor([[True] * 3 + [False] * 2 + [False] * 4 + [True] * 6])
    wanted = allowed_pairs(segments, segments, prefix)[0].int().tolist()
    assert [[int(one) for one in sees] for sees in row["sees"]] == wanted


def test_the_mask_explorer_names_tokens_and_tells_labels():
    vocabulary = Vocabulary(64)
    ids = np.array([vocabulary.objectives["infilling"], 5, vocabulary.sentinels[1], 7])
    given = Sample(np.append(ids, vocabulary.answer), np.array([-100] * 4 + [9]), 5)
    shown = mask_explorer({"infilling": given}, vocabulary)
    assert shown.rows[0]["reads"] == ["P", "5", "M1", "7", "G"]
    assert shown.rows[0]["says"] == ["", "", "", "", "9"]
    assert "5 positions, 1 with a label, 4 of them see ahead" in repr(shown)


def runs(vocabulary, n_tokens=6):
    rng = np.random.default_rng(0)
    weights = rng.random((n_tokens, vocabulary.size)) ** 20
    probabilities = weights / weights.sum(axis=1, keepdims=True)
    return rng.integers(0, vocabulary.n_codes, n_tokens), probabilities


def test_the_sampling_explorer_keeps_the_likeliest_and_the_drawn(tokenizer):
    ids, probabilities = runs(tokenizer.vocabulary)
    shown = sampling_explorer({0.5: (ids, probabilities)}, tokenizer)
    (run,) = shown.runs
    assert run["ids"] == ids.tolist()
    assert [position[0][0] for position in run["top"]] == probabilities.argmax(axis=1).tolist()
    wanted = 1000 * probabilities[np.arange(6), ids]
    np.testing.assert_allclose(run["own"], wanted, atol=0.51)
    assert all(str(token) in shown.names or token < 8 for token, _ in run["top"][0])


def test_a_model_is_explored_at_the_temperatures_that_it_draws_with(tokenizer):
    torch.manual_seed(0)
    size = {"n_layers": 1, "hidden_size": 16, "n_heads": 2, "ffn_hidden_size": 16}
    vocabulary = tokenizer.vocabulary
    model = Transformer(TransformerConfig(vocabulary.size, context_length=16, **size)).eval()
    shown = explore_temperatures(model, tokenizer, [0, 1.0, 5.0], n_tokens=12, seed=4)
    cold, one, hot = shown.runs
    assert cold["own"] == [1000] * 12 and set(cold["choices"]) == {1}
    assert cold["ids"] == [position[0][0] for position in cold["top"]]
    (drawn,) = generate(
        model, vocabulary, max_tokens=12, min_tokens=12, top_k=None, temperature=1.0, seed=4
    )
    assert one["ids"] == drawn.tolist()  # what is heard is what generation writes
    assert np.mean(one["choices"]) < np.mean(hot["choices"]) <= vocabulary.n_codes
    # Generation draws codes alone, so nothing else has a probability.
    shares = [sum(p for token, p in run["top"][0] if token >= 8) for run in shown.runs]
    assert shares == [0, 0, 0]
    with pytest.raises(GenerationError, match="temperature"):
        explore_temperatures(model, tokenizer, [-1])


def test_effective_choices_count_equal_ones():
    equal = np.array([[0.25] * 4, [0.5, 0.5, 0, 0], [1, 0, 0, 0]])
    np.testing.assert_allclose(effective_choices(equal), [4, 2, 1])


def test_every_explorer_has_words_a_twin_and_no_address(tokenizer, explorer):
    vocabulary = tokenizer.vocabulary
    for one in (
        explorer,
        codebook_map(tokenizer.codec, tokenizer.encode(AUDIO)),
        mask_explorer({"plain": sample(0, 4)}, vocabulary),
        sampling_explorer({1.0: runs(vocabulary)}, tokenizer),
    ):
        data, _ = one._repr_mimebundle_()
        assert data["text/plain"] == f"<{type(one).__name__}: {one.alt}>"
        assert one.alt in Tags(data["text/html"]).text
        assert "application/vnd.jupyter.widget-view+json" in data
        assert "http" not in one._esm.replace("http://www.w3.org/2000/svg", "")


def test_what_cannot_be_explored_is_an_error(tokenizer):
    two_stages = fitted([4, 4])
    with pytest.raises(UserError, match="2 streams"):
        token_explorer(AUDIO, two_stages)
    with pytest.raises(UserError, match="at least three"):
        codebook_map(tokenizer.codec, np.array([1, 1, 2]))
    with pytest.raises(UserError, match="a part"):
        token_explorer(np.tile(AUDIO, 20), tokenizer)
    with pytest.raises(UserError, match="shorter piece"):
        mask_explorer({"long": sample(3, 50)}, tokenizer.vocabulary)
    ids, probabilities = runs(tokenizer.vocabulary)
    with pytest.raises(UserError, match="sum to 1"):
        sampling_explorer({1.0: (ids, 2 * probabilities)}, tokenizer)
    with pytest.raises(UserError, match="needed"):
        sampling_explorer({1.0: (ids[1:], probabilities)}, tokenizer)


# Books --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def books():
    codec = untrained_books(3)
    return codec, book_explorer(codec, AUDIO)


def test_the_book_explorer_has_the_codes_and_the_rates_of_the_first_books(books):
    codec, explorer = books
    codes = codec.encode(AUDIO)
    assert explorer.codes == codes.tolist()
    assert explorer.rates == pytest.approx([4 * k * codec.step_rate for k in (1, 2, 3)])
    picture = matplotlib.image.imread(io.BytesIO(explorer.picture))
    assert picture.shape[0] == 3 * 40


def test_the_book_explorer_plays_and_measures_each_number_of_books(books):
    codec, explorer = books
    codes = codec.encode(AUDIO)
    audio, rate = soundfile.read(io.BytesIO(explorer.sounds))
    heard = [codec.with_streams(k).decode(codes[:, :k])[: len(AUDIO)] for k in (1, 2, 3)]
    for k, own in enumerate(heard):
        start = round(k * explorer.every * rate)
        played = audio[start : start + len(own)]
        # MP3 changes noise, but not into what other books sound like.
        alike = [np.corrcoef(played, one)[0, 1] for one in heard]
        assert np.argmax(alike) == k
        assert alike[k] > 0.7
        far = mel_distance(mel_spectrogram(AUDIO, codec.mel), mel_spectrogram(own, codec.mel))
        assert explorer.errors[k] == pytest.approx(far, rel=0.02)
    assert explorer.lasts == pytest.approx(len(AUDIO) / RATE)


def test_the_book_explorer_says_in_words_what_it_shows(books):
    _, explorer = books
    assert "1 book: " in explorer.alt
    assert "3 books: " in explorer.alt
    assert "bits per second" in explorer.alt


def test_a_codec_without_books_to_switch_on_is_refused(tokenizer):
    with pytest.raises(UserError, match="several residual books"):
        book_explorer(tokenizer.codec, AUDIO)
    with pytest.raises(UserError, match="several residual books"):
        book_explorer(untrained_books(1), AUDIO)


def test_a_sound_that_is_too_long_for_a_page_is_refused():
    with pytest.raises(UserError, match="12 s at most"):
        book_explorer(untrained_books(3), np.zeros(13 * RATE, np.float32))


# Bars ---------------------------------------------------------------------------------------------

HOW = Playing(240, "piano", 0, RATE, "tune")


@pytest.fixture(scope="module")
def similar():
    return similarity_explorer({"first": bars_as("AAB"), "second": bars_as("ABBA")}, HOW)


def test_the_similarity_explorer_has_a_square_for_each_tune(similar):
    squares = [np.frombuffer(one, np.uint8) for one in similar.similarities]
    first, second = (one.reshape(n, n) for one, n in zip(squares, (3, 4), strict=True))
    assert (first == 255).tolist() == [[True, True, False]] * 2 + [[False, False, True]]
    assert (second[0] == 255).tolist() == [True, False, False, True]
    assert "first: 3 bars, of which 1 are as good as the same" in similar.alt


def test_a_bar_sounds_where_its_line_says(similar):
    audio, rate = soundfile.read(io.BytesIO(similar.sounds))
    for tune, form in enumerate(("AAB", "ABBA")):
        lines = similar.bars[tune]
        assert len(lines) == len(form) + 1
        for part, start, stop in zip(form, lines, lines[1:], strict=False):
            beat = (stop - start) / 4
            assert beat == pytest.approx(60 / HOW.tempo, abs=1e-3)
            begin = round((start + 0.1 * beat) * rate)
            heard = audio[begin : begin + round(0.8 * beat * rate)]
            strength = np.abs(np.fft.rfft(heard * np.hanning(len(heard)), 4 * len(heard)))
            peak = strength.argmax() * rate / (4 * len(heard))
            assert 12 * np.log2(peak / 440) + 69 == pytest.approx(PARTS[part][0], abs=0.3)


def test_a_tune_that_goes_on_after_its_last_bar_is_cut_there():
    notes, bars = bars_as("ABB")
    (lines,) = similarity_explorer({"cut": (notes, bars[:3])}, HOW).bars
    assert lines[-1] == pytest.approx(8 * 60 / HOW.tempo)


def test_the_similarity_explorer_has_words_and_a_twin(similar):
    data, _ = similar._repr_mimebundle_()
    assert similar.alt in Tags(data["text/html"]).text
    assert data["text/html"].count("data:image/png") == 2
    assert "http" not in similar._esm.replace("http://www.w3.org/2000/svg", "")


def test_tunes_that_cannot_be_compared_are_refused():
    with pytest.raises(UserError, match="one or more needed"):
        similarity_explorer({}, HOW)
    with pytest.raises(UserError, match="two or more that rise"):
        similarity_explorer({"no bar": (bars_as("A")[0], np.array([0]))}, HOW)
    with pytest.raises(UserError, match="fewer tunes"):
        slow = Playing(20, "piano", 0, RATE, "tune")
        similarity_explorer({"slow": bars_as("A" * 13)}, slow)


# Stages -------------------------------------------------------------------------------------------

LOW, HIGH = tone(220, 0.5), tone(880, 0.5)
WAYS = {"into noise": {"clip": LOW, "half": 0.5 * (LOW + HIGH)}, "out of it": {"noise": HIGH}}


@pytest.fixture(scope="module")
def staged():
    return stages_explorer(WAYS, RATE)


def test_the_stages_explorer_has_a_picture_of_every_stage_of_a_way(staged):
    assert staged.stages == [["clip", "half"], ["noise"]]
    first, second = (
        matplotlib.image.imread(io.BytesIO(picture)).shape for picture in staged.pictures
    )
    assert first[0] == 2 * second[0]
    assert first[1] == second[1]


def test_the_stages_explorer_plays_each_stage_at_its_place(staged):
    audio, rate = soundfile.read(io.BytesIO(staged.sounds))
    sounds = [sound for stages in WAYS.values() for sound in stages.values()]
    for k, own in enumerate(sounds):
        start = round(k * staged.every * rate)
        alike = [np.corrcoef(audio[start : start + len(own)], one)[0, 1] for one in sounds]
        assert np.argmax(alike) == k
        assert alike[k] > 0.9
    assert staged.lasts == pytest.approx(0.5)


def test_the_stages_explorer_has_words_and_a_twin(staged):
    assert "into noise: 2 stages, clip, half." in staged.alt
    assert staged.twin().count("<img") == 2


def test_stages_that_cannot_be_shown_are_refused():
    with pytest.raises(UserError, match="without stages"):
        stages_explorer({}, RATE)
    with pytest.raises(UserError, match="without stages"):
        stages_explorer({"none": {}}, RATE)
    with pytest.raises(UserError, match="one length"):
        stages_explorer({"two": {"a": LOW, "b": LOW[1:]}}, RATE)
    with pytest.raises(UserError, match="150 s at most"):
        stages_explorer({"long": {"a": np.zeros(151 * RATE, np.float32)}}, RATE)


# Words --------------------------------------------------------------------------------------------

WORDS = {"Mood": ("calm", "sad"), "Melody": ("flute", "piano", "harp")}
COMBINATIONS = [(mood, melody) for mood in WORDS["Mood"] for melody in WORDS["Melody"]]


def test_the_words_explorer_has_a_place_for_each_combination():
    pitches = dict(zip(COMBINATIONS, (220, 262, 330, 440, 523, 659), strict=True))
    sounds = {chosen: tone(pitch, 0.3 + pitch / 4000) for chosen, pitch in pitches.items()}
    explorer = words_explorer(WORDS, sounds, RATE)
    audio, rate = soundfile.read(io.BytesIO(explorer.sounds))
    assert len(explorer.places) == len(COMBINATIONS)
    for chosen, (begin, seconds) in zip(COMBINATIONS, explorer.places, strict=True):
        assert seconds == pytest.approx(len(sounds[chosen]) / RATE, abs=1e-3)
        heard = audio[round((begin + 0.05) * rate) : round((begin + seconds - 0.05) * rate)]
        strength = np.abs(np.fft.rfft(heard * np.hanning(len(heard)), 4 * len(heard)))
        peak = strength.argmax() * rate / (4 * len(heard))
        assert peak == pytest.approx(pitches[chosen], rel=0.02)


def test_the_words_explorer_has_words_and_a_twin():
    explorer = words_explorer(WORDS, dict.fromkeys(COMBINATIONS, tone(440, 0.2)), RATE)
    data, _ = explorer._repr_mimebundle_()
    assert "each of 6 combinations" in explorer.alt
    assert "Melody: flute / piano / harp" in Tags(data["text/html"]).text
    assert "http" not in explorer._esm.replace("http://www.w3.org/2000/svg", "")


def test_words_without_a_sound_or_with_too_much_are_refused():
    sounds = dict.fromkeys(COMBINATIONS, tone(440, 0.2))
    with pytest.raises(UserError, match="nothing to choose from"):
        words_explorer({}, {}, RATE)
    with pytest.raises(UserError, match="nothing to choose from"):
        words_explorer({"Mood": ()}, sounds, RATE)
    with pytest.raises(UserError, match="no sound for .*'sad', 'harp'"):
        words_explorer(WORDS, {c: sounds[c] for c in COMBINATIONS[:-1]}, RATE)
    with pytest.raises(UserError, match="fewer words"):
        words_explorer(WORDS, dict.fromkeys(COMBINATIONS, np.zeros(30 * RATE)), RATE)
