"""Varied copies of recordings: another pitch and tempo, and nothing of what is held out."""

import dataclasses

import numpy as np
import pytest

from refimpl.audio import save_audio
from refimpl.corpora import open_corpus
from refimpl.corpora.augmenting import SEMITONES, Variation, draw_variations, varied_clips
from tests.pipeline.pipeline_examples import RATE, tiny


def frequency(audio):
    return np.argmax(np.abs(np.fft.rfft(audio))) * RATE / len(audio)


def sine(seconds, frequency):
    return (0.5 * np.sin(2 * np.pi * frequency * np.arange(round(seconds * RATE)) / RATE)).astype(
        np.float32
    )


@pytest.mark.parametrize("semitones", SEMITONES)
def test_a_copy_is_higher_and_faster_by_the_same_factor(semitones):
    variation = Variation(semitones, 0.0, 0.0)
    clips = list(varied_clips(sine(3.0, 440.0), RATE, RATE, variation))
    assert len(clips) == int(3.0 / variation.speed)
    for clip in clips:
        assert frequency(clip) == pytest.approx(440 * variation.speed, abs=1)


def test_a_copy_is_as_much_softer_and_begins_elsewhere():
    audio = np.concatenate([np.zeros(RATE, np.float32), sine(3.0, 440.0)])
    (clip, *_) = varied_clips(audio, RATE, RATE, Variation(0, -6.0, 1.0))
    assert np.abs(clip[1000:]).max() == pytest.approx(0.5 * 10 ** (-6 / 20), rel=0.01)


def test_variations_differ_and_are_the_same_for_the_same_seed():
    drawn = draw_variations(20, np.random.default_rng(0))
    assert drawn == draw_variations(20, np.random.default_rng(0))
    assert {one.semitones for one in drawn[:6]} == set(SEMITONES)
    assert all(-6 <= one.gain_db <= 0 and 0 <= one.shift <= 1 for one in drawn)


def preset(**changes):
    made = tiny(data__clip_seconds=1.0, data__n_train=100, data__n_validation=100)
    recordings = dataclasses.replace(made.recordings, **changes)
    return dataclasses.replace(made, recordings=recordings)


@pytest.fixture
def rising(tmp_path):
    """A recording that is low where it is for training, and high where it is held out."""
    save_audio(tmp_path / "a.wav", np.concatenate([sine(9.0, 300.0), sine(1.0, 2000.0)]), RATE)
    return tmp_path


def test_copies_hold_nothing_of_what_is_held_out(rising):
    source = open_corpus(rising, preset(copies=6))
    originals = 9
    clips = list(source.clips("train"))
    assert 5 * originals < len(clips) <= 7 * originals
    assert all(frequency(clip.audio) < 400 for clip in clips)
    assert len({round(frequency(clip.audio)) for clip in clips[originals:]}) == 6
    assert all(frequency(clip.audio) > 1900 for clip in source.clips("validation"))
    assert len(list(source.clips("validation"))) == 1
    names = [clip.name for clip in source.clips("train")]
    assert len(set(names)) == len(names) == len(clips)


@pytest.mark.parametrize("changes", [{"copies": 0}, {"below_minutes": 0.1}])
def test_there_are_none_where_none_are_asked_for_or_needed(rising, changes):
    source = open_corpus(rising, preset(**changes))
    assert len(list(source.clips("train"))) == len(source.clips("train")) == 9
    assert source.describe("train")["copies"] == 0
