"""A composer: what is asked for reaches the model, and what it writes becomes sound."""

import copy

import numpy as np
import pytest
import torch

from refimpl.audio import resample
from refimpl.conditioning import Metadata
from refimpl.errors import UserError
from refimpl.text_to_music import Composer, load_composer, melody_of, save_composer
from refimpl.text_to_music.tunes import mixed_tunes
from refimpl.tokenizer import AudioTokenizer
from tests.text_to_music.composer_examples import RATE, small_composer


@pytest.fixture(scope="module")
def composer():
    return small_composer()


def test_a_tune_is_as_long_as_its_bars_at_the_tempo_that_was_asked_for(composer):
    slow, fast = composer.write(["a tune at 100 bpm", "a tune at 140 bpm"], seed=1)
    assert abs(len(slow.audio) / slow.sample_rate - 16 * 60 / 100) < 0.05
    assert abs(len(fast.audio) / fast.sample_rate - 16 * 60 / 140) < 0.05
    assert slow.facts["tempo"] == 100 and slow.caption == "a tune at 100 bpm"
    assert np.isfinite(slow.audio).all() and np.abs(slow.audio).max() <= 0.95


def test_the_same_seed_writes_the_same_tune(composer):
    text = ["a fast tune"]
    one, same, other = (composer.write_codes(text, seed=seed)[0] for seed in (0, 0, 1))
    assert np.array_equal(one, same)
    assert not np.array_equal(one[: len(other)], other[: len(one)])


def scores(composer, **asked):
    """The scores of the first rows of a tune that is asked for."""
    melody, tempo = asked.pop("melody", None), asked.pop("tempo", 120.0)
    clips = [Metadata(asked.pop("text", ""), {"tempo": tempo, "melody": melody})]
    options = {"negative": "", "guidance": 1.0, "clock": True} | asked
    guided = composer._guided(clips, *options.values())
    start = torch.full((1, 4, 2), composer.tokenizer.vocabulary.start)
    with torch.no_grad():
        return guided.scores(guided.hidden_states(start))


def test_text_melody_clock_and_negative_text_all_change_what_is_written(composer):
    plain = scores(composer)
    assert torch.equal(plain, scores(composer))
    for asked in (
        {"text": "a sad tune"},
        {"melody": [0, 4, 7]},
        {"tempo": 60.0},
        {"clock": False},
        {"negative": "a sad tune", "guidance": 2.0},
    ):
        assert not torch.allclose(plain, scores(composer, **asked), atol=1e-6), asked


def test_without_guidance_the_text_is_not_heard_but_the_clock_is(composer):
    assert torch.allclose(
        scores(composer, text="a sad tune", guidance=0.0), scores(composer, guidance=0.0)
    )
    assert not torch.allclose(
        scores(composer, tempo=60.0, guidance=0.0), scores(composer, guidance=0.0)
    )


def test_many_tunes_are_written_in_several_goes(composer, monkeypatch):
    monkeypatch.setattr("refimpl.text_to_music.composer.MOST_AT_ONCE", 2)
    clips = composer.write(["at 200 bpm"] * 3)
    assert [clip.name for clip in clips] == ["tune-1", "tune-2", "tune-3"]
    assert composer.write([]) == []


def test_words_that_are_not_known_are_named_with_the_nearest_that_are(composer):
    assert (
        composer.unknown_words("a flutes tune, by xylograph")
        == {
            "flutes": ["flute"],
            "by": [],
            "xylograph": [],
        }
        or composer.unknown_words("a flutes tune")["flutes"][0] == "flute"
    )
    assert composer.unknown_words("a calm tune in C# minor at 90 bpm") == {}


def test_what_cannot_be_played_is_refused(composer):
    with pytest.raises(UserError, match="60 to 200"):
        composer.write("a tune", tempo=30)
    with pytest.raises(UserError, match="melody"):
        composer.write("a tune", melody=[0, 12])
    with pytest.raises(UserError, match="2 melodies for 1 texts"):
        composer.write("a tune", melody=[[0, 4], None])


def test_each_tune_may_have_its_own_melody(composer):
    texts, options = ["at 200 bpm"] * 2, {"temperature": 0.0}
    melody = [0] * 60
    both = composer.write_codes(texts, melody=[melody, None], **options)
    alone = [composer.write_codes(texts[:1], melody=one, **options)[0] for one in (melody, None)]
    assert all(np.array_equal(one, other) for one, other in zip(both, alone, strict=True))
    assert not np.array_equal(*both)


def test_a_melody_is_heard_in_steps(composer):
    tune = next(iter(mixed_tunes("validation", range(1))))
    melody = resample(tune.stems()["melody"], tune.sample_rate, RATE)
    heard = composer.hear_melody(melody)
    true = melody_of(tune, composer.step_rate)
    n = min(len(heard), len(true))
    sounds = true[:n] >= 0
    assert np.mean(heard[:n][sounds] == true[:n][sounds]) > 0.9


def test_a_saved_composer_writes_nearly_the_same(composer, tmp_path):
    save_composer(tmp_path, composer.model, composer.tokenizer, facts={"steps": 4})
    loaded = load_composer(tmp_path)
    assert loaded.facts["steps"] == 4
    one, other = (scores(c, text="a calm tune") for c in (composer, loaded))
    assert torch.allclose(one, other, atol=0.2)
    assert loaded.write("at 200 bpm")[0].sample_rate == composer.sample_rate


def test_another_model_or_another_codec_has_another_fingerprint(composer):
    same = Composer(copy.deepcopy(composer.model), composer.tokenizer)
    assert same.fingerprint == composer.fingerprint
    with torch.no_grad():
        next(same.model.parameters()).view(-1)[0] += 1e-3
    other_codec = AudioTokenizer(composer.tokenizer.codec.in_eight_bits())
    other = Composer(composer.model, other_codec)
    assert len({one.fingerprint for one in (composer, same, other)}) == 3


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(UserError, match="holds no saved model"):
        load_composer(tmp_path)
